"""SnowNLP's column: the package's own score, filled in the background."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from snownlp import SnowNLP

from config.clock import TurnedClock
from nlp.baseline import LONGEST, fill_baseline, snownlp_score
from nlp.pipeline import Pipeline
from nlp.segment import query_words
from nlp.stage import analyse_raw
from storage.records import RawDocument
from storage.sqlite import SqliteStore


def test_it_is_snownlps_own_score() -> None:
    text = "服务态度很好，来电很快"
    assert snownlp_score(text) == SnowNLP(text).sentiments


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "\x00", "😀", "。" * 10])
def test_odd_texts_have_a_score_too(text: str) -> None:
    assert 0 <= snownlp_score(text) <= 1


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    text = "服务差" + "a" * LONGEST
    assert snownlp_score(text + "好" * 50_000) == snownlp_score(text)


def test_the_background_pass_fills_what_is_missing(tmp_path: Path, clock: TurnedClock) -> None:
    pipeline = Pipeline.from_vocabulary()
    raw = RawDocument("热线", "hotline", "停电", "没人管", clock.now())
    docs = [
        analyse_raw(
            replace(raw, external_id=str(number)), revision=1, arrived_at=clock.now(), analysed_at=clock.now(),
            late_after=timedelta(days=1), author_key=None, customer_key=None, pipeline=pipeline,
        )
        for number in range(3)
    ]  # fmt: skip
    store = SqliteStore(tmp_path / "documents.db", query_words)
    try:
        store.save(docs)
        assert [fill_baseline(store, 2), fill_baseline(store, 2), fill_baseline(store, 2)] == [2, 1, 0]
        scores = {doc.analysis.sentiment.snownlp for doc in store.get([doc.id for doc in docs]).values()}
    finally:
        store.close()
    assert scores == {snownlp_score("停电。没人管")}
