"""Entities on sentences of our own: precision and recall of each kind may not fall below the floors."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from nlp.pipeline import Pipeline

KINDS = {
    "r": "region",
    "s": "station",
    "b": "substation",
    "o": "organisation",
    "l": "line",
    "a": "transformer_area",
    "e": "estate",
    "p": "person",
    "c": "customer_number",
    "w": "order_number",
    "v": "event_number",
    "m": "meter_number",
    "d": "date",
    "t": "time",
    "u": "duration",
    "y": "money",
    "q": "quantity",
}
MARK = re.compile(r"(\[[a-z]:|\])")
LEAST_SENTENCES = 150
Span = tuple[str, int, int]


def unmarked(line: str) -> tuple[str, set[Span]]:
    """The sentence without its marks, and what they mark; a mark may stand inside another one."""
    text, spans, opened = "", set(), []
    for piece in MARK.split(line):
        if piece == "]":
            kind, start = opened.pop()
            spans.add((kind, start, len(text)))
        elif MARK.fullmatch(piece):
            opened.append((KINDS[piece[1]], len(text)))
        else:
            text += piece
    assert not opened, line
    return text, spans


def gold() -> list[tuple[str, set[Span]]]:
    lines = Path(__file__).with_name("entities_gold.txt").read_text(encoding="utf-8").splitlines()
    return [unmarked(line) for line in lines if line and not line.startswith("#")]


# (precision, recall) that must be reached. What is still missed are idioms (两天打鱼, 百年大计) taken for durations.
FLOORS = dict.fromkeys(KINDS.values(), (0.95, 0.95)) | {"duration": (0.85, 0.95), "region": (0.97, 0.97)}


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    pipeline = Pipeline.from_vocabulary()
    right, true, found = Counter[str](), Counter[str](), Counter[str]()
    for text, spans in gold():
        given = {(entity.kind, entity.start, entity.end) for entity in pipeline.analyse(text).entities}
        true.update(kind for kind, _, _ in spans)
        found.update(kind for kind, _, _ in given)
        right.update(kind for kind, _, _ in spans & given)
    return {"right": right, "true": true, "found": found}


def test_the_gold_is_large_enough_and_holds_every_kind() -> None:
    sentences = gold()
    assert len(sentences) >= LEAST_SENTENCES
    assert {kind for _, spans in sentences for kind, _, _ in spans} == set(KINDS.values())
    assert sum(not spans for _, spans in sentences) >= LEAST_SENTENCES // 4


@pytest.mark.parametrize("kind", KINDS.values())
def test_precision_and_recall(counts: dict[str, Counter[str]], kind: str) -> None:
    precision, recall = FLOORS[kind]
    assert counts["right"][kind] >= precision * counts["found"][kind], "precision"
    assert counts["right"][kind] >= recall * counts["true"][kind], "recall"
