"""Who speaks: somebody with a feeling, somebody who asks or states, the writer of a letter to an authority, an office.

A letter of a citizen means business however polite it is; an office talks of outages and complaints without a feeling
of its own; a question is not a complaint. What tells them is how they are written. Taught by letters to a government
with their answers (folder `petitions`), by the texts of the folder `sentiment` and by sentences of our own.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import InputError
from nlp.learning.sentences import read_sentences
from nlp.learning.sentiment import OWN, is_held_out, read_examples
from nlp.models.fitting import Fit, fit
from nlp.models.linear import LinearModel

FEELING, LETTER, OFFICE, PLAIN = "feeling", "letter", "office", "plain"
PETITIONS = "petitions"
ANSWERED = Path(PETITIONS, "answered.csv")
# Titles that begin so ask; that a letter follows does not make the title one.
_QUESTIONS = ("咨询", "请问", "想问", "询问", "建议")
# Every n-th text of the public sets: enough to tell posts and reviews from offices.
_EVERY = 8
# Sentences of our own are few and count as this many.
_OWN = 12.0
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text, or a piece of one, with the voice it is said in (`label`) and how much it counts.

    `set` tells where it comes from; `held_out` whether it is measured instead of fitted, which hangs on the whole text
    alone; sentences of our own never are.
    """

    text: str
    label: str
    set: str
    held_out: bool
    count: float = 1.0


def read_voices(data: Path) -> list[Spoken]:
    """All that teaches voices. Raises InputError for data that are missing or not right."""
    found = [Spoken(one.text, one.voice, OWN, held_out=False, count=_OWN) for one in read_sentences()]
    found += _letters(data / ANSWERED)
    return found + [
        Spoken(one.text[:_LONGEST], FEELING, one.set, one.held_out) for one in read_examples(data)[::_EVERY]
    ]


def train(spoken: Sequence[Spoken], seed: int = 0) -> LinearModel:
    """The model of the four voices; each counts the same however many texts there are of it."""
    total: dict[str, float] = {}
    for one in spoken:
        total[one.label] = total.get(one.label, 0.0) + one.count
    counts = [one.count * len(spoken) / len(total) / total[one.label] for one in spoken]
    how = Fit(bits=18, word_bits=0, seed=seed)
    return fit([one.text for one in spoken], [one.label for one in spoken], counts, how)


def _letters(file: Path) -> Iterator[Spoken]:
    """Letters, the answers to them and the titles that ask."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), 2):
                held_out = is_held_out(row.get("body") or "")
                for text, voice in _letter(row, file, number):
                    yield Spoken(text, voice, PETITIONS, held_out)
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
