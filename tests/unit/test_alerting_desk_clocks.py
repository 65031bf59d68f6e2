"""When clocks are due, which a task carries and how much of their time is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alerting.desk.clock_table import ClockTable, Terms, read_edition
from alerting.desk.clocks import (
    Order,
    PlannedOutage,
    TaskFacts,
    begin,
    carried,
    draft_of,
    due,
    due_of,
    share_left,
    sorted_clocks,
    urgency,
)
from alerting.desk.places import codes_of, lies_in, province
from config.calendar import Calendar, Day
from storage.records import ClockPause, TaskClock
from tests.fixtures_clocks import DAY, HOUR, MINUTE, calendar, local, table, terms

CASES = Path(__file__).parents[1] / "data" / "clock_cases.tsv"
FIRST = local("2026-03-04T10:00")


def cases() -> list[list[str]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def spans(written: str) -> list[ClockPause]:
    if written == "-":
        return []
    pairs = [span.split("..") for span in written.split(";")]
    return [ClockPause(local(start), local(end), "customer", "等材料", "李") for start, end in pairs]


def test_there_are_enough_cases_of_each_year() -> None:
    years = [case[1][:4] for case in cases()]
    assert len(years) >= 200
    assert all(years.count(year) >= 60 for year in ("2024", "2025", "2026"))


@pytest.mark.parametrize(("written", "start", "pauses", "expected"), cases())
def test_what_was_worked_out_apart(written: str, start: str, pauses: str, expected: str) -> None:
    found = due(terms(written), local(start), calendar(), spans(pauses))
    assert found.at == local(expected)
    assert not found.guessed


# By hand from the announced arrangements, with the reason for each.
@pytest.mark.parametrize(
    ("written", "start", "expected"),
    [
        ("1w", "2026-02-13T09:00", "2026-02-15T00:00"),  # Saturday the 14th is worked for the Spring Festival
        ("2w", "2026-02-13T09:00", "2026-02-25T00:00"),  # then nobody works until Tuesday the 24th
        ("1w", "2025-01-25T09:00", "2025-01-27T00:00"),  # a worked Sunday
        ("3w", "2025-01-25T09:00", "2025-02-06T00:00"),  # 26, 27, then after eight days off the 5th
        ("1w", "2024-09-29T09:00", "2024-10-01T00:00"),  # the 30th, a Monday
        ("2w", "2024-09-29T09:00", "2024-10-09T00:00"),  # after National Day the 8th
        ("5w", "2024-10-08T09:00", "2024-10-15T00:00"),  # 9, 10, 11, the worked 12th, 14
        ("1w@", "2026-10-09T16:30", "2026-10-10T16:30"),  # a worked Saturday, to the hour
        ("0d", "2025-10-01T23:59", "2025-10-02T00:00"),  # the same day, holiday or not
        ("24h", "2025-10-01T23:59", "2025-10-02T23:59"),
        ("7d", "2025-12-28T08:00", "2026-01-05T00:00"),
    ],
)
def test_what_was_worked_out_by_hand(written: str, start: str, expected: str) -> None:
    assert due(terms(written), local(start), calendar()).at == local(expected)


@pytest.mark.parametrize(
    ("written", "start", "guessed"),
    [
        ("5w", "2026-12-25T09:00", True),
        ("4w", "2026-12-25T09:00", False),  # ends on the last day that is known
        ("5w", "2027-03-01T09:00", True),
        ("24h", "2026-12-31T09:00", False),  # hours need no holidays
        ("7d", "2026-12-31T09:00", False),
    ],
)
def test_a_year_without_holidays_is_marked_as_guessed(written: str, start: str, guessed: bool) -> None:
    assert due(terms(written), local(start), calendar()).guessed is guessed


def test_when_the_year_is_added_the_due_time_moves_and_is_sure() -> None:
    new_year = {date(2027, 1, 1): Day(date(2027, 1, 1), "holiday", "元旦")}
    start = local("2026-12-28T09:00")
    before, after = due(terms("5w"), start, calendar()), due(terms("5w"), start, Calendar({2027: new_year}))
    assert (before.at, before.guessed) == (local("2027-01-05T00:00"), True)
    assert due(terms("4w"), start, calendar()).at == local("2027-01-02T00:00")
    assert due(terms("4w"), start, Calendar({2027: new_year})).at == local("2027-01-05T00:00")
    assert (after.at, after.guessed) == (local("2027-01-06T00:00"), False)


def test_a_pause_that_runs_or_lay_before_the_start_moves_nothing() -> None:
    running = ClockPause(FIRST + HOUR, None, "customer", "等", "李")
    before = ClockPause(FIRST - 2 * HOUR, FIRST - HOUR, "customer", "等", "李")
    over_the_start = ClockPause(FIRST - HOUR, FIRST + HOUR, "customer", "等", "李")
    day = Terms("minutes", 24 * 60, "hour")
    assert due(day, FIRST, calendar(), [running, before]).at == FIRST + DAY
    assert due(day, FIRST, calendar(), [over_the_start]).at == FIRST + DAY + HOUR


def test_counting_may_begin_on_the_next_working_day() -> None:
    row = replace(table().rows["public-answer-48h"], start="next_working_day")
    assert begin(row, local("2026-02-14T10:00"), calendar()) == local("2026-02-24T00:00")
    assert draft_of(row, local("2026-02-14T10:00"), calendar()).due_at == local("2026-02-26T00:00")
    # In working days it changes when the time begins, not when it ends: the day itself never counts.
    days = replace(row, terms=terms("5w"))
    made = draft_of(days, local("2026-02-14T10:00"), calendar())
    assert made.starts_at == local("2026-02-24T00:00")
    assert made.due_at == due(terms("5w"), local("2026-02-14T10:00"), calendar()).at


def test_what_has_no_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        due(terms("5w"), datetime(2026, 3, 4), calendar())  # noqa: DTZ001


# Which clocks a task carries


def order(kind: str = "complaint", source: str = "95598工单", region: str = "", **changes: object) -> Order:
    given = Order(source, "hotline", FIRST + HOUR, kind, {"complaint": "投诉"}.get(kind, ""), region)
    return replace(given, **changes)  # type: ignore[arg-type]


def ids(*orders: Order, level: str = "yellow", using: ClockTable | None = None, **changes: object) -> set[str]:
    facts = replace(TaskFacts(FIRST, level, ("河口镇停电",), orders), **changes)  # type: ignore[arg-type]
    return {row.id for row, _, _ in carried(using or table(), facts)}


CONTACT, ANSWER = "95598-complaint-contact", "95598-complaint-answer"
WEB = Order("云川论坛", "forum", FIRST)
GUANGDONG, HUNAN, JIANGSU, SHANGHAI = "广东省广州市", "湖南省长沙市", "江苏省南京市", "上海市"


@pytest.mark.parametrize(
    ("orders", "level", "region", "expected"),
    [
        ((), "blue", "", set()),
        ((order(),), "blue", "", {f"{CONTACT}-1wd", f"{ANSWER}-5wd"}),
        ((order(),), "blue", HUNAN, {f"{CONTACT}-1wd", f"{ANSWER}-5wd"}),
        ((order(),), "blue", JIANGSU, {f"{CONTACT}-js-24h", f"{ANSWER}-js-4wd"}),
        ((order(region="河口镇"),), "blue", JIANGSU, {f"{CONTACT}-js-24h", f"{ANSWER}-js-4wd"}),
        ((order(region="江苏省苏州市"),), "blue", "", {f"{CONTACT}-js-24h", f"{ANSWER}-js-4wd"}),
        ((order(region=HUNAN),), "blue", JIANGSU, {f"{CONTACT}-1wd", f"{ANSWER}-5wd"}),
        ((order("report"),), "blue", JIANGSU, {"95598-report-js-9wd"}),
        ((order("report"),), "blue", HUNAN, set()),
        ((order("enquiry"),), "blue", HUNAN, {"95598-enquiry-5wd"}),
        ((order("lookup"),), "blue", "", {"95598-enquiry-5wd"}),
        ((order("praise"),), "blue", "", set()),
        ((order("repair"),), "blue", SHANGHAI, set()),  # listed, kept by those who send out the crews
        ((order("complaint", "12398转办"),), "blue", HUNAN, {"12398-10wd"}),
        ((order("complaint", "12398转办"),), "blue", JIANGSU, {"12398-js-10wd"}),
        ((order("complaint", "12345热线"),), "blue", HUNAN, {"12345-complaint-13wd"}),
        ((order("enquiry", "12345热线"),), "blue", HUNAN, {"12345-enquiry-3wd"}),
        ((order("enquiry", "12345热线"),), "blue", JIANGSU, {"12345-enquiry-3wd", "12345-js-7d"}),
        ((order("", "12345热线", urgency="H"),), "blue", "", {"12345-emergency-same-day"}),
        ((order("", urgency="H"),), "blue", "", set()),
        ((WEB,), "blue", "", {"public-answer-48h"}),
        ((WEB,), "red", "", {"public-answer-grave-24h", "internal-report-6h"}),
        ((), "orange", "", {"internal-report-6h"}),
        ((order(), WEB), "yellow", GUANGDONG, {f"{CONTACT}-1wd", f"{ANSWER}-5wd", "public-answer-48h"}),
    ],
)
def test_the_clocks_of_a_task(orders: tuple[Order, ...], level: str, region: str, expected: set[str]) -> None:
    assert ids(*orders, level=level, region=region) == expected | {"first-response"}


def test_a_disaster_is_known_by_names_and_level() -> None:
    disaster = {"disaster-flash-1h", "disaster-follow-up", "disaster-verified-48h"}
    names = ("河口镇停电", "台风“麦德姆”抢修报备")
    assert disaster <= ids(level="red", names=names)
    assert not disaster & ids(level="yellow", names=names)
    assert not disaster & ids(level="red")


def test_of_confidential_orders_the_customer_is_not_called() -> None:
    kept = order(kind_name="投诉（保密）")
    assert ids(kept) == {"first-response", f"{ANSWER}-5wd"}
    assert f"{CONTACT}-1wd" in ids(kept, order())


def test_a_clock_starts_with_the_earliest_order_it_fits() -> None:
    early, late, other = order(accepted_at=FIRST + 2 * HOUR), order(accepted_at=FIRST + 5 * HOUR), order("enquiry")
    found = {row.id: moment for row, moment, _ in carried(table(), TaskFacts(FIRST, "blue", (), (late, early, other)))}
    assert found[f"{ANSWER}-5wd"] == FIRST + 2 * HOUR
    assert found["first-response"] == FIRST
    web = Order("云川论坛", "forum", FIRST + 3 * HOUR)  # the public answer runs from the first text of the matter
    assert {row.id: at for row, at, _ in carried(table(), TaskFacts(FIRST, "blue", (), (web,)))} == {
        "first-response": FIRST, "public-answer-48h": FIRST,
    }  # fmt: skip


def chosen(*names: str) -> ClockTable:
    return replace(table(), chosen=frozenset(names))


@pytest.mark.parametrize("name", [f"{ANSWER}-6wd", f"{ANSWER}-2011-7wd", f"{ANSWER}-js-4wd"])
@pytest.mark.parametrize("region", ["", HUNAN, JIANGSU])
def test_a_site_chooses_among_contradicting_sources(name: str, region: str) -> None:
    found = ids(order(), using=chosen(name), region=region)
    assert {it for it in found if it.startswith(ANSWER)} == {name}


def test_of_equal_rank_the_better_source_holds_and_then_the_shorter() -> None:
    def only(*rows: str) -> set[str]:
        kept = {name: row for name, row in table().rows.items() if name in rows}
        return ids(order(), using=replace(table(), rows=kept))

    assert only(f"{ANSWER}-6wd", f"{ANSWER}-2011-7wd") == {f"{ANSWER}-6wd"}
    assert only(f"{ANSWER}-2011-7wd", f"{ANSWER}-5wd") == {f"{ANSWER}-5wd"}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("2025-12-31T23:59", f"{ANSWER}-6wd"),
        ("2026-01-01T00:00", "neu-3wd"),
        ("2026-06-30T23:59", "neu-3wd"),
        ("2026-07-01T00:00", f"{ANSWER}-6wd"),
    ],
)
def test_a_row_holds_for_what_starts_between_its_dates(accepted: str, expected: str) -> None:
    old = table().rows[f"{ANSWER}-6wd"]
    new = replace(old, id="neu-3wd", terms=terms("3w"), since=date(2026, 1, 1), until=date(2026, 6, 30))
    rows = replace(table(), rows={old.id: old, new.id: new})
    assert ids(order(accepted_at=local(accepted)), using=rows) == {expected}


OUTAGE = PlannedOutage("计划停电", local("2026-03-20T08:00"), local("2026-03-12T09:00"))


@pytest.mark.parametrize(
    ("announced", "kept"),
    [("2026-03-12T09:00", True), ("2026-03-13T23:59", True), ("2026-03-14T00:00", False), ("2026-03-20T09:00", False)],
)
def test_whether_an_outage_was_announced_seven_days_ahead(announced: str, kept: bool) -> None:
    outage = replace(OUTAGE, announced_at=local(announced))
    ((row, moment, met),) = [
        it for it in carried(table(), TaskFacts(FIRST, "blue", outages=(outage,))) if it[0].terms.back
    ]
    made = draft_of(row, moment, calendar(), met)
    assert (row.id, made.due_at) == ("planned-outage-7d", local("2026-03-14T00:00"))
    assert met is not None
    assert (met < made.due_at) is kept


def test_nothing_is_claimed_of_an_outage_nobody_knows_the_announcement_of() -> None:
    assert ids(outages=(replace(OUTAGE, announced_at=None),)) == {"first-response"}
    assert "maintenance-24h" in ids(outages=(replace(OUTAGE, kind="临时停电"),))
    assert ids(outages=(replace(OUTAGE, kind="欠费停电"),)) == {"first-response"}


def test_places_lie_where_their_codes_say() -> None:
    assert province("江苏省") == "32"
    assert province("南京市") is None
    assert codes_of("湖南省长沙市") == ("4301",)
    assert lies_in(codes_of("长沙县"), ("43",))
    assert not lies_in(codes_of("城关镇"), ("43",))  # there are dozens
    assert codes_of("没有这个地方") == ()
    assert codes_of("没有这个地方", JIANGSU) == codes_of(JIANGSU)
    assert not lies_in((), ("43",))
    assert lies_in((), ())


# How much is left


def clock(**changes: object) -> TaskClock:
    given = TaskClock(
        1, 1, "table", "x", 1, "首次响应", "1", FIRST, FIRST + 10 * HOUR, "internal", "C", "惯例", "published", "open",
        {"unit": "minutes", "amount": 600, "until": "hour"},
    )  # fmt: skip
    return replace(given, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "share", "shown"),
    [
        (0, 1, ""),
        (4.9, 0.51, ""),
        (5, 0.5, "half"),
        (7.9, 0.21, "half"),
        (8, 0.2, "late"),
        (10, 0, "over"),
        (-3, 1, ""),
    ],
)
def test_the_share_of_time_left(hours: float, share: float, shown: str) -> None:
    now = FIRST + hours * HOUR
    assert share_left(clock(), now) == pytest.approx(share)
    assert urgency(clock(), now) == shown


def test_of_a_clock_that_stands_still_the_share_stands_still() -> None:
    paused = clock(state="paused", pauses=(ClockPause(FIRST + 6 * HOUR, None, "customer", "等", "李"),))
    assert share_left(paused, FIRST + 40 * HOUR) == pytest.approx(0.4)
    assert urgency(paused, FIRST + 40 * HOUR) == "half"
    past = (ClockPause(FIRST + HOUR, FIRST + 6 * HOUR, "customer", "等", "李"),)
    went_on = clock(pauses=past, due_at=FIRST + 15 * HOUR)
    assert share_left(went_on, FIRST + 10 * HOUR) == pytest.approx(0.5)  # 5 h of 10 h
    assert due_of(went_on, calendar()).at == FIRST + 15 * HOUR


def test_what_is_settled_is_in_no_hurry() -> None:
    late = FIRST + 11 * HOUR
    assert urgency(clock(state="met", met_at=FIRST), late) == ""
    assert urgency(clock(state="void"), late) == ""
    assert urgency(clock(state="missed", met_at=late), late) == ""
    assert urgency(clock(state="missed"), late) == "over"
    assert share_left(clock(due_at=FIRST), FIRST) == 0


def test_the_nearest_open_one_comes_first() -> None:
    several = [
        clock(id=1, state="met", due_at=FIRST), clock(id=2, due_at=FIRST + 3 * HOUR), clock(id=3, state="paused"),
        clock(id=4, state="missed", due_at=FIRST + HOUR), clock(id=5, state="void"),
        clock(id=6, state="missed", met_at=FIRST, due_at=FIRST - HOUR),
    ]  # fmt: skip
    assert [it.id for it in sorted_clocks(several)] == [4, 2, 3, 6, 1, 5]


def test_an_extension_lies_on_top_of_what_follows_from_the_terms() -> None:
    assert due_of(clock(extended_minutes=90), calendar()).at == FIRST + 10 * HOUR + 90 * MINUTE
    promise = clock(kind="promise", terms={}, due_at=FIRST + timedelta(hours=2))
    assert due_of(promise, calendar()).at == FIRST + 2 * HOUR


def test_an_edition_can_be_written_down_and_read_again() -> None:
    assert read_edition(table().text()) == table()
    assert chosen("95598-enquiry-5wd").edition != table().edition
    assert table().edition == read_edition(table().text()).edition


def test_all_of_it_is_utc() -> None:
    made = draft_of(table().rows[f"{ANSWER}-5wd"], FIRST, calendar())
    assert made.due_at.tzinfo is UTC
    assert made.due_at == local("2026-03-12T00:00")
