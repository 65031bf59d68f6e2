"""kill -9 at any moment of import, analysis and alerting: nothing is lost, nothing stands twice."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import format_local
from storage.query import Query
from tests.faults.victim import END, HOURS, services_of
from yujing.demo.scenario import generate

ROOT = Path(__file__).parent.parent.parent
MAPPING = """source = "工单"
[columns]
id = "编号"
time = "时间"
body = "内容"
region = "地区"
"""
ROWS = 600


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of the last hours before END, busy enough for rules to fire, with texts of the scenario generator."""
    folder = tmp_path_factory.mktemp("export")
    texts = [order.content for order in generate(7, END).orders]
    chance = random.Random(7)
    file = folder / "orders.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["编号", "时间", "内容", "地区"])
        for number in range(ROWS):
            moment = END - timedelta(seconds=chance.uniform(0, HOURS * 3600))
            region = chance.choice(["河口镇", "石桥镇", "柳园乡"])
            row = [f"G{number:06}", format_local(moment, "%Y-%m-%d %H:%M:%S"), chance.choice(texts), region]
            writer.writerow(row)
    file.with_suffix(".toml").write_text(MAPPING, encoding="utf-8")
    return file


def start(stage: str, home: Path, *files: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.victim", stage, str(home), *map(str, files)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def run_killed(stage: str, home: Path, *files: Path, steps: Sequence[int] = ()) -> None:
    """Kill the stage in the middle of these steps of its work, one after the other, then let it come to its end."""
    chance = random.Random(stage)
    for step in steps:
        with start(stage, home, *files) as process:
            assert process.stdout is not None
            assert [process.stdout.readline() for _ in range(step)] == ["step\n"] * step, "nothing left to kill"
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
        assert process.returncode == -signal.SIGKILL
    with start(stage, home, *files) as process:
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        assert out.endswith("done\n")


def state(home: Path) -> dict[str, object]:
    """What must be the same whatever was killed."""
    services = services_of(home)
    operations = services.operations
    alerts = operations.alerts.find(limit=10_000)
    messages = operations.outbox.of_alerts([alert.id for alert in alerts])
    found = {
        "inbox": operations.inbox.counts(),
        "documents": sorted((doc.id, doc.body, doc.revision) for doc in services.store.scan(Query())),
        "alerts": sorted(
            (alert.draft.rule, alert.draft.key, alert.draft.window.start, alert.draft.seen, alert.draft.state)
            for alert in alerts
        ),
        "tasks": sorted((task.rule, task.key, task.alert_count, task.due_at) for task in operations.tasks.find()),
        "messages": sum(len(of_one) for of_one in messages.values()),
    }
    services.close()
    return found


def test_nothing_is_lost_and_nothing_doubled(export: Path, tmp_path: Path) -> None:
    calm, hurt = tmp_path / "calm", tmp_path / "hurt"
    run_killed("import", calm, export)
    run_killed("analyse", calm)
    run_killed("alert", calm)

    run_killed("import", hurt, export, steps=[1])
    run_killed("analyse", hurt, steps=[1, 5])
    run_killed("alert", hurt, steps=[1, 1, 2])

    expected = state(calm)
    assert expected["inbox"] == {"waiting": 0, "analysed": ROWS, "failed": 0}
    assert len(expected["documents"]) == ROWS  # type: ignore[arg-type]
    assert expected["tasks"], "no rule fired: the test shows nothing"
    assert expected["messages"], "no message was queued: the test shows nothing"
    assert state(hurt) == expected
