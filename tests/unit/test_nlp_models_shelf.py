"""The shelf: shipped models are never touched, a site's own are taken, used, and left again."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import pytest

from config.errors import ConflictError, InputError, NotFoundError
from config.vocabulary import FOLDER
from nlp.models.shelf import SHIPPED, SHIPPED_FOLDER, Shelf, card_of
from nlp.pipeline import Pipeline, pipeline_of


def model(folder: Path, version: str = "1") -> Path:
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    (folder / "weights.npy").write_bytes(version.encode())
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    model(tmp_path / "shipped" / "mood", "1.0")
    return Shelf(tmp_path / "own", tmp_path / "shipped")


def test_the_shipped_one_is_used_until_the_site_takes_its_own(shelf: Shelf, tmp_path: Path) -> None:
    assert (shelf.version("mood"), shelf.folder("mood")) == (SHIPPED, tmp_path / "shipped" / "mood")
    shelf.take("mood", "20260304-1", model(tmp_path / "made", "2"))
    assert shelf.version("mood") == "20260304-1"
    assert (shelf.folder("mood") / "weights.npy").read_bytes() == b"2"
    kept = shelf.kept("mood")
    assert [(each.version, each.active, each.card["version"]) for each in kept] == [
        (SHIPPED, False, "1.0"), ("20260304-1", True, "2"),
    ]  # fmt: skip


def test_going_back_and_forth(shelf: Shelf, tmp_path: Path) -> None:
    for number in (2, 3):
        shelf.take("mood", f"v{number}", model(tmp_path / f"made{number}", str(number)))
    assert shelf.before("mood") == "v2"
    shelf.use("mood", shelf.before("mood"))
    assert (shelf.version("mood"), shelf.before("mood")) == ("v2", "v3")
    shelf.use("mood", SHIPPED)
    assert (shelf.version("mood"), shelf.before("mood")) == (SHIPPED, "v2")
    assert shelf.folder("mood") == tmp_path / "shipped" / "mood"


def test_a_version_is_never_overwritten_and_unknown_ones_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    made = model(tmp_path / "made", "2")
    shelf.take("mood", "v2", made)
    with pytest.raises(ConflictError, match="已有版本 v2"):
        shelf.take("mood", "v2", made)
    with pytest.raises(NotFoundError, match="没有名为“v9”的mood 模型版本；现有：shipped、v2"):
        shelf.use("mood", "v9")
    with pytest.raises(NotFoundError, match="没有名为“other”的模型；现有：mood"):
        shelf.kept("other")
    with pytest.raises(ValueError, match="no place"):
        shelf.take("mood", "../../etc", made)


def test_half_a_copy_and_a_wrong_pointer_hurt_nobody(shelf: Shelf, tmp_path: Path) -> None:
    made = model(tmp_path / "made", "2")
    left = tmp_path / "own" / "mood" / ".v2.new"
    left.mkdir(parents=True)
    (left / "weights.npy").write_bytes(b"half")
    shelf.take("mood", "v2", made)
    assert (shelf.folder("mood") / "weights.npy").read_bytes() == b"2"
    for wrong in ("v7", "../..", "", "\x00"):
        (tmp_path / "own" / "mood" / "active").write_text(wrong, encoding="utf-8")
        assert shelf.version("mood") == SHIPPED
    (tmp_path / "own" / "mood" / "v2" / "card.json").write_text("{", encoding="utf-8")
    assert card_of(tmp_path / "own" / "mood" / "v2") == {}
    assert len(shelf.kept("mood")) == 2


def test_a_pinned_shelf_stays_as_it_was(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.pinned()
    shelf.take("mood", "v2", model(tmp_path / "made", "2"))
    assert before.folder("mood") == tmp_path / "shipped" / "mood"
    assert shelf.pinned() != before
    assert re.fullmatch(r"1\.0-[0-9a-f]{6}", before.version("mood"))
    assert shelf.version("mood") == "v2"
    seen = {before.version("mood"), before.version("nothing")}
    for card in ('{"version": "2"}', '{"version": "2", "sha256": "other"}', "{}", "no card"):
        (shelf.folder("mood") / "card.json").write_text(card, encoding="utf-8")
        seen.add(shelf.pinned().version("mood"))
    assert len(seen) == 6, "two models must never have one version"
    assert pickle.loads(pickle.dumps(before)) == before


def test_candidates_stand_before_those_in_use(shelf: Shelf, tmp_path: Path) -> None:
    model(tmp_path / "out" / "mood", "9")
    assert shelf.with_candidates(tmp_path / "out").folder("mood") == tmp_path / "out" / "mood"
    with pytest.raises(InputError, match="目录里没有模型"):
        shelf.with_candidates(tmp_path / "nothing")


def test_what_ships_is_small_and_can_run_nothing() -> None:
    files = [file for file in SHIPPED_FOLDER.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 12_000_000
    assert {file.suffix for file in files} <= {".json", ".npy", ".md"}


def test_a_pipeline_travels_as_the_names_of_its_parts() -> None:
    pipeline = Pipeline.from_vocabulary()
    sent = pickle.dumps(pipeline)
    assert len(sent) < 2000
    there = pickle.loads(sent)
    assert there is pickle.loads(sent) is pipeline_of(FOLDER, Shelf().pinned(), "")
    assert there.versions == pipeline.versions
    put_together = Pipeline(pipeline.analysers)
    assert put_together.__reduce_ex__(2)[0] is not pipeline_of
