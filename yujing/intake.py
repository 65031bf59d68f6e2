"""Crawling as the command line and the schedule ask for it: which sources, and which of them are due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from crawler.run import crawl
from crawler.sources import due as due_sources
from crawler.sources import load_sources
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
        latest = services.operations.crawl_runs.latest()
        sources = due_sources(sources, latest, services.clock.now(), settings.crawl.every_minutes)
    told = None if progress is None else lambda source, pages: progress(f"抓取 {source}", pages, 0)
    return crawl(
        sources,
        operations=services.operations,
        settings=settings.crawl,
        clock=services.clock,
        only=only,
        progress=told,
    )
