"""Counts the words of complaints: `python -m nlp.learning.event_words --data DIR --made-at 2026-11-22`.

Writes config/vocab/event_words.txt, by which events are told: how many of the letters in `petitions/classified.csv` and
`petitions/answered.csv` each word of the dictionary occurs in. A word of fewer than five letters is left out: it would
tell who wrote. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp import segment
from nlp.cut import Cutter

FILES = (Path("petitions", "classified.csv"), Path("petitions", "answered.csv"))
FILE = FOLDER / "event_words.txt"
# A word of fewer letters is taken for a name.
LEAST = 5
# Complaints tell what they are about in so many characters.
BODY = 400
# How many letters were counted stands under this entry.
TOTAL = "。"


def count_words(data: Path) -> tuple[int, Counter[str]]:
    """How many letters there are, and in how many each word occurs. Raises InputError with file and row."""
    # What jieba's dictionary holds: words it only guesses are pieces of names more often than words.
    known = Cutter(()).is_word
    letters, counts = 0, Counter[str]()
    for file in FILES:
        for title, body in _letters(data / file):
            letters += 1
            words = {*segment.tokens(title), *segment.tokens(body[:BODY])}
            counts.update(word for word in words if len(word) > 1 and known(word))
    return letters, counts


def make(data: Path, made_at: str, file: Path = FILE) -> None:
    """Write the list, commonest words first. Raises InputError."""
    letters, counts = count_words(data)
    common = sorted((-count, word) for word, count in counts.items() if count >= LEAST)
    head = (
        f"# 来源：由公开的网络问政数据（2020 年泰迪杯 C 题附件 2、附件 4，共 {letters} 条留言）统计的词频，只有数字，"
        f"没有原文；{made_at} 由 nlp.learning.event_words 生成。\n"
        f"# 一行一词：词、出现该词的留言条数；“{TOTAL}”一行是留言总数。少于 {LEAST} 条的词不列，与人名地名一样看待。"
        "事件归并用它判断哪些词有分量。\n"
    )
    lines = "".join(f"{word} {-count}\n" for count, word in common)
    file.write_text(f"{head}{TOTAL} {letters}\n{lines}", encoding="utf-8")


def _letters(file: Path) -> Iterator[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), 2):
                title, body = row.get("title"), row.get("body")
                if title is None or body is None:
                    raise InputError("缺少列 title 或 body", file=file, row=number)
                yield title.strip(), body.strip()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("打不开或不是 UTF-8 编码的 CSV", file=file) from error


def main() -> None:
    """Read the arguments and count."""
    parser = argparse.ArgumentParser(description="统计诉求用词，供事件归并判断哪些词有分量")
    parser.add_argument("--data", type=Path, required=True, help="数据目录")
    parser.add_argument("--made-at", required=True, help="写进词表的日期")
    given = parser.parse_args()
    make(given.data, given.made_at)


if __name__ == "__main__":
    main()
