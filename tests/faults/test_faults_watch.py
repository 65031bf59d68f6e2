"""kill -9 of the process that groups texts and asks the rules, and of that alone: it comes back and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from storage.query import Query
from storage.records import RawDocument
from yujing.apart import Apart
from yujing.wiring import Services, build

PATIENCE = 40.0
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    services.prepare_home()
    with closing(services):
        yield services


@pytest.fixture
def watch(services: Services) -> Iterator[Apart]:
    # The databases are made before a second process opens them, as the server does.
    _ = services.operations, services.store
    watch = Apart(services, ("watch",), pause=0.05)
    watch.start()
    yield watch
    watch.stop()
    assert watch.pid is None


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < end
        time.sleep(0.02)


def bring_in(services: Services, numbers: range) -> None:
    """Texts that must alert at once, each in a place of its own, analysed and stored."""
    services.operations.inbox.put([
        RawDocument(
            source="95598", medium="hotline", title="", body=f"第{each}村有人触电倒地，请马上来人。", kind="投诉",
            published_at=datetime.now(UTC), external_id=f"G{each}", region=f"第{each}供电所",
        )
        for each in numbers
    ])  # fmt: skip
    with closing(services.stage()) as stage:
        stage.run_once()


def rung(services: Services) -> Counter[str]:
    """Text → how many alerts the rule of injuries gave for it."""
    alerts = services.operations.alerts.find(limit=1000)
    return Counter(alert.draft.query for alert in alerts if alert.draft.rule == "人身伤害")


def test_a_killed_watch_comes_back_and_every_text_rings_once(services: Services, watch: Apart) -> None:
    bring_in(services, range(3))
    until(lambda: len(rung(services)) > 0)
    for step in range(1, 3):
        bring_in(services, range(3 * step, 3 * step + 3))
        killed = watch.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda killed=killed: watch.pid not in (None, killed))  # type: ignore[misc]
    until(lambda: len(rung(services)) == 9)
    until(lambda: all(doc.event for doc in services.store.scan(Query())))
    watch.stop()
    assert set(rung(services).values()) == {1}
    assert len(list(services.store.scan(Query()))) == 9


def test_it_ends_with_the_process_that_started_it_however_that_ends(settings: Settings) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom config.settings import load_settings\n"
        "from yujing.apart import Apart\nfrom yujing.wiring import build\n"
        "if __name__ == '__main__':\n"
        "    services = build(load_settings(environ={'YUJING_HOME': sys.argv[1]}))\n"
        "    services.prepare_home()\n    _ = services.operations, services.store\n"
        "    watch = Apart(services, ('watch',))\n    watch.start()\n"
        "    while watch.pid is None: time.sleep(0.01)\n"
        "    print(watch.pid, flush=True)\n    time.sleep(600)\n"
    )
    file = settings.home.path.parent / "parent.py"
    file.write_text(program, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, file, settings.home.path], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not is_there(child))


def is_there(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
