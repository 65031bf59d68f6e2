"""What a model is made of, and the judgement whether it may be used."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import InputError, NotFoundError
from nlp.measure import Figure
from nlp.models.linear import LinearModel
from nlp.trainer import LESSONS, MEAN, Labelled, Lesson, card, digest, figures, gather, judged, trainers, version_of

NOW = datetime(2026, 11, 22, 6, 15, tzinfo=UTC)
GOOD, BAD = "师傅来得快修得好非常感谢很满意", "停电没人管态度恶劣太气人很失望"


def texts(name: str, number: int, seed: int) -> list[dict[str, str]]:
    """Sentences put together of the signs of one kind, all different."""
    rows = []
    for at in range(number):
        kind, label = (GOOD, "positive") if at % 2 else (BAD, "negative")
        picked = "".join(kind[zlib.crc32(f"{name}{seed}{at}{place}".encode()) % len(kind)] for place in range(9))
        rows.append({"text": picked, "label": label})
    return rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two small sets."""
    folder = tmp_path / "data" / "sentiment"
    folder.mkdir(parents=True)
    for seed, name in enumerate(("forum", "shop")):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in texts(name, 200, seed))
    return tmp_path / "data"


def test_a_fifth_chosen_by_content_measures_and_never_teaches(data: Path) -> None:
    trainer = trainers()["sentiment"]()
    material = gather(trainer, data)
    taught = {each.text for each in material.teaching}
    for rows in material.fixed.values():
        assert rows
        assert not taught & {each.text for each in rows}
    assert set(material.fixed) == {"forum", "shop"}
    assert 0.1 < sum(map(len, material.fixed.values())) / len(trainer.examples(data)) < 0.3
    assert gather(trainer, data) == material


def test_a_set_that_is_left_out_still_measures(data: Path) -> None:
    trainer = trainers()["sentiment"]()
    whole, part = gather(trainer, data), gather(trainer, data, without=["shop"])
    assert part.fixed == whole.fixed
    assert {each.set for each in part.teaching} == {"forum"}
    assert len(part.unseen["shop"]) == len([each for each in trainer.examples(data) if each.set == "shop"])
    with pytest.raises(NotFoundError, match="没有名为“hotel”的数据集；现有：forum、shop"):
        gather(trainer, data, without=["hotel"])
    with pytest.raises(InputError, match="不足两类"):
        gather(trainer, data, without=["shop", "forum"])


def test_corrections_teach_but_for_a_fifth_and_neutral_ones(data: Path) -> None:
    trainer = trainers()["sentiment"]()
    given = [Lesson(f"更正过的第{number}条", "negative" if number % 3 else "neutral") for number in range(60)]
    material = gather(trainer, data, given)
    assert len(material.lessons) + len(material.fixed[LESSONS]) == 40
    assert material.fixed[LESSONS]
    assert {each.set for each in material.lessons} == {LESSONS}
    assert version_of(material, NOW) != version_of(gather(trainer, data), NOW)


def test_the_same_material_gives_the_same_bytes_and_a_card_that_tells_all(data: Path, tmp_path: Path) -> None:
    trainer = trainers()["sentiment"]()
    material = gather(trainer, data, [Lesson("真是气人", "negative")] * 9, without=["shop"])
    for name in ("one", "two"):
        model = trainer.train(material.teaching, material.lessons)
        model.save(tmp_path / name, card(trainer, material, "v1", NOW))
        found = figures(trainer, tmp_path / name, material.fixed)
        model.save(tmp_path / name, card(trainer, material, "v1", NOW, found))
    for file in ("card.json", "weights.npy"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    told = LinearModel.load(tmp_path / "one").card
    assert told["made_at"] == "2026-11-22T14:15:00+08:00"
    assert told["data"] == {
        "sets": {"forum": len(material.teaching)}, "sha256": digest([*material.teaching, *material.lessons]),
    }  # fmt: skip
    assert (told["corrections"], told["without"], told["version"]) == (len(material.lessons), ["shop"], "v1")
    assert told["figures"]["forum"]["value"] > 0.9
    assert told["figures"][MEAN]["n"] == sum(len(rows) for name, rows in material.fixed.items() if name != LESSONS)


def test_the_mean_is_over_sets_and_leaves_corrections_out(data: Path, tmp_path: Path) -> None:
    trainer = trainers()["sentiment"]()

    @dataclass(frozen=True)
    class Other:
        """A trainer whose figure is the number of texts over ten."""

        def figure(self, _folder: Path, examples: Sequence[Labelled]) -> Figure:
            return Figure(len(examples) / 10, len(examples))

    rows = trainer.examples(data)
    found = figures(Other(), tmp_path, {"a": rows[:2], "b": rows[:4], LESSONS: rows[:9]})  # type: ignore[arg-type]
    assert found[MEAN] == Figure(pytest.approx(0.3), 6)
    assert found[LESSONS].n == 9


@pytest.mark.parametrize(
    ("new", "present", "same", "taken", "reason"),
    [
        (0.8, None, False, True, "还没有在用的模型"),
        (0.8, 0.79, False, True, "不输现用模型，固定测试集平均 0.8000，现用模型 0.7900"),
        (0.8, 0.8, False, True, "不输"),
        (0.79, 0.8, False, False, "不如现用模型，固定测试集平均 0.7900，现用模型 0.8000"),
        (0.8, 0.8, True, False, "完全相同"),
    ],
)
def test_a_model_that_loses_is_not_taken(
    new: float, present: float | None, same: bool, taken: bool, reason: str
) -> None:
    before = None if present is None else {MEAN: Figure(present, 9)}
    verdict = judged({MEAN: Figure(new, 9)}, before, same=same)
    assert verdict.taken is taken
    assert reason in verdict.reason


def test_every_trainer_says_what_it_makes() -> None:
    for name, trainer in trainers().items():
        assert trainer.name == name
        assert trainer.title
        assert trainer.subject in ("sentiment", "urgency") or trainer.subject.startswith("category.")
