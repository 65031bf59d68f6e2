"""History judged anew gives the same on every document store: versions, revisions, corrections, baseline scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from config.clock import TurnedClock
from nlp.pipeline import Analyser, Facts, Pipeline
from nlp.reanalysis import Reanalysis, Report
from nlp.segment import query_words
from nlp.stage import AnalysisStage, Workbench
from nlp.workers import InlineExecutor
from storage.corrections import MARK, save_corrected
from storage.documents import DocumentStore, open_store
from storage.operations import Operations
from storage.operations.inbox import History
from storage.query import Query, parse_query
from storage.records import RawDocument, UrgencyVerdict
from tests.contracts.test_document_store import KINDS, fresh_url
from tests.fixtures_operations import START, operations_in

DAY = timedelta(days=1)


class NextRelease(Analyser):
    """Finds everything grave."""

    name: ClassVar[str] = "urgency"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("urgency",)
    version: str = "next"

    def analyse(self, facts: Facts) -> Facts:
        return {"urgency": UrgencyVerdict("H", (f"{len(facts['text'])} 字",))}


@pytest.fixture
def own(tmp_path: Path, clock: TurnedClock) -> Iterator[Operations]:
    operations = operations_in(tmp_path, clock)
    yield operations
    operations.close()


@pytest.fixture(params=KINDS)
def documents(
    request: pytest.FixtureRequest, tmp_path: Path, elasticsearch_server: Callable[[str], str]
) -> Iterator[DocumentStore]:
    with fresh_url(request.param, tmp_path, elasticsearch_server) as url:
        store = open_store(url, query_words)
        yield store
        store.close()


def test_the_same_on_every_store(own: Operations, documents: DocumentStore, clock: TurnedClock) -> None:
    old = Pipeline.from_vocabulary()
    new = Pipeline([*(one for one in old.analysers if one.name != "urgency"), NextRelease()])
    own.inbox.put([
        RawDocument("95598", "hotline", "", f"第 {n} 户电费咨询", START - n * DAY, f"W{n}") for n in range(45)
    ])  # fmt: skip
    AnalysisStage(own.inbox, documents, old, InlineExecutor, clock, batch=99, lease=DAY, late_after=DAY).run_once()
    before = list(documents.scan(Query()))
    documents.fill_snownlp({doc.id: 0.5 for doc in before})
    own.labels.add(before[3], "urgency", "M", "张")
    save_corrected(documents, own.labels, [before[3]])
    documents.fill_snownlp({before[3].id: 0.5})
    newer = replace(before[4], revision=7)
    documents.save([newer])
    clock.advance(DAY)
    bench = Workbench(InlineExecutor, DAY)
    again = Reanalysis(own.inbox, documents, own.labels, own.meta, new, bench, clock, batch=20)
    assert again.run(History(), outdated=True) == Report(judged=44, kept=1)
    after = {doc.id: doc for doc in documents.scan(Query())}
    assert after[newer.id] == newer
    for doc in before:
        if doc.id == newer.id:
            continue
        found = after[doc.id]
        assert replace(found, analysis=doc.analysis) == doc
        assert found.analysis.versions["urgency"] == "next"
        assert found.analysis.sentiment.snownlp == 0.5
    assert after[before[3].id].analysis.urgency == UrgencyVerdict("M", (MARK,))
    assert documents.count(parse_query("urgency:H")) == 43
    assert again.run(History(), outdated=True) == Report(kept=45)
