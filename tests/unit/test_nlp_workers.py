"""Executors: in the calling process, or in processes that don't outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp.workers import InlineExecutor, open_executor

PARENT = """
import os, sys, time
from nlp.workers import open_executor
if __name__ == "__main__":
    executor = open_executor(1)
    print(executor.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def fail() -> None:
    raise ValueError("no")


def test_none_means_here() -> None:
    executor = open_executor(0)
    assert isinstance(executor, InlineExecutor)
    assert executor.submit(os.getpid).result() == os.getpid()


def test_an_error_waits_in_the_future() -> None:
    future = InlineExecutor().submit(fail)
    with pytest.raises(ValueError, match="no"):
        future.result()


def test_processes_work_elsewhere() -> None:
    with open_executor(1) as executor:
        assert executor.submit(os.getpid).result(timeout=60) != os.getpid()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    until = time.monotonic() + 20
    while is_alive(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(worker)
