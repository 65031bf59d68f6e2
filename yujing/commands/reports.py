"""Commands that write reports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from yujing.cli import Call, home_options
from yujing.help import group
from yujing.parameters import Day, Formats


@group()
def report() -> None:
    """生成报告。"""


@report.command()
@click.option("--ending", type=Day(), required=True, metavar="DATE", help="周期最后一天，如 2026-11-15（含，共七天）")
@click.option(
    "--format", "formats", type=Formats(), metavar="html,docx,pdf", default="html,docx", show_default=True, help="格式"
)
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="输出目录")
@home_options
@click.pass_obj
def weekly(call: Call, ending: date, formats: tuple[str, ...], out: Path) -> None:
    """写出每周风险摘要：HTML、Word 与每个数字的出处（JSON）。"""
    from dashboard.reports.weekly import build_weekly, write_weekly
    from yujing.wiring import build

    services = build(call.settings())
    settings = services.settings
    summary = build_weekly(
        store=services.store,
        operations=services.operations,
        ending=ending,
        clock=services.clock,
        site=settings.site,
        report=settings.report,
    )
    for file in write_weekly(summary, formats, out):
        click.echo(str(file))
    services.close()
