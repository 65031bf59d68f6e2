"""What tells an answer in a long text is learnt from whole statements, a statement never in two folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from config.errors import InputError
from nlp.learning.statements import Case, at_threshold, best_threshold, chances, folds, make, read_cases

HEAD = "id\tquestion\tanswer\tanswered"
LONG = "7月3日8时起，因更换电杆，{0}村停电，{1}时恢复供电。共影响{1}户居民。对损坏的家电，用户可凭发票，到供电所登记。"
_ASKED = (("几点恢复供电", "yes"), ("影响多少户", "yes"), ("停电通知贴在哪", "no"), ("家电赔偿了没有", "no"))


def _file(folder: Path) -> Path:
    texts = [LONG.format(name, number) for number, name in enumerate(("上坝", "下坝", "石桥", "柳湾", "青竹"), 11)]
    rows = [
        f"Z{number}{at}\t{question}\t{text}\t{answered}"
        for number, text in enumerate(texts)
        for at, (question, answered) in enumerate(_ASKED)
    ]
    file = folder / "pairs.tsv"
    file.write_text("\n".join([HEAD, *rows, "Z99\t几点来电\t已送电。\tyes", ""]), encoding="utf-8")
    return file


def test_only_long_statements_teach_and_one_is_in_one_fold(tmp_path: Path) -> None:
    cases = read_cases(_file(tmp_path))
    assert len(cases) == 20
    fold_of = folds(cases)
    assert len(fold_of) == 5
    assert folds(cases) == fold_of
    found = chances(cases, fold_of)
    wanted = np.array([one.answered for one in cases])
    assert found[wanted].mean() > found[~wanted].mean()


def test_the_same_rows_give_the_same_weights_and_the_card_tells_the_figures(tmp_path: Path) -> None:
    file = _file(tmp_path)
    first, second = tmp_path / "one.toml", tmp_path / "two.toml"
    best = make([file], "2026-11-23", first)
    make([file], "2026-11-23", second)
    text = first.read_text(encoding="utf-8")
    assert text == second.read_text(encoding="utf-8")
    assert f"准确率 {best[1]:.3f}" in text


def test_a_threshold_balances_precision_and_recall() -> None:
    cases = [Case(({"alone": 1.0},), answered, str(number), "f") for number, answered in enumerate((True, True, False))]
    found = np.array([0.9, 0.6, 0.4])
    assert at_threshold(found, cases, 0.3) == (2 / 3, 1.0)
    threshold, precision, recall = best_threshold(found, cases)
    assert 0.4 < threshold <= 0.6
    assert (precision, recall) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "row"), [("id\tquestion\nx\ty\n", 1), (f"{HEAD}\nZ1\t几点来电\t已送电。\tmaybe\n", 2), ("", None)]
)
def test_a_bad_file_is_told_with_its_row(tmp_path: Path, text: str, row: int | None) -> None:
    file = tmp_path / "bad.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_cases(file)
    assert told.value.file == file
    assert told.value.row == row
