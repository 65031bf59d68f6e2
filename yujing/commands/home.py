"""Commands about an installation: status, accounts, the demonstration."""

from __future__ import annotations

import json
import sys

import click

from storage.records import ROLES
from yujing.cli import Call, home_options
from yujing.help import command, group
from yujing.progress import Bars


@command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 给出")
@home_options
@click.pass_obj
def status(call: Call, as_json: bool) -> None:
    """这套系统里现在有什么：文本、收件箱、发件箱、预警、任务。"""
    from yujing.status import read_status
    from yujing.wiring import build

    services = build(call.settings())
    found = read_status(services)
    services.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"文本 {sum(found['documents'].values())} 条，数据截至 {found['data_to'] or '（还没有数据）'}")
    for source, number in found["documents"].items():
        click.echo(f"  {source} {number}")
    click.echo(f"待分析 {found['inbox']}，分析失败 {found['inbox_failed']}，待发送 {found['outbox']}")
    click.echo(f"未确认预警 {found['alerts_open']}，未结任务 {found['tasks_open']}")


@command()
@home_options
@click.pass_obj
def watch(call: Call) -> None:
    """值守检查：该通知而没通知的、发不出去的消息、没分析的文本、停住的规则；有问题时退出码为 1。"""
    from alerting.duty.watch import last_finding
    from yujing.wiring import build

    services = build(call.settings())
    found = [problem.words for problem in services.watch().problems()]
    found += [words for words in last_finding(services.operations.meta, services.clock.now()) if words not in found]
    services.close()
    click.echo("\n".join(f"· {words}" for words in found) if found else "没有发现问题")
    if found:
        raise click.exceptions.Exit(1)


@command()
@home_options
@click.pass_obj
def retry(call: Call) -> None:
    """让分析失败的文本和发送失败的消息再试一次。"""
    from yujing.wiring import build

    services = build(call.settings())
    texts, messages = services.operations.inbox.reopen_failures(), services.operations.outbox.reopen_failures()
    services.close()
    click.echo(f"重新分析 {texts} 条文本，重新发送 {messages} 条消息")


@group()
def user() -> None:
    """管理账号。"""


@user.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="角色")
@click.option("--display-name", default="", help="显示的姓名")
@home_options
@click.pass_obj
def add(call: Call, name: str, role: str, display_name: str) -> None:
    """新建账号；密码从标准输入读，终端上会询问。"""
    from yujing.wiring import build

    services = build(call.settings())
    services.prepare_home()
    services.operations.users.add(name, role, _password(), display_name, must_change=sys.stdin.isatty())  # type: ignore[arg-type]
    services.operations.audit.add("命令行", "新建账号", name, role)
    services.close()
    click.echo(f"已建账号 {name}（{ROLES[role]}）")


@user.command()
@click.argument("name")
@home_options
@click.pass_obj
def passwd(call: Call, name: str) -> None:
    """更换密码；该账号已登录的页面会退出。"""
    from yujing.wiring import build

    services = build(call.settings())
    services.operations.users.get(name)
    services.operations.users.set_password(name, _password())
    services.operations.audit.add("命令行", "更换密码", name)
    services.close()
    click.echo(f"账号 {name} 的密码已更换")


@user.command()
@click.argument("name")
@home_options
@click.pass_obj
def disable(call: Call, name: str) -> None:
    """停用账号；它写下的记录都保留。"""
    from yujing.wiring import build

    services = build(call.settings())
    services.operations.users.disable(name)
    services.operations.audit.add("命令行", "停用账号", name)
    services.close()
    click.echo(f"账号 {name} 已停用")


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))
    return sys.stdin.readline().rstrip("\n")


@group()
def demo() -> None:
    """示例数据。"""


@demo.command()
@home_options
@click.pass_obj
def load(call: Call) -> None:
    """载入示例：三周工单、一个新闻论坛站点，预警与任务按当时的时间重放。"""
    from yujing.demo.play import play
    from yujing.schedule import schedule_lock
    from yujing.wiring import build

    services = build(call.settings())
    services.prepare_home()
    with schedule_lock(services), Bars() as bars:
        play(services, progress=bars, again=True)
    services.close()
    click.echo("示例已载入")


@demo.command()
@home_options
@click.pass_obj
def remove(call: Call) -> None:
    """删除全部示例数据；自己的数据不受影响。"""
    from yujing.demo.play import remove as remove_demo
    from yujing.schedule import schedule_lock
    from yujing.wiring import build

    services = build(call.settings())
    with schedule_lock(services):
        removed = remove_demo(services)
    services.close()
    click.echo("已删除示例：" + "，".join(f"{what} {number}" for what, number in removed.items()))
