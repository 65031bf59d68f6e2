"""What an event tells in short: a title, sentences taken from its texts that lead back to them, and its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_SENTENCES = 3
_SHORTEST, _LONGEST = 8, 120
_TITLE = 30
# Sentences that share so many of their character pairs say the same.
_SAME = 0.5
_NEWEST = 200


@dataclass(frozen=True, slots=True)
class Telling:
    """One text of an event, as a store gives it back. `score` is its sentiment −1…1, None where not known."""

    id: str
    at: datetime
    title: str
    text: str
    source: str
    score: float | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the text `id`: code points `[start, end)` of it."""

    text: str
    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Story:
    """The figures of one event. `negative` is the share of texts with a score below 0, None where none has one."""

    title: str
    title_id: str
    summary: tuple[Sentence, ...]
    texts: int
    first_at: datetime
    last_at: datetime
    places: Mapping[str, int]
    sources: Mapping[str, int]
    negative: float | None


def story(tellings: Iterable[Telling]) -> Story:
    """The story of an event; raises ValueError when there are no texts. Cost grows with the number of texts alone.

    The title and the sentences are those nearest to what all texts say; of very many texts the 200 newest speak.
    """
    told = sorted(tellings, key=lambda telling: (telling.at, telling.id))
    if not told:
        raise ValueError("no texts")
    speaking = told[-_NEWEST:]
    common = _common(speaking)
    best = max(speaking, key=lambda telling: (_weight(_head(telling), common), telling.id == told[0].id, telling.id))
    scores = [telling.score for telling in told if telling.score is not None]
    return Story(
        title=_head(best)[:_TITLE],
        title_id=best.id,
        summary=_summary(speaking, common),
        texts=len(told),
        first_at=told[0].at,
        last_at=told[-1].at,
        places=_counted(place for telling in told for place in dict.fromkeys(telling.places)),
        sources=_counted(telling.source for telling in told),
        negative=sum(score < 0 for score in scores) / len(scores) if scores else None,
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda it: (-it[1], it[0])))


def _head(telling: Telling) -> str:
    """The title, else the first sentence."""
    if telling.title.strip():
        return telling.title.strip()
    first = _SENTENCE.search(telling.text)
    return first.group().strip() if first else telling.text.strip()


def _pairs(text: str) -> set[str]:
    return {pair for at in range(len(text) - 1) if (pair := text[at : at + 2]).isalnum()}


def _common(tellings: Sequence[Telling]) -> dict[str, float]:
    """The share of texts in which each pair of characters occurs; what occurs once counts nothing."""
    counts = Counter(pair for telling in tellings for pair in _pairs(_head(telling)) | _pairs(telling.text[:600]))
    least = 1 if len(tellings) > 1 else 0
    return {pair: count / len(tellings) for pair, count in counts.items() if count > least}


def _weight(sentence: str, common: Mapping[str, float]) -> float:
    """How much of what all say a sentence says, long ones held back."""
    pairs = _pairs(sentence)
    return sum(common.get(pair, 0.0) ** 2 for pair in pairs) / (len(pairs) + 8) if pairs else 0.0


def _summary(tellings: Sequence[Telling], common: Mapping[str, float]) -> tuple[Sentence, ...]:
    """The sentences nearest to what all say, none twice, in order of time."""
    ranked = sorted(
        ((_weight(it.text, common), -order, it) for order, it in enumerate(_sentences(tellings))),
        key=lambda it: (-it[0], -it[1]),
    )
    chosen: list[tuple[int, Sentence, set[str]]] = []
    for _, order, sentence in ranked:
        pairs = _pairs(sentence.text)
        if all(len(pairs & others) < _SAME * min(len(pairs), len(others)) for _, _, others in chosen):
            chosen.append((-order, sentence, pairs))
            if len(chosen) == _SENTENCES:
                break
    return tuple(sentence for _, sentence, _ in sorted(chosen, key=lambda it: it[0]))


def _sentences(tellings: Iterable[Telling]) -> Iterable[Sentence]:
    for telling in tellings:
        for match in _SENTENCE.finditer(telling.text):
            start, end = match.span()
            start += len(match.group()) - len(match.group().lstrip())
            end -= len(match.group()) - len(match.group().rstrip())
            if _SHORTEST <= end - start <= _LONGEST:
                yield Sentence(telling.text[start:end], telling.id, start, end)
