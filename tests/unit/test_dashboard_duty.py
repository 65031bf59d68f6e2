"""The page of the rota: who is on, the fortnight, its forms, and the calendar feed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from werkzeug.test import TestResponse

from config.clock import parse_local
from storage.records import Window
from tests.fixtures_dashboard import NOW, Place, draft, opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORTNIGHT = Window(NOW, NOW + 14 * DAY)
ROTATION = {
    "post": "duty", "people": ["pr", "duty", ""], "start": "2026-11-22T08:00", "lasts": "24", "every": "24",
    "days": "all",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


def text(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def rotate(place: Place, lasts: timedelta = DAY) -> None:
    """pr has the duty since an hour ago, duty from tomorrow on, in turn."""
    place.operations.duty.add_rotation("duty", ["pr", "duty"], NOW - HOUR, every=DAY, lasts=lasts, by="admin")


def test_an_empty_rota_says_what_to_do(place: Place) -> None:
    page = text(place.client("duty").get("/duty"))
    assert page.count("轮到时发往全部渠道") == 3
    assert "排好“值班员”一岗" in page
    assert "您近两周没有班" in page


def test_who_is_on_until_when_and_who_is_next(place: Place) -> None:
    rotate(place)
    page = text(place.client("manager").get("/duty"))
    assert "值班员 公关甲 到 11-23 11:20 · 下一班 值班甲 （11-23 11:20 起）" in page
    assert "公关甲 → 值班甲 2026-11-22 11:20 起，每 24 小时换班，每班 24 小时，每天" in page
    assert "排轮值" not in page
    assert "处空缺" not in page


def test_gaps_are_told_in_words_and_the_past_is_left(place: Place) -> None:
    rotate(place, lasts=20 * HOUR)
    page = text(place.client("duty").get("/duty"))
    assert "未来两周有 13 处空缺" in page
    assert "值班员 11-23 07:20 至 11-23 11:20" in page
    assert "无人 00:00–11:20" not in page  # of today, over by now
    place.turned.turn_to(NOW + 20 * HOUR)
    assert "值班员 无人当班 到 11:20 · 下一班 值班甲" in text(place.client("duty").get("/duty"))


def test_days_say_what_they_are(place: Place) -> None:
    place.turned.turn_to(parse_local("2027-01-28 12:00"))
    page = text(place.client("duty").get("/duty"))
    assert "1-30 周六 周末（暂按周末推算）" in page
    assert "国务院节假日安排还没有收录" in page


def test_a_rotation_is_written_and_ended(place: Place) -> None:
    client = place.client("duty")
    assert client.post("/duty/rotations", data=ROTATION).status_code == 302
    (made,) = place.operations.duty.rotations(FORTNIGHT)
    assert (made.people, made.start, made.lasts, made.by) == (
        ("pr", "duty"), parse_local("2026-11-22 08:00"), DAY, "duty",
    )  # fmt: skip
    assert client.post(f"/duty/rotations/{made.id}/end", data={"end": "2026-11-24T08:00"}).status_code == 302
    assert place.operations.duty.rotations(FORTNIGHT)[0].end == parse_local("2026-11-24 08:00")
    assert client.post(f"/duty/rotations/{made.id}/end", data={"end": "2026-11-25T08:00"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": ["", ""]}, "至少一人"), ({"people": ["ghost"]}, "请从名单里选择"),
        ({"lasts": "zwei"}, "1–744 的整数"),
        ({"lasts": "48"}, "不长于换班间隔"), ({"start": "morgen"}, "请填日期和时间"), ({"post": "chef"}, "请选择一项"),
        ({"days": "working", "every": "48", "lasts": "8"}, "换班间隔应为一天"),
        ({"start": "1990-01-01T00:00"}, "前后一年之内"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_the_field_and_what_was_typed_stays(
    place: Place, changes: dict[str, object], words: str
) -> None:
    answer = place.client("duty").post("/duty/rotations", data={**ROTATION, "lasts": "7", **changes})
    assert answer.status_code == 422
    assert re.search(rf'role="alert">[^<]*{words}', answer.text)
    assert f'name="lasts" inputmode="numeric" value="{changes.get("lasts", "7")}"' in answer.text
    assert place.operations.duty.rotations(FORTNIGHT) == []


def test_a_single_shift_is_given_to_somebody(place: Place) -> None:
    client, typed = place.client("admin"), {"post": "deputy", "person": "manager", "reason": "出差"}
    answer = client.post("/duty/overrides", data={**typed, "start": "2026-11-22T18:00", "until": "2026-11-22T17:00"})
    assert answer.status_code == 422
    assert "结束应晚于开始" in answer.text
    assert 'value="出差"' in answer.text
    client.post("/duty/overrides", data={**typed, "start": "2026-11-22T12:00", "until": "2026-11-23T08:00"})
    assert "带班领导 管理甲 到 11-23 08:00" in text(client.get("/duty"))


@pytest.mark.parametrize("path", ["rotations", "overrides", "rotations/1/end"])
def test_the_rota_is_written_by_who_may(place: Place, path: str) -> None:
    assert place.client("pr").post(f"/duty/{path}", data=ROTATION).status_code == 403


def test_a_swap_is_asked_for_told_and_decided_by_the_two(place: Place) -> None:
    rotate(place)
    own = re.findall(r'value="(duty\|[^"]+)"', place.client("pr").get("/duty").text)
    asked = {"shift": own[1], "other": "duty", "reason": "孩子发烧"}
    assert place.client("pr").post("/duty/swaps", data={**asked, "shift": "x"}).status_code == 422
    assert place.client("pr").post("/duty/swaps", data={**asked, "other": "pr"}).status_code == 422
    assert place.client("pr").post("/duty/swaps", data=asked).status_code == 302
    assert place.operations.bells.unseen("duty") == 1
    assert "撤回" in text(place.client("pr").get("/duty"))
    page = text(place.client("duty").get("/duty"))
    assert "公关甲 请 值班甲 代 值班员 11-24 11:20 至 11-25 11:20 孩子发烧 同意 不换" in page
    assert "孩子发烧" not in place.client("spokesperson").get("/duty").text
    assert place.client("admin").post("/duty/swaps/1/accept").status_code == 409
    assert place.client("duty").post("/duty/swaps/1/accept").status_code == 302
    assert place.client("pr").post("/duty/swaps/1/withdraw").status_code == 409
    assert place.operations.bells.unseen("pr") == 1
    assert "调班" in text(place.client("pr").get("/duty"))
    assert place.operations.duty.overrides(FORTNIGHT)[0].person == "duty"


def test_a_note_is_left_with_the_numbers_and_taken_over_once(place: Place) -> None:
    rotate(place)
    place.alert(draft())
    assert "未确认预警 1 件（红 1）；未闭环任务 1 件。" in place.client("pr").get("/duty").text
    note = {"post": "duty", "note": "河口镇 3 号台区等抢修回话"}
    assert "现在当这个岗的不是您" in place.client("spokesperson").post("/duty/handovers", data=note).text
    assert place.client("pr").post("/duty/handovers", data={**note, "note": " "}).status_code == 422
    assert place.client("pr").post("/duty/handovers", data=note).status_code == 302
    page = text(place.client("duty").get("/duty"))
    assert "值班员 · 公关甲 12:20 当时未确认预警 1，未闭环任务 1 河口镇 3 号台区等抢修回话 接班" in page
    assert place.client("duty").post("/duty/handovers/1/take").status_code == 302
    assert place.client("spokesperson").post("/duty/handovers/1/take").status_code == 409
    assert "值班甲 12:20 接班" in text(place.client("pr").get("/duty"))


def test_contacts_are_ones_own(place: Place) -> None:
    client = place.client("pr")
    pairs = {"user": "pr", "channel": ["inapp", "", ""], "address": ["pr", "", ""]}
    assert client.post("/duty/contacts", data=pairs).status_code == 302
    assert [(it.channel, it.address) for it in place.operations.duty.contacts()["pr"]] == [("inapp", "pr")]
    answer = client.post("/duty/contacts", data={**pairs, "channel": ["sms"], "address": ["13800000001"]})
    assert answer.status_code == 422
    assert "请选择一个已配置的渠道" in answer.text
    assert "13800000001" in answer.text
    assert client.post("/duty/contacts", data={**pairs, "user": "duty"}).status_code == 403
    assert "看谁的" not in client.get("/duty?contacts=duty").text
    assert place.client("admin").post("/duty/contacts", data={**pairs, "address": ["x"]}).status_code == 422
    assert place.client("admin").post("/duty/contacts", data=pairs).location == "/duty?contacts=pr"


def test_addresses_are_checked_by_their_channel(tmp_path: Path) -> None:
    mail = {"YUJING_SMTP_HOST": "mail", "YUJING_SMTP_SENDER": "a@b.cn", "YUJING_SMTP_RECIPIENTS": "a@b.cn"}
    with opened(tmp_path, filled=False, **mail) as place:
        client = place.client("duty")
        for address, status in (("keine", 422), ("", 422), ("z@x.cn", 302)):
            given = {"channel": ["smtp"], "address": [address]}
            assert client.post("/duty/contacts", data=given).status_code == status


def feed_of(place: Place, role: str) -> str:
    found = re.search(r'value="http://localhost(/duty/[^"]+\.ics)"', place.client(role).get("/duty").text)
    return found[1] if found else ""


def events(answer: TestResponse) -> list[tuple[str, datetime, datetime]]:
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return [(str(it["summary"]), it.decoded("dtstart"), it.decoded("dtend")) for it in found]


def test_a_calendar_of_ones_own_shifts_until_it_is_revoked(place: Place) -> None:
    rotate(place)
    assert feed_of(place, "pr") == ""
    place.client("pr").post("/duty/feed", data={"word": "renew"})
    first = feed_of(place, "pr")
    answer = place.client().get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    found = events(answer)
    assert found[0] == ("值班员 · 云川供电", NOW - HOUR, NOW + 23 * HOUR)
    assert len(found) == 31
    assert len(set(re.findall(r"UID:.*", answer.text))) == 31
    assert feed_of(place, "duty") == ""
    place.client("pr").post("/duty/feed", data={"word": "renew"})
    second = feed_of(place, "pr")
    assert (place.client().get(first).status_code, place.client().get(second).status_code) == (404, 200)
    place.client("pr").post("/duty/feed", data={"word": "revoke"})
    assert [place.client().get(each).status_code for each in (second, f"{second[:-5]}x.ics", "/duty/x.ics")] == [
        404
    ] * 3


def test_the_calendar_of_who_has_left_is_closed(place: Place) -> None:
    place.client("pr").post("/duty/feed", data={"word": "renew"})
    address = feed_of(place, "pr")
    place.operations.users.disable("pr")
    assert place.client().get(address).status_code == 404


def test_the_demonstration_has_a_rota_of_its_own(place: Place) -> None:
    place.operations.duty.add_rotation("duty", ["pr"], NOW - HOUR, every=DAY, lasts=DAY, by="示例")
    assert "公关甲 到" not in text(place.client("duty").get("/duty"))
    page = text(place.client("duty").get("/duty?realm=demo"))
    assert "值班员 公关甲" in page
    assert "排了自己的班以后，这里只显示自己的" in page
    assert place.client("duty").post("/duty/rotations?realm=demo", data=ROTATION).status_code == 302
    assert "公关甲 → 值班甲" in text(place.client("duty").get("/duty?realm=demo"))
    place.operations.remove_demo()
    assert place.operations.duty.rotations(FORTNIGHT, demo=True) == []


def test_what_the_watch_found_stands_on_every_page_for_who_can_act(place: Place) -> None:
    kept = {"at": NOW.isoformat(), "problems": ["渠道 邮件 有 3 条消息发不出去"]}
    place.operations.meta.set("duty.watch", json.dumps(kept))
    for role, shown in (("duty", True), ("admin", True), ("pr", False), ("manager", False)):
        assert ("有 3 条消息发不出去" in place.client(role).get("/tasks").text) is shown
    place.turned.advance(timedelta(minutes=10))
    assert "调度可能已停止" in place.client("duty").get("/tasks").text


def test_an_alerts_page_says_who_is_next_and_when(place: Place) -> None:
    place.operations.duty.override("deputy", "manager", Window(NOW - DAY, NOW + DAY), "", "admin")
    number = place.alert(draft())
    client = place.client("pr")
    place.turned.advance(timedelta(minutes=12))
    assert "12:40 仍无人确认，就通知带班领导 管理甲。" in text(client.get(f"/alerts/{number}"))
    place.operations.alerts.acknowledge(number, "duty")
    assert "仍无人确认" not in client.get(f"/alerts/{number}").text
