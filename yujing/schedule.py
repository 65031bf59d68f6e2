"""What happens by itself: APScheduler in its own place, never inside a web worker.

Only one scheduler runs per home (a lock file held by the process); what was missed while the product stood still is
caught up by the jobs themselves from their stored cursors, so runs that overlap or were missed are simply merged.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
from collections.abc import Callable, Collection
from datetime import UTC, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from alerting.desk.evidence.packing import Packing
from alerting.duty.watch import EVERY
from alerting.outbox import Deliverer
from config.errors import ConflictError, YujingError
from config.vocabulary import FOLDER
from crawler.folder import InboxFolder
from nlp.baseline import fill_baseline
from nlp.entities.divisions import divisions
from nlp.stage import AnalysisStage
from yujing.watch import Watch
from yujing.wiring import Services

log = logging.getLogger(__name__)
# `intake`: crawl, watch the inbox folder, deliver, tell one after another; `watch`: group texts and ask the rules;
# `analysis`: take batches from the inbox.
Jobs = Literal["intake", "watch", "analysis"]
ALL: tuple[Jobs, ...] = ("intake", "watch", "analysis")


class Lock:
    """At most one process per home and purpose; freed by the system when the process ends, however it ends."""

    def __init__(self, file: Path, what: str) -> None:
        self._file, self._what = file, what
        self._handle: IO[str] | None = None

    def take(self) -> None:
        """Raises ConflictError when another process holds it."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = self._file.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise ConflictError(f"启动{self._what}", f"已有一个在使用 {self._file.parent}，请先停止它") from None
        self._handle = handle

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.free()

    def free(self) -> None:
        """Let others take it."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def schedule_lock(services: Services) -> Lock:
    """The lock of the one scheduler of a home."""
    return Lock(services.settings.in_home("schedule.lock"), "调度")


class Schedule:
    """The jobs of an installation; `start` returns at once, `stop` waits for what is running."""

    def __init__(self, services: Services, jobs: Collection[Jobs] = ALL) -> None:
        """Of those that do `intake` one may run per home, with its `watch` or with one apart: whoever starts it holds
        the home's `schedule_lock`.
        """
        self._services = services
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(8)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stage: AnalysisStage | None = services.stage() if "analysis" in jobs else None
        self._deliverer: Deliverer | None = None
        self._watch: Watch | None = None
        self._packing: Packing | None = None
        self._crawling: subprocess.Popen[str] | None = None
        if "intake" in jobs:
            self._add_intake()
        if "watch" in jobs:
            self._add_watch()
        if "analysis" in jobs:
            self._every(timedelta(milliseconds=250), "analyse", self._analyse)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End all jobs and give back what they hold."""
        if self._crawling is not None:
            self._crawling.terminate()
        if self._packing is not None:
            self._packing.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._watch is not None:
            self._watch.close()
        if self._deliverer is not None:
            self._deliverer.close()
        if self._stage is not None:
            self._stage.close()

    def _add_intake(self) -> None:
        services, settings = self._services, self._services.settings
        folder = InboxFolder(
            settings.in_home(settings.intake.inbox_folder),
            operations=services.operations,
            clock=services.clock,
            settings=settings.intake,
            rejected_folder=settings.in_home("rejected"),
            knows_region=lambda region: divisions(FOLDER).knows(region),
        )
        self._every(timedelta(seconds=5), "inbox folder", folder.poll)
        self._deliverer = services.deliverer()
        self._every(timedelta(seconds=settings.delivery.every_seconds), "deliver", self._deliverer.start_due)
        self._every(timedelta(seconds=5), "duty", services.escalation().run_once)
        self._every(timedelta(seconds=5), "clocks", services.timekeeping().run_once)
        self._every(timedelta(seconds=5), "clock warnings", services.clock_warnings().run_once)
        self._every(timedelta(seconds=5), "signers", services.signer_messages().run_once)
        self._every(timedelta(seconds=30), "follow-ups", services.operations.followups.settle)
        self._every(timedelta(seconds=30), "statements run out", services.operations.statements.expire)
        self._every(timedelta(seconds=30), "copies", services.copies().run_once)
        self._packing = services.packing()
        self._every(timedelta(seconds=2), "evidence packages", self._packing.run_once)
        self._every(EVERY, "watch over the watch", services.watch().run_once)
        self._every(timedelta(minutes=1), "crawl", self._crawl)
        if settings.analysis.snownlp_batch:
            self._every(timedelta(seconds=20), "snownlp", self._baseline)

    def _add_watch(self) -> None:
        services = self._services
        engines = [services.following_engine(), services.following_engine(demo=True)]
        self._watch = Watch([services.grouping(), services.grouping(demo=True)], engines)
        self._every(timedelta(seconds=services.settings.alerting.every_seconds), "watch", self._look)

    def _every(self, interval: timedelta, name: str, work: Callable[[], object]) -> None:
        """A job whose failure is logged and which simply runs again: every job can be repeated."""

        def guarded() -> None:
            try:
                work()
            except YujingError as error:
                log.warning("job %s: %s", name, error)
            except Exception:
                log.exception("job %s failed", name)

        self._scheduler.add_job(
            guarded,
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            name=name,
            next_run_time=self._services.clock.now(),
        )

    def _look(self) -> None:
        assert self._watch is not None
        while self._watch.run_once() and self._scheduler.running:
            pass

    def _analyse(self) -> None:
        assert self._stage is not None
        while self._scheduler.running and self._stage.run_once().taken:
            pass

    def _baseline(self) -> None:
        if self._services.operations.inbox.counts()["waiting"] == 0:  # the stream never waits for it
            fill_baseline(self._services.store, self._services.settings.analysis.snownlp_batch)

    def _crawl(self) -> None:
        """Crawl the sources that are due, in a process of their own."""
        settings = self._services.settings
        if not settings.in_home(settings.crawl.sources_file).exists():
            return
        command = [sys.executable, "-m", "yujing", "--home", str(settings.home.path)]
        if self._services.config is not None:
            command += ["--config", str(self._services.config)]
        with subprocess.Popen(  # noqa: S603 - our own program
            [*command, "crawl", "--due", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as self._crawling:
            _, said = self._crawling.communicate()
        if self._crawling.returncode > 0:
            log.warning("crawl: %s", said.strip())
        self._crawling = None
