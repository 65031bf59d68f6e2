"""Commands about rules: check a file, replay it over what is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
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
@home_options
@click.pass_obj
def check(call: Call, file: Path) -> None:
    """检查规则文件，一次说出全部错误。"""
    from alerting.judge.policy import load_policy
    from alerting.rulefile import load_rules

    found = load_rules(file)
    load_policy(file, [rule.name for rule in found])
    for rule in found:
        click.echo(f"{rule.name}（{rule.type}，{LEVELS[rule.level]}）")
    click.echo(f"{file.name}：{len(found)} 条规则，没有错误")
    if call.settings().home.path.exists():
        _tell_what_holds(call)


@rules.command("export")
@click.option("--version", "number", type=int, metavar="N", help="第几版（默认现用的规则）")
@home_options
@click.pass_obj
def export_rules(call: Call, number: int | None) -> None:
    """把页面上的某一版规则或现用规则写到标准输出。"""
    from alerting.rulebook import in_force
    from yujing.wiring import build

    services = build(call.settings())
    book = services.operations.rulebook
    text = in_force(book, services.settings).text if number is None else book.get(number).text
    services.close()
    click.echo(text, nl=False)


@rules.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--note", default="", help="改了什么、为什么")
@home_options
@click.pass_obj
def import_rules(call: Call, file: Path, note: str) -> None:
    """把规则文件作为草稿放进页面；不会生效，在页面上试算后再定。"""
    from alerting.rulebook import mistakes
    from alerting.rulefile import load_rules
    from yujing.wiring import build

    load_rules(file)
    text = file.read_text(encoding="utf-8-sig")
    services = build(call.settings())
    made = services.operations.rulebook.add(text, "命令行", note or f"导入 {file.name}")
    services.operations.audit.add("命令行", "编写规则", f"规则第 {made.number} 版")
    services.close()
    click.echo(f"已存为第 {made.number} 版草稿")
    for line in mistakes(text):
        click.echo(f"还不能生效：{line}", err=True)


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
    begun = partial(services.operations.causes.begun, demo=demo)
    for draft in replay_rules(found, services.store, start, end, demo=demo, outages=begun):
        fired += 1
        fields = as_fields(draft)
        click.echo(json.dumps(fields, ensure_ascii=False) if as_json else _line(fields))
    services.close()
    if not fired and not as_json:
        click.echo("这段时间里没有规则会发出预警", err=True)


def _tell_what_holds(call: Call) -> None:
    """Say so where a version of the page stands in the place of any file."""
    from yujing.wiring import build

    services = build(call.settings())
    number = services.operations.rulebook.number_in_force()
    services.close()
    if number is not None:
        click.echo(f"注意：页面上的第 {number} 版规则正在生效，规则文件不起作用；可在“规则”页改回文件", err=True)


def _line(fields: Mapping[str, Any]) -> str:
    expected = fields["expected"]
    against = "未知" if expected is None else f"{expected:g}"
    key = f" {fields['key']}" if fields["key"] else ""
    seen = f"{fields['seen']:g}{fields['unit']}"
    return f"{fields['start']} – {fields['end']} {fields['rule']}{key} 实际 {seen} 预期 {against}"
