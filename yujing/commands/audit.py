"""Commands about the audit log: whether its chain is whole, and the head to keep elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yujing.cli import Call, home_options
from yujing.help import group
from yujing.progress import Bars

if TYPE_CHECKING:
    from storage.operations.audit import AuditLine


@group()
def audit() -> None:
    """审计记录：谁在何时对什么做了什么。"""


@audit.command()
@click.option("--heads", type=click.Path(path_type=Path, dir_okay=False), help="以前记下的链头（默认数据目录里的）")
@home_options
@click.pass_obj
def verify(call: Call, heads: Path | None) -> None:
    """重算整条链，指出第一处改动，并与以前记下的链头对比；有问题时退出码为 1。"""
    from alerting.duty.proof import read_heads
    from alerting.duty.proof import verify as recompute
    from yujing.wiring import build

    services = build(call.settings())
    with Bars() as bars:
        known = services.audit_heads().known() if heads is None else read_heads(heads)
        log = services.operations.audit
        verdict = recompute(_told(log.lines(), log.head().count, bars), known)
    services.close()
    if verdict.problem is not None:
        click.echo(f"审计记录有问题：{verdict.problem}")
        raise click.exceptions.Exit(1)
    click.echo(f"审计记录完整：{verdict.head.count} 行，链头 {verdict.head.hash}")
    if verdict.compared:
        click.echo(f"与 {verdict.compared} 个以前记下的链头相符")
    else:
        click.echo("没有以前记下的链头可对比：末尾是否被删除无从得知")


@audit.command()
@home_options
@click.pass_obj
def head(call: Call) -> None:
    """此刻的链头，一行：时间、行数、哈希；存到别处，以后用 audit verify --heads 对比。"""
    from config.clock import as_local
    from yujing.wiring import build

    services = build(call.settings())
    found, now = services.operations.audit.head(), services.clock.now()
    services.close()
    click.echo(f"{as_local(now).isoformat(timespec='seconds')}\t{found.count}\t{found.hash}")


def _told(lines: Iterator[AuditLine], total: int, bars: Bars) -> Iterator[AuditLine]:
    for number, line in enumerate(lines, 1):
        if number % 1000 == 0:
            bars("核对", number, max(total, number))
        yield line
