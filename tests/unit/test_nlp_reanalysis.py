"""History judged anew: the same documents, the present judgement, no news for alerting, corrections on top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from alerting.engine import Engine
from alerting.rulefile import load_rules
from config.clock import TurnedClock
from config.errors import StoreError
from config.settings import load_settings
from nlp.pipeline import Analyser, Facts, Pipeline
from nlp.reanalysis import CURSOR, Reanalysis, Report
from nlp.segment import query_words
from nlp.stage import AnalysisStage, Workbench
from nlp.workers import InlineExecutor
from storage.corrections import MARK, save_corrected
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.inbox import History
from storage.query import Query, parse_query
from storage.records import Document, Member, RawDocument, Sentiment, UrgencyVerdict
from storage.sqlite import SqliteStore

DAY = timedelta(days=1)
TEXTS = ("线路冒烟起火了", "又停电了没人管", "电费多收了两倍", "师傅辛苦了，谢谢", "电压太低开不了空调")
RULE = """
[[rule]]
name = "紧急"
type = "keyword"
level = "red"
keywords = ["冒烟", "停电"]
filter = "urgency:H"
realert = { minutes = 60 }
"""


class Grave(Analyser):
    """The next release: finds everything grave and bad."""

    name: ClassVar[str] = "grave"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("urgency", "sentiment")
    version: str = "9"

    def analyse(self, facts: Facts) -> Facts:
        if "绊倒" in facts["text"]:
            raise ValueError("no")
        return {"urgency": UrgencyVerdict("H", ("新版",)), "sentiment": Sentiment(-1.0, "negative")}


@pytest.fixture(scope="module")
def old() -> Pipeline:
    return Pipeline.from_vocabulary()


@pytest.fixture(scope="module")
def new(old: Pipeline) -> Pipeline:
    kept = [one for one in old.analysers if one.name not in ("urgency", "sentiment")]
    return Pipeline([*kept, Grave()])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "documents.db", query_words)
    yield store
    store.close()


@pytest.fixture
def raws(clock: TurnedClock) -> list[RawDocument]:
    at = clock.now()
    return [
        RawDocument("热线", "hotline", "", text, at - timedelta(minutes=10 * n), str(n), region=f"河口镇{n}")
        for n, text in enumerate(TEXTS)
    ]


@pytest.fixture
def filled(
    operations: Operations, store: SqliteStore, old: Pipeline, clock: TurnedClock, raws: list[RawDocument]
) -> list[Document]:
    """The texts as the old release judged them, an hour ago by now."""
    operations.inbox.put(raws)
    AnalysisStage(
        operations.inbox, store, old, InlineExecutor, clock, batch=100, lease=DAY, late_after=DAY,
        labels=operations.labels,
    ).run_once()  # fmt: skip
    clock.advance(timedelta(hours=1))
    return list(store.scan(Query()))


def reanalysis(
    operations: Operations, store: DocumentStore, pipeline: Pipeline, clock: TurnedClock, batch: int = 2
) -> Reanalysis:
    bench = Workbench(InlineExecutor, DAY)
    return Reanalysis(
        operations.inbox, store, operations.labels, operations.meta, pipeline, bench, clock, batch=batch,
        groups=operations.events,
    )  # fmt: skip


def test_every_document_is_judged_anew_and_stays_what_it_was(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    said: list[tuple[int, int]] = []
    report = reanalysis(operations, store, new, clock).run(History(), progress=lambda *at: said.append(at))
    assert report == Report(judged=5)
    assert said == [(0, 5), (2, 5), (4, 5), (5, 5)]
    after = list(store.scan(Query()))
    for before, doc in zip(filled, after, strict=True):
        assert doc.analysis.versions == new.versions
        assert (doc.analysis.urgency, doc.analysis.sentiment.label) == (UrgencyVerdict("H", ("新版",)), "negative")
        assert replace(doc, analysis=before.analysis) == before, "only the judgement may change"
    assert operations.inbox.counts() == {"waiting": 0, "analysed": 5, "failed": 0}
    again = reanalysis(operations, store, new, clock).run(History())
    assert (again, list(store.scan(Query()))) == (Report(judged=5), after)


def test_outdated_leaves_what_the_present_versions_judged(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    store.save([replace(filled[0], analysis=replace(filled[0].analysis, versions=new.versions))])
    assert reanalysis(operations, store, new, clock).run(History(), outdated=True) == Report(judged=4, kept=1)
    assert reanalysis(operations, store, new, clock).run(History(), outdated=True) == Report(kept=5)


def test_only_a_part_of_the_history(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, raws: list[RawDocument],
    filled: list[Document],
) -> None:  # fmt: skip
    part = History(sources=("热线",), since=raws[2].published_at, until=raws[0].published_at)
    assert reanalysis(operations, store, new, clock).run(part).judged == 2
    assert store.count(parse_query("urgency:H")) >= 2
    changed = [doc.id for doc in store.scan(Query()) if doc.analysis.versions == new.versions]
    assert sorted(changed) == sorted([raws[1].id, raws[2].id])
    assert len(filled) == 5


def test_a_stopped_run_goes_on_where_it_was_and_another_job_begins_anew(
    operations: Operations, store: SqliteStore, old: Pipeline, new: Pipeline, clock: TurnedClock,
    filled: list[Document],
) -> None:  # fmt: skip
    class Stopped(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise Stopped

    with pytest.raises(Stopped):
        reanalysis(operations, store, new, clock).run(History(), progress=stop)
    assert operations.meta.get(CURSOR) is not None
    said: list[tuple[int, int]] = []
    report = reanalysis(operations, store, new, clock).run(History(), progress=lambda *at: said.append(at))
    assert report == Report(judged=1, resumed=4)
    assert said == [(4, 5), (5, 5)]
    assert operations.meta.get(CURSOR) is None
    with pytest.raises(Stopped):
        reanalysis(operations, store, new, clock).run(History(), progress=stop)
    assert reanalysis(operations, store, old, clock).run(History()) == Report(judged=5)
    assert list(store.scan(Query())) == filled


def test_the_baseline_score_stays_with_its_text(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    store.fill_snownlp({doc.id: 0.25 for doc in filled})
    other_mask = replace(filled[1], body="以前的脱敏方式")
    store.save([replace(other_mask, analysis=replace(other_mask.analysis, sentiment=Sentiment(0, "neutral", (), 0.5)))])
    reanalysis(operations, store, new, clock).run(History())
    scores = {doc.id: doc.analysis.sentiment.snownlp for doc in store.scan(Query())}
    assert scores.pop(filled[1].id) is None
    assert set(scores.values()) == {0.25}
    assert store.get([filled[1].id])[filled[1].id].body == filled[1].body, "masked as it is done now"


def _other(doc: Document) -> str:
    """A label that the document does not have, and the next release does not give."""
    return "neutral" if doc.analysis.sentiment.label == "positive" else "positive"


def test_corrections_lie_over_the_new_judgement_and_a_withdrawn_one_does_not(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    calm = next(doc for doc in filled if doc.analysis.urgency.level == "L")
    kept = operations.labels.add(calm, "urgency", "M", "张")
    gone = operations.labels.add(calm, "sentiment", _other(calm), "张")
    operations.labels.withdraw(gone.id, "张")
    save_corrected(store, operations.labels, [calm])
    assert store.get([calm.id])[calm.id].analysis.urgency == UrgencyVerdict("M", (MARK,))
    reanalysis(operations, store, new, clock).run(History())
    doc = store.get([calm.id])[calm.id]
    assert (doc.analysis.urgency, doc.analysis.sentiment.label) == (UrgencyVerdict("M", (MARK,)), "negative")
    operations.labels.withdraw(kept.id, "张")
    reanalysis(operations, store, new, clock).run(History())
    assert store.get([calm.id])[calm.id].analysis.urgency == UrgencyVerdict("H", ("新版",))


def test_a_new_store_is_filled_and_a_newer_revision_is_left(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    store.delete(Query().narrow("id", filled[0].id))
    newer = replace(filled[1], revision=2, body="源站改过")
    store.save([newer])
    assert reanalysis(operations, store, new, clock).run(History()) == Report(judged=4, kept=1)
    back = store.get([filled[0].id, newer.id])
    assert back[newer.id] == newer
    assert back[filled[0].id].analysed_at == filled[0].arrived_at


def test_what_cannot_be_judged_is_told_and_keeps_its_old_judgement(
    operations: Operations, store: SqliteStore, old: Pipeline, new: Pipeline, clock: TurnedClock,
    filled: list[Document], raws: list[RawDocument],
) -> None:  # fmt: skip
    bad = replace(raws[0], external_id="bad", body="绊倒")
    operations.inbox.put([bad])
    AnalysisStage(
        operations.inbox, store, old, InlineExecutor, clock, batch=9, lease=DAY, late_after=DAY
    ).run_once()  # fmt: skip
    before = store.get([bad.id])
    report = reanalysis(operations, store, new, clock).run(History())
    assert (report.judged, report.kept, report.failed) == (5, 0, (bad.id,))
    assert store.get([bad.id]) == before
    assert len(filled) == 5


def test_a_store_that_is_away_stops_the_run_before_its_mark_moves(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    class Away:
        """The real store until it is to keep something."""

        get = staticmethod(store.get)

        def save(self, docs: object) -> None:
            raise StoreError("elsewhere", "不应答")

    with pytest.raises(StoreError):
        reanalysis(operations, Away(), new, clock).run(History())  # type: ignore[arg-type]
    assert operations.meta.get(CURSOR) is None
    assert list(store.scan(Query())) == filled


def test_events_count_what_their_texts_feel_like_now(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document]
) -> None:
    members = [
        Member(doc.id, 1, "e", "e", doc.published_at, doc.source, doc.analysis.sentiment.label) for doc in filled[:3]
    ]
    operations.events.record(members)
    gloomy = next(doc for doc in filled[:3] if doc.analysis.sentiment.label != "positive")
    operations.labels.add(gloomy, "sentiment", "positive", "张")
    reanalysis(operations, store, new, clock).run(History())
    event = operations.events.get("e")
    assert (event.texts, event.negative) == (3, 2)
    assert [it.label for it in operations.events.members("e")].count("positive") == 1


@pytest.fixture
def engine(tmp_path: Path, operations: Operations, store: SqliteStore, clock: TurnedClock) -> Engine:
    file = tmp_path / "rules.toml"
    file.write_text(RULE, encoding="utf-8")
    return Engine(
        store=store, operations=operations, rules=load_rules(file), clock=clock,
        settings=load_settings(environ={}).alerting, channels=("smtp",), late_after=DAY,
    )  # fmt: skip


def test_a_new_judgement_is_no_news_and_a_correction_is(
    operations: Operations, store: SqliteStore, new: Pipeline, clock: TurnedClock, filled: list[Document],
    engine: Engine,
) -> None:  # fmt: skip
    engine.tick()
    known = {alert.draft.query for alert in operations.alerts.find()}
    clock.advance(timedelta(hours=1))
    engine.tick()
    outage = next(doc for doc in filled if "停电" in doc.body)
    assert outage.id not in str(known)
    reanalysis(operations, store, new, clock).run(History())
    clock.advance(timedelta(minutes=1))
    engine.tick()
    assert {alert.draft.query for alert in operations.alerts.find()} == known
    operations.labels.add(outage, "urgency", "H", "张")
    save_corrected(store, operations.labels, [replace(outage, analysed_at=clock.now())])
    engine.tick()
    added = {alert.draft.query for alert in operations.alerts.find()} - known
    assert added == {f"id:{outage.id}"}
