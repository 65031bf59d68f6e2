"""媒体问询: nothing but the valid statement is said, and it is known to whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.operations.facts import FactDraft
from storage.records import StatementClaim, StatementDraft
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_desk import posts, spoken

ASKED = {
    "task": "1",
    "outlet": "云川日报",
    "contact": "周记者",
    "question": "为何没有提前通知？",
    "due": "2026-11-23T10:00",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        posts(place.operations)
        place.operations.tasks.claim(1, "spokesperson")
        yield place


def test_a_question_waits_for_a_valid_statement(place: Place) -> None:
    assert place.client("duty").post("/inquiries", data=ASKED).status_code == 302
    client = place.client("spokesperson")
    assert "还没有生效的口径，先不要答复" in client.get("/inquiries").text
    refused = client.post("/inquiries/1/answer", data={"sentence": "正在抢修。", "told": "周记者"})
    assert refused.status_code == 409
    spoken(place.operations, 1, "spokesperson", "正在抢修。下一次通报时间：17:30。")
    page = client.get("/inquiries").text
    assert 'value="正在抢修。"' in page
    assert "还没有生效" not in page
    answer = client.post("/inquiries/1/answer", data={"sentence": "正在抢修。", "told": "周记者", "way": "电话"})
    assert answer.status_code == 302
    page = client.get("/inquiries").text
    assert "告知 周记者（电话）" in page
    assert "没有待答的问询" in page


def test_who_asked_and_who_was_told_is_for_those_who_speak_with_the_media(place: Place) -> None:
    spoken(place.operations, 1, "spokesperson", "正在抢修。")
    for told in ("令狐编辑", ""):
        place.client("duty").post("/inquiries", data=ASKED | {"contact": "上官记者"})
        if told:
            data = {"sentence": "正在抢修。", "told": told, "way": "电话"}
            assert place.client("spokesperson").post("/inquiries/1/answer", data=data).status_code == 302
    assert {"上官记者", "令狐编辑"} <= words(place, "duty", "/inquiries")
    assert not {"上官记者", "令狐编辑"} & words(place, "manager", "/inquiries")
    assert "告知 令**（电话）" in place.client("manager").get("/inquiries").text
    for name in ("上官记者", "令狐编辑"):
        assert "云川日报</b>" in place.client("pr").get(f"/inquiries?find={name}").text
        assert "云川日报</b>" not in place.client("manager").get(f"/inquiries?find={name}").text


def words(place: Place, role: str, path: str) -> set[str]:
    """Which of the names a page shows."""
    page = place.client(role).get(path).text
    return {name for name in ("上官记者", "令狐编辑") if name in page}


def test_words_of_ones_own_are_refused(place: Place) -> None:
    place.client("duty").post("/inquiries", data=ASKED)
    spoken(place.operations, 1, "spokesperson", "正在抢修。")
    answer = place.client("spokesperson").post("/inquiries/1/answer", data={"sentence": "已全部恢复。", "told": "周"})
    assert answer.status_code == 422
    assert "这句不在生效的口径里" in answer.text


def test_a_shaken_statement_is_not_called_missing(place: Place) -> None:
    place.client("duty").post("/inquiries", data=ASKED)
    client, facts = place.client("spokesperson"), place.operations.facts
    assert "还没有生效的口径" in client.get("/inquiries").text
    fact = facts.report("task-1", FactDraft("number", "影响 1286户", "1286户", "system", "配网系统"), "pr")
    facts.verify(fact.id, "department")
    claim = StatementClaim(0, "number", "1286户", "1286户", fact.id, 1)
    spoken(place.operations, 1, "spokesperson", "", StatementDraft("影响1286户。", (claim,)))
    facts.refute(fact.id, "department", "台账更正")
    page = client.get("/inquiries").text
    assert "口径所依据的情况有变" in page
    assert "还没有生效的口径，先不要答复" not in page
    assert 'action="/inquiries/1/answer"' not in page


def test_a_refused_answer_keeps_what_was_chosen_and_typed(place: Place) -> None:
    for outlet in ("云川日报", "云川晚报"):
        place.client("duty").post("/inquiries", data=ASKED | {"outlet": outlet})
    spoken(place.operations, 1, "spokesperson", "正在抢修。给您添麻烦了。")
    given = {"sentence": ["给您添麻烦了。"], "told": " ", "way": "当面"}
    page = place.client("spokesperson").post("/inquiries/2/answer", data=given).text
    assert page.count("请填写告知何人") == page.count('value="当面"') == 1
    assert page.count('value="给您添麻烦了。" checked') == page.count(" checked") == 1
    assert page.index("请填写告知何人") > page.index('aria-label="云川晚报的问询"')
    page = place.client("spokesperson").post("/inquiries/2/decline", data={"why": " "}).text
    assert page.count('<details class="data" open><summary>婉拒') == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"task": ""}, "请选择这个问题是关于哪件任务的"), ({"due": "明天"}, "请填写答复期限"),
        ({"due": "2020-01-01T10:00"}, "答复期限应晚于提问时间"),
        ({"due": "2028-11-22T18:00"}, "答复期限应在一年之内"), ({"outlet": " "}, "请填写媒体"),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(place: Place, change: dict[str, str], told: str) -> None:
    answer = place.client("duty").post("/inquiries", data=ASKED | change)
    assert answer.status_code == 422
    assert told in answer.text
    assert "为何没有提前通知？</textarea>" in answer.text
    assert place.operations.inquiries.find(demo=False) == []


def test_declining_and_who_may(place: Place) -> None:
    place.client("pr").post("/inquiries", data=ASKED)
    assert place.client("pr").post("/inquiries/1/decline", data={"why": "x"}).status_code == 403
    assert place.client("manager").post("/inquiries", data=ASKED).status_code == 403
    client = place.client("spokesperson")
    assert client.post("/inquiries/1/decline", data={"why": ""}).status_code == 422
    assert client.post("/inquiries/1/decline", data={"why": "与本公司无关"}).status_code == 302
    assert "spokesperson：与本公司无关" in client.get("/inquiries").text
    assert client.post("/inquiries/1/decline", data={"why": "再次"}).status_code == 409
