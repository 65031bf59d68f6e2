"""Main text, title and time on pages built like those of Chinese sites."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract import extract
from tests.quality import page_layouts, page_layouts_more
from tests.quality.page_frames import LAYOUTS

# A page below this has lost a paragraph or taken a box of the frame.
FLOOR, MEAN_FLOOR = 0.96, 0.99
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MODULES = (page_layouts, page_layouts_more)


def overlap(gold: Sequence[str], found: str) -> float:
    """F1 of character 5-grams."""
    wanted, given = (
        Counter(text[at : at + 5] for at in range(max(1, len(text) - 4)))
        for text in (re.sub(r"\s", "", "".join(gold)), re.sub(r"\s", "", found))
    )
    return 2 * (wanted & given).total() / (wanted.total() + given.total())


@pytest.mark.parametrize("name", LAYOUTS)
def test_text_title_and_time(name: str) -> None:
    built = LAYOUTS[name]()
    article = extract(built.content, now=NOW)
    assert overlap(built.text, article.text) >= FLOOR
    assert article.title == built.title
    if built.shown:
        assert article.time is not None
        assert (article.time + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M").startswith(built.shown)


def test_each_module_gives_its_layouts() -> None:
    assert {build.__module__ for build in LAYOUTS.values()} == {module.__name__ for module in MODULES}
    assert len(LAYOUTS) >= 30


def test_the_mean_over_all_layouts() -> None:
    pages = [build() for build in LAYOUTS.values()]
    assert sum(overlap(built.text, extract(built.content, now=NOW).text) for built in pages) / len(pages) >= MEAN_FLOOR
