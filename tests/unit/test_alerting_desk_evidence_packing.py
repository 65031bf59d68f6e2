"""Packages made in the background: progress, cancelling, a killed or stopped program, what is left of a file."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from alerting.desk.evidence.checking import check
from alerting.desk.evidence.packing import KEPT, Packing
from alerting.desk.evidence.shelf import FOLDER, Shelf, shelf_of
from config.errors import NotFoundError, StoreError
from storage.cipher import Cipher
from storage.records import EvidencePackage, Member, RawDocument
from tests.fixtures_dashboard import NOW, Place, document, opened

HOUR = timedelta(hours=1)
TEXTS = 6


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


@pytest.fixture
def event(place: Place) -> str:
    raws = [
        RawDocument("95598工单", "hotline", "", f"停电 {at} 小时，电话 13812345678", NOW - HOUR, external_id=f"GD{at}")
        for at in range(TEXTS)
    ]
    place.operations.inbox.put(raws)
    docs = [replace(document(at, "停电", NOW - HOUR), id=raw.id) for at, raw in enumerate(raws, 1)]
    place.store.save(docs)
    name = docs[0].id
    place.operations.events.record([Member(it.id, 1, name, name, it.published_at, it.source, "neg") for it in docs])
    return name


def packing(place: Place, **more: timedelta) -> Packing:
    return Packing(place.operations, place.store, place.settings, place.clock, shelf_of(place.settings), **more)


def asked(place: Place, event: str, **more: object) -> EvidencePackage:
    return place.operations.packages.ask(event, "duty", texts=TEXTS, **more)  # type: ignore[arg-type]


def left(place: Place) -> list[str]:
    return sorted(file.name for file in place.settings.in_home(FOLDER).glob("*"))


class Acting(Packing):
    """Does something in the middle, as another person or a signal would."""

    act: Callable[[], None]

    def tell(self, package, step, share, told):  # type: ignore[no-untyped-def]
        if step == "文本":
            self.act()
        return super().tell(package, step, share, told)


def acting(place: Place, act: Callable[[], None]) -> Acting:
    made = Acting(
        place.operations, place.store, place.settings, place.clock, shelf_of(place.settings), timedelta(0)
    )  # fmt: skip
    made.act = act
    return made


def test_it_is_made_sealed_and_kept_for_a_while(place: Place, event: str, tmp_path: Path) -> None:
    number = asked(place, event).id
    assert packing(place).run_once() == 1
    found = place.operations.packages.get(number)
    assert (found.state, found.progress, found.files >= TEXTS) == ("done", 1.0, True)
    whole = b"".join(shelf_of(place.settings).read(number))
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (found.bytes, found.sha256)
    (tmp_path / "e.zip").write_bytes(whole)
    report = check(tmp_path / "e.zip")
    assert (report.problems, report.manifest["made_by"]) == ((), "duty")
    assert left(place) == [f"{number}.package"]
    kept = place.settings.in_home(FOLDER) / f"{number}.package"
    assert b"PK\x03\x04" not in kept.read_bytes(), "nothing lies there in plain"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    place.turned.advance(KEPT)
    packing(place).run_once()
    assert left(place) == []


def test_originals_are_kept_only_as_long_as_their_leave_lasts(place: Place, event: str) -> None:
    number = asked(place, event, originals=True, request=1, reason="监管来函", agreed="manager").id
    packing(place).run_once()
    found = place.operations.packages.get(number)
    assert found.until == place.clock.now() + timedelta(hours=place.settings.privacy.export_hours)
    assert b"13812345678" in b"".join(shelf_of(place.settings).read(number))


def test_progress_never_goes_back_and_ends_below_the_whole(place: Place, event: str) -> None:
    number = asked(place, event, originals=True).id
    seen: list[float] = []
    acting(place, lambda: seen.append(place.operations.packages.get(number).progress)).run_once()
    assert len(seen) == TEXTS
    assert seen == sorted(seen)
    assert seen[0] >= 0.45, "originals came first"
    assert seen[-1] < 0.9


def test_cancelled_in_the_middle_it_leaves_nothing(place: Place, event: str) -> None:
    number, other = asked(place, event).id, asked(place, event, originals=True).id
    cancelled: list[int] = []

    def cancel() -> None:
        if not cancelled:
            cancelled.append(number)
            place.operations.packages.cancel(number, "duty")

    assert acting(place, cancel).run_once() == 2
    assert place.operations.packages.get(number).state == "cancelled"
    assert place.operations.packages.get(other).state == "done", "the next one is made all the same"
    assert left(place) == [f"{other}.package"]


def test_a_stopped_program_goes_on_after_the_next_start(place: Place, event: str) -> None:
    number = asked(place, event).id
    stopped = acting(place, lambda: None)
    stopped.act = stopped.stop
    stopped.run_once()
    found = place.operations.packages.get(number)
    assert (found.state, found.attempts, left(place)) == ("waiting", 0, [])
    packing(place).run_once()
    assert place.operations.packages.get(number).state == "done"


def test_a_killed_program_leaves_half_a_file_that_nobody_is_offered(place: Place, event: str) -> None:
    number = asked(place, event).id
    place.operations.packages.take()
    folder = place.settings.in_home(FOLDER)
    folder.mkdir()
    for half in ("making", "sealing"):
        (folder / f"{number}.{half}").write_bytes(b"PK half")
    (folder / "99.package").write_bytes(b"of a row that is gone")
    assert place.client("duty").get(f"/evidence/packages/{number}.zip").status_code == 409
    packing(place).run_once()
    assert place.operations.packages.get(number).state == "done"
    assert left(place) == [f"{number}.package"]
    assert place.operations.packages.get(number).attempts == 2


def test_what_goes_wrong_is_said_in_words(place: Place, event: str) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def wrong() -> None:
        raise RuntimeError("a secret of the program")

    for act, said in ((full, "磁盘空间不足"), (wrong, "程序出错，已记入日志，编号")):
        number = asked(place, event).id
        acting(place, act).run_once()
        found = place.operations.packages.get(number)
        assert (found.state, said in found.problem, "secret" in found.problem) == ("failed", True, False)
        assert left(place) == []
    gone = asked(place, "f" * 24).id
    packing(place).run_once()
    assert "没有" in place.operations.packages.get(gone).problem


def test_cancelled_at_the_last_moment_the_file_goes(place: Place, event: str) -> None:
    number = asked(place, event).id

    class Late(Shelf):
        def put(self, number: int, written: IO[bytes]) -> tuple[int, str]:
            place.operations.packages.cancel(number, "duty")
            return super().put(number, written)

    late = Late(place.settings.in_home(FOLDER), Cipher(bytes(32)))
    Packing(place.operations, place.store, place.settings, place.clock, late).run_once()
    assert (place.operations.packages.get(number).state, left(place)) == ("cancelled", [])


def test_a_damaged_file_is_never_given_out_as_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "e", Cipher(bytes(32)))
    with shelf.making(1) as out:
        out.write(b"x" * 3_000_000)
        assert shelf.put(1, out)[0] == 3_000_000
    assert sum(map(len, shelf.read(1))) == 3_000_000
    file = tmp_path / "e" / "1.package"
    whole = file.read_bytes()
    for cut in (len(whole) - 5, 2):
        file.write_bytes(whole[:cut])
        with pytest.raises(StoreError):
            list(shelf.read(1))
    shelf.remove(1)
    assert not shelf.has(1)
    with pytest.raises(NotFoundError):
        shelf.read(1)
