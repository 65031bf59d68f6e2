from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from alerting.detect import MUTE, Mute, detect_series
from alerting.season import FIRST_DAYS_FACTOR, FLOOR, THRESHOLD, Verdict
from config.clock import SHANGHAI

START = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def run(lines: list[str]) -> tuple[list[dict[str, str]], str, int]:
    out, err = io.StringIO(), io.StringIO()
    code = detect_series(iter(lines), out, err)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue(), code


def series(days: int, seed: int = 1, scale: float = 1.0, burst: tuple[int, int, int] | None = None) -> list[str]:
    """Ten-minute counts with a daily course; `burst` = (day, hour, counts more) for one hour."""
    chance, lines = random.Random(seed), ["timestamp,value\n"]
    for row in range(days * 144):
        at = START + timedelta(minutes=10 * row)
        value = scale * (4 + 16 * (8 <= at.hour < 20)) * chance.uniform(0.7, 1.3)
        if burst and (row // 144, at.hour) == burst[:2]:
            value += burst[2]
        lines.append(f"{at:%Y-%m-%d %H:%M:%S},{value:.0f}\n")
    return lines


def test_one_row_for_each_row_with_the_given_time_and_value() -> None:
    lines = series(4)
    rows, err, code = run(lines)
    assert (err, code) == ("", 0)
    assert [f"{row['timestamp']},{row['value']}\n" for row in rows] == lines[1:]
    assert list(rows[0]) == ["timestamp", "value", "anomaly_score", "expected", "alert"]
    assert rows[0]["expected"] == ""
    assert float(rows[-1]["expected"]) == pytest.approx(4, rel=0.3)


def test_a_burst_stands_out_and_gives_one_alert() -> None:
    rows, _, _ = run(series(9, burst=(8, 14, 200)))
    alerts = [row for row in rows if row["alert"] == "1"]
    assert [row["timestamp"][:13] for row in alerts] == ["2026-03-10 14"]
    highest = max(rows, key=lambda row: float(row["anomaly_score"]))
    assert highest["timestamp"].startswith("2026-03-10 1")
    assert float(highest["expected"]) == pytest.approx(20, rel=0.3)


def test_ordinary_mornings_give_no_alert() -> None:
    rows, _, _ = run(series(9))
    assert [row for row in rows if row["alert"] == "1"] == []


def test_a_burst_on_the_first_day_is_seen() -> None:
    rows, _, _ = run(series(1, burst=(0, 5, 60)))
    assert [row["timestamp"][:13] for row in rows if row["alert"] == "1"] == ["2026-03-02 05"]


def test_scores_use_only_the_past() -> None:
    lines = series(6, burst=(5, 10, 100))
    whole, _, _ = run(lines)
    cut, _, _ = run(lines[: 5 * 144 + 75])
    assert whole[: len(cut)] == cut


def test_scores_are_comparable_across_scales() -> None:
    small, _, _ = run(series(9, scale=10, burst=(8, 14, 2000)))
    large, _, _ = run(series(9, scale=100, burst=(8, 14, 20000)))
    peaks = [max(float(row["anomaly_score"]) for row in rows) for rows in (small, large)]
    assert peaks[0] == pytest.approx(peaks[1], rel=0.15)


def test_rows_are_given_as_they_come() -> None:
    out, err, read = io.StringIO(), io.StringIO(), []

    def lines() -> Iterator[str]:
        for number, line in enumerate(series(1)):
            if number > 2:
                assert out.getvalue().count("\n") == number  # header and every earlier row
            read.append(line)
            yield line

    assert detect_series(lines(), out, err) == 0
    assert len(read) == 145


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("下午三点,5", "第 3 行：“下午三点”不是时间"),
        ("2026-03-02 00:05:00,很多", "第 3 行：“很多”不是数字"),
        ("2026-03-02 00:05:00", "第 3 行：应有 timestamp 和 value 两列，现有 1 列"),
        ("2026-03-01 00:00:00,5", "第 3 行：时间 2026-03-01 00:00:00 早于上一行"),
        ("2026-03-02 00:05:00,-3", "第 3 行：“-3”不是计数"),
        ("2026-03-02 00:05:00,nan", "第 3 行：“nan”不是计数"),
        ("2026-03-02 00:05:00,inf", "第 3 行：“inf”不是计数"),
    ],
)
def test_bad_rows_are_told_with_their_number_and_the_rest_goes_on(line: str, told: str) -> None:
    rows, err, code = run(["timestamp,value\n", "2026-03-02 00:00:00,4\n", f"{line}\n", "2026-03-02 00:10:00,5\n"])
    assert told in err
    assert code == 1
    assert [row["value"] for row in rows] == ["4", "5"]


def test_a_file_with_nothing_in_it_is_told() -> None:
    assert run([])[1:] == ("没有数据：应有表头 timestamp,value 和至少一行\n", 1)
    assert run(["timestamp,value\n"])[2] == 1


def test_a_header_with_other_names_is_told_and_the_first_two_columns_are_read() -> None:
    rows, told, code = run(["time,count\n", "2026-11-01 08:00,3\n"])
    assert told == "第 1 行：表头应有 timestamp 和 value，现为 time,count；其余行按前两列读\n"
    assert [row["value"] for row in rows] == ["3"]
    assert code == 1


def test_columns_are_found_by_name() -> None:
    rows, err, code = run(["\n", "value,note,Timestamp\n", "7,x,2026-03-02T00:00:00+08:00\n"])
    assert (err, code) == ("", 0)
    assert (rows[0]["timestamp"], rows[0]["value"]) == ("2026-03-02T00:00:00+08:00", "7")


def test_daily_rows_get_scores_too() -> None:
    lines = ["timestamp,value\n", *(f"{START + timedelta(days=day):%Y-%m-%d},{20 + day % 3}\n" for day in range(60))]
    rows, _, code = run([*lines, "2026-05-10,400\n"])
    assert code == 0
    assert rows[-1]["alert"] == "1"
    assert sum(row["alert"] == "1" for row in rows) == 1


def verdict(score: float, seen: float = 50.0, days: float = 20.0) -> Verdict:
    return Verdict(score, 4.0, seen, days)


def test_the_mute_lasts_a_day_and_breaks_when_the_score_triples() -> None:
    mute = Mute()
    steps = [
        (0, THRESHOLD - 0.1, False), (1, THRESHOLD, True), (2, THRESHOLD * 2.9, False), (3, THRESHOLD * 3, True),
        (4, THRESHOLD * 8.9, False), (26, THRESHOLD, False), (3 + MUTE // timedelta(hours=1), THRESHOLD, True),
    ]  # fmt: skip
    for hour, score, alert in steps:
        assert mute.alerts(START + timedelta(hours=hour), verdict(score)) is alert


def test_the_first_week_asks_for_more_and_few_texts_are_no_alert() -> None:
    assert not Mute().alerts(START, None)
    assert not Mute().alerts(START, verdict(THRESHOLD * FIRST_DAYS_FACTOR - 0.1, days=6.9))
    assert Mute().alerts(START, verdict(THRESHOLD * FIRST_DAYS_FACTOR, days=6.9))
    assert not Mute().alerts(START, verdict(9.0, seen=FLOOR - 1))
