"""Bringing in as the command line and the schedule ask for it: any table, sources that are due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from config.vocabulary import FOLDER
from crawler.cause_imports import cause_formats, import_causes
from crawler.closing_imports import closing_formats, import_closing
from crawler.imports import Progress, import_file
from crawler.run import crawl
from crawler.sources import due as due_sources
from crawler.sources import load_sources
from nlp.analysers.privacy import mask_free
from nlp.entities.divisions import divisions
from storage.records import ImportReport, SourceReport
from yujing.wiring import Services


def import_table(
    services: Services, file: Path, format_name: str, mapping: Path | None, *, by: str, progress: Progress
) -> tuple[ImportReport, tuple[str, ...]]:
    """Import a table of texts, of known causes or of a list that closes the loop.

    With the regions of causes that no table of divisions knows.

    Raises InputError and NotFoundError as `import_file` does.
    """
    clock, operations = services.clock, services.operations
    rejected = services.settings.in_home("rejected")
    if format_name in cause_formats():
        got = import_causes(
            file, format_name, mapping=mapping, causes=operations.causes, clock=clock, rejected_folder=rejected, by=by,
            knows_region=lambda region: divisions(FOLDER).knows(region), progress=progress,
        )  # fmt: skip
        return got.report, got.unknown_regions
    if format_name in closing_formats():
        return import_closing(
            file, format_name, mapping=mapping, operations=operations, clock=clock, rejected_folder=rejected, by=by,
            masked=mask_free, progress=progress,
        ), ()  # fmt: skip
    report = import_file(
        file, format_name, mapping=mapping, inbox=operations.inbox, clock=clock, settings=services.settings.intake,
        rejected_folder=rejected, by=by, progress=progress,
    )  # fmt: skip
    return report, ()


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
