"""Killed between any two messages, escalation says everything once, and nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from config.clock import TurnedClock
from tests.faults.escalate_victim import CHANNELS, escalation_of
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later

ROOT = Path(__file__).parent.parent.parent
ALERTS = 40


def killed_after(place: Place, messages: int, clock: TurnedClock) -> None:
    command = [sys.executable, "-m", "tests.faults.escalate_victim", place.url, clock.now().isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        until = time.monotonic() + 60
        while len(place.rows("outbox")) < messages and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_killed_again_and_again_every_step_is_told_once(tmp_path: Path) -> None:
    clock = TurnedClock(START)
    place = Place(f"sqlite:///{tmp_path / 'operations.db'}")
    operations = place.open(clock)
    alerts = operations.alerts.record([decision(**later(n)) for n in range(ALERTS)], due=FOUR_HOURS).alert_ids
    clock.turn_to(START + timedelta(minutes=12))
    for messages in (3, 60, 120):
        killed_after(place, messages, clock)
    assert 120 <= len(place.rows("outbox")) < 2 * len(CHANNELS) * ALERTS  # it was cut off indeed
    escalation = escalation_of(operations, clock)
    assert escalation.overdue(clock.now(), timedelta(minutes=1)) != []
    escalation.run_once()
    keys = Counter(row["key"] for row in place.rows("outbox"))
    steps = [(number, channel) for number in (1, 2) for channel in CHANNELS]
    assert keys == Counter(f"step:{alert}:0:1:{number}:{channel}" for alert in alerts for number, channel in steps)
    assert escalation.run_once() == 0
    assert escalation.overdue(clock.now(), timedelta(minutes=1)) == []
    operations.close()
