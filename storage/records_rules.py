"""What people write of rules: versions of the rule file, and what a replay of one found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

RuleState = Literal["draft", "live", "retired"]
RULE_STATES: Mapping[RuleState, str] = {"draft": "草稿", "live": "生效", "retired": "停用"}
TrialState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One text of the whole rule file; the text of a number never changes.

    `base`: the version it was written from, None for the file. `changed_by`, `changed_at`, `why`: who last put it in
    force or took it out, when and with which note; None and "" for a draft. `sha256` is of the text in UTF-8, hex.
    """

    number: int
    text: str
    sha256: str
    base: int | None
    by: str
    at: datetime
    note: str
    state: RuleState
    changed_by: str | None = None
    changed_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A replay of a version over `[since, until)` of event time.

    `rules`: of these alone, () for all. `progress` is between 0 and 1; `touched_at` when it was last heard of;
    `found` what it found, {} until it is done.
    """

    id: int
    version: int
    rules: tuple[str, ...]
    since: datetime
    until: datetime
    by: str
    at: datetime
    state: TrialState
    progress: float
    touched_at: datetime
    problem: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Fired:
    """How many alerts a rule had in the last 7 and 30 days, and when it had its last one."""

    week: int
    month: int
    last: datetime
