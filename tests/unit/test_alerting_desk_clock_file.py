"""The clock table as a file: what ships is sound, a site lays its own over it, mistakes are told with their place."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from alerting.desk.clock_file import load_clocks
from alerting.desk.clock_table import ClockTable
from config.cause_kinds import load_cause_kinds
from config.errors import VocabularyError
from config.settings import load_settings
from tests.fixtures_clocks import table
from tests.fixtures_operations import FOUR_HOURS

ABOUT = '[about]\ntitle = "本单位时限"\nversion = "3"\ndate = "2026-11-01"\nsource = "制度"\nlicence = "内部"\n'
ROW = """
[[clock]]
id = "own"
title = "投诉答复"
matter = "complaint"
demand = "answer"
channels = ["95598"]
working_days = 3
until = "day"
start = "accepted"
ends = "mark"
law = "internal"
grade = "B"
source = "本单位制度"
"""


def load(folder: Path, text: str, *choose: str) -> ClockTable:
    head = f"{text}\n{ABOUT}" if text.startswith("off") else f"{ABOUT}{text}"
    (folder / "clocks.toml").write_text(head, encoding="utf-8")
    return load_clocks(FOUR_HOURS, choose, folder)


def test_every_row_that_ships_tells_its_source_and_whether_it_is_law() -> None:
    rows = table().rows.values()
    assert len(rows) >= 25
    assert {row.law for row in rows} == {"law", "rule", "promise", "internal"}
    assert {row.grade for row in rows} == {"A", "B", "C"}
    assert all(row.source and row.title for row in rows)
    answers = [row for row in rows if (row.matter, row.demand, row.channels) == ("complaint", "answer", ("95598",))]
    assert sorted(row.terms.amount for row in answers) == [4, 5, 6, 7]  # they contradict each other, side by side


def test_the_first_response_has_one_source_for_its_number() -> None:
    row = load_clocks(timedelta(hours=2.5)).rows["first-response"]
    assert (row.terms.amount, row.law, row.setting) == (150, "internal", "alerting.first_response_hours")
    assert row.terms.words == "150 分钟"


def test_announcements_are_those_of_the_kinds_of_outages() -> None:
    kinds = load_cause_kinds().outages
    planned, maintenance = table().rows["planned-outage-7d"].terms, table().rows["maintenance-24h"].terms
    assert timedelta(days=planned.amount) == kinds["计划停电"].ahead
    assert timedelta(minutes=maintenance.amount) == kinds["临时停电"].ahead
    assert (planned.words, maintenance.words) == ("提前 7 天", "提前 24 小时")


def test_a_site_adds_and_overrides_rows(tmp_path: Path) -> None:
    found = load(tmp_path, ROW + ROW.replace('"own"', '"95598-enquiry-5wd"').replace("complaint", "enquiry"))
    assert found.rows["own"].own
    assert found.rows["95598-enquiry-5wd"].terms.amount == 3
    assert not found.rows["first-response"].own
    assert (found.version, table().version) == ("2+3", "2")
    assert found.edition != table().edition


def test_a_site_switches_rows_off(tmp_path: Path) -> None:
    found = load(tmp_path, 'off = ["internal-report-6h"]')
    assert set(table().rows) - set(found.rows) == {"internal-report-6h"}
    with pytest.raises(VocabularyError, match="“off”：应为时限表里已有编号的列表"):
        load(tmp_path, 'off = ["nothing"]')


def test_a_site_brings_channels_and_matters_of_its_own(tmp_path: Path) -> None:
    more = '[[channel]]\ncode = "app"\ntitle = "网上国网"\nwords = ["网上国网"]\n'
    more += '[[matter]]\ncode = "vip"\ntitle = "大客户"\n'
    found = load(tmp_path, more + ROW.replace('"complaint"', '"vip"').replace('"95598"', '"app"'))
    assert found.channel_of("网上国网工单", "hotline") == "app"
    assert found.channel_of("95598工单", "hotline") == "95598"
    assert found.channel_of("不知道哪里", "other") == ""


def test_what_a_site_chooses_must_exist_and_not_contradict_itself(tmp_path: Path) -> None:
    assert load_clocks(FOUR_HOURS, ["95598-complaint-answer-6wd"]).chosen == {"95598-complaint-answer-6wd"}
    with pytest.raises(VocabularyError, match=r"“\[clocks\] choose”：时限表里没有“nothing”"):
        load_clocks(FOUR_HOURS, ["nothing"])
    for other in ("95598-complaint-answer-5wd", "95598-complaint-answer-js-4wd"):
        with pytest.raises(VocabularyError, match="互相矛盾，只能选一条"):
            load_clocks(FOUR_HOURS, ["95598-complaint-answer-6wd", other])
    both = ["95598-complaint-answer-6wd", "95598-complaint-contact-1wd"]
    assert load_clocks(FOUR_HOURS, both).chosen == set(both)
    assert load_clocks(FOUR_HOURS, (), tmp_path) == table()  # a home without the file


def test_the_setting_reaches_it() -> None:
    settings = load_settings(environ={"YUJING_CLOCKS_CHOOSE": "95598-complaint-answer-6wd, 12398-10wd"})
    assert settings.clocks.choose == ("95598-complaint-answer-6wd", "12398-10wd")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('law = "internal"', 'law = "custom"', "“clock own law”：应为 law、rule、promise、internal 之一，现为“custom”"),
        ('law = "internal"', "", "“clock own law”：应为"),
        ('grade = "B"', 'grade = "D"', "“clock own grade”：应为 A、B、C 之一"),
        ('start = "accepted"', 'start = "outage"', "“clock own start”：outage 与 ahead 应同时写"),
        ('start = "accepted"', 'start = "soon"', "“clock own start”：应为 first_text、accepted、"),
        ("working_days = 3", "working_days = 3\nhours = 2", "“clock own hours、working_days”：应写"),
        ("working_days = 3", "", "“clock own hours”：应写 minutes、hours、days"),
        ("working_days = 3", "working_days = 2.5", "“clock own working_days”：应为整数"),
        ("working_days = 3", "working_days = -1", "“clock own working_days”：应为 0 到 250 的数"),
        ("working_days = 3", "working_days = true", "“clock own working_days”：应为 0 到 250 的数"),
        ("working_days = 3", "hours = 4", "“clock own until”：只有 days 与 working_days 才写"),
        ('working_days = 3\nuntil = "day"', "hours = 0", "“clock own hours”：应为整分钟，且大于 0"),
        ('working_days = 3\nuntil = "day"', 'times = ["8点"]', "“clock own times”：应为时刻列表"),
        (
            'working_days = 3\nuntil = "day"',
            'setting = "web.port"',
            "“clock own setting”：应为 alerting.first_response_hours",
        ),
        (
            'working_days = 3\nuntil = "day"',
            'ahead = "故障停限电"',
            "“clock own ahead”：停电类型表里“故障停限电”没有公告时限",
        ),
        ('until = "day"', "", "“clock own until”：应为 day、hour 之一"),
        ('matter = "complaint"', 'matter = "feast"', "“clock own matter”：没有“feast”；有：response、"),
        ('channels = ["95598"]', 'channels = ["fax"]', "“clock own channels”：没有“fax”；有：12398、12345、95598、web"),
        ('channels = ["95598"]', 'channels = "95598"', "“clock own channels”：应为文字列表"),
        (
            'source = "本单位制度"',
            'source = "x"\nregions = ["江苏"]',
            "没有名为“江苏”的省级行政区（写全称，如 江苏省）",
        ),
        ('source = "本单位制度"', 'source = "x"\npauses = ["tea"]', "“clock own pauses”：没有“tea”；有：customer、"),
        ('source = "本单位制度"', 'source = ""', "“clock own source”：缺少，或不是 1–400 个字的文字"),
        ('source = "本单位制度"', 'source = "x"\nfrom = "明年"', "“clock own from”：“明年”不是日期"),
        ('source = "本单位制度"', 'source = "x"\nfrom = "2026-02-01"\nto = "2026-01-01"', "“clock own to”：早于 from"),
        ('source = "本单位制度"', 'source = "x"\ncarried = "no"', "“clock own carried”：应为 true 或 false"),
        ('source = "本单位制度"', 'source = "x"\nhour = 3', "“clock own hour”：没有这一项"),
        ('id = "own"', "", "“clock 第 1 条 id”：缺少"),
        ("[[clock]]", "[clock]", "“clock”：应写成 [[clock]]"),
        ("[[clock]]", "[[rows]]", "“rows”：没有这一节；有：clock、matter、channel、pause"),
        ("[[clock]]", '[[matter]]\ncode = "x"\n[[clock]]', "“matter x title”：缺少这一项"),
        ("[[clock]]", '[[pause]]\ncode = "x"\ntitle = "x"\nexempt = 1\n[[clock]]', "“pause x exempt”：写法不对：1"),
        ("[[clock]]", '[[channel]]\ncode = "x"\ntitle = "x"\nword = []\n[[clock]]', "“channel x word”：没有这一项"),
    ],
)
def test_mistakes_are_told_with_file_row_and_key(tmp_path: Path, before: str, after: str, message: str) -> None:
    text = ROW.replace(before, after, 1)
    assert text != ROW
    (tmp_path / "clocks.toml").write_text(ABOUT + text, encoding="utf-8")
    with pytest.raises(VocabularyError) as refused:
        load_clocks(FOUR_HOURS, (), tmp_path)
    assert "文件 clocks.toml" in str(refused.value)
    assert message in str(refused.value)


def test_no_id_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "clocks.toml").write_text(ABOUT + ROW + ROW, encoding="utf-8")
    with pytest.raises(VocabularyError, match="“clock own”：编号写了两次"):
        load_clocks(FOUR_HOURS, (), tmp_path)


def test_dates_bound_a_row(tmp_path: Path) -> None:
    dates = 'source = "x"\nfrom = "2026-01-01"\nto = "2026-06-30"'
    (tmp_path / "clocks.toml").write_text(ABOUT + ROW.replace('source = "本单位制度"', dates), encoding="utf-8")
    row = load_clocks(FOUR_HOURS, (), tmp_path).rows["own"]
    assert [row.holds_on(date(2026, *day)) for day in ((1, 1), (6, 30), (7, 1))] == [True, True, False]
    assert not row.holds_on(date(2025, 12, 31))


def test_the_example_of_the_manual_works(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "clocks.md").read_text(encoding="utf-8")
    setting, own = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    (tmp_path / "clocks.toml").write_text(own, encoding="utf-8")
    (tmp_path / "settings.toml").write_text(setting, encoding="utf-8")
    found = load_clocks(FOUR_HOURS, load_settings(tmp_path / "settings.toml").clocks.choose, tmp_path)
    assert found.rows["own-complaint-answer-3wd"].own
    assert "95598-enquiry-5wd" not in found.rows
