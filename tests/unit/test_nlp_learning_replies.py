"""Weights of an answer are learnt from marked statements, the same from the same rows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from config.errors import InputError
from nlp.learning.replies import MIXED_COUNT, Row, best_threshold, examples, make, mixed, read_rows

HEAD = "id\tquestion\tanswer\tanswered\tby\twhy\n"
THINGS = ("东街", "西街", "南苑", "北苑", "河口", "桥头", "学校", "医院", "市场", "码头", "公园", "车站")


def rows_file(folder: Path) -> Path:
    lines = []
    for number, place in enumerate(THINGS):
        lines.append(f"A{number}\t{place}几点来电？\t抢修正在进行。预计21时前送电。\tyes\t2\t\n")
        lines.append(f"B{number}\t{place}几点来电？\t抢修正在进行。感谢您的理解。\tno\t\t\n")
    file = folder / "rows.tsv"
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    return file


def test_weights_are_learnt_and_written_with_their_card(tmp_path: Path) -> None:
    file, first, again = rows_file(tmp_path), tmp_path / "first.toml", tmp_path / "again.toml"
    threshold, precision, recall = make([file], "2026-11-23", first)
    assert (precision, recall) == (1.0, 1.0)
    make([file], "2026-11-23", again)
    assert first.read_bytes() == again.read_bytes()
    written = tomllib.loads(first.read_text(encoding="utf-8"))
    assert written["about"]["date"] == "2026-11-23"
    assert "24 对" in written["about"]["source"]
    assert written["threshold"] == round(threshold, 2)
    assert written["weights"]["时间·将来"] > 0


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("id\tquestion\tanswer\n", "缺少列"),
        (HEAD + "A1\t几点来电？\t正在抢修。\tyes\t\t\n", "第 2 行"),
        (HEAD + "A1\t几点来电？\t正在抢修。\tyes\t2\t\n", "第 2 行"),
        (HEAD + "A1\t\t正在抢修。\tno\t\t\n", "第 2 行"),
        ("", "为空"),
    ],
)
def test_rows_that_are_not_right_are_named(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "rows.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rows(file)
    assert where in str(caught.value)


def test_sentences_put_to_other_questions_teach_a_little(tmp_path: Path) -> None:
    rows = read_rows(rows_file(tmp_path))
    found = mixed(rows)
    assert found == mixed(rows)
    assert all(row.by == frozenset() and row.count == MIXED_COUNT for row in found)


def test_each_sentence_is_an_example_and_rare_words_teach_nothing() -> None:
    found = examples([Row("几点来电？", ("正在抢修。", "预计21时送电。"), frozenset([1]))])
    assert [one.answers for one in found] == [False, True]
    assert not any(name.startswith("词：") for one in found for name in one.figures)


def test_the_threshold_is_where_the_worse_of_both_is_best() -> None:
    rows = [Row("问？", ("答。",), frozenset([0] if wanted else [])) for wanted in (True, True, False, False)]
    threshold, precision, recall = best_threshold(np.array([0.9, 0.5, 0.4, 0.1]), rows)
    assert 0.4 < threshold <= 0.5
    assert (precision, recall) == (1.0, 1.0)
