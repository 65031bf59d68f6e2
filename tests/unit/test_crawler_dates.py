from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.clock import SHANGHAI, as_local
from crawler.dates import find_time, parse_time

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # 12:30 in Shanghai


def local(moment: datetime) -> str:
    return as_local(moment).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2019/2/28 11:25:05", "2019-02-28 11:25:05"),
        ("2020-01-06 12:09", "2020-01-06 12:09:00"),
        ("2020-1-6", "2020-01-06 00:00:00"),
        ("2019年4月1日 8时", "2019-04-01 08:00:00"),
        ("2019年4月1日8时5分", "2019-04-01 08:05:00"),
        ("2019年4月1日 8时5分9秒", "2019-04-01 08:05:09"),
        ("2019年4月1日（星期一）下午3点20分", "2019-04-01 15:20:00"),
        ("2019.04.01 08:00", "2019-04-01 08:00:00"),
        ("2019-04-01T08:00:00", "2019-04-01 08:00:00"),
        ("2019-04-01T08:00:00Z", "2019-04-01 16:00:00"),
        ("2019-04-01T08:00:00.123+09:00", "2019-04-01 07:00:00"),
        ("2019-04-01 08:00:00 +0800", "2019-04-01 08:00:00"),
        ("2019/4/1 上午12:05", "2019-04-01 12:05:00"),
        ("2019/4/1 12:05 AM", "2019-04-01 00:05:00"),
        ("2019/4/1 8:05 PM", "2019-04-01 20:05:00"),
        ("20190401", "2019-04-01 00:00:00"),
        ("201904010805", "2019-04-01 08:05:00"),
        ("20190401080507", "2019-04-01 08:05:07"),
        ("1554076800", "2019-04-01 08:00:00"),
        ("1554076800000", "2019-04-01 08:00:00"),
        ("43556.5", "2019-04-01 12:00:00"),
        ("Mon, 01 Apr 2019 00:00:00 GMT", "2019-04-01 08:00:00"),
        ("01 Apr 2019 08:00:00 +0800", "2019-04-01 08:00:00"),
    ],
)
def test_spellings(text: str, wanted: str) -> None:
    assert local(parse_time(text)) == wanted
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("刚刚", timedelta(0)),
        ("5秒前", timedelta(seconds=5)),
        ("3 小时前", timedelta(hours=3)),
        ("半小时前", timedelta(minutes=30)),
        ("2天前", timedelta(days=2)),
        ("一周前", timedelta(weeks=1)),
        ("昨天 12:30", timedelta(days=1)),
        ("今天 08:30", timedelta(hours=4)),
        ("前天 08:30", timedelta(days=2, hours=4)),
        ("11-20 12:30", timedelta(days=2)),
        ("11月20日 12:30", timedelta(days=2)),
        ("12-22 12:30", timedelta(days=335)),
    ],
)
def test_relative_spellings_count_from_now(text: str, ago: timedelta) -> None:
    assert parse_time(text, now=NOW) == NOW - ago
    with pytest.raises(ValueError, match="看不懂的时间"):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2019-02-30", "没有这样的日期"),
        ("2019-13-01 08:00", "没有这样的日期"),
        ("2019-04-01 24:01", "没有这样的日期"),
        ("20190431", "没有这样的日期"),
        ("1900-01-01", "年份 1900 不可能"),
        ("2999-01-01", "年份 2999 不可能"),
        ("01/06/2020", "看不懂的时间"),
        ("停电", "看不懂的时间"),
        ("", "看不懂的时间"),
        ("2019-04-01 08:00 左右", "看不懂的时间"),
        ("2019-04-01 08:00+99:00", "没有这样的时区“[+]99:00”"),
        ("刚刚停电", "看不懂的时间"),
        ("32 Apr 2019 08:00:00", "看不懂的时间"),
    ],
)
def test_what_is_no_time_is_told_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_time(text, now=NOW)


def test_the_zone_given_holds_where_the_text_names_none() -> None:
    assert parse_time("2019-07-01 08:00", zone=ZoneInfo("Europe/Berlin")).hour == 6
    assert parse_time("2019-07-01 08:00Z", zone=SHANGHAI).hour == 8


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("来源：甲县新闻网 2026-11-01 08:00 作者：某某", "2026-11-01 08:00:00"),
        ("发布于2026年11月1日", "2026-11-01 00:00:00"),
        ("编号12026-11-01", None),
        ("电话 0731-88881234", None),
        ("先错 2026-13-01 08:00 后对 2026-11-01 09:00", "2026-11-01 09:00:00"),
        ("江边的风 26-11-18 09:26 来自手机", "2026-11-18 09:26:00"),
        ("批号 126-11-18 09:26", None),
        ("26-13-18 09:26", None),
        ("3小时前 来自手机", "2026-11-22 09:30:00"),
        ("昨天 7:05 发帖", "2026-11-21 07:05:00"),
        ("今天天气不错，99:99", None),
        ("刚刚 来自手机", "2026-11-22 12:30:00"),
        ("甲县网友 | 刚刚", "2026-11-22 12:30:00"),
        ("发表于：刚刚", "2026-11-22 12:30:00"),
        ("半小时前发布", "2026-11-22 12:00:00"),
        ("刚刚！甲县一小区停电", None),
        ("刚才停电了，到现在没来", None),
        ("我刚才打了电话", None),
        ("3小时前小区停电", None),
        ("两天前，供电所来人看过", None),
        ("昨天 7:05停电到现在", None),
    ],
)
def test_finding_a_time_in_a_text(text: str, wanted: str | None) -> None:
    found = find_time(text, now=NOW)
    assert (local(found) if found else None) == wanted


def test_a_short_year_in_an_export_is_refused() -> None:
    with pytest.raises(ValueError, match="看不懂"):
        parse_time("26-11-18 09:26", now=NOW)
