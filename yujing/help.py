"""Help pages in Chinese: click's commands with the words around the texts changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

# What click adds behind a text: what must be given, what holds without it, the range of numbers.
_EXTRAS = re.compile(r"required|default: (?P<default>[^;\]]*)|(?P<low>-?\d+)<=x<=(?P<high>-?\d+)")


class _ChineseHelp(click.Command):
    """Usage, options and the help option in Chinese."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """用法: …"""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The words behind the command's name."""
        words = {
            "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]…", "[COMMAND] [ARGS]...": "[命令] [参数]…",
        }  # fmt: skip
        return [words.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """选项."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        if records:
            with formatter.section("选项"):
                formatter.write_dl([(names, _EXTRAS.sub(_extra, text)) for names, text in records])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option that shows this page."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示用法"
        return option


def _extra(found: re.Match[str]) -> str:
    if found["default"] is not None:
        return f"默认 {found['default']}"
    return "必填" if found["low"] is None else f"{found['low']} 到 {found['high']}"


class Command(_ChineseHelp):
    """One command."""


class Group(_ChineseHelp, click.Group):
    """A command with commands of its own."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """选项 and 命令."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """命令, each with the first sentence of its help."""
        records = [(name, command.get_short_help_str(200)) for name, command in sorted(self.commands.items())]
        if records:
            with formatter.section("命令"):
                formatter.write_dl(records)


def command(name: str | None = None) -> Callable[[Callable[..., Any]], Command]:
    """`click.command` with Chinese help."""
    return click.command(name, cls=Command)


def group(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], Group]:
    """`click.group` with Chinese help."""
    return click.group(name, cls=Group, **settings)
