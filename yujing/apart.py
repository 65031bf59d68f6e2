"""Jobs in a process of their own: started again whenever it dies, ended with the process that started it.

Python runs one thread of a process at a time, so what must not wait for the pages gets a process. It keeps no state
but what the databases hold, so that it may be killed at any moment.
"""

from __future__ import annotations

import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from multiprocessing.context import SpawnProcess
from pathlib import Path

from config.errors import YujingError
from config.logs import setup_logs
from config.settings import Settings
from yujing.schedule import Jobs, Lock, Schedule
from yujing.wiring import Services, build

log = logging.getLogger(__name__)
# Seconds until one that died is started again: at once after a long life, ever later where it dies again and again.
_PAUSE, _LONGEST, _LONG_LIFE = 0.5, 30.0, 60.0
# Seconds that it has to end what it is doing; longer than a tick in a storm.
_ENDING = 30.0
# Seconds after which a thread that computes lets another go on. With Python's five milliseconds rules that ask the
# database a hundred times would wait half a second for grouping that computes beside them.
_TURN = 0.0005


class Apart:
    """One process that does `jobs`; its log is a file of its own, named after the first of them."""

    def __init__(self, services: Services, jobs: Sequence[Jobs], pause: float = _PAUSE) -> None:
        """`pause`: seconds until one that died is started again for the first time."""
        self._settings, self._config = services.settings, services.config
        self._jobs, self._pause = tuple(jobs), pause
        self._stopping = threading.Event()
        self._process: SpawnProcess | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keeps {jobs[0]}", daemon=True)

    @property
    def pid(self) -> int | None:
        """The number of the process, None before the first and between two."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Begin; returns at once."""
        self._keeper.start()

    def stop(self) -> None:
        """Let the process end what it is doing; whatever befalls this one meanwhile, none is left behind."""
        self._stopping.set()
        try:
            if self._process is not None:
                self._process.terminate()
            if self._keeper.ident is not None:
                self._keeper.join(_ENDING)
        finally:
            if self._keeper.is_alive() and self._process is not None:
                log.warning("%s did not end by itself", self._jobs[0])
                self._process.kill()

    def _keep(self) -> None:
        pause = self._pause
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run()
            if self._stopping.is_set():
                return
            log.error("%s ended (%s), it is started again", self._jobs[0], code)
            if time.monotonic() - began >= _LONG_LIFE:
                pause = self._pause
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST)

    def _run(self) -> int | None:
        """One life of the process; returns its exit code."""
        process = multiprocessing.get_context("spawn").Process(
            target=_live, args=(self._settings, self._config, self._jobs), name=f"yujing {self._jobs[0]}"
        )
        process.start()
        self._process = process
        if self._stopping.is_set():  # told to stop before there was anything to tell
            process.terminate()
        process.join()
        self._process = None
        return process.exitcode


def _live(settings: Settings, config: Path | None, jobs: Sequence[Jobs]) -> None:
    """The life of the process: until SIGTERM, or until its parent is gone. Ctrl-C is for the parent to act on."""
    stopped = threading.Event()
    sys.setswitchinterval(_TURN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopped.set())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    setup_logs(settings.logs.level, settings.in_home("logs") / f"{jobs[0]}.log")
    services = build(settings, config=config)
    try:
        # Its predecessor may still be ending: two that group texts would each decide by half of them.
        with Lock(settings.in_home(f"{jobs[0]}.lock"), "预警") if "watch" in jobs else nullcontext():
            schedule = Schedule(services, jobs)
            schedule.start()
            stopped.wait()
            schedule.stop()
    except YujingError as error:
        log.error("%s: %s", jobs[0], error)  # noqa: TRY400 - it says by itself what is wrong
        raise SystemExit(1) from None
    finally:
        services.close()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
