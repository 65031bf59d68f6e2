from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.errors import ConflictError
from config.settings import Settings
from yujing.schedule import Lock, Schedule
from yujing.wiring import build


def test_a_second_holder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first, second = (Lock(tmp_path / "schedule.lock", "调度") for _ in range(2))
    first.take()
    with pytest.raises(ConflictError, match="已有一个在使用"):
        second.take()
    first.free()
    second.take()
    second.free()


def test_a_killed_holder_leaves_nothing_locked(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib\nfrom yujing.schedule import Lock\n"
        "lock = Lock(pathlib.Path(sys.argv[1]), 'x'); lock.take(); print('held', flush=True); time.sleep(60)"
    )
    file = tmp_path / "schedule.lock"
    with subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConflictError):
            Lock(file, "调度").take()
        holder.kill()
    lock = Lock(file, "调度")
    lock.take()
    lock.free()


def test_every_job_of_an_installation_can_start(settings: Settings) -> None:
    services = build(settings, SystemClock())
    services.prepare_home()
    schedule = Schedule(services)
    schedule.start()
    schedule.stop()
    services.close()
