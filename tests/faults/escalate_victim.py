"""Escalation as a process of its own, to be killed: `python -m tests.faults.escalate_victim URL NOW`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime

from alerting.duty.escalation import Escalation
from config.calendar import Calendar
from config.clock import TurnedClock
from config.settings import load_settings
from storage.operations import Operations
from tests.fixtures_operations import Place

CHANNELS = ("sms", "smtp", "webhook")


def escalation_of(operations: Operations, clock: TurnedClock) -> Escalation:
    """Ten minutes without an answer, then nobody's deputy: every channel."""
    settings = replace(load_settings().duty, escalation=("0 duty", "10 deputy"), rounds=1, fallback="")
    return Escalation(operations, clock, settings, Calendar(), CHANNELS)


if __name__ == "__main__":
    clock = TurnedClock(datetime.fromisoformat(sys.argv[2]))
    operations = Place(sys.argv[1]).open(clock)
    print("ready", flush=True)
    escalation_of(operations, clock).run_once()
    operations.close()
    print("done", flush=True)
