"""Weights of a contradiction are learnt from labelled pairs, the same from the same pairs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from config.errors import InputError
from nlp.learning.contradictions import Pair, best_threshold, make, mixed, read_pairs

HEAD = "id\tconflict\tone\tother\n"
THINGS = ("东街", "西街", "南苑", "北苑", "河口", "桥头", "学校", "医院", "市场", "码头", "公园", "车站")


def pairs_file(folder: Path) -> Path:
    lines = []
    for number, place in enumerate(THINGS):
        lines.append(f"A{number}\tyes\t{place}的工程已竣工。\t{place}的工程尚未完工。\n")
        lines.append(f"B{number}\tno\t{place}的工程已竣工。\t{place}的工程已完工并通过验收。\n")
    file = folder / "pairs.tsv"
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    return file


def test_weights_are_learnt_and_written_with_their_card(tmp_path: Path) -> None:
    file, first, again = pairs_file(tmp_path), tmp_path / "first.toml", tmp_path / "again.toml"
    threshold, precision, recall = make([file], [], "2026-11-23", first)
    assert (precision, recall) == (1.0, 1.0)
    make([file], [], "2026-11-23", again)
    assert first.read_bytes() == again.read_bytes()
    written = tomllib.loads(first.read_text(encoding="utf-8"))
    assert written["about"]["date"] == "2026-11-23"
    assert "24 对" in written["about"]["source"]
    assert written["threshold"] == round(threshold, 2)
    assert written["weights"]["sides_weak"] > 0


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("id\tone\tother\n", "缺少列"),
        (HEAD + "A1\tmaybe\t甲\t乙\n", "第 2 行"),
        (HEAD + "A1\tyes\t甲\t\n", "第 2 行"),
        ("", "为空"),
    ],
)
def test_pairs_that_are_not_right_are_named(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_pairs(file)
    assert where in str(caught.value)
    assert "pairs.tsv" in str(caught.value)


def test_sentences_of_different_pairs_teach_a_little(tmp_path: Path) -> None:
    pairs = read_pairs(pairs_file(tmp_path))
    found = mixed(pairs)
    assert found == mixed(pairs)
    assert found
    assert not any(it.conflict or it.judges for it in found)
    assert all(it.count < 1 for it in found)


def test_the_threshold_is_chosen_by_pairs_that_judge() -> None:
    import numpy as np

    pairs = [Pair("", "", True), Pair("", "", False), Pair("", "", True, judges=False)]
    threshold, precision, recall = best_threshold(np.array([0.6, 0.4, 0.2]), pairs)
    assert (precision, recall) == (1.0, 1.0)
    assert 0.4 < threshold <= 0.6
