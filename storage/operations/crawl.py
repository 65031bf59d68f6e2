"""What crawls and imports remember and report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from config.masking import mask_address
from storage.cipher import Cipher
from storage.operations.database import Database, insert_row
from storage.operations.tables import crawl_runs, imports, pages
from storage.records import ImportReport, SeenPage, SourceReport


class Pages:
    """Pages fetched before, by source and URL; an address with personal data in it is kept as a keyed hash only."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database, self._cipher = database, cipher

    def get(self, source: str, urls: Sequence[str]) -> dict[str, SeenPage]:
        """What is remembered of these URLs."""
        found: dict[str, SeenPage] = {}
        with self._database.read() as connection:
            for at in range(0, len(urls), 500):
                kept_as = {self._kept_as(url): url for url in urls[at : at + 500]}
                chosen = pages.c.url.in_(list(kept_as))
                for row in connection.execute(pages.select().where(pages.c.source == source, chosen)):
                    url = kept_as[row.url]
                    found[url] = SeenPage(**{**row._mapping, "url": url})
        return found

    def remember(self, page: SeenPage) -> None:
        """Insert or replace; to be called only after the page's text is safe in the inbox."""
        values = {**asdict(page), "url": self._kept_as(page.url)}

        def work(connection: sa.Connection) -> None:
            same = sa.and_(pages.c.source == page.source, pages.c.url == values["url"])
            if not connection.execute(pages.update().where(same).values(**values)).rowcount:
                connection.execute(pages.insert().values(**values))

        self._database.retried(work)

    def _kept_as(self, url: str) -> str:
        return url if mask_address(url) == url else self._cipher.keyed_hash(url)


class CrawlRuns:
    """The reports of past crawls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, report: SourceReport) -> None:
        """Keep one report."""
        values = {**asdict(report), "reasons": list(report.reasons)}
        with self._database.write() as connection:
            connection.execute(crawl_runs.insert().values(**values))

    def caught_up(self, source: str, most: int) -> bool:
        """Whether a recorded crawl had all texts of the source that were new then; a crawl visits at most `most`."""
        run = crawl_runs.c
        kept_some = run.new + run.updated + run.unchanged > 0
        query = sa.select(run.id).where(run.source == source, kept_some, run.new + run.failed < most).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def latest(self) -> list[SourceReport]:
        """The newest report of each source, by name."""
        newest = sa.select(sa.func.max(crawl_runs.c.id)).group_by(crawl_runs.c.source)
        query = crawl_runs.select().where(crawl_runs.c.id.in_(newest)).order_by(crawl_runs.c.source)
        with self._database.read() as connection:
            return [_report(row) for row in connection.execute(query)]


class Imports:
    """The reports of past imports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, report: ImportReport) -> int:
        """Keep one report; returns its number."""
        with self._database.write() as connection:
            return insert_row(connection, imports, **asdict(report))

    def number_of(self, rejected_file: str) -> int | None:
        """The number of the import whose rejected rows are in a file, None where there is none."""
        query = sa.select(imports.c.id).where(imports.c.rejected_file == rejected_file).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query)

    def latest(self, limit: int = 20) -> list[ImportReport]:
        """The newest reports, newest first."""
        query = imports.select().order_by(imports.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [
                ImportReport(**{name: value for name, value in row._mapping.items() if name != "id"})
                for row in connection.execute(query)
            ]


def _report(row: sa.Row[tuple[object, ...]]) -> SourceReport:
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    return SourceReport(**{**values, "reasons": tuple(values["reasons"])})
