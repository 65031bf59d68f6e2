"""Commands about channels: which there are and how they fare, and a test message."""

from __future__ import annotations

import click

from yujing.cli import Call, home_options
from yujing.help import group


@group()
def channels() -> None:
    """通知渠道：列出、测试。"""


@channels.command(name="list")
@home_options
@click.pass_obj
def list_channels(call: Call) -> None:
    """列出已配置的渠道：最近送达、最近失败、待发与失败的条数。"""
    from alerting.wording import channel_words
    from config.clock import format_local
    from storage.records import ChannelHealth
    from yujing.wiring import build

    services = build(call.settings())
    opened, health = services.channels, services.operations.deliveries.health()
    services.close()
    for name in [*opened, *(name for name in health if name not in opened)]:
        fares = health.get(name, ChannelHealth())
        sent = format_local(fares.sent_at) if fares.sent_at else "从未"
        failed = f"，最近失败 {format_local(fares.failed_at)} {fares.failure}" if fares.failed_at else ""
        counted = f"待发 {fares.waiting}，失败 {fares.failed}"
        off = "" if name in opened else "（未配置或已停用）"
        click.echo(f"{name}（{channel_words(name)}）{off}：最近送达 {sent}{failed}；{counted}")
    if not set(opened) - {"inapp"}:
        click.echo("没有配置对外的渠道，预警只在页面上显示；见 config/defaults.toml 的 [smtp] [wecom] 等节", err=True)


@channels.command()
@click.argument("name")
@click.option("--to", "recipient", default="", help="收件人（邮箱、手机号等），默认按渠道的设置")
@home_options
@click.pass_obj
def test(call: Call, name: str, recipient: str) -> None:
    """经真实路径发一条【测试】消息，显示对方的应答；没有送达时退出码为 1。"""
    from alerting.channel_test import outcome_words, send_test
    from config.errors import NotFoundError
    from storage.records import MESSAGE_STATES
    from yujing.wiring import build

    services = build(call.settings())
    services.prepare_home()
    if name not in services.channels:
        raise NotFoundError("渠道", name, services.channels)
    deliverer, site = services.deliverer(), services.settings.site.name
    try:
        message = send_test(
            deliverer, services.operations.outbox, name, services.clock, by="命令行", site=site, recipient=recipient
        )
        services.operations.audit.add("命令行", "测试渠道", name, MESSAGE_STATES[message.state])
    finally:
        deliverer.close()
        services.close()
    click.echo(f"{name}：{outcome_words(message)}")
    if message.state == "failed":
        raise click.exceptions.Exit(1)
