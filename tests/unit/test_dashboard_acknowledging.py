"""Acknowledging by the link of a message, without logging in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from alerting.duty.links import Links
from storage.records import Window
from tests.fixtures_dashboard import NOW, Place, document, draft, opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False, csrf=True, YUJING_SITE_BASE_URL="http://yj.example.cn") as place:
        yield place


def path(place: Place, number: int, person: str = "", post: str = "duty") -> str:
    return Links.from_settings(place.settings, place.clock).to_acknowledge(number, person, post)[len(BASE) :]


BASE = "http://yj.example.cn"


def rotate(place: Place) -> None:
    """pr had the duty before, duty has it now, spokesperson is next; manager is the deputy; admin has nothing."""
    people = ["pr", "duty", "spokesperson"]
    place.operations.duty.add_rotation("duty", people, NOW - DAY - HOUR, every=DAY, lasts=DAY, by="admin")
    place.operations.duty.override("deputy", "manager", Window(NOW - DAY, NOW + DAY), "", "admin")


def text(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_looking_shows_the_matter_and_changes_nothing(place: Place) -> None:
    number = place.alert(draft(examples=["冰箱里的药怎么办"]))
    address = path(place, number, "duty")
    before = place.operations.audit.latest()
    for _ in range(3):  # previews of a chat, then the person
        answer = place.client().get(address)
    assert answer.status_code == 200
    for piece in (
        "河口镇停电投诉 28 件", "见 28 件 ，预期 3 件", "首条文本 10:20", "14:20 前（内部目标）",
        "其中 9 件提到没有通知", "以 值班甲 的名义确认", "确认，我来处理",
    ):  # fmt: skip
        assert piece in text(answer), piece
    assert "冰箱" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert place.operations.alerts.get(number).acknowledged_by is None
    assert place.operations.audit.latest() == before


def test_one_button_acknowledges_without_login_or_session(place: Place) -> None:
    number = place.alert(draft())
    client, address = place.client(), path(place, number, "duty")
    answer = client.post(address)
    assert (answer.status_code, answer.location) == (303, address)
    shown = client.get(address)
    assert "值班甲 已于 12:20 确认 （消息中的链接）" in text(shown)
    assert "确认，我来处理" not in shown.text
    (word,) = place.operations.acknowledgements.of_alert(number)
    assert (word.by, word.way) == ("duty", "link")
    (line,) = place.operations.audit.latest()
    assert (line.actor, line.action, line.subject, line.note) == ("duty", "确认预警", f"预警 {number}", "消息中的链接")
    assert client.post(address).status_code == 303  # pressed twice
    assert len(place.operations.audit.latest()) == 1


def test_who_comes_second_reads_who_was_faster(place: Place) -> None:
    number = place.alert(draft())
    place.operations.alerts.acknowledge(number, "pr")
    answer = place.client().post(path(place, number, "duty"))
    assert answer.status_code == 409
    assert "已有人先确认：公关甲，12:20" in text(answer)


def test_in_a_group_it_asks_who_of_the_shift_it_is(place: Place) -> None:
    rotate(place)
    number = place.alert(draft())
    client, address = place.client(), path(place, number)
    shown = client.get(address).text
    assert re.findall(r'name="person" value="(\w+)"', shown) == ["duty", "pr", "spokesperson", "manager"]
    assert "admin" not in shown
    for person in ("", "admin", "nobody"):
        answer = client.post(address, data={"person": person})
        assert answer.status_code == 422
        assert "请先选择您是谁" in answer.text
    assert client.post(address, data={"person": "spokesperson"}).status_code == 303
    assert place.operations.alerts.get(number).acknowledged_by == "spokesperson"


def test_a_personal_link_acknowledges_as_nobody_else(place: Place) -> None:
    rotate(place)
    number = place.alert(draft())
    assert place.client().post(path(place, number, "duty"), data={"person": "pr"}).status_code == 303
    assert place.operations.alerts.get(number).acknowledged_by == "duty"


def test_where_nobody_keeps_a_rota_a_group_logs_in(place: Place) -> None:
    number = place.alert(draft())
    client, address = place.client(), path(place, number)
    assert "排班表里现在没有人当班" in client.get(address).text
    assert client.post(address, data={"person": "duty"}).status_code == 422
    assert place.operations.alerts.get(number).acknowledged_by is None


def test_who_has_left_acknowledges_nothing(place: Place) -> None:
    rotate(place)
    number = place.alert(draft())
    place.operations.users.disable("duty")
    assert 'value="duty"' not in place.client().get(path(place, number)).text
    answer = place.client().post(path(place, number, "duty"))
    assert answer.status_code == 403
    assert "账号已停用" in answer.text
    assert place.operations.alerts.get(number).acknowledged_by is None


def test_a_link_that_is_no_use_says_so(place: Place) -> None:
    number = place.alert(draft())
    good, client = path(place, number, "duty"), place.client()
    gone = path(place, number + 1, "duty")
    for address, status, words in (
        (f"{good}x", 403, "不是本系统发出的"), ("/a/abc", 403, "不是本系统发出的"), (gone, 404, "已不存在"),
    ):  # fmt: skip
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == status
            assert words in answer.text
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    place.turned.advance(timedelta(hours=place.settings.duty.link_hours))
    for answer in (client.get(good), client.post(good)):
        assert answer.status_code == 403
        assert "链接已过期" in answer.text
    assert place.operations.alerts.get(number).acknowledged_by is None


@pytest.mark.parametrize("kind", ["举报", "保密工单", "投诉"])
def test_of_a_single_text_nothing_is_quoted_whatever_its_kind(place: Place, kind: str) -> None:
    doc = document(1, "停电", NOW - HOUR, body="张三私拉电线")
    place.store.save([doc])
    found = draft(title="河口镇 人身伤害：张三私拉电线", seen=1, expected=None, query=f"id:{doc.id}")
    answer = place.client().get(path(place, place.alert(found), "duty"))
    assert "河口镇 人身伤害" in answer.text
    assert "张三" not in answer.text
    assert "提到没有通知" not in answer.text  # the reasons quote words of the text


def test_only_these_two_addresses_are_open(place: Place) -> None:
    number = place.alert(draft())
    client = place.client()
    assert client.get(f"/alerts/{number}").status_code == 302
    # A form without its token is refused everywhere else, with or without a login.
    assert client.post(f"/alerts/{number}/acknowledge").status_code == 400
    assert place.client("duty").post(f"/alerts/{number}/acknowledge").status_code == 400
    assert client.get("/a/").status_code in (302, 404)
    assert client.get("/a/x/y").status_code in (302, 404)
