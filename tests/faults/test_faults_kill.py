"""kill -9 at any moment of import, analysis and alerting: nothing is lost, nothing stands twice."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import time
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


def run_killed(stage: str, home: Path, *files: Path, pauses: list[float]) -> int:
    """Kill the stage after each pause (seconds), then let it come to its end; returns how often it died."""
    killed = 0
    for pause in pauses:
        with start(stage, home, *files) as process:
            time.sleep(pause)
            process.kill()
        killed += process.returncode == -9
    with start(stage, home, *files) as process:
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        assert out.endswith("done\n")
    return killed


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
    assert run_killed("import", calm, export, pauses=[]) == 0
    run_killed("analyse", calm, pauses=[])
    run_killed("alert", calm, pauses=[])

    died = run_killed("import", hurt, export, pauses=[0.03, 0.12])
    died += run_killed("analyse", hurt, pauses=[0.8, 1.6])
    died += run_killed("alert", hurt, pauses=[0.05, 0.2, 0.4, 0.8])

    expected = state(calm)
    assert died >= 3, "the stages were too quick to be killed: the test shows nothing"
    assert expected["inbox"] == {"waiting": 0, "analysed": ROWS, "failed": 0}
    assert len(expected["documents"]) == ROWS  # type: ignore[arg-type]
    assert expected["tasks"], "no rule fired: the test shows nothing"
    assert expected["messages"], "no message was queued: the test shows nothing"
    assert state(hurt) == expected
