"""The log of deliveries, the test button, and the bell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from tests.fixtures_dashboard import NOW, Place, draft, opened
from tests.services.providers import WebhookProvider, WeComProvider

LEASE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


def put(place: Place, *subjects: str, channel: str = "wecom:值班群", **more: object) -> list[int]:
    outbox = place.operations.outbox
    return [outbox.enqueue(channel, each, "正文", key=f"{each}{more}", **more) for each in subjects]  # type: ignore[arg-type]


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_without_channels_and_messages_it_says_what_to_do(place: Place) -> None:
    page = text(place.client("duty").get("/deliveries").text)
    assert "没有配置对外的渠道，预警只在页面上显示" in page
    assert "还没有发过消息" in page


def test_each_message_shows_every_attempt_in_the_providers_words(place: Place) -> None:
    outbox = place.operations.outbox
    (number,) = put(place, "【橙】石桥镇停电", level="orange", recipient="13812345678")
    outbox.again(outbox.take(1, LEASE)[0].id, "errcode 45009 api freq out of limit", NOW, seconds=0.31)
    outbox.sent(outbox.take(1, LEASE)[0].id, "errcode 0 ok", 0.12)
    page = text(place.client("pr").get("/deliveries").text)
    for piece in (
        "企业微信 · 值班群", "未配置或已停用", "【橙】石桥镇停电", "138****5678", f"消息编号 {number}", "已发",
        "未成，将重试 errcode 45009 api freq out of limit 0.31", "已发 errcode 0 ok 0.12",
        "最近送达 刚刚", "最近失败 刚刚",
    ):  # fmt: skip
        assert piece in page, piece
    assert "13812345678" not in page


def test_filters_leave_what_was_asked_for(place: Place) -> None:
    put(place, "待发的")
    put(place, "发短信", channel="sms")
    (failed,) = put(place, "失败的", channel="smtp")
    place.operations.outbox.failed(failed, "550")
    client = place.client("duty")
    for query, shown in [
        ("", {"待发的", "发短信", "失败的"}), ("?state=failed", {"失败的"}), ("?channel=sms", {"发短信"}),
        ("?channel=sms&state=failed", set()), ("?channel=nix&state=nix", {"待发的", "发短信", "失败的"}),
    ]:  # fmt: skip
        page = client.get(f"/deliveries{query}").text
        assert set(re.findall(r"<b>(待发的|发短信|失败的)</b>", page)) == shown, query
    assert "没有符合条件的消息" in client.get("/deliveries?channel=sms&state=failed").text


def test_a_long_log_has_pages(place: Place) -> None:
    put(place, *map(str, range(31)))
    client = place.client("duty")
    assert "下一页" in client.get("/deliveries").text
    second = client.get("/deliveries?page=2").text
    assert "上一页" in second
    assert second.count('id="message-') == 1


def test_a_failed_message_is_sent_anew_by_who_may(place: Place) -> None:
    (number,) = put(place, "失败的")
    outbox = place.operations.outbox
    outbox.failed(number, "550")
    assert "重发" not in place.client("pr").get("/deliveries").text
    assert place.client("pr").post(f"/deliveries/{number}/retry").status_code == 403
    duty = place.client("duty")
    assert f"重发消息 {number}" in duty.get("/deliveries").text
    assert "将马上重发" in duty.post(f"/deliveries/{number}/retry", follow_redirects=True).text
    assert outbox.get(number).state == "waiting"
    assert "没有失败，不用重发" in duty.post(f"/deliveries/{number}/retry", follow_redirects=True).text
    assert place.operations.audit.latest(1)[0].action == "重发消息"
    assert duty.post("/deliveries/999/retry").status_code == 404


def test_what_another_channel_took_over_says_so_and_needs_no_second_try(place: Place) -> None:
    (number,) = put(place, "失败的")
    place.operations.outbox.fall_over(number, "93000", "sms", temporary=False)
    page = place.client("duty").get("/deliveries").text
    assert f"由消息 {number + 1} 接替" in page
    assert f"代替消息 {number}" in page
    assert "重发消息" not in page


def test_the_test_button_sends_through_the_real_path_and_shows_the_answer(tmp_path: Path) -> None:
    provider = WeComProvider(TurnedClock(NOW))
    robots = f'[{{"name": "值班群", "url": "{provider.url}"}}]'
    with provider.running(), opened(tmp_path, filled=False, YUJING_WECOM_ROBOTS=robots) as place:
        duty = place.client("duty")
        assert 'aria-label="测试 企业微信 · 值班群"' in duty.get("/deliveries").text
        page = duty.post("/deliveries/test", data={"channel": "wecom:值班群"}, follow_redirects=True).text
        assert "测试 wecom:值班群：已送达，对方应答：errcode 0 ok" in page
        (got,) = provider.got
        assert got.text.startswith("【测试】舆警渠道测试")
        assert "值班甲" in got.text
        provider.mood = "refuse"
        page = duty.post("/deliveries/test", data={"channel": "wecom:值班群"}, follow_redirects=True).text
        assert "没有送达：errcode 93000 invalid webhook url" in page
        assert [message.kind for message in place.operations.outbox.find()] == ["test", "test"]
        assert duty.post("/deliveries/test", data={"channel": "nix"}).status_code == 404
        assert place.client("manager").post("/deliveries/test", data={"channel": "wecom:值班群"}).status_code == 403


def test_a_test_beyond_the_limit_of_the_minute_says_so(tmp_path: Path) -> None:
    provider = WeComProvider(TurnedClock(NOW))
    robots = f'[{{"url": "{provider.url}", "per_minute": 1}}]'
    with provider.running(), opened(tmp_path, filled=False, YUJING_WECOM_ROBOTS=robots) as place:
        duty = place.client("duty")
        duty.post("/deliveries/test", data={"channel": "wecom"})
        page = duty.post("/deliveries/test", data={"channel": "wecom"}, follow_redirects=True).text
        assert "本分钟的条数已用完，稍后自动发送" in page
        assert len(provider.got) == 1


def test_a_test_of_the_pages_rings_only_for_who_asked(place: Place) -> None:
    duty = place.client("duty")
    duty.post("/deliveries/test", data={"channel": "inapp"})
    assert "【测试】舆警渠道测试" in duty.get("/bell").text
    assert "【测试】舆警渠道测试" not in place.client("pr").get("/bell").text


def test_the_bell_counts_what_is_new_until_it_is_opened(place: Place) -> None:
    place.alert(draft(), channels=("inapp",))
    (own,) = put(place, "请接班", channel="inapp", recipient="duty", link="/duty")
    duty, pr = place.client("duty"), place.client("pr")
    assert 'class="count hot">2<' in duty.get("/alerts").text
    page = duty.get("/bell").text
    assert 'href="/alerts/1"' in page
    assert 'href="/duty"' in page
    assert 'class="count hot">1<' in pr.get("/bell").text
    assert "count hot" not in duty.post("/bell", data={"up_to": own}).text
    assert "count hot" not in duty.get("/bell").text
    assert 'class="count hot">1<' in pr.get("/bell").text


def test_opening_the_bell_covers_only_what_was_there(place: Place) -> None:
    put(place, "一", channel="inapp")
    duty = place.client("duty")
    duty.post("/bell", data={"up_to": 10**9})
    put(place, "二", channel="inapp")
    assert 'class="count hot">1<' in duty.get("/bell").text


def test_pages_hear_of_new_messages_and_of_what_became_of_them(place: Place) -> None:
    duty = place.client("duty")

    def stamp() -> str:
        place.app.extensions["yujing.live"]._last.clear()
        return str(duty.get("/live.json").json["stamp"])

    before = stamp()
    put(place, "一", channel="inapp")
    after = stamp()
    assert before != after
    place.operations.outbox.take(1, LEASE)
    assert stamp() != after


def test_a_webhook_is_tested_like_any_other(tmp_path: Path) -> None:
    provider = WebhookProvider(TurnedClock(NOW))
    with provider.running(), opened(tmp_path, filled=False, YUJING_WEBHOOK_URL=provider.url) as place:
        page = place.client("admin").post("/deliveries/test", data={"channel": "webhook"}, follow_redirects=True).text
        assert "测试 webhook：已送达，对方应答：HTTP 200" in page
