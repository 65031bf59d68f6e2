"""Who speaks: somebody with a feeling, somebody who asks or states, the writer of a letter to an authority, an office.

A letter of a citizen means business however polite it is; an office talks of outages and complaints without a feeling
of its own; a question is not a complaint. What tells them is how they are written. Taught by letters to a government
with their answers (folder `petitions`), by the texts of the folder `sentiment` and by sentences of our own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from config.errors import InputError
from nlp.learning.sentences import read_sentences
from nlp.learning.sentiment import read_examples
from nlp.models.fitting import Fit, fit
from nlp.models.linear import LinearModel

FEELING, LETTER, OFFICE, PLAIN = "feeling", "letter", "office", "plain"
_ANSWERED = Path("petitions", "answered.csv")
# Titles that begin so ask; that a letter follows does not make the title one.
_QUESTIONS = ("咨询", "请问", "想问", "询问", "建议")
# Every n-th text of the public sets: enough to tell posts and reviews from offices.
_EVERY = 8
# Sentences of our own are few and count as this many.
_OWN = 12.0
_LONGEST = 300


def train_voice(data: Path, seed: int = 0) -> LinearModel:
    """The model of the four voices. Raises InputError for data that are missing or not right."""
    rows = [(sentence.text, sentence.voice, _OWN) for sentence in read_sentences()]
    rows += [(text, voice, 1.0) for text, voice in _letters(data / _ANSWERED)]
    rows += [(one.text[:_LONGEST], FEELING, 1.0) for one in read_examples(data)[::_EVERY]]
    total = {voice: sum(count for _, other, count in rows if other == voice) for voice in {row[1] for row in rows}}
    # Each voice counts the same however many texts there are of it.
    counts = [count * len(rows) / len(total) / total[voice] for _, voice, count in rows]
    how = Fit(bits=18, word_bits=0, seed=seed)
    return fit([text for text, _, _ in rows], [voice for _, voice, _ in rows], counts, how)


def _letters(file: Path) -> Iterator[tuple[str, str]]:
    """Letters, the answers to them and the titles that ask."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), 2):
                yield from _letter(row, file, number)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("打不开或不是 UTF-8 编码的 CSV", file=file) from error


def _letter(row: dict[str, str | None], file: Path, number: int) -> Iterator[tuple[str, str]]:
    title, body, reply = row.get("title"), row.get("body"), row.get("reply")
    if title is None or body is None or reply is None:
        raise InputError("缺少列 title、body 或 reply", file=file, row=number)
    body, reply = body.strip(), reply.strip()
    # Pieces from within have no opening formula.
    for text, voice in ((body, LETTER), (reply, OFFICE)):
        yield from ((piece, voice) for piece in (text[:_LONGEST], text[_LONGEST // 2 : 2 * _LONGEST]) if piece)
    yield f"{title}。{body[:_LONGEST]}", LETTER
    if title.startswith(_QUESTIONS):
        yield title, PLAIN
