"""Staff correct what the machine found: it counts at once, is told with who and when, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from dashboard.corrections import choices_of
from nlp.stage import AnalysisStage
from nlp.workers import InlineExecutor
from storage.corrections import MARK
from storage.query import parse_query
from storage.records import LABELS, Document, RawDocument, Sentiment, UrgencyVerdict
from tests.fixtures_dashboard import NOW, Place, document, opened, pipeline

DAY = timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


@pytest.fixture
def doc(place: Place) -> Document:
    """A calm question of three days ago."""
    doc = calm(document(9001, "咨询", NOW - 3 * DAY))
    place.store.save([doc])
    return doc


def calm(doc: Document) -> Document:
    """The text as judged by an analyser that never changes its mind."""
    categories = [replace(one, code="YK") if one.scheme == "power8" else one for one in doc.analysis.categories]
    judged = {"sentiment": Sentiment(0.0, "neutral"), "urgency": UrgencyVerdict("L"), "categories": tuple(categories)}
    return replace(doc, analysis=replace(doc.analysis, **judged))  # type: ignore[arg-type]


def send(place: Place, doc: Document, role: str = "pr", note: str = "", **values: str) -> TestResponse:
    """The form as the page gives it, with some selects changed; dots in names are written as __."""
    form = {"note": note}
    for choice in choices_of(place.store.get([doc.id])[doc.id]):
        form |= {f"shown.{choice.subject}": choice.value, f"value.{choice.subject}": choice.value}
    form |= {f"value.{name.replace('__', '.')}": value for name, value in values.items()}
    return place.client(role).post(f"/documents/{doc.id}/corrections", data=form, follow_redirects=True)


def test_what_is_corrected_counts_at_once_and_is_told(place: Place, doc: Document) -> None:
    before = place.count(parse_query("urgency:H")), place.count(parse_query("category:TD"))
    page = send(place, doc, note="打 13812345678 问过了", sentiment="negative", urgency="H", category__power8="TD").text
    assert "已更正 3 项" in page
    for told in ("情感</b>：中性 → 负面", "紧急程度</b>：", "→ 紧急", "138****5678 问过了", "撤销"):
        assert told in page
    assert page.count(MARK) >= 4
    saved = place.store.get([doc.id])[doc.id]
    assert (saved.analysis.sentiment.label, saved.analysis.sentiment.score) == ("negative", -0.8)
    assert saved.analysis.urgency.because == (MARK,)
    category = saved.analysis.category()
    assert category is not None
    assert (category.code, category.because, category.confidence) == ("TD", (MARK,), 1.0)
    assert saved.analysed_at == NOW
    assert (place.count(parse_query("urgency:H")), place.count(parse_query("category:TD"))) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert replace(saved, analysis=doc.analysis, analysed_at=doc.analysed_at) == doc
    lines = [line for line in place.operations.audit.latest(3) if line.action == "更正分析结果"]
    assert len(lines) == 3
    assert {line.actor for line in lines} == {"pr"}
    assert {line.subject for line in lines} == {f"文本 {doc.id}"}


def test_nothing_changed_is_nothing_kept(place: Place, doc: Document) -> None:
    assert "没有改动任何一项" in send(place, doc).text
    assert place.store.get([doc.id])[doc.id] == doc
    assert place.operations.labels.of_document(doc.id) == []


def test_taking_back_shows_the_old_value_and_lets_the_text_be_analysed_again(place: Place) -> None:
    raw = RawDocument("95598工单", "hotline", "", "请问怎样办理峰谷电价", NOW - DAY, "W1")
    place.operations.inbox.put([raw])
    stage = AnalysisStage(
        place.operations.inbox, place.store, pipeline(), InlineExecutor, place.clock, batch=9, lease=DAY,
        late_after=DAY, labels=place.operations.labels,
    )  # fmt: skip
    stage.run_once()
    doc = place.store.get([raw.id])[raw.id]
    first, second = (label for label in LABELS if label != doc.analysis.sentiment.label)
    send(place, doc, sentiment=first)
    send(place, doc, sentiment=second, urgency="H")
    by_subject = {one.new: one for one in place.operations.labels.of_document(doc.id)}
    client = place.client("duty")
    path = f"/documents/{doc.id}/corrections/{by_subject[second].id}/withdraw"
    page = client.post(path, follow_redirects=True).text
    assert "已撤销" in page
    assert "程序稍后会重新判断" in page
    assert "已由 值班甲 撤销" in page
    # The correction before it counts again.
    assert place.store.get([doc.id])[doc.id].analysis.sentiment.label == first
    client.post(f"/documents/{doc.id}/corrections/{by_subject[first].id}/withdraw")
    shown = place.store.get([doc.id])[doc.id].analysis
    assert (shown.sentiment.label, shown.sentiment.because) == (doc.analysis.sentiment.label, ())
    assert shown.urgency.level == "H"
    assert place.operations.inbox.counts()["waiting"] == 1
    stage.run_once()
    again = place.store.get([doc.id])[doc.id]
    assert again.analysis.sentiment == doc.analysis.sentiment
    assert (again.analysis.urgency.level, again.analysis.urgency.because) == ("H", (MARK,))


def test_taking_back_twice_or_of_another_text_is_refused(place: Place, doc: Document) -> None:
    send(place, doc, sentiment="positive")
    (label,) = place.operations.labels.of_document(doc.id)
    client = place.client("pr")
    other = client.post(f"/documents/{1:024x}/corrections/{label.id}/withdraw")
    assert other.status_code == 404
    path = f"/documents/{doc.id}/corrections/{label.id}/withdraw"
    assert "已撤销，恢复为更正前的判断。" in client.post(path, follow_redirects=True).text
    twice = client.post(path)
    assert (twice.status_code, "已由 pr 撤销" in twice.text) == (409, True)


def test_a_form_that_was_overtaken_changes_nothing(place: Place, doc: Document) -> None:
    stale = {"shown.sentiment": doc.analysis.sentiment.label, "value.sentiment": "positive"}
    send(place, doc, sentiment="negative")
    answer = place.client("duty").post(f"/documents/{doc.id}/corrections", data=stale)
    assert (answer.status_code, "判断刚刚变了" in answer.text) == (409, True)
    assert place.store.get([doc.id])[doc.id].analysis.sentiment.label == "negative"


@pytest.mark.parametrize("name", ["sentiment", "urgency", "category.power8"])
def test_a_value_that_cannot_be_is_refused(place: Place, doc: Document, name: str) -> None:
    (shown,) = [choice.value for choice in choices_of(doc) if choice.subject == name]
    form = {f"shown.{name}": shown, f"value.{name}": "<b>"}
    answer = place.client("pr").post(f"/documents/{doc.id}/corrections", data=form)
    assert answer.status_code == 400
    assert "<b>”" not in answer.text
    assert place.operations.labels.of_document(doc.id) == []


def test_a_long_note_is_refused_before_anything_is_kept(place: Place, doc: Document) -> None:
    answer = send(place, doc, note="长" * 501, sentiment="positive", urgency="H")
    assert answer.status_code == 400
    assert place.operations.labels.of_document(doc.id) == []


def test_who_may_not_sees_the_corrections_and_no_form(place: Place, doc: Document) -> None:
    send(place, doc, sentiment="positive", note="看过原文")
    page = place.client("manager").get(f"/documents/{doc.id}").text
    assert "看过原文" in page
    assert "更正？" not in page
    assert "/corrections" not in page
    assert place.client("manager").post(f"/documents/{doc.id}/corrections").status_code == 403


def test_a_correction_of_an_earlier_text_says_so(place: Place, doc: Document) -> None:
    send(place, doc, sentiment="positive")
    place.store.save([replace(place.store.get([doc.id])[doc.id], revision=2)])
    assert "针对第 1 版" in place.client("pr").get(f"/documents/{doc.id}").text
