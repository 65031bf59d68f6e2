"""Visiting sources: starts the crawling process, keeps what it brings, reports on every source."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from config.clock import Clock
from config.masking import mask, mask_address
from config.settings import CrawlSettings
from crawler import wire
from crawler.imports import Arrival
from crawler.sources import Source, choose
from crawler.visit import make_job
from storage.operations import Operations
from storage.records import SourceReport

# Told a source's name and how many of its pages have been had.
CrawlProgress = Callable[[str, int], None]
# More reasons than these say nothing new.
MOST_REASONS = 20
_ROOT = Path(__file__).resolve().parent.parent


def crawl(
    sources: Sequence[Source],
    *,
    operations: Operations,
    settings: CrawlSettings,
    clock: Clock,
    only: Sequence[str] = (),
    progress: CrawlProgress | None = None,
    arrived_at: Arrival | None = None,
) -> list[SourceReport]:
    """Visit the sources once; the reports, in the order of the sources, are also recorded.

    A page is remembered only after its text is in the inbox, so a crawl killed at any point loses nothing and the
    next one goes on. A source that fails does not hold up the others. Raises NotFoundError for an unknown name in
    `only` and StoreError when the inbox cannot be written.
    """
    chosen = choose(sources, only)
    if not chosen:
        return []
    keeper = _Keeper(chosen, operations, clock, progress, arrived_at)
    with _visitor() as (to_visitor, from_visitor):
        _send(to_visitor, make_job(chosen, settings, clock.now()))
        for line in from_visitor:
            _send(to_visitor, keeper.answer(json.loads(line)))
    return keeper.reports()


@contextmanager
def _visitor() -> Iterator[tuple[IO[str], IO[str]]]:
    """The crawling process; it ends with this block whatever happens."""
    command = [sys.executable, "-m", "crawler.visit"]
    with subprocess.Popen(  # noqa: S603 - a fixed command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii", cwd=_ROOT
    ) as process:
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: PT018 - pipes were asked for
            yield process.stdin, process.stdout
        finally:
            process.kill()


def _send(line: IO[str], message: Mapping[str, Any]) -> None:
    try:
        line.write(json.dumps(message) + "\n")
        line.flush()
    except BrokenPipeError:  # the process ended by itself; the reports tell which sources were not finished
        return


@dataclass(slots=True)
class _Tally:
    """What one source has come to so far."""

    started_at: datetime
    finished_at: datetime | None = None
    pages: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)


class _Keeper:
    """Answers the crawling process: keeps texts, remembers pages, counts."""

    def __init__(
        self,
        sources: Sequence[Source],
        operations: Operations,
        clock: Clock,
        progress: CrawlProgress | None,
        arrived_at: Arrival | None,
    ) -> None:
        self._operations, self._clock = operations, clock
        self._progress, self._arrived_at = progress, arrived_at
        self._tallies = {source.name: _Tally(clock.now()) for source in sources}
        # What stood on their pages before we came may be of any age.
        runs = operations.crawl_runs
        self._behind = {each.name for each in sources if not runs.caught_up(each.name, each.max_articles)}

    def answer(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what one message asks."""
        name = message["source"]
        tally = self._tallies[name]
        match message["do"]:
            case wire.SEEN:
                pages = self._operations.pages.get(name, message["urls"])
                return {url: wire.page_to_json(page) for url, page in pages.items()}
            case wire.DELIVER:
                return {"outcome": self._keep(tally, message)}
            case wire.FETCHED:
                tally.pages += 1
                if self._progress:
                    self._progress(name, tally.pages)
            case wire.UNCHANGED:
                tally.unchanged += message["count"]
            case wire.FAILED:
                tally.failed += 1
                tally.reasons.append(f"{mask(message['reason'])}：{mask_address(message['url'])}")
            case wire.FINISHED:
                tally.finished_at = self._clock.now()
                self._operations.crawl_runs.record(_report(name, tally, self._clock))
        return {}

    def reports(self) -> list[SourceReport]:
        """One report per source; those the crawling process did not finish are recorded as failed."""
        for name, tally in self._tallies.items():
            if tally.finished_at is None:
                tally.failed += 1
                tally.reasons.append("抓取进程意外结束，余下的下次再抓")
                tally.finished_at = self._clock.now()
                self._operations.crawl_runs.record(_report(name, tally, self._clock))
        return [_report(name, tally, self._clock) for name, tally in self._tallies.items()]

    def _keep(self, tally: _Tally, message: Mapping[str, Any]) -> str:
        """First the text, durably, then the page: in this order nothing can be lost."""
        outcome = "unchanged"
        if message["raw"]:
            raw = wire.raw_from_json(message["raw"])
            raw = replace(raw, backlog=not raw.dated and raw.source in self._behind)
            outcome = self._operations.inbox.put([raw], self._arrived_at)[0]
        self._operations.pages.remember(wire.page_from_json(message["page"]))
        if message["count"]:
            setattr(tally, outcome, getattr(tally, outcome) + 1)
        return outcome


def _report(name: str, tally: _Tally, clock: Clock) -> SourceReport:
    reasons = list(dict.fromkeys(tally.reasons))
    if len(reasons) > MOST_REASONS:
        reasons = [*reasons[:MOST_REASONS], f"另有 {len(reasons) - MOST_REASONS} 处"]
    return SourceReport(
        source=name, started_at=tally.started_at, finished_at=tally.finished_at or clock.now(), pages=tally.pages,
        new=tally.new, updated=tally.updated, unchanged=tally.unchanged, failed=tally.failed, reasons=tuple(reasons),
    )  # fmt: skip
