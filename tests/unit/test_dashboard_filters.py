"""What an address means, and that links say the same as the filter they come from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.errors import QueryError
from dashboard.filters import SPANS, Filter, local_input, named_window, read_filter
from dashboard.realm import Realm
from storage.query import Term
from tests.fixtures_dashboard import NOW, Place, opened


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place, place.app.test_request_context("/"):
        yield place


def again(address: str) -> Filter:
    """The filter an address leads to, an hour later."""
    return read_filter(dict(parse_qsl(urlsplit(address).query)), NOW + timedelta(hours=1), Realm(), default="all")


def test_presets() -> None:
    assert named_window("today", NOW).start == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert named_window("24h", NOW).start == datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
    assert named_window("7d", NOW).start == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert all(named_window(span, NOW).end == datetime(2026, 11, 22, 4, 21, tzinfo=UTC) for span in SPANS)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    "args",
    [
        {},
        {"q": "停电"},
        {"q": '停电 "没人管" category:TD,DY -kind:表扬 region:河口镇', "span": "7d"},
        {"q": "label:negative", "since": "2026-11-01", "until": "2026-11-08T12:00"},
        {"q": "停电 since:2026-11-01"},
        {"span": "all"},
    ],
)
def test_link_to_the_documents_behind_stays_fixed(args: dict[str, str]) -> None:
    chosen = read_filter(args, NOW, Realm())
    later = again(chosen.behind())
    assert later.query.terms == chosen.query.terms
    assert later.query.text == chosen.query.text
    assert later.query.without == chosen.query.without
    assert later.window == chosen.window


@pytest.mark.usefixtures("place")
def test_link_to_the_same_filter_moves_with_the_time() -> None:
    chosen = read_filter({"q": "停电", "span": "7d"}, NOW, Realm())
    assert again(chosen.at("overview.show")).window.end == NOW + timedelta(hours=1, minutes=1)


@pytest.mark.usefixtures("place")
def test_chips_take_away_one_condition_each() -> None:
    chosen = read_filter({"q": "停电 category:TD region:河口镇 -label:positive", "span": "7d"}, NOW, Realm())
    chips = {chip.name: chip for chip in chosen.chips("documents.show")}
    assert {name: chip.value for name, chip in chips.items()} == {
        "类别": "停电", "地区": "河口镇", "不含情感": "正面", "含": "停电",
    }  # fmt: skip
    rest = again(chips["类别"].without)
    assert rest.query.terms == (Term("region", ("河口镇",)), Term("demo", ("0",)))
    assert rest.query.without == chosen.query.without
    assert again(chips["不含情感"].without).query.without == ()
    assert again(chips["含"].without).query.text == ()
    assert rest.span == "7d"


def test_bounds_in_the_expression_win_over_the_span() -> None:
    chosen = read_filter({"q": "since:2026-11-01 until:2026-11-02", "span": "7d"}, NOW, Realm())
    assert chosen.span == "custom"
    assert chosen.window.end - chosen.window.start == timedelta(days=1)
    assert chosen.span_name == "2026-11-01 00:00 – 2026-11-02 00:00"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"q": "nix:1"}, "没有字段“nix”"),
        ({"span": "5y"}, "没有这个时间范围"),
        ({"since": "昨天"}, "“昨天”看不懂：不是时间"),
        ({"since": "2026-11-08", "until": "2026-11-01"}, "开始时间应早于结束时间"),
    ],
)
def test_addresses_that_mean_nothing(args: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        read_filter(args, NOW, Realm())


def test_field_of_the_picker() -> None:
    assert local_input(NOW) == "2026-11-22T12:20"
    assert local_input(named_window("all", NOW).start) == ""
