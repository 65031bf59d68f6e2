"""Heads of the audit log: remembered once a day, told to the watchdog, and missed when the log is cut or rewritten."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.duty.escalation import Escalation
from alerting.duty.proof import FILE, Heads, read_heads, verify
from alerting.duty.watch import GRACE, Heart, Watch
from config.calendar import Calendar
from config.clock import TurnedClock
from config.errors import InputError
from config.settings import Settings
from storage.operations import Operations
from storage.operations.audit import GENESIS
from tests.services.providers import TIMEOUT, WebhookProvider

DAY = timedelta(days=1)
HASH = "ab" * 32


class Watchdog(WebhookProvider):
    """Takes any JSON that says ok."""

    def judged(self, path: str, headers: object, body: bytes) -> tuple[int, bytes]:
        content = json.loads(body)
        self.take(content["status"], {}, content)
        return 200, b""


@pytest.fixture
def watchdog(clock: TurnedClock) -> Iterator[Watchdog]:
    with Watchdog(clock).running() as running:
        yield running


@pytest.fixture
def heads(operations: Operations, clock: TurnedClock, tmp_path: Path) -> Heads:
    return Heads(operations.audit, tmp_path / FILE, clock)


def test_the_head_is_remembered_once_a_day(
    operations: Operations, clock: TurnedClock, heads: Heads, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    heads.remember()
    operations.audit.add("王", "导出", "3 条")
    heads.remember()
    assert [(it.count, it.hash) for it in heads.known()] == [(0, GENESIS)]
    clock.advance(DAY)
    head = heads.remember()
    assert [(it.at, it.count, it.hash) for it in heads.known()][1:] == [(clock.now(), 1, head.hash)]
    assert f"1 lines, sha256 {head.hash}" in caplog.text
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert verify(operations.audit.lines(), heads.known()).compared == 2
    assert heads.problem() is None


@pytest.mark.parametrize(
    ("remembered", "said"),
    [
        (f"2026-03-04T12:00:00+08:00\t7\t{HASH}", "2026-03-04 12:00 记下时有 7 行，现在只有 1 行：末尾被删除"),
        (f"2026-03-04T12:00:00+08:00\t1\t{HASH}", "第 1 行的哈希与 2026-03-04 12:00 记下的不同"),
        (f"2026-03-04T12:00:00+08:00\t0\t{HASH}", "第 0 行的哈希与"),
        ("2026-03-04\t1", "audit-heads.tsv，第 1 行：应为三栏"),
        (f"昨天\t1\t{HASH}", "时间“昨天”看不懂"),
        (f"2026-03-04\t²\t{HASH}", "应为三栏"),
    ],
)
def test_what_was_remembered_and_is_no_longer_so_is_a_problem(
    operations: Operations, heads: Heads, tmp_path: Path, remembered: str, said: str
) -> None:
    operations.audit.add("王", "导出", "3 条")
    (tmp_path / FILE).write_text(f"{remembered}\n", encoding="utf-8")
    problem = heads.problem()
    assert problem is not None
    assert said in problem


def test_a_file_that_cannot_be_read_is_a_problem(heads: Heads, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert "audit-heads.tsv 读不出" in (heads.problem() or "")
    with pytest.raises(OSError, match="directory"):
        heads.remember()


def test_an_empty_file_and_blank_rows_are_no_heads(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("\n  \n", encoding="utf-8")
    assert read_heads(tmp_path / FILE) == []
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError):
        read_heads(tmp_path / FILE)


def test_each_beat_carries_the_head_and_none_goes_out_when_the_log_was_cut(
    operations: Operations, clock: TurnedClock, settings: Settings, heads: Heads, watchdog: Watchdog, tmp_path: Path
) -> None:
    duty = replace(settings.duty, fallback="")
    escalation = Escalation(operations, clock, duty, Calendar(), ("smtp",))
    heart = Heart(watchdog.url, "河口", clock, TIMEOUT)
    watch = Watch(operations, clock, duty, escalation, heart, heads=heads)
    clock.advance(GRACE)
    operations.audit.add("王", "导出", "3 条")
    assert watch.run_once() == []
    assert watchdog.got[0].content["audit"] == {"lines": 1, "sha256": operations.audit.head().hash}
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(f"{clock.now().isoformat()}\t9\t{HASH}\n")
    before = (tmp_path / FILE).read_bytes()
    clock.advance(DAY)
    assert [problem.kind for problem in watch.run_once()] == ["audit"]
    assert len(watchdog.got) == 1
    assert (tmp_path / FILE).read_bytes() == before, "a broken log's head is not remembered as if it were right"
