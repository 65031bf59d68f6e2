from __future__ import annotations

import pytest

from alerting.channels import open_channels
from config.errors import SettingsError
from config.settings import load_settings


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


def test_without_settings_there_are_none() -> None:
    assert open_channels(load_settings()) == {}
