"""The stage: masked and analysed once, whatever fails in between."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from config.clock import TurnedClock
from config.errors import StoreError
from nlp.pipeline import Analyser, Facts, Pipeline
from nlp.segment import query_words
from nlp.stage import AnalysisStage, StageReport, analyse_raw
from nlp.workers import InlineExecutor, open_executor
from storage.documents import Saved
from storage.operations import Operations
from storage.query import Query, parse_query
from storage.records import Document, RawDocument
from storage.sqlite import SqliteStore

DAY = timedelta(days=1)
LEASE = timedelta(seconds=300)


class Stumbling(Analyser):
    """Raises on one text and ends its process on another."""

    name: ClassVar[str] = "stumbling"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("stumbled",)

    def analyse(self, facts: Facts) -> Facts:
        if "绊倒" in facts["text"]:
            raise ValueError(facts["text"])
        if "打死" in facts["text"]:
            os._exit(3)
        return {"stumbled": False}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "documents.db", query_words)
    yield store
    store.close()


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline([*Pipeline.from_vocabulary().analysers, Stumbling()])


@pytest.fixture
def raw(clock: TurnedClock) -> RawDocument:
    return RawDocument(
        "热线", "hotline", "停电", "打我电话13812345678", clock.now() - timedelta(hours=1), "1", kind="投诉"
    )


def stage(
    operations: Operations, store: Any, pipeline: Pipeline, clock: TurnedClock, executor: Any = InlineExecutor
) -> AnalysisStage:
    return AnalysisStage(operations.inbox, store, pipeline, executor, clock, batch=100, lease=LEASE, late_after=DAY)


def analysed(raw: RawDocument, pipeline: Pipeline, clock: TurnedClock) -> Document:
    return analyse_raw(
        raw, revision=2, arrived_at=clock.now(), analysed_at=clock.now(), late_after=DAY, author_key="a",
        customer_key="c", pipeline=pipeline,
    )  # fmt: skip


def test_waiting_texts_become_documents_once(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    operations.inbox.put([raw, replace(raw, external_id="2", body="电压低")])
    clock.advance(timedelta(minutes=5))
    runner = stage(operations, store, pipeline, clock)
    assert runner.run_once() == StageReport(taken=2, saved=2, failed=0)
    assert runner.run_once() == StageReport(0, 0, 0)
    doc = store.get([raw.id])[raw.id]
    assert doc.body == "打我电话138****5678"
    assert doc.analysed_at == clock.now()
    assert doc.arrived_at == clock.now() - timedelta(minutes=5)
    assert store.count(parse_query("停电 kind:投诉")) == 2
    assert operations.inbox.counts()["analysed"] == 2


def test_no_trace_of_a_number_reaches_the_document(pipeline: Pipeline, clock: TurnedClock, raw: RawDocument) -> None:
    leaky = replace(
        raw, title="客户来电 户号", body="3201234567，固话0731-88886666，１３８１２３４５６７８，138<b>1234</b>5679",
        phone="0731-88886666", customer_no="3201234567", author="张三", region="城北镇13812345678",
    )  # fmt: skip
    doc = analysed(leaky, pipeline, clock)
    whole = repr(doc)
    for number in (
        "3201234567",
        "88886666",
        "8888-6666",
        "13812345678",
        "１３８１２３４５６７８",
        "13812345679",
        "张三",
    ):
        assert number not in whole
    assert doc.title == "客户来电 户号"
    assert len(doc.body) == len(leaky.body)


def test_place_lateness_and_keys(pipeline: Pipeline, clock: TurnedClock, raw: RawDocument) -> None:
    doc = analysed(replace(raw, body="城北镇杨柳村没电"), pipeline, clock)
    assert (doc.region, doc.late, doc.revision, doc.author_key, doc.customer_key) == (
        "城北镇",
        False,
        2,
        "a",
        "c",
    )
    assert analysed(replace(raw, region="河口镇", body="城北镇没电"), pipeline, clock).region == "河口镇"
    assert analysed(replace(raw, published_at=clock.now() - DAY), pipeline, clock).late is False
    assert analysed(replace(raw, published_at=clock.now() - DAY * 1.01), pipeline, clock).late is True
    assert analysed(replace(raw, dated=False, backlog=True), pipeline, clock).late is True
    assert analysed(replace(raw, dated=False), pipeline, clock).late is False


@pytest.mark.parametrize(("title", "body"), [("停电", ""), ("", "停电"), ("", "")])
def test_a_part_may_be_missing(pipeline: Pipeline, clock: TurnedClock, raw: RawDocument, title: str, body: str) -> None:
    doc = analysed(replace(raw, title=title, body=body), pipeline, clock)
    assert (doc.title, doc.body, doc.analysis.clean_text) == (title, body, title or body)


def test_one_bad_text_leaves_the_others_alone_and_is_set_aside(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    bad = replace(raw, external_id="2", body="绊倒 13812345678")
    operations.inbox.put([raw, bad])
    runner = stage(operations, store, pipeline, clock)
    assert runner.run_once() == StageReport(taken=2, saved=1, failed=1)
    while runner.run_once().taken:
        pass
    assert operations.inbox.failures() == [(bad.id, "热线", "分析出错（ValueError）")]
    assert store.count(Query()) == 1


def test_a_text_that_kills_its_process_is_found_and_the_others_go_on(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    operations.inbox.put([replace(raw, external_id="2", body="打死"), raw])
    runner = stage(operations, store, pipeline, clock, lambda: open_executor(1))
    try:
        assert runner.run_once() == StageReport(taken=2, saved=1, failed=1)
    finally:
        runner.close()


class Unreachable:
    """A store that does not answer."""

    def save(self, docs: Sequence[Document]) -> None:
        raise StoreError("elsewhere", "不应答")


def test_a_document_the_store_refuses_is_set_aside_and_the_others_go_on(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    class Choosy:
        """The real store, given one document with a number it cannot hold."""

        def save(self, docs: Sequence[Document]) -> Saved:
            return store.save([replace(doc, revision=2**63) if doc.body == "怪" else doc for doc in docs])

    odd = replace(raw, external_id="2", body="怪")
    operations.inbox.put([odd, raw, replace(raw, external_id="3")])
    runner = stage(operations, Choosy(), pipeline, clock)
    assert runner.run_once() == StageReport(taken=3, saved=2, failed=1)
    while runner.run_once().taken:
        pass
    assert operations.inbox.failures() == [(odd.id, "热线", "文档库不能保存（OverflowError）")]
    assert operations.inbox.counts() == {"waiting": 0, "analysed": 2, "failed": 1}
    assert store.count(Query()) == 2


def test_a_save_that_took_long_is_stamped_again(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    class Slow:
        """The real store, held up for these times."""

        pauses: ClassVar[list[timedelta]] = [timedelta(minutes=10)]

        def save(self, docs: Sequence[Document]) -> Saved:
            clock.advance(self.pauses.pop() if self.pauses else timedelta(0))
            return store.save(docs)

    slow = Slow()
    operations.inbox.put([raw])
    assert stage(operations, slow, pipeline, clock).run_once() == StageReport(1, 1, 0)
    assert store.get([raw.id])[raw.id].analysed_at == clock.now()
    slow.pauses = [timedelta(minutes=10)] * 2
    operations.inbox.put([replace(raw, external_id="2")])
    with pytest.raises(StoreError, match="太慢"):
        stage(operations, slow, pipeline, clock).run_once()
    assert operations.inbox.counts()["waiting"] == 1


def test_while_the_store_is_away_the_texts_wait(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    operations.inbox.put([raw])
    with pytest.raises(StoreError):
        stage(operations, Unreachable(), pipeline, clock).run_once()
    runner = stage(operations, store, pipeline, clock)
    assert runner.run_once().taken == 0
    clock.advance(LEASE)
    assert runner.run_once() == StageReport(1, 1, 0)


def test_a_changed_text_is_analysed_again_with_its_revision(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    runner = stage(operations, store, pipeline, clock)
    operations.inbox.put([raw])
    runner.run_once()
    operations.inbox.put([replace(raw, body="电压太低")])
    assert runner.run_once().saved == 1
    doc = store.get([raw.id])[raw.id]
    assert (doc.revision, doc.body) == (2, "电压太低")


def test_executors_are_opened_once_and_given_back(
    operations: Operations, store: SqliteStore, pipeline: Pipeline, clock: TurnedClock, raw: RawDocument
) -> None:
    opened: list[Executor] = []

    def open_one() -> Executor:
        opened.append(InlineExecutor())
        return opened[-1]

    runner = stage(operations, store, pipeline, clock, open_one)
    runner.run_once()
    assert opened == []
    for number in ("1", "2"):
        operations.inbox.put([replace(raw, external_id=number)])
        runner.run_once()
    assert len(opened) == 1
    runner.close()
    runner.close()
