"""The command `yujing`: finds its commands by folder, tells every error in one Chinese sentence.

Exit codes: 0 done, 1 something could not be done, 2 the call itself is wrong, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

import yujing.commands
from config.errors import YujingError, system_reason
from config.settings import Settings, load_settings
from yujing.help import group

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])


class Call:
    """What the options before and behind the command's name say about settings."""

    def __init__(self) -> None:
        self.home: Path | None = None
        self.config: Path | None = None

    def settings(self, **overrides: str) -> Settings:
        """The settings of this call; `overrides` are environment names without YUJING_."""
        environ = dict(os.environ)
        if self.home is not None:
            environ["YUJING_HOME"] = str(self.home)
        environ |= {f"YUJING_{name.upper()}": value for name, value in overrides.items()}
        return load_settings(self.config, environ)


def home_options(command: F) -> F:
    """`--home` and `--config`, accepted before and behind a command's name."""

    def keep(context: click.Context, option: click.Parameter, value: Path | None) -> None:
        call = context.find_root().ensure_object(Call)
        if value is not None:
            setattr(call, str(option.name), value)

    path = click.Path(path_type=Path)
    home = click.option(
        "--home",
        type=path,
        metavar="DIR",
        expose_value=False,
        callback=keep,
        help="数据目录（YUJING_HOME，默认 ./var）",
    )
    config = click.option(
        "--config", type=path, metavar="FILE", expose_value=False, callback=keep, help="设置文件（TOML）"
    )
    return home(config(command))


@group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(help="显示版本", package_name="yujing", prog_name="yujing", message="%(prog)s %(version)s")
@home_options
def cli() -> None:
    """舆警：供电服务投诉与舆情监测。"""


def _load_commands() -> None:
    for info in pkgutil.iter_modules(yujing.commands.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"yujing.commands.{info.name}")
        found = [value for value in vars(module).values() if isinstance(value, click.Command)]
        inside = {id(one) for group in found if isinstance(group, click.Group) for one in group.commands.values()}
        for command in found:
            if id(command) not in inside:
                cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    _load_commands()
    # Python writes warnings and tracebacks to stderr where nobody has set up logs; commands that keep running do.
    logging.getLogger().addHandler(logging.NullHandler())
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Nothing but Chinese sentences reaches the user."""
    try:
        result = cli.main(args=arguments, prog_name="yujing", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        _say(f"{_usage(error)}\n用 yujing {_command(error)}--help 查看用法")
        return 2
    except click.ClickException as error:
        _say(error.format_message())
        return 1
    except YujingError as error:
        _say(str(error))
        return 1
    except (KeyboardInterrupt, click.Abort):
        _say("已停止")
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`yujing … | head`): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        log.debug("system error", exc_info=True)
        _say(_system(error))
        return 1
    return result if isinstance(result, int) else 0


def _say(text: str) -> None:
    click.echo(text, err=True)


def _command(error: click.UsageError) -> str:
    return f"{error.ctx.command_path.removeprefix('yujing').strip()} ".lstrip() if error.ctx is not None else ""


def _usage(error: click.UsageError) -> str:
    """Click's own mistakes of call, in Chinese."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_parameter(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_parameter(error)} 的值不对：{_reason(error)}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 用法不对"
    if "No such command" in error.message:
        return f"没有命令 {error.message.split(chr(39))[1]}；有：{'、'.join(sorted(cli.commands))}"
    return "调用方式不对" if error.message.isascii() else error.message


def _reason(error: click.BadParameter) -> str:
    kind = getattr(error.param, "type", None)
    if isinstance(kind, click.Choice):
        return f"应为 {'、'.join(str(choice) for choice in kind.choices)} 之一"
    if isinstance(kind, click.IntRange):
        return f"应为 {kind.min} 到 {kind.max} 的整数"
    if isinstance(kind, click.Path):
        return "文件或目录不存在，或没有权限"
    return error.message if not error.message.isascii() else f"应为{_KINDS.get(getattr(kind, 'name', ''), '别的写法')}"


_KINDS = {"integer": "整数", "float": "数字"}


def _system(error: OSError) -> str:
    """What the system refused, in Chinese, with the path where it names one."""
    reason = system_reason(error)
    return f"{error.filename}：{reason}" if error.filename else reason


def _parameter(error: click.BadParameter) -> str:
    if error.param is None:
        return "参数"
    return error.param.opts[0] if isinstance(error.param, click.Option) else (error.param.human_readable_name or "参数")
