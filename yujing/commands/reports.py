"""Commands that write reports."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from config.errors import InputError
from yujing.cli import Call, home_options
from yujing.help import group


@group()
def report() -> None:
    """生成报告。"""


@report.command()
@click.option("--ending", required=True, metavar="DATE", help="周期最后一天，如 2026-11-15（含，共七天）")
@click.option("--format", "formats", default="html,docx", show_default=True, help="html,docx")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="输出目录")
@home_options
@click.pass_obj
def weekly(call: Call, ending: str, formats: str, out: Path) -> None:
    """写出每周风险摘要：HTML、Word 与每个数字的出处（JSON）。"""
    from dashboard.reports.weekly import build_weekly, write_weekly
    from yujing.wiring import build

    try:
        day = date.fromisoformat(ending)
    except ValueError:
        raise InputError(f"--ending “{ending}”不是日期，应如 2026-11-15") from None
    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    services = build(call.settings())
    settings = services.settings
    summary = build_weekly(
        store=services.store,
        operations=services.operations,
        ending=day,
        clock=services.clock,
        site=settings.site,
        report=settings.report,
    )
    for file in write_weekly(summary, wanted, out):
        click.echo(str(file))
    services.close()
