from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.calendar import GUESSED, Calendar
from config.errors import VocabularyError

CALENDAR = Calendar.load()
ABOUT = '[about]\ntitle = "试"\nversion = "1"\ndate = "2026-11-05"\nsource = "试"\nlicence = "试"\n'


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "kind", "words"),
    [
        ("2024-02-09", "working", "工作日"),  # New Year's Eve was worked that year
        ("2024-02-10", "holiday", "春节"),
        ("2024-02-17", "holiday", "春节"),
        ("2024-02-18", "shifted", "调休上班（春节）"),
        ("2024-10-12", "shifted", "调休上班（国庆节）"),
        ("2025-01-26", "shifted", "调休上班（春节）"),
        ("2025-01-28", "holiday", "春节"),
        ("2025-02-05", "working", "工作日"),
        ("2025-02-08", "shifted", "调休上班（春节）"),
        ("2025-04-04", "holiday", "清明"),
        ("2025-05-02", "holiday", "劳动节"),
        ("2025-05-31", "holiday", "端午"),
        ("2025-10-06", "holiday", "中秋"),
        ("2025-11-22", "weekend", "周末"),
        ("2026-02-14", "shifted", "调休上班（春节）"),
        ("2026-02-23", "holiday", "春节"),
        ("2026-02-24", "working", "工作日"),
        ("2026-12-31", "working", "工作日"),
        ("2027-01-01", "working", f"工作日（{GUESSED}）"),
        ("2027-01-02", "weekend", f"周末（{GUESSED}）"),
    ],
)
def test_kinds_of_days_from_2024_to_the_edge(on: str, kind: str, words: str) -> None:
    found = CALENDAR.day(day(on))
    assert found.kind == kind
    assert found.words == words
    assert found.working == (kind in ("working", "shifted"))


@pytest.mark.parametrize(("year", "working"), [(2024, 251), (2025, 248), (2026, 248)])
def test_each_year_has_its_number_of_working_days(year: int, working: int) -> None:
    # Weekdays and worked weekends less days off, as the arrangements of the three years add up.
    assert CALENDAR.working_days(date(year, 1, 1), date(year + 1, 1, 1)) == working


def test_a_moment_belongs_to_its_day_in_shanghai() -> None:
    assert CALENDAR.day(datetime(2026, 2, 13, 16, 0, tzinfo=UTC)).date == date(2026, 2, 14)
    assert CALENDAR.day(datetime(2026, 2, 13, 15, 59, tzinfo=UTC)).kind == "working"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2025-01-24", 0, "2025-01-24"),
        ("2025-01-24", 1, "2025-01-26"),  # a worked Sunday
        ("2025-01-27", 1, "2025-02-05"),  # over the eight days of the festival
        ("2025-01-27", 5, "2025-02-10"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2024-09-28", 1, "2024-09-29"),
    ],
)
def test_working_days_are_added(start: str, days: int, end: str) -> None:
    found = CALENDAR.add_working_days(day(start), days)
    assert found.date == day(end)
    assert not found.guessed


def test_a_term_over_the_edge_is_marked_as_guessed() -> None:
    assert not CALENDAR.add_working_days(date(2026, 12, 30), 1).guessed
    over = CALENDAR.add_working_days(date(2026, 12, 31), 1)
    assert over.guessed
    assert over.date == date(2027, 1, 1)
    assert GUESSED in over.words
    assert CALENDAR.last_year == 2026


def test_adding_steps_over_working_days_only() -> None:
    start = date(2024, 1, 1)
    for number in range(60):
        on = start + timedelta(days=17 * number)
        end = CALENDAR.add_working_days(on, 15)
        assert end.working
        assert CALENDAR.working_days(on + timedelta(days=1), end.date + timedelta(days=1)) == 15


def test_a_negative_term_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="-1 working days"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)


def test_a_backward_span_has_no_days() -> None:
    assert CALENDAR.working_days(date(2026, 3, 3), date(2026, 3, 2)) == 0


def site(folder: Path, text: str, year: int = 2027) -> Path:
    (folder / f"{year}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_site_adds_a_year(tmp_path: Path) -> None:
    text = (
        f"year = 2027\n{ABOUT}"
        '[holidays]\n"元旦" = ["2027-01-01..2027-01-03"]\n"春节" = ["2027-02-05"]\n'
        '[working_days]\n"春节" = ["2027-01-30"]\n'
    )
    calendar = Calendar.load(tmp_path / "absent", site(tmp_path, text))
    assert calendar.last_year == 2027
    assert calendar.day(day("2027-01-02")).words == "元旦"
    assert calendar.day(day("2027-01-30")).words == "调休上班（春节）"
    assert calendar.day(day("2027-03-01")).words == "工作日"
    assert calendar.add_working_days(day("2026-12-31"), 1) == calendar.day(day("2027-01-04"))
    assert calendar.day(day("2028-01-01")).guessed


def test_a_site_corrects_a_year_that_is_known(tmp_path: Path) -> None:
    calendar = Calendar.load(site(tmp_path, f'year = 2026\n{ABOUT}[holidays]\n"春节" = ["2026-02-16"]\n', 2026))
    assert calendar.day(day("2026-02-16")).kind == "holiday"
    assert calendar.day(day("2026-02-17")).kind == "working"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('year = "明年"\n', "“year”：应为年份，如 2027"),
        ('year = 2027\n[holidays]\n"元旦" = ["正月初一"]\n', "“holidays.元旦”：“正月初一”不是日期"),
        ('year = 2027\n[holidays]\n"元旦" = ["2026-01-01"]\n', "2026-01-01 不在 2027 年"),
        ('year = 2027\n[holidays]\n"元旦" = ["2027-01-03..2027-01-01"]\n', "的起止不对"),
        ('year = 2027\n[holidays]\n"元旦" = "2027-01-01"\n', "应为日期列表"),
        ('year = 2027\nholidays = 1\n', "“holidays”：应为一节"),
        ('year = 2027\n[holidays]\n"元旦" = ["2027-01-01"]\n"节" = ["2027-01-01"]\n', "2027-01-01 已写在“元旦”里"),
        ('year = 2027\n[working_days]\n"春节" = ["2027-01-29"]\n', "2027-01-29 本不是周末"),
        ('year = 2027\n[working_days]\n"春节" = ["2027-01-30"]\n', "没有任何节假日"),
        ('year = 2027\n[workdays]\n"春节" = ["2027-01-30"]\n[holidays]\n"元旦" = ["2027-01-01"]\n', "workdays”：没有"),
    ],
)  # fmt: skip
def test_mistakes_in_a_sites_file_are_told(tmp_path: Path, text: str, told: str) -> None:
    about = "about = {title='试', version='1', date='2026-11-05', source='试', licence='试'}\n"
    with pytest.raises(VocabularyError) as raised:
        Calendar.load(site(tmp_path, about + text))
    assert told in str(raised.value)
    assert "文件 2027.toml" in str(raised.value)


def test_a_file_without_its_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"about\.title"):
        Calendar.load(site(tmp_path, 'year = 2027\n[holidays]\n"元旦" = ["2027-01-01"]\n'))
