"""Commands that put texts together and need no store: duplicates, events."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from yujing.commands.analysis import opened
from yujing.help import command


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.jsonl|-")
def duplicates(file: Path) -> int:
    """找出重复与近似的文字：逐行 JSON（id 与 text）输入，输出 CSV（id,group）；没有重复的自成一组。"""
    from nlp.duplicates.lines import group_lines

    with opened(file) as lines:
        return group_lines(lines, sys.stdout, sys.stderr)


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv|-")
def events(file: Path) -> int:
    """把同一事件的诉求归到一起：CSV（id,time,title,body）输入，输出 CSV（id,event）；单独的自成一件。"""
    from nlp.events.batch import cluster_file

    with opened(file) as content:
        return cluster_file(content, sys.stdout, sys.stderr)
