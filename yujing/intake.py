"""Crawling as the command line and the schedule ask for it: which sources, and which of them are due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from crawler.run import crawl
from crawler.sources import Source, load_sources

from storage.records import SourceReport
from yujing.wiring import Services


def crawl_sources(
    services: Services,
    file: Path | None,
    only: Sequence[str],
    *,
    due: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[SourceReport]:
    """Crawl the named sources of a file (default: all of the home's); `due` leaves out those crawled lately."""
    settings = services.settings
    sources = load_sources(file or settings.in_home(settings.crawl.sources_file))
    if due:
        sources = _due(services, sources)
    return crawl(
        sources,
        operations=services.operations,
        settings=settings.crawl,
        clock=services.clock,
        only=only,
        progress=progress,
    )


def _due(services: Services, sources: Sequence[Source]) -> list[Source]:
    now = services.clock.now()
    last = {report.source: report.started_at for report in services.operations.crawl_runs.latest()}
    every = services.settings.crawl.every_minutes
    return [
        source
        for source in sources
        if source.name not in last or now - last[source.name] >= timedelta(minutes=source.every_minutes or every)
    ]
