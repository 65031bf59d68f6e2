"""Every table of the operations database; taken from here or from its own room, `tables_NAME.py`.

Who imports METADATA from here has it whole.
"""
# ruff: noqa: I001, PLC0414 - “as” says that a name may be taken from here

from __future__ import annotations

from storage.operations.tables_absences import (
    absences as absences,
)
from storage.operations.tables_alerts import (
    alerts as alerts,
    tasks as tasks,
    task_steps as task_steps,
    acknowledgements as acknowledgements,
)
from storage.operations.tables_base import (
    METADATA as METADATA,
    Moment as Moment,
)
from storage.operations.tables_causes import (
    silences as silences,
    outages as outages,
    service_notices as service_notices,
)
from storage.operations.tables_clocks import (
    clock_tables as clock_tables,
    task_clocks as task_clocks,
    task_clock_steps as task_clock_steps,
)
from storage.operations.tables_closing import (
    followups as followups,
    standards as standards,
    customers as customers,
    customer_keys as customer_keys,
    customer_copies as customer_copies,
)
from storage.operations.tables_desk import (
    facts as facts,
    fact_steps as fact_steps,
    statements as statements,
    statement_claims as statement_claims,
    statement_flags as statement_flags,
    appointments as appointments,
    signatures as signatures,
    closings as closings,
)
from storage.operations.tables_duty import (
    rotations as rotations,
    overrides as overrides,
    swaps as swaps,
    handovers as handovers,
    contacts as contacts,
)
from storage.operations.tables_events import (
    events as events,
    members as members,
    event_steps as event_steps,
    event_levels as event_levels,
)
from storage.operations.tables_evidence import (
    evidence_packages as evidence_packages,
)
from storage.operations.tables_intake import (
    inbox as inbox,
    pages as pages,
    crawl_runs as crawl_runs,
    imports as imports,
)
from storage.operations.tables_messages import (
    outbox as outbox,
    deliveries as deliveries,
    bells as bells,
)
from storage.operations.tables_people import (
    users as users,
    audit as audit,
    disclosures as disclosures,
    export_requests as export_requests,
    labels as labels,
)
from storage.operations.tables_rules import (
    rule_versions as rule_versions,
    rule_trials as rule_trials,
    cursors as cursors,
    meta as meta,
)
from storage.operations.tables_voice import (
    publications as publications,
    inquiries as inquiries,
    inquiry_answers as inquiry_answers,
)
