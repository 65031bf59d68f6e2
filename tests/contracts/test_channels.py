"""What every channel promises, tried against a provider that fails like the real ones, on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from alerting.channels import Channel, PartlySent, channel_types, open_channels
from alerting.channels.inapp import InApp
from alerting.channels.wecom import WeCom
from alerting.recording import RecordingChannel
from config.clock import TurnedClock
from config.errors import DeliveryError
from config.robots import Robot
from config.settings import load_settings
from storage.records import Message
from tests.fixtures_alerting import NOON
from tests.services.providers import (
    PROVIDERS,
    DingTalkProvider,
    FeishuProvider,
    Provider,
    SmsProvider,
    SmtpProvider,
    Web,
    WebhookProvider,
    WeComProvider,
)

SUBJECT = "【红】河口镇 停电 41 件/时，预期 5 件（8 倍）"
MESSAGE = Message(
    7, "42:any", "any", 42, SUBJECT, "河口镇停电\n原因：\n· 41 件", "waiting", 1, NOON, NOON, level="red",
    link="https://yujing.example.cn/alerts/42",
)  # fmt: skip
LONG = replace(MESSAGE, body="电" * 3000)
every_provider = pytest.mark.parametrize("name", PROVIDERS)
over_http = pytest.mark.parametrize("name", [name for name, kind in PROVIDERS.items() if issubclass(kind, Web)])
with_code = pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu", "sms"])


@contextmanager
def running(name: str, mood: str = "") -> Iterator[tuple[Provider, Channel]]:
    provider = PROVIDERS[name](TurnedClock(NOON))
    provider.mood = mood
    if mood == "away":
        yield provider, provider.channel()
        return
    with provider.running():
        yield provider, provider.channel()


def refused(channel: Channel, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(message)
    assert caught.value.channel == channel.id
    assert caught.value.answer
    return caught.value


def test_every_channel_of_the_folder_is_under_this_contract() -> None:
    assert set(channel_types()) == {*PROVIDERS, "inapp"}


@pytest.mark.parametrize("name", sorted(set(channel_types()) - {"inapp"}))
def test_channels_that_go_out_are_off_by_default(name: str) -> None:
    assert not channel_types()[name].from_settings(load_settings(), TurnedClock(NOON))
    assert list(open_channels(load_settings())) == ["inapp"]


@every_provider
def test_a_message_arrives_with_its_number_and_link_and_the_providers_words_come_back(name: str) -> None:
    with running(name) as (provider, channel):
        provider.expect(42)
        assert channel.send(MESSAGE)
        provider.check()
        assert channel.id == name
    if name != "webhook":
        assert SUBJECT in provider.got[0].text or name == "smtp"
        assert "https://yujing.example.cn/alerts/42" in provider.got[0].text


@every_provider
def test_the_same_message_may_be_sent_again_and_is_known_by_its_number(name: str) -> None:
    with running(name) as (provider, channel):
        channel.send(MESSAGE)
        channel.send(replace(MESSAGE, attempts=2))
    provider.expect(42)
    assert [each.number for each in provider.got] == ["预警编号 42"] * 2
    with pytest.raises(AssertionError, match="unexpected"):
        provider.check()
    provider.died_after_sending(42)
    provider.check()


@every_provider
@pytest.mark.parametrize(
    ("mood", "temporary"),
    [("busy", True), ("refuse", False), ("error", True), ("drop", True), ("hang", True), ("away", True)],
)
def test_what_does_not_go_through_is_told_and_whether_it_may_pass(name: str, mood: str, temporary: bool) -> None:
    with running(name, mood) as (provider, channel):
        assert refused(channel).temporary is temporary
    assert provider.got == []


@every_provider
@pytest.mark.parametrize("mood", ["reset", "late"])
def test_an_answer_that_is_lost_is_a_failure_that_may_pass(name: str, mood: str) -> None:
    with running(name, mood) as (provider, channel):
        error = refused(channel)
        assert error.temporary
        provider.mood = ""
        provider.expect(42)
        channel.send(MESSAGE)
        provider.check()
    assert len(provider.got) == 2


@over_http
def test_a_login_page_under_200_is_no_success(name: str) -> None:
    with running(name, "portal") as (_, channel):
        error = refused(channel)
    assert error.temporary
    assert "上网认证" in error.answer


@with_code
@pytest.mark.parametrize(("mood", "told"), [("empty", "应答为空"), ("odd", "应答里没有"), ("cut", "应答看不懂")])
def test_an_answer_that_is_not_the_providers_is_no_success(name: str, mood: str, told: str) -> None:
    with running(name, mood) as (_, channel):
        error = refused(channel)
    assert error.temporary
    assert told in error.answer


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wecom", "errcode 45009 api freq out of limit"),
        ("dingtalk", "errcode 130101 send too fast, exceed 20 times per minute"),
        ("feishu", "code 11232 frequency limited psm[lark.oapi]appID[1500]"),
    ],
)
def test_who_is_full_is_left_alone_for_a_minute(name: str, words: str) -> None:
    with running(name, "busy") as (_, channel):
        error = refused(channel)
    assert (error.answer, error.after, error.temporary) == (words, 60.0, True)


@every_provider
def test_a_channel_recovers(name: str) -> None:
    with running(name, "refuse") as (provider, channel):
        refused(channel)
        provider.mood = ""
        assert channel.send(MESSAGE)


@pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu"])
def test_the_twenty_first_message_of_a_minute_is_refused_by_the_provider(name: str) -> None:
    with running(name) as (provider, channel):
        for number in range(20):
            channel.send(replace(MESSAGE, alert_id=number))
        assert refused(channel).after == 60.0
        assert len(provider.got) == 20
        assert channel.per_minute == 20


def test_a_text_for_wecom_is_cut_by_bytes_at_a_character_and_keeps_its_end() -> None:
    with running("wecom") as (provider, channel):
        channel.send(LONG)
    text = provider.got[0].text
    assert 2040 <= len(text.encode()) <= 2048
    assert text.startswith(SUBJECT)
    assert text.endswith("…（全文见平台）\n预警编号 42\n查看：https://yujing.example.cn/alerts/42")


def test_a_text_for_a_gateway_is_cut_by_characters() -> None:
    provider = SmsProvider(TurnedClock(NOON))
    with provider.running():
        provider.channel(longest=100).send(LONG)
    assert len(provider.got[0].text) == 100


def test_a_keyword_the_robot_wants_to_see_is_put_in_only_where_it_is_missing() -> None:
    provider = WeComProvider(TurnedClock(NOON))
    with provider.running():
        for keyword in ("舆警", "河口镇"):
            WeCom(Robot(provider.url, keyword=keyword), TurnedClock(NOON), 1.0).send(MESSAGE)
    assert provider.got[0].text.endswith("\n舆警")
    assert provider.got[1].text.endswith(MESSAGE.link)


def test_a_red_message_calls_upon_whom_the_robot_names_and_a_personal_one_upon_its_recipient() -> None:
    with running("wecom") as (provider, channel):
        channel.send(MESSAGE)
        channel.send(replace(MESSAGE, level="orange"))
        channel.send(replace(MESSAGE, level="orange", recipient="13800000000"))
    texts = [each.content["text"] for each in provider.got]
    assert texts[0]["mentioned_list"] == ["@all"]
    assert set(texts[1]) == {"content"}
    assert texts[2]["mentioned_mobile_list"] == ["13800000000"]


def test_dingtalk_and_feishu_call_upon_people_in_the_text() -> None:
    with running("dingtalk") as (provider, channel):
        channel.send(replace(MESSAGE, recipient="13800000000"))
    assert provider.got[0].content["at"]["atMobiles"] == ["13800000000"]
    assert provider.got[0].text.endswith("@13800000000")
    with running("feishu") as (provider, channel):
        channel.send(replace(MESSAGE, recipient="ou_1", body='<at user_id="all"></at>'))
    assert provider.got[0].text.count("<at ") == 1
    assert provider.got[0].text.endswith('<at user_id="ou_1"></at>')


def test_a_wrong_secret_is_refused_for_good() -> None:
    ding, fei = DingTalkProvider(TurnedClock(NOON)), FeishuProvider(TurnedClock(NOON))
    with ding.running(), fei.running():
        for secret in ("wrong", ""):
            assert refused(ding.channel(secret=secret)).answer.startswith("errcode 310000")
            error = refused(fei.channel(secret=secret))
            assert error.answer.startswith("code 19021")
            assert not error.temporary
    sms = SmsProvider(TurnedClock(NOON))
    with sms.running():
        assert not refused(sms.channel(secret="wrong")).temporary


def test_a_clock_that_is_off_by_hours_is_told_in_the_providers_words() -> None:
    provider = DingTalkProvider(TurnedClock(NOON))
    with provider.running():
        channel = provider.channel()
        assert channel.send(MESSAGE)
        channel._clock = TurnedClock(NOON - timedelta(hours=2))  # type: ignore[attr-defined]
        assert "invalid timestamp" in refused(channel).answer


def test_a_gateway_without_recipients_says_so_and_one_message_may_have_its_own() -> None:
    provider = SmsProvider(TurnedClock(NOON))
    with provider.running():
        assert "没有收信人" in refused(provider.channel(recipients=())).answer
        provider.channel(recipients=()).send(replace(MESSAGE, recipient="13900000000"))
    assert provider.got[0].content["recipients"] == ["13900000000"]
    assert provider.got[0].content["key"] == MESSAGE.key


def test_settings_from_the_environment_open_a_channel() -> None:
    environ = {
        "smtp": {
            "YUJING_SMTP_HOST": "mail.example.org",
            "YUJING_SMTP_SENDER": "a@example.org",
            "YUJING_SMTP_RECIPIENTS": "b@example.org",
        },
        "webhook": {"YUJING_WEBHOOK_URL": "https://example.org/hook"},
        "wecom:值班群": {"YUJING_WECOM_ROBOTS": '[{"name": "值班群", "url": "https://example.org/robot"}]'},
        "sms": {"YUJING_SMS_GATEWAYS": '[{"url": "https://example.org/sms"}]'},
    }
    for name, values in environ.items():
        assert set(open_channels(load_settings(environ=values))) == {name, "inapp"}


def test_a_signed_body_can_be_checked_by_whoever_knows_the_secret() -> None:
    with running("webhook") as (provider, channel):
        channel.send(MESSAGE)
        channel.send(replace(MESSAGE, key="42:wecom:值班群>webhook"))
    first, second = provider.got
    assert first.headers["X-Yujing-Signature"] == hmac.new("秘密".encode(), first.content, hashlib.sha256).hexdigest()
    assert first.headers["Idempotency-Key"] == MESSAGE.key
    assert second.headers["Idempotency-Key"].isalnum()
    fields = json.loads(first.content)
    assert (fields["key"], fields["alert"], fields["subject"]) == (MESSAGE.key, 42, MESSAGE.subject)
    assert (fields["body"], fields["link"], fields["level"]) == (MESSAGE.body, MESSAGE.link, "red")
    assert fields["created_at"] == "2026-11-20T14:00:00+08:00"


@pytest.mark.parametrize(
    ("status", "answer", "temporary"),
    [
        (200, b'{"errcode": 310000, "errmsg": "keywords not in content"}', True),
        (200, b'{"code": 19024, "msg": "Key Words Not Found"}', True),
        (200, b'{"code": "1"}', True),
        (500, b"\xff\xfe oops", True),
        (429, b"slow down", True),
        (404, b"", False),
        (302, b"", False),
    ],
)  # fmt: skip
def test_the_answer_decides_and_not_the_status_alone(status: int, answer: bytes, temporary: bool) -> None:
    provider = WebhookProvider(TurnedClock(NOON))
    provider.answer = (status, answer)
    with provider.running():
        error = refused(provider.channel())
    assert error.temporary is temporary
    assert str(status) in error.answer


@pytest.mark.parametrize("answer", [b"", b"ok", b"[1]", b'{"errcode": 0}', b'{"code": 200}', b'{"code": "0"}', b"{}"])
def test_good_answers(answer: bytes) -> None:
    provider = WebhookProvider(TurnedClock(NOON))
    provider.answer = (200, answer)
    with provider.running():
        assert provider.channel().send(MESSAGE).startswith("HTTP 200")


@pytest.mark.parametrize(
    ("answer", "temporary", "after"),
    [
        (b'{"code":9499,"msg":"frequency limited psm test"}', True, 60.0),
        (b'{"code":99991400,"msg":"request trigger frequency limit"}', True, 60.0),
        (b'{"code":19024,"msg":"Key Words Not Found"}', False, None),
        (b'{"StatusCode":2200,"StatusMessage":"internal error"}', True, None),
        (b'{"code":0,"StatusCode":19001,"msg":"param invalid"}', False, None),
        (b'{"code":false}', True, None),
    ],
)
def test_codes_of_feishu(answer: bytes, temporary: bool, after: float | None) -> None:
    provider = FeishuProvider(TurnedClock(NOON))
    provider.judged = lambda path, headers, body: (200, answer)  # type: ignore[method-assign]
    with provider.running():
        error = refused(provider.channel())
    assert (error.temporary, error.after) == (temporary, after)


def test_a_good_code_under_a_bad_status_is_no_success() -> None:
    provider = WeComProvider(TurnedClock(NOON))
    provider.judged = lambda path, headers, body: (500, b'{"errcode": 0}')  # type: ignore[method-assign]
    with provider.running():
        assert refused(provider.channel()).temporary


def test_a_mail_is_readable_and_has_the_same_id_each_time() -> None:
    with running("smtp") as (provider, channel):
        channel.send(MESSAGE)
        channel.send(replace(MESSAGE, attempts=2))
    mails = [message_from_bytes(each.content.content, policy=policy.default) for each in provider.got]
    assert provider.got[0].content.rcpt_tos == ["a@example.org", "b@example.org"]
    assert mails[0]["Subject"] == MESSAGE.subject
    text = mails[0].get_content().replace("\r\n", "\n").strip()
    assert text == f"{MESSAGE.body}\n预警编号 42\n查看：{MESSAGE.link}"
    assert mails[0]["Message-ID"] == mails[1]["Message-ID"] == "<yujing-42-any@example.org>"


def test_a_mail_that_some_recipients_do_not_get_names_them_only_to_the_program() -> None:
    with running("smtp", "some") as (_, channel), pytest.raises(PartlySent) as caught:
        channel.send(MESSAGE)
    assert "*@example.org 550" in caught.value.answer
    assert "b@" not in caught.value.answer
    assert [(one.recipient, one.answer[:3]) for one in caught.value.refused] == [("b@example.org", "550")]


def test_a_mail_to_a_person_goes_to_nobody_else() -> None:
    provider = SmtpProvider(TurnedClock(NOON))
    with provider.running():
        provider.channel().send(replace(MESSAGE, recipient="c@example.org"))
    assert provider.got[0].content.rcpt_tos == ["c@example.org"]


def test_a_subject_with_a_line_break_cannot_add_headers() -> None:
    with running("smtp") as (provider, channel):
        channel.send(replace(MESSAGE, subject="一\r\nBcc: c@example.org"))
    assert provider.got[0].content.rcpt_tos == ["a@example.org", "b@example.org"]


def test_the_pages_take_everything_and_put_nothing_together() -> None:
    assert InApp().send(MESSAGE) == "已在页面显示给全体"
    assert InApp().send(replace(MESSAGE, recipient="duty")) == "已在页面显示给 duty"
    assert not InApp.bundled


def test_the_recording_channel_fails_as_told_and_then_records() -> None:
    channel = RecordingChannel([DeliveryError("recording", "不行", temporary=False)])
    assert not refused(channel).temporary
    assert channel.send(MESSAGE)
    assert channel.sent == [MESSAGE]
