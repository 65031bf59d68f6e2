"""kill -9 before, amid and after each transaction of a tick: each alert, task and message stands once in the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.faults.judge_victim import prepare

ROOT = Path(__file__).parent.parent.parent


def test_killed_around_each_transaction_of_a_tick_the_next_one_brings_it_to_its_end(tmp_path: Path) -> None:
    prepare(tmp_path / "fresh")
    command = [sys.executable, "-m", "tests.faults.judge_victim", str(tmp_path)]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    calm, *hurt = map(json.loads, out.splitlines())
    died = [found.pop("died") for found in hurt]
    assert sum(died) >= 5, "too few deaths to show anything"
    assert len({found.pop("step") for found in hurt}) == len(hurt)
    assert all(found == calm for found in hurt)
    told = {(rule, key): (times, seen) for rule, key, _, _, _, times, seen, _ in calm["alerts"]}
    # The odd text of the town whose other calls are explained was told alone.
    assert (told["停电集中", "石桥镇"], told["停电集中", "河口镇"]) == ((1, 1), (1, 5))
    assert len(calm["messages"]) == len(calm["alerts"]) == 3
    assert len(calm["tasks"]) == 2
