"""kill -9 while history is judged anew: run again, and everything is as if nothing had happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from nlp.reanalysis import CURSOR
from storage.corrections import MARK, save_corrected
from storage.query import Query
from storage.records import Document, RawDocument
from tests.faults.test_faults_kill import run_killed
from tests.faults.victim import END, services_of
from yujing.demo.scenario import generate

ROWS = 300


def fill(home: Path) -> None:
    """Analysed texts, some of them corrected by hand."""
    services = services_of(home)
    texts = [order.content for order in generate(7, END).orders][:ROWS]
    services.operations.inbox.put(
        [RawDocument("工单", "hotline", "", text, END - timedelta(minutes=n), f"G{n}") for n, text in enumerate(texts)]
    )
    stage = services.stage()
    while stage.run_once().taken:
        pass
    stage.close()
    docs = list(services.store.scan(Query()))
    for doc in docs[::7]:
        services.operations.labels.add(doc, "urgency", "M" if doc.analysis.urgency.level != "M" else "L", "张")
    save_corrected(services.store, services.operations.labels, docs)
    services.close()


def state(home: Path) -> Sequence[Document]:
    services = services_of(home)
    assert services.operations.inbox.counts() == {"waiting": 0, "analysed": ROWS, "failed": 0}
    assert services.operations.meta.get(CURSOR) is None
    docs = list(services.store.scan(Query()))
    services.close()
    return docs


def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    calm, hurt = tmp_path / "calm", tmp_path / "hurt"
    fill(calm)
    fill(hurt)
    before = state(calm)
    assert before == state(hurt)
    run_killed("reanalyse", calm)
    run_killed("reanalyse", hurt, steps=[2, 5])
    after = state(calm)
    assert after == state(hurt)
    assert {doc.analysis.versions["urgency"] for doc in after} == {"next"}
    assert sum(doc.analysis.urgency.because == (MARK,) for doc in after) == len(after[::7])
    assert [doc.analysed_at for doc in after] == [doc.analysed_at for doc in before]
