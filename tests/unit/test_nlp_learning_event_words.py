"""Counting the words of letters, on letters of our own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from config.errors import InputError
from nlp.learning import event_words


def letters(data: Path, name: str, rows: list[tuple[str, str]]) -> None:
    (data / "petitions").mkdir(exist_ok=True)
    with (data / "petitions" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["title", "body"])
        writer.writerows(rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    letters(tmp_path, "classified", [("变压器", "变压器离居民家太近，变压器吵")] * 4)
    letters(tmp_path, "answered", [("停电", "变压器，" + "，" * event_words.BODY + "路灯")] * 6)
    return tmp_path


def test_each_word_counts_once_a_letter_and_names_do_not(data: Path) -> None:
    total, counts = event_words.count_words(data)
    assert total == 10
    assert (counts["变压器"], counts["居民"], counts["停电"]) == (10, 4, 6)
    # One sign, marks, and what stands behind the part that is read.
    assert not {"太", "，", "路灯"} & set(counts)


def test_the_list_leaves_out_what_few_wrote_and_is_made_twice_the_same(data: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        event_words.make(data, "2026-11-22", tmp_path / name)
    lines = (tmp_path / "one").read_text(encoding="utf-8").splitlines()
    assert lines[2:] == ["。 10", "变压器 10", "停电 6"]
    assert "共 10 条留言" in lines[0]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_file_that_is_missing_or_wrong_is_told(data: Path) -> None:
    (data / "petitions" / "answered.csv").write_text("title,text\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"answered.csv，第 2 行.*body"):
        event_words.count_words(data)
    (data / "petitions" / "classified.csv").unlink()
    with pytest.raises(InputError, match=r"classified.csv"):
        event_words.count_words(data)
