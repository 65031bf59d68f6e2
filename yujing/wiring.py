"""The only place where parts are put together: settings in, services out."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path

from alerting.channels import Channel, open_channels
from alerting.desk.clock_facts import FactFinder
from alerting.desk.clock_file import load_clocks
from alerting.desk.clock_table import ClockTable
from alerting.desk.copying import CopyIn
from alerting.desk.evidence.packing import Packing
from alerting.desk.evidence.shelf import shelf_of as packages_of
from alerting.desk.signers import SignerMessages
from alerting.desk.timekeeping import Timekeeping
from alerting.desk.warnings import ClockWarnings
from alerting.duty.escalation import Escalation
from alerting.duty.links import Links
from alerting.duty.proof import FILE as HEADS_FILE
from alerting.duty.proof import Heads
from alerting.duty.steps import Steps
from alerting.duty.watch import Heart, Watch
from alerting.engine import Engine
from alerting.outbox import Deliverer
from alerting.rulebook import in_force
from alerting.rules import Rule
from config.calendar import FOLDER as CALENDAR_FOLDER
from config.calendar import Calendar
from config.clock import Clock, SystemClock
from config.errors import VocabularyError
from config.settings import Settings
from config.vocabulary import FOLDER
from nlp.analysers.privacy import mask_free
from nlp.grouping import Grouping
from nlp.media import media_rank
from nlp.models.shelf import Shelf
from nlp.pipeline import Pipeline, pipeline_of
from nlp.reanalysis import Reanalysis
from nlp.segment import query_words
from nlp.stage import AnalysisStage, Workbench
from nlp.workers import open_executor
from storage.cipher import Cipher, load_key
from storage.documents import DocumentStore, open_store
from storage.operations import Operations, open_operations
from yujing.following import FollowingEngine

log = logging.getLogger(__name__)
FOLDERS = ("rejected", "logs", "uploads")
# Longer than any upload and its import take.
UPLOAD_TAKES = timedelta(hours=1)


@dataclass
class Services:
    """Everything an installation consists of; parts are opened when first asked for and closed together."""

    settings: Settings
    clock: Clock
    # The file the settings came from, for processes that are started with the same.
    config: Path | None = None

    def __post_init__(self) -> None:
        self._closers: list[Callable[[], None]] = []
        self._unreadable: Shelf | None = None

    @cached_property
    def operations(self) -> Operations:
        """The operations database, its tables up to date."""
        cipher = Cipher(load_key(self.settings.in_home(self.settings.privacy.key_file)))
        operations = open_operations(self.settings.database_url, cipher, self.clock)
        self._closers.append(operations.close)
        return operations

    @cached_property
    def store(self) -> DocumentStore:
        """The document store."""
        store = open_store(self.settings.store_url, query_words)
        self._closers.append(store.close)
        return store

    @cached_property
    def rules(self) -> Sequence[Rule]:
        """The alert rules in force when they were first asked for."""
        return in_force(self.operations.rulebook, self.settings).rules

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """The channels that are configured, by name."""
        return open_channels(self.settings, self.clock)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar, with the years that the site gave in its home."""
        return Calendar.load(self.settings.in_home(CALENDAR_FOLDER))

    @cached_property
    def clock_table(self) -> ClockTable:
        """The clock table, with the rows that the site gave in its home. Raises VocabularyError."""
        hours, home = self.settings.alerting.first_response_hours, self.settings.home.path
        return load_clocks(timedelta(hours=hours), self.settings.clocks.choose, home)

    def timekeeping(self) -> Timekeeping:
        """What keeps the clocks of tasks. Raises SettingsError, VocabularyError."""
        quiet = Steps.from_settings(self.settings.duty).quiet
        finder = FactFinder(self.operations, self.store, self.settings.site.domain_region)
        return Timekeeping(self.operations, self.clock_table, self.calendar, self.clock, finder, quiet)

    def clock_warnings(self) -> ClockWarnings:
        """What warns before they run out. Raises SettingsError, VocabularyError."""
        site = self.settings.site
        return ClockWarnings(
            self.operations, self.clock, self.settings.duty, self.calendar, tuple(self.channels),
            links=self.links, base_url=site.base_url, site=site.name,
        )  # fmt: skip

    def signer_messages(self) -> SignerMessages:
        """What tells people that it is their turn to sign. Raises SettingsError."""
        site = self.settings.site
        return SignerMessages(
            self.operations, self.clock, self.settings.duty, tuple(self.channels), links=self.links,
            base_url=site.base_url, site=site.name,
        )  # fmt: skip

    def copies(self) -> CopyIn:
        """What copies account managers in on the tasks of their customers."""
        site = self.settings.site
        return CopyIn(
            self.operations, self.clock, tuple(self.channels), base_url=site.base_url, site=site.name,
            restricted=self.settings.privacy.restricted_kinds,
        )  # fmt: skip

    def packing(self) -> Packing:
        """What makes the evidence packages that people asked for; at most one at work per home."""
        shelf = packages_of(self.settings)
        return Packing(self.operations, self.store, self.settings, self.clock, shelf, names=mask_free)

    @cached_property
    def links(self) -> Links:
        """What signs the links by which alerts are acknowledged without logging in."""
        return Links.from_settings(self.settings, self.clock)

    @cached_property
    def shelf(self) -> Shelf:
        """The models: shipped, and this home's own."""
        return shelf_of(self.settings)

    def pipeline(self) -> Pipeline:
        """The analysers with the models in use now; the same pipeline while they stay the same.

        A model of the site's own that this release cannot read must not stop the analysis: the shipped ones step in.
        """
        present, domain = self.shelf.pinned(), self.settings.site.domain_region
        if present != self._unreadable:
            try:
                return pipeline_of(FOLDER, present, domain)
            except VocabularyError as error:
                log.warning("the site's own models cannot be used, the shipped ones are: %s", error)
                self._unreadable = present
        return pipeline_of(FOLDER, Shelf().pinned(), domain)

    def reanalysis(self, bench: Workbench) -> Reanalysis:
        """What judges history anew on a workbench of the caller's."""
        operations = self.operations
        return Reanalysis(
            operations.inbox, self.store, operations.labels, operations.meta, self.pipeline(), bench, self.clock,
            batch=self.settings.analysis.batch, groups=operations.events,
        )  # fmt: skip

    def bench(self, workers: int | None = None) -> Workbench:
        """Where batches are analysed; whoever asks for it closes it."""
        analysis, intake = self.settings.analysis, self.settings.intake
        wanted = analysis.workers if workers is None else workers
        return Workbench(partial(open_executor, wanted), timedelta(hours=intake.late_after_hours))

    def stage(self, clock: Clock | None = None, workers: int | None = None) -> AnalysisStage:
        """A stage of analysis; whoever asks for it closes it."""
        analysis = self.settings.analysis
        return AnalysisStage(
            self.operations.inbox,
            self.store,
            self.pipeline,
            partial(open_executor, analysis.workers if workers is None else workers),
            clock or self.clock,
            batch=analysis.batch,
            lease=timedelta(seconds=analysis.lease_seconds),
            late_after=timedelta(hours=self.settings.intake.late_after_hours),
            labels=self.operations.labels,
        )

    def engine(self, *, demo: bool = False, clock: Clock | None = None) -> Engine:
        """The engine that asks the rules in force now, over real texts or over those of the demonstration."""
        now = in_force(self.operations.rulebook, self.settings)
        return Engine(
            store=self.store,
            operations=self.operations,
            rules=now.rules,
            clock=clock or self.clock,
            settings=self.settings.alerting,
            channels=tuple(self.channels),
            demo=demo,
            site=self.settings.site.name,
            late_after=timedelta(hours=self.settings.intake.late_after_hours),
            policy=now.policy,
            rank_of=_rank_of,
            restricted=self.settings.privacy.restricted_kinds,
        )

    def following_engine(self, *, demo: bool = False) -> FollowingEngine:
        """An engine that takes other rules as soon as somebody puts them in force. Raises RuleError."""
        return FollowingEngine(self.operations.rulebook, partial(self.engine, demo=demo))

    def escalation(self) -> Escalation:
        """What tells one person after another while nobody acknowledges. Raises SettingsError, VocabularyError."""
        return Escalation(
            self.operations, self.clock, self.settings.duty, self.calendar, tuple(self.channels),
            links=self.links, site=self.settings.site.name,
        )  # fmt: skip

    def watch(self) -> Watch:
        """What watches the watch. Raises SettingsError."""
        settings = self.settings
        heart = Heart(
            settings.duty.heartbeat_url, settings.site.name, self.clock, settings.delivery.timeout_seconds,
            settings.delivery.proxy,
        )  # fmt: skip
        heads = self.audit_heads()
        return Watch(self.operations, self.clock, settings.duty, self.escalation(), heart, self._rule_names, heads)

    def audit_heads(self) -> Heads:
        """What remembers how far the audit log had come on each day."""
        return Heads(self.operations.audit, self.settings.in_home(HEADS_FILE), self.clock)

    def _rule_names(self) -> list[str]:
        return [rule.name for rule in in_force(self.operations.rulebook, self.settings).rules]

    def deliverer(self) -> Deliverer:
        """What sends the messages that wait; whoever asks for it closes it."""
        settings = self.settings
        return Deliverer(
            self.operations.outbox, self.channels, settings.delivery, self.clock,
            base_url=settings.site.base_url, links=self.links,
        )  # fmt: skip

    def grouping(self, *, demo: bool = False, clock: Clock | None = None) -> Grouping:
        """What puts analysed texts into groups of copies and events, on one side."""
        events, cursors, settings = self.operations.events, self.operations.cursors, self.settings.grouping
        return Grouping(self.store, events, cursors, clock or self.clock, settings, demo=demo)

    def prepare_home(self) -> None:
        """Make the folders of the home; what is there stays."""
        home = self.settings.home.path
        home.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):
            home.chmod(0o700)
        for name in (*FOLDERS, self.settings.intake.inbox_folder):
            self.settings.in_home(name).mkdir(exist_ok=True)
        self._sweep_uploads()

    def _sweep_uploads(self) -> None:
        """Remove what a killed upload left in plain text; an upload that is running is younger."""
        for left in self.settings.in_home("uploads").iterdir():
            with suppress(FileNotFoundError):
                if left.is_dir() and self.clock.now().timestamp() - left.stat().st_mtime > UPLOAD_TAKES.total_seconds():
                    shutil.rmtree(left, ignore_errors=True)

    def close(self) -> None:
        """Close what was opened, last first."""
        while self._closers:
            self._closers.pop()()


def _rank_of(source: str, url: str | None, medium: str) -> tuple[str, str] | None:
    rank = media_rank(source, url, medium)
    return None if rank is None else (rank.code, rank.title)


def shelf_of(settings: Settings) -> Shelf:
    """The models of an installation; its folder need not be there."""
    return Shelf(settings.in_home("models"))


def build(settings: Settings, clock: Clock | None = None, config: Path | None = None) -> Services:
    """The services of one installation; `config` is the file that `settings` came from."""
    return Services(settings, clock or SystemClock(), config)
