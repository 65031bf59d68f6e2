"""Corrections over documents, and that no label is lost to somebody who saves at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import InputError
from storage.corrections import MARK, Correction, check_value, corrected, save_corrected, value_of
from storage.documents import Saved
from storage.query import parse_query
from storage.records import Category, Document, UrgencyVerdict, WordWeight
from storage.sqlite import SqliteStore
from tests.services.documents import document, segment


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "documents.db", segment)
    yield store
    store.close()


def test_each_subject_is_laid_over_and_nothing_else() -> None:
    doc = document("a" * 24, snownlp=0.25)
    done = corrected(doc, {"sentiment": "positive", "urgency": "M", "category.power8": "DY"})
    assert [value_of(done, name) for name in ("sentiment", "urgency", "category.power8")] == ["positive", "M", "DY"]
    assert done.analysis.sentiment.because == (WordWeight(MARK, 0.8),)
    assert (done.analysis.sentiment.score, done.analysis.sentiment.snownlp) == (0.8, 0.25)
    assert done.analysis.urgency == UrgencyVerdict("M", (MARK,))
    assert done.analysis.categories[0] == Category("power8", "DY", (MARK,), 1.0)
    assert done.analysis.categories[1:] == doc.analysis.categories[1:]
    kept = {"sentiment": doc.analysis.sentiment, "urgency": doc.analysis.urgency, "categories": doc.analysis.categories}
    assert replace(done, analysis=replace(done.analysis, **kept)) == doc  # type: ignore[arg-type]
    assert corrected(doc, {}) == doc


def test_where_person_and_machine_agree_the_finer_score_stays() -> None:
    doc = document("a" * 24, score=-0.37)
    done = corrected(doc, {"sentiment": "negative"})
    assert (done.analysis.sentiment.score, done.analysis.sentiment.because) == (-0.37, (WordWeight(MARK, -0.37),))


def test_a_table_that_was_not_asked_is_added_and_a_subject_of_tomorrow_is_passed_over() -> None:
    done = corrected(document("a" * 24), {"category.future": "X1", "colour": "red"})
    assert value_of(done, "category.future") == "X1"
    assert value_of(document("b" * 24), "category.future") == ""
    assert len(done.analysis.categories) == 3


def test_without_a_reason_it_is_as_if_nobody_had_said_why() -> None:
    done = corrected(document("a" * 24), {"sentiment": "neutral", "urgency": "L", "category.power8": "DF"}, "")
    assert done.analysis.sentiment.because == done.analysis.urgency.because == ()
    assert done.analysis.category() == Category("power8", "DF", (), None)


@pytest.mark.parametrize("subject", ["", "label", "category"])
def test_only_what_analysers_judge_can_be_corrected(subject: str) -> None:
    with pytest.raises(InputError, match="没有这一项判断"):
        check_value(subject, "negative")


def test_records_are_frozen() -> None:
    made = Correction(1, "a", "sentiment", "neutral", "negative", "张", document().published_at)
    with pytest.raises(AttributeError):
        made.new = "positive"  # type: ignore[misc]


class Changing:
    """Labels that somebody else changes between two readings."""

    def __init__(self, *states: Mapping[str, Mapping[str, str]]) -> None:
        self.states, self.read = list(states), 0

    def in_force(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        self.read += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {each: state[each] for each in ids if each in state}


def test_a_label_given_during_the_save_is_applied_after_it(store: SqliteStore) -> None:
    one, two = document("a" * 24), document("b" * 24)
    labels = Changing({}, {"b" * 24: {"urgency": "L"}})
    assert save_corrected(store, labels, [one, two]) == Saved(2, 0, 0)
    assert store.count(parse_query("urgency:L")) == 1 + (one.analysis.urgency.level == "L")
    assert store.get([two.id])[two.id].analysis.urgency == UrgencyVerdict("L", (MARK,))
    assert store.get([one.id])[one.id] == one
    assert labels.read == 3


def test_a_label_withdrawn_during_the_save_is_undone(store: SqliteStore) -> None:
    doc = document("a" * 24)
    save_corrected(store, Changing({doc.id: {"sentiment": "positive"}}, {}), [doc])
    assert store.get([doc.id])[doc.id] == doc


def test_labels_that_never_rest_do_not_hold_the_stage_up(store: SqliteStore) -> None:
    class Restless:
        """Another value each time."""

        read = 0

        def in_force(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
            self.read += 1
            return {each: {"urgency": "HML"[self.read % 3]} for each in ids}

    labels = Restless()
    docs: list[Document] = [document("a" * 24)]
    assert save_corrected(store, labels, docs).new == 1
    assert labels.read < 10
