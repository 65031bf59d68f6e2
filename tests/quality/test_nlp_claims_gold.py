"""Contradictions and answers on pairs written before the code, and on others by somebody who never saw it.

Floors are below what was measured when they were set. On the unseen pairs the first run gave, with nothing changed
for them: contradictions precision .872, recall .532; answers precision .878, recall .623; once slots and topics
were read, answers gave .922 and .681; once what speaks for a contradiction was weighed, contradictions gave .866 and
.753. Conflict pairs named "more" are by somebody else, in wordings as different as could be (rules alone: precision
.736, recall .311); they and "own" teach the weights, so their figures flatter: on folds that taught nothing it is .842
and .860 together, and about .80 for both on "more" alone. The aim is .90 for each.

"fourth" and "fifth" are by four more authors asked for pairs that share few words and contradict by what they mean,
beside harmless ones with other numbers and places: .702 and .535, .689 and .534, neither teaching anything. Weights
taught by "fourth" gained nothing on "fifth" (.653 and .552) or on the unseen pairs, so what lacks is no weight but what
the check understands: least of times, places and numbers. Keep "fifth" unread until that is built.

Since what speaks for an answer is weighed, the unseen pairs give .880 and .957 (measured once). All other answer pairs
teach the weights ("third" by somebody else; rules alone gave .815 and .550 on it before it taught anything): on folds
that taught nothing they give .886 and .886 together. Batches of "own" before they taught: .878 and .699, then .962 and
.806, then, in few words, .920 and .742; whole statements full of facts, before any had taught: .229 and 1.000.
The unseen pairs were measured before those statements taught. "long" are whole statements with many questions each, by
hand: rules alone .687 and .920, weighing alone .526 and 1.000, both together where a text says much .719 and .920. The
unseen pairs, with that: .904 and .957.

"whole" and "whole_more" are whole statements with some twenty questions each, half of them hard, by two people who
never saw the code (five rows left out: there a cause or a culprit that is being looked for was no answer, here it is).
Before anything was done for them: .527 and .741, .560 and .794. Since then a long text is weighed clause by clause;
with weights that "whole_more" had not taught it gave .555 and .926 (at a recall of .78 a precision of .59). All
three now teach: on folds that keep a statement together they and "long" give .682 and .706 together, far from .90.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.claims import Said, answered, conflicts

HERE = Path(__file__).parent
NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


def rows(name: str) -> list[dict[str, str]]:
    head, *lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"), strict=False)) for line in lines if line.strip()]


def figures(found: list[tuple[bool, bool]]) -> tuple[float, float]:
    """Precision and recall of (expected, told) pairs."""
    hits = sum(expected and told for expected, told in found)
    return hits / max(1, sum(told for _, told in found)), hits / max(1, sum(expected for expected, _ in found))


def contradictions(name: str) -> tuple[float, float]:
    """Precision and recall of the conflict check."""
    found = []
    for row in rows(name):
        told = conflicts(row["one"], NOON, [Said(row["other"], "另一句", NOON)])
        found.append((row["conflict"] == "yes", bool(told)))
    return figures(found)


def answers(name: str) -> tuple[float, float]:
    """Precision and recall of the check of answers."""
    found = []
    for row in rows(name):
        told = answered(row["question"], row["answer"], NOON)
        found.append((row["answered"] == "yes", told.sentence is not None))
    return figures(found)


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("conflict_pairs.tsv", 0.94, 0.94),
        ("conflict_pairs_more.tsv", 0.82, 0.83),
        ("conflict_pairs_own.tsv", 0.90, 0.86),
        ("conflict_pairs_unseen.tsv", 0.85, 0.73),
        ("conflict_pairs_fourth.tsv", 0.68, 0.51),
        ("conflict_pairs_fifth.tsv", 0.66, 0.50),
    ],
)
def test_contradictions(name: str, precision: float, recall: float) -> None:
    measured = contradictions(name)
    assert measured[0] >= precision, measured
    assert measured[1] >= recall, measured


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("answer_pairs.tsv", 0.88, 0.97),
        ("answer_pairs_more.tsv", 0.87, 0.96),
        ("answer_pairs_third.tsv", 0.91, 0.93),
        ("answer_pairs_own.tsv", 0.92, 0.89),
        ("answer_pairs_long.tsv", 0.75, 0.84),
        ("answer_pairs_whole.tsv", 0.68, 0.70),
        ("answer_pairs_whole_more.tsv", 0.67, 0.72),
        ("answer_pairs_unseen.tsv", 0.85, 0.92),
    ],
)
def test_answers(name: str, precision: float, recall: float) -> None:
    measured = answers(name)
    assert measured[0] >= precision, measured
    assert measured[1] >= recall, measured
