"""The operations database: what the stages hand over and what people do. SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlalchemy as sa
from argon2 import PasswordHasher

from config.clock import Clock
from config.errors import StoreError
from storage.cipher import Cipher
from storage.migrations import migrate
from storage.operations import tables, tables_closing, tables_desk, tables_evidence, tables_voice
from storage.operations.absences import Absences
from storage.operations.acknowledgements import Acknowledgements
from storage.operations.alerts import Alerts
from storage.operations.appointments import Appointments
from storage.operations.causes import Causes
from storage.operations.clocks import TaskClocks
from storage.operations.closings import Closings
from storage.operations.crawl import CrawlRuns, Imports, Pages
from storage.operations.customers import Customers
from storage.operations.database import Database
from storage.operations.deliveries import Bells, Deliveries
from storage.operations.disclosures import Disclosures, ExportRequests
from storage.operations.duty import DEMO, Duty
from storage.operations.events import Events
from storage.operations.facts import Facts
from storage.operations.followups import FollowUps
from storage.operations.inbox import Inbox
from storage.operations.inquiries import Inquiries
from storage.operations.labels import Labels
from storage.operations.levels import Levels
from storage.operations.meta import Audit, Cursors, Meta
from storage.operations.outbox import Outbox
from storage.operations.outgrown import Outgrown
from storage.operations.packages import Packages
from storage.operations.publications import Publications
from storage.operations.rulebook import RuleBook
from storage.operations.silences import Silences
from storage.operations.standards import Standards
from storage.operations.standing import StandingStill
from storage.operations.statements import Statements
from storage.operations.tasks import Tasks
from storage.operations.turns import Turns
from storage.operations.users import Users

# Sources, rules and cursors of the demonstration carry this before their name.
DEMO_PREFIX = "示例"


class Operations:
    """Every table behind its own door; all doors share one database, cipher and clock."""

    def __init__(
        self, database: Database, cipher: Cipher, clock: Clock, hasher: PasswordHasher | None = None,
    ) -> None:  # fmt: skip
        self._database = database
        self.inbox = Inbox(database, cipher, clock)
        self.alerts = Alerts(database, clock)
        self.acknowledgements = Acknowledgements(database, clock)
        self.tasks = Tasks(database, clock)
        self.facts = Facts(database, clock)
        self.statements = Statements(database, clock)
        self.appointments = Appointments(database, clock)
        self.absences = Absences(database, clock)
        self.turns = Turns(database, clock)
        self.outgrown = Outgrown(database, clock)
        self.publications = Publications(database, clock)
        self.inquiries = Inquiries(database, clock)
        self.clocks = TaskClocks(database, clock)
        self.levels = Levels(database, clock)
        self.closings = Closings(database)
        self.followups = FollowUps(database, cipher, clock)
        self.standards = Standards(database, clock)
        self.customers = Customers(database, cipher, clock)
        self.silences = Silences(database, clock)
        self.causes = Causes(database, clock)
        self.outbox = Outbox(database, clock)
        self.deliveries = Deliveries(database)
        self.bells = Bells(database)
        self.cursors = Cursors(database)
        self.meta = Meta(database)
        self.audit = Audit(database, clock)
        self.users = Users(database, clock, hasher)
        self.labels = Labels(database, clock)
        self.events = Events(database, clock)
        self.disclosures = Disclosures(database, clock)
        self.export_requests = ExportRequests(database, clock)
        self.packages = Packages(database, clock)
        self.duty = Duty(database, clock)
        self.rulebook = RuleBook(database, clock)
        self.standing = StandingStill(database)
        self.pages = Pages(database, cipher)
        self.crawl_runs = CrawlRuns(database)
        self.imports = Imports(database)

    def remove_demo(self) -> dict[str, int]:
        """Delete everything of the demonstration; returns how many rows of each table."""
        demo_users = sa.select(tables.users.c.name).where(tables.users.c.demo)
        of_demo = sa.select(tables.alerts.c.id).where(tables.alerts.c.demo)
        prefixed = {
            table.name: table.c.source.startswith(DEMO_PREFIX)
            for table in (tables.pages, tables.crawl_runs, tables.imports)
        }
        deletions = [
            tables.outbox.delete().where(tables.outbox.c.alert_id.in_(of_demo)),
            tables.alerts.delete().where(tables.alerts.c.demo),
            tables_voice.inquiries.delete().where(tables_voice.inquiries.c.demo),
            tables.tasks.delete().where(tables.tasks.c.demo),
            tables.inbox.delete().where(tables.inbox.c.demo),
            *(
                table.delete().where(table.c.demo)
                for table in (
                    tables.event_levels,
                    tables.silences,
                    tables.outages,
                    tables.service_notices,
                    tables.rule_trials,
                    tables_desk.facts,
                    tables_desk.appointments,
                    tables_closing.followups,
                    tables_closing.standards,
                    tables_closing.customers,
                    tables_evidence.evidence_packages,
                )
            ),
            *(table.delete().where(table.c.demo) for table in (tables.members, tables.events, tables.event_steps)),
            *(table.delete().where(table.c.by == DEMO) for table in (tables.rotations, tables.overrides)),
            tables.handovers.delete().where(tables.handovers.c.person.in_(demo_users)),
            tables.bells.delete().where(tables.bells.c.user.in_(demo_users)),
            tables.absences.delete().where(tables.absences.c.person.in_(demo_users)),
            tables.users.delete().where(tables.users.c.demo),
            tables.labels.delete().where(tables.labels.c.demo),
            tables.disclosures.delete().where(tables.disclosures.c.demo),
            tables.export_requests.delete().where(tables.export_requests.c.demo),
            tables.cursors.delete().where(tables.cursors.c.name.startswith(DEMO_PREFIX)),
            *(
                table.delete().where(prefixed[table.name])
                for table in (tables.pages, tables.crawl_runs, tables.imports)
            ),
        ]
        with self._database.desk() as connection:
            return {str(statement.table): connection.execute(statement).rowcount for statement in deletions}

    def close(self) -> None:
        """Give back all connections."""
        self._database.close()


def open_operations(url: str, cipher: Cipher, clock: Clock, *, hasher: PasswordHasher | None = None) -> Operations:
    """Open the database at an SQLAlchemy URL and bring its tables up to date. Raises StoreError.

    `hasher` makes the hashes of passwords; without it argon2's own settings hold.
    """
    database = Database(url)
    try:
        migrate(database)
    except StoreError:
        database.close()
        raise
    return Operations(database, cipher, clock, hasher)
