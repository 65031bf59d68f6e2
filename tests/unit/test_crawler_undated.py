"""Texts whose source names no time: seen once, dated once, and never news because their page was touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import load_settings
from crawler.run import crawl
from crawler.sources import Source
from storage.operations import Operations
from storage.records import Claim, SourceReport
from tests.fixtures_operations import operations_in
from tests.fixtures_site import Reply, Site, running_site

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(NOW)


@pytest.fixture
def operations(tmp_path: Path, clock: TurnedClock) -> Iterator[Operations]:
    with closing(operations_in(tmp_path, clock)) as operations:
        yield operations


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


def show(
    site: Site, *numbers: int, text: str = "居民反映小区停电已经八个小时，至今没有人处理。", when: str = ""
) -> None:
    """A list of these articles, and the articles; an article that is shown stays."""
    links = "".join(f"<li><a href='/{number}.html'>小区停电的第{number}篇报道</a></li>" for number in numbers)
    site.pages["/list"] = Reply(f"<meta charset='utf-8'><ul>{links}</ul>".encode())
    for number in numbers:
        page = f"<meta charset='utf-8'><h1>停电第{number}篇</h1><span class='when'>{when}</span><p>{text}</p>"
        site.pages[f"/{number}.html"] = Reply(page.encode())


def visit(operations: Operations, clock: TurnedClock, site: Site, most: int = 100) -> SourceReport:
    settings = replace(load_settings().crawl, delay_seconds=0.0)
    source = Source(
        "甲", "listing", f"{site.url}/list", selectors={"time": ".when"}, recheck_hours=0, max_articles=most
    )
    (report,) = crawl([source], operations=operations, settings=settings, clock=clock)
    return report


def texts(operations: Operations) -> dict[str, Claim]:
    """What waits, by the article's number; it is then taken as analysed."""
    claims = operations.inbox.take(100, HOUR)
    operations.inbox.finish(claims)
    return {str(claim.raw.url).rpartition("/")[2].removesuffix(".html"): claim for claim in claims}


def test_a_changed_page_without_a_time_stays_the_same_event(
    operations: Operations, clock: TurnedClock, site: Site
) -> None:
    show(site, 1)
    visit(operations, clock, site)
    first = texts(operations)["1"]
    clock.advance(HOUR)
    show(site, 1, text="居民反映小区停电已经九个小时，至今没有人处理。阅读 1024 次。")
    assert visit(operations, clock, site).updated == 1
    again = texts(operations)["1"]
    assert (again.revision, again.raw.published_at, again.arrived_at) == (2, NOW, NOW)
    assert "九个小时" in again.raw.body
    assert (again.raw.dated, again.raw.backlog) == (first.raw.dated, first.raw.backlog) == (False, True)


def test_a_time_still_to_come_is_none(operations: Operations, clock: TurnedClock, site: Site) -> None:
    show(site, 1, when="2027-03-01 08:00")
    visit(operations, clock, site)
    raw = texts(operations)["1"].raw
    assert (raw.published_at, raw.dated) == (NOW, False)


def test_a_time_that_is_named_later_counts_and_stays(operations: Operations, clock: TurnedClock, site: Site) -> None:
    show(site, 1)
    visit(operations, clock, site)
    texts(operations)
    for when in ("2026-11-20 08:00", ""):
        clock.advance(HOUR)
        show(site, 1, text=f"居民反映小区停电已经很久，至今没有人处理。{when or '无'}", when=when)
        visit(operations, clock, site)
        raw = texts(operations)["1"].raw
        assert (raw.published_at, raw.dated, raw.backlog) == (datetime(2026, 11, 20, tzinfo=UTC), True, False)


def test_what_a_new_source_already_held_is_of_unknown_age_and_what_follows_is_new(
    operations: Operations, clock: TurnedClock, site: Site
) -> None:
    show(site, 1, 2)
    visit(operations, clock, site)
    assert [claim.raw.backlog for claim in texts(operations).values()] == [True, True]
    clock.advance(HOUR)
    show(site, 3, 1, 2)
    visit(operations, clock, site)
    assert [(name, claim.raw.backlog) for name, claim in texts(operations).items()] == [("3", False)]


def test_a_source_with_more_than_a_visit_takes_is_caught_up_with_over_several(
    operations: Operations, clock: TurnedClock, site: Site
) -> None:
    show(site, *range(10, 15))
    seen = []
    for _ in range(3):
        visit(operations, clock, site, most=2)
        seen.append([claim.raw.backlog for claim in texts(operations).values()])
        clock.advance(HOUR)
    assert seen == [[True, True], [True, True], [True]]
    show(site, 15, *range(10, 15))
    visit(operations, clock, site, most=2)
    assert [claim.raw.backlog for claim in texts(operations).values()] == [False]


def test_dated_texts_of_a_new_source_are_judged_by_their_time(
    operations: Operations, clock: TurnedClock, site: Site
) -> None:
    show(site, 1, when="2026-11-22 11:30")
    visit(operations, clock, site)
    raw = texts(operations)["1"].raw
    assert (raw.published_at, raw.dated, raw.backlog) == (NOW - HOUR / 2, True, False)


def test_the_same_undated_text_again_changes_nothing(operations: Operations, clock: TurnedClock, site: Site) -> None:
    show(site, 1)
    visit(operations, clock, site)
    raw = texts(operations)["1"].raw
    later = replace(raw, published_at=NOW + HOUR, backlog=False)
    assert operations.inbox.put([later]) == ["unchanged"]
    assert operations.inbox.original(raw.id) == raw
    twice = replace(later, external_id="neu")
    assert operations.inbox.put([twice, replace(twice, published_at=NOW + 2 * HOUR, body="改了")]) == ["new", "updated"]
    kept = operations.inbox.original(twice.id)
    assert kept is not None
    assert (kept.published_at, kept.body) == (NOW + HOUR, "改了")
