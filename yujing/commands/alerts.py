"""Commands about rules: check a file, replay it over what is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from storage.records import LEVELS
from yujing.cli import Call, home_options
from yujing.help import group
from yujing.parameters import Moment


@group()
def rules() -> None:
    """检查与试运行预警规则。"""


@rules.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """检查规则文件，一次说出全部错误。"""
    from alerting.judge.policy import load_policy
    from alerting.rulefile import load_rules

    found = load_rules(file)
    load_policy(file, [rule.name for rule in found])
    for rule in found:
        click.echo(f"{rule.name}（{rule.type}，{LEVELS[rule.level]}）")
    click.echo(f"{file.name}：{len(found)} 条规则，没有错误")


@rules.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from", "start", type=Moment(), required=True, metavar="T", help="起（含），如 2026-11-01T00:00，北京时间"
)
@click.option("--to", "end", type=Moment(), required=True, metavar="T", help="止（不含）")
@click.option("--demo", is_flag=True, help="在示例文本上回放（默认只看自己的文本）")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON")
@home_options
@click.pass_obj
def replay(call: Call, file: Path, start: datetime, end: datetime, demo: bool, as_json: bool) -> None:
    """在已入库的文本上回放规则：本来会发出哪些预警。不真的发出。"""
    from alerting.replay import as_fields
    from alerting.replay import replay as replay_rules
    from alerting.rulefile import load_rules
    from yujing.wiring import build

    if start >= end:
        raise click.UsageError("--to 应晚于 --from")
    found = load_rules(file)
    services = build(call.settings())
    fired = 0
    for draft in replay_rules(found, services.store, start, end, demo=demo):
        fired += 1
        fields = as_fields(draft)
        click.echo(json.dumps(fields, ensure_ascii=False) if as_json else _line(fields))
    services.close()
    if not fired and not as_json:
        click.echo("这段时间里没有规则会发出预警", err=True)


def _line(fields: Mapping[str, Any]) -> str:
    expected = fields["expected"]
    against = "未知" if expected is None else f"{expected:g}"
    key = f" {fields['key']}" if fields["key"] else ""
    return f"{fields['start']} – {fields['end']} {fields['rule']}{key} 实际 {fields['seen']:g} 预期 {against}"
