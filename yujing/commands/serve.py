"""Commands that keep running: everything in one place, or the parts alone."""

from __future__ import annotations

import click

from yujing.cli import Call, home_options
from yujing.help import command

# 0 = any free one.
_PORT = click.IntRange(0, 65535)


@command()
@click.option("--host", help="监听地址（默认 127.0.0.1）")
@click.option("--port", type=_PORT, metavar="N", help="端口（默认 8000）")
@click.option("--sample", is_flag=True, help="第一次启动时载入示例")
@home_options
@click.pass_obj
def run(call: Call, host: str | None, port: int | None, sample: bool) -> int:
    """运行全部：页面、抓取、导入目录、分析、预警、发送。Ctrl-C 停止。"""
    from yujing.serve import run_all
    from yujing.wiring import build

    return run_all(build(call.settings(**_web(host, port)), config=call.config), sample=sample)


@command()
@click.option("--host", help="监听地址")
@click.option("--port", type=_PORT, metavar="N", help="端口")
@home_options
@click.pass_obj
def web(call: Call, host: str | None, port: int | None) -> int:
    """只运行页面。"""
    from yujing.serve import run_web
    from yujing.wiring import build

    return run_web(build(call.settings(**_web(host, port)), config=call.config))


@command()
@home_options
@click.pass_obj
def schedule(call: Call) -> int:
    """只运行定时任务：抓取、导入目录、预警、发送。"""
    from yujing.serve import run_schedule
    from yujing.wiring import build

    return run_schedule(build(call.settings(), config=call.config), intake=True)


@command()
@home_options
@click.pass_obj
def work(call: Call) -> int:
    """只运行分析；可以在多台机器上同时运行。"""
    from yujing.serve import run_schedule
    from yujing.wiring import build

    return run_schedule(build(call.settings(), config=call.config), intake=False)


def _web(host: str | None, port: int | None) -> dict[str, str]:
    return {name: str(value) for name, value in (("web_host", host), ("web_port", port)) if value is not None}
