from __future__ import annotations

from pathlib import Path

import pytest

from alerting.channels import open_channels
from config.errors import SettingsError
from config.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"YUJING_SMTP_HOST": "mail"}, ["[smtp] sender：应为邮箱地址", "[smtp] recipients：至少要有一个收件人"]),
        (
            {"YUJING_SMTP_HOST": "mail", "YUJING_SMTP_SENDER": "a@b.c", "YUJING_SMTP_RECIPIENTS": "值班室,b@c.d"},
            ["[smtp] recipients：应为邮箱地址，现为“值班室”"],
        ),
        ({"YUJING_WEBHOOK_URL": "ftp://example.org"}, ["[webhook] url：应为 http:// 或 https:// 地址"]),
        ({"YUJING_WEBHOOK_URL": "http://"}, ["[webhook] url"]),
    ],
)
def test_a_half_configured_channel_is_told(environ: dict[str, str], told: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        open_channels(load_settings(environ=environ))
    assert all(piece in str(caught.value) for piece in told)


def test_without_settings_there_is_only_the_bell_and_not_even_that_where_it_is_switched_off() -> None:
    assert list(open_channels(load_settings())) == ["inapp"]
    assert open_channels(load_settings(environ={"YUJING_INAPP_ENABLED": "false"})) == {}


ROBOTS = """
[[wecom.robots]]
name = "值班群"
url = "https://example.org/robot?key=AAA"
[[wecom.robots]]
name = "领导群"
url = "https://example.org/robot?key=BBB"
per_minute = 5
mentions = ["@all"]
[delivery]
fall_over = ["wecom:领导群", "inapp"]
"""


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "site.toml")


def test_a_site_may_have_several_robots_of_a_kind(tmp_path: Path) -> None:
    channels = open_channels(settings_of(tmp_path, ROBOTS))
    assert list(channels) == ["inapp", "wecom:值班群", "wecom:领导群"]
    assert channels["wecom:领导群"].per_minute == 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[wecom]\nrobots = 3", ["[wecom] robots：应为若干个表"]),
        ('[[wecom.robots]]\nname = "甲"', ["[wecom] robots 第 1 个：缺少“url”"]),
        ('[[wecom.robots]]\nurl = "https://a.b"\nkey = "x"', ["[wecom] robots 第 1 个：没有“key”这一项"]),
        (
            '[[dingtalk.robots]]\nurl = 7\nsecret = ["AAA"]',
            ["第 1 个 url：应为文字，现为 （不显示）", "secret：应为文字"],
        ),
        ('[[feishu.robots]]\nurl = "https://a.b"\n[[feishu.robots]]\nurl = "https://c.d"', ["每个要有不同的 name"]),
        ('[[wecom.robots]]\nurl = "https://a.b"\nmentions = [1]', ["mentions：应为文字列表，现为 [1]"]),
        ('[[wecom.robots]]\nurl = "https://a.b"\nper_minute = true', ["per_minute：应为整数，现为 True"]),
    ],
)
def test_what_is_wrong_with_a_robots_table_is_told_with_its_place(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, text)
    assert all(piece in str(caught.value) for piece in told), str(caught.value)
    assert "AAA" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[wecom.robots]]\nurl = "key=AAA"\nname = "一 二"\nper_minute = 0',
            [
                "[wecom] robots 第 1 个 url：应为 http://",
                "name：不超过 30 字",
                "per_minute：应在 1 到 1000 之间，现为 0",
            ],
        ),
        (
            '[[sms.gateways]]\nurl = "AAA"\nsuccess_values = []\nlongest = 10\nper_minute = 0\nname = "a:b"',
            [
                "[sms] gateways 第 1 个 url",
                "success_values：至少写一个",
                "longest：应在 50 到 5000",
                "per_minute",
                "name",
            ],
        ),
        ('[delivery]\nfall_over = ["短信"]', ["[delivery] fall_over：没有配置名为“短信”的渠道；现有：inapp"]),
        ('[site]\nbase_url = "yujing.example.cn"', ["[site] base_url：应以 http:// 或 https:// 开头"]),
    ],
)
def test_a_channel_that_cannot_work_is_told_before_anything_is_sent(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        open_channels(settings_of(tmp_path, text))
    assert all(piece in str(caught.value) for piece in told), str(caught.value)
    assert "AAA" not in str(caught.value)


def test_an_environment_that_is_no_json_is_told_without_what_it_holds() -> None:
    with pytest.raises(SettingsError, match="robots：应为若干个表") as caught:
        load_settings(environ={"YUJING_WECOM_ROBOTS": "https://example.org?key=AAA"})
    assert "AAA" not in str(caught.value)
