"""kill -9 while an evidence package is made: begun anew by itself, and no half of it is ever there to be taken."""

from __future__ import annotations

import hashlib
from pathlib import Path

from alerting.desk.evidence.checking import check
from alerting.desk.evidence.shelf import FOLDER, shelf_of
from storage.records import Member, RawDocument
from tests.faults.test_faults_kill import run_killed
from tests.faults.victim import END, services_of

TEXTS = 60


def asked(home: Path) -> int:
    """An event of some texts, and somebody who waits for its package; returns the package's number."""
    services = services_of(home)
    raws = [RawDocument("工单", "hotline", "", f"第 {n} 户停电", END, f"G{n}") for n in range(TEXTS)]
    services.operations.inbox.put(raws)
    stage = services.stage()
    while stage.run_once().taken:
        pass
    stage.close()
    event = raws[0].id
    services.operations.events.record([Member(it.id, 1, event, event, END, it.source, "negative") for it in raws])
    number = services.operations.packages.ask(event, "duty", texts=TEXTS).id
    services.close()
    return number


def test_a_killed_package_is_begun_anew_and_comes_whole(tmp_path: Path) -> None:
    number = asked(tmp_path)
    run_killed("package", tmp_path, steps=(15, 30))
    services = services_of(tmp_path)
    found = services.operations.packages.get(number)
    assert (found.state, found.attempts) == ("done", 3)
    whole = b"".join(shelf_of(services.settings).read(number))
    assert hashlib.sha256(whole).hexdigest() == found.sha256
    (tmp_path / "e.zip").write_bytes(whole)
    assert check(tmp_path / "e.zip").problems == ()
    assert [file.name for file in services.settings.in_home(FOLDER).iterdir()] == [f"{number}.package"]
    services.close()
