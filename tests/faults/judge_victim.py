"""One tick killed before each of its writes in turn: `python -m tests.faults.judge_victim FOLDER`, with `fresh` in it.

Each child dies by SIGKILL at the Nth write or commit (or, beyond the last one, lives); another then ticks undisturbed.
What stands in the end is told as one line of JSON, the first line being that of a tick nobody disturbed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.query import Query
from storage.records import Place, UrgencyVerdict
from tests.fixtures_alerting import FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, House, document, rules_of
from tests.fixtures_operations import outage


def opened(folder: Path) -> House:
    return House(folder, rules_of(FREQUENCY, KEYWORD), channels=("smtp",))


def prepare(folder: Path) -> None:
    """A town with one event, and one whose calls a planned outage explains but for one."""
    house = opened(folder)
    house.operations.causes.put_outage(outage(region="石桥镇", start=NOON - HOUR, end=NOON + HOUR, expected=None))
    house.burst(NOON - 10 * MINUTE, 4)
    house.store.save([document("hurt", NOON - MINUTE, "有人触电")])
    docs = house.store.find(Query(), limit=50).documents
    house.store.place({doc.id: Place("e1") for doc in docs}, house.clock.now())
    house.burst(NOON - 10 * MINUTE, 6, name="explained", region="石桥镇")
    odd = document("odd", NOON, region="石桥镇")
    house.store.save([replace(odd, analysis=replace(odd.analysis, urgency=UrgencyVerdict("H", ("被困：电梯",))))])
    house.close()


def finished(folder: Path) -> dict[str, Any]:
    """Tick once more, undisturbed: everything that is there then but for its numbers."""
    house = opened(folder)
    house.engine.tick()
    alerts = house.operations.alerts.find(limit=None)
    found = {
        "alerts": sorted(
            (it.draft.rule, it.draft.key, it.draft.window.start.isoformat(), it.draft.seen, it.draft.level, it.told,
             it.told_seen or 0, it.task_id is not None)
            for it in alerts
        ),
        "tasks": sorted((it.rule, it.event or "", it.alert_count, it.level) for it in house.operations.tasks.find()),
        "messages": sorted((it.channel, it.subject) for it in house.operations.outbox.find(limit=500)),
        "levels": [line.level for line in house.operations.levels.history("e1")],
    }  # fmt: skip
    house.close()
    return found


def watch(told: Callable[[bool], None]) -> None:
    """Tell of each write (False) and each commit (True) of this process, just before it is done."""

    def write(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            told(False)

    sa.event.listen(sa.Engine, "before_cursor_execute", write)
    sa.event.listen(sa.Engine, "commit", lambda _connection: told(True))


def die_at(step: int) -> None:
    """Arm this process: it kills itself before its Nth write or commit."""
    done = count(1)

    def told(_commit: bool) -> None:
        if next(done) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(told)


def worth_a_death(steps: Sequence[bool]) -> list[int]:
    """Amid the first transaction that writes, and of each such one just before and just after its commit."""
    found: list[int] = []
    begin = 1
    for number, commit in enumerate(steps, 1):
        if commit and number > begin:
            found += [number, number + 1] if found else [(begin + number) // 2, number, number + 1]
        begin = number + 1 if commit else begin
    return sorted(set(found))


def tick(folder: Path, step: int) -> None:
    house = opened(folder)
    die_at(step)
    house.engine.tick()
    house.close()


def killed(work: Callable[[], None]) -> bool:
    """Do something in a child; whether it was killed."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    shutil.copytree(place / "fresh", place / "counted")
    counted = opened(place / "counted")
    steps: list[bool] = []
    watch(steps.append)
    counted.engine.tick()
    counted.close()
    print(json.dumps(finished(place / "counted")))
    for number in worth_a_death(tuple(steps)):
        hurt = place / str(number)
        shutil.copytree(place / "fresh", hurt)
        died = killed(lambda: tick(hurt, number))  # noqa: B023 - called at once
        print(json.dumps({"step": number, "died": died, **finished(hurt)}), flush=True)
