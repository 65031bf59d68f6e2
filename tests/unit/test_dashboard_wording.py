"""How things are written, and that every page is where the frame says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.names import code_name, value_name
from dashboard.pages import GROUPS, all_pages, rail
from dashboard.permissions import HOME, TABLE
from dashboard.wording import ago, duration, number, score, signed, stamp
from storage.records import ROLES
from tests.fixtures_dashboard import NOW


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 分"), (46, "46 分"), (112, "1 时 52 分"), (60, "1 时 0 分"), (50 * 60, "2 天 2 时"), (-5, "5 分")],
)
def test_durations(minutes: int, said: str) -> None:
    assert duration(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=3), "3 分钟前"),
        (timedelta(hours=5), "5 小时前"),
        (timedelta(days=2), "11-20 12:20"),
        (timedelta(days=400), "2025-10-18 12:20"),
        (timedelta(minutes=-5), "12:25"),
    ],
)
def test_how_long_ago(before: timedelta, said: str) -> None:
    assert ago(NOW - before, NOW) == said


def test_midnight_belongs_to_shanghai() -> None:
    assert stamp(NOW - timedelta(hours=12, minutes=20), NOW) == "00:00"
    assert stamp(NOW - timedelta(hours=12, minutes=21), NOW) == "11-21 23:59"


@pytest.mark.parametrize(
    ("value", "said"), [(-0.82, "−0.82"), (0.7123, "+0.71"), (0.03, "0.03"), (-0.03, "0.03"), (0, "0.00")]
)
def test_scores(value: float, said: str) -> None:
    assert score(value) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(12, 0, "+12"), (-6, 0, "−6"), (0.04, 1, "±0"), (12.34, 1, "+12.3"), (-1234, 0, "−1,234")],
)
def test_differences(value: float, digits: int, said: str) -> None:
    assert signed(value, digits) == said


def test_numbers() -> None:
    assert (number(1284), number(3.5), number(41.0)) == ("1,284", "3.5", "41")


def test_codes_have_names() -> None:
    assert [code_name("power8", code) for code in ("TD", "DY", "DF", "YK", "JS", "FW", "ZG", "NO")] == [
        "停电", "电压质量", "电费计量", "报装扩容", "电网建设与安全", "服务作风", "转供电", "与供电无关",
    ]  # fmt: skip
    assert code_name("power8", "QQ") == "QQ"
    assert code_name("nix", "1") == "1"
    assert value_name("label", "negative") == "负面"
    assert value_name("region", "-") == "未注明地区"
    assert value_name("source", "云川论坛") == "云川论坛"


def test_every_page_has_its_place() -> None:
    pages = all_pages()
    shown = [page for _, members in rail(pages) for page in members]
    assert sorted(page.name for page in shown) == sorted(pages)
    assert all(page.blueprint.name == page.name and page.group in GROUPS for page in shown)
    assert set(HOME.values()) <= set(pages)
    assert len({(page.group, page.order) for page in shown}) == len(shown)
    tabs = {role: [page.name for page in shown if page.on_phone and role in TABLE[page.may]] for role in ROLES}
    # At the foot of a phone there is room for four, and for one more for those who sign.
    assert all(3 <= len(names) - ("signing" in names) <= 4 for names in tabs.values()), tabs
