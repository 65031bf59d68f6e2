"""Commands that need no store: analyse, detect, extract."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import BinaryIO

import click

from config.errors import InputError
from yujing.cli import Call, home_options
from yujing.help import command


@command()
@click.argument("file", default="-", type=click.Path(path_type=Path), metavar="[FILE|-]")
@click.option("--with", "extra", type=click.Choice(["snownlp"]), multiple=True, help="另算基线分（慢）")
@home_options
@click.pass_obj
def analyse(call: Call, file: Path, extra: tuple[str, ...]) -> int:
    """逐行分析 JSON（UTF-8，每行一条：id 与 text，或 id、title、body），逐行输出 JSON。"""
    from config.vocabulary import FOLDER
    from nlp.models.shelf import Shelf
    from nlp.pipeline import pipeline_of
    from nlp.stream import analyse_lines

    settings = call.settings()
    pipeline = pipeline_of(FOLDER, Shelf(settings.in_home("models")).pinned(), settings.site.domain_region)
    with opened(file) as lines:
        return analyse_lines(lines, sys.stdout, sys.stderr, with_snownlp="snownlp" in extra, pipeline=pipeline)


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="SERIES.csv|-")
def detect(file: Path) -> int:
    """在计数序列（timestamp,value）上逐行给出异常分、预期与预警。"""
    from alerting.detect import detect_series

    with opened(file) as lines:
        text = (line.decode("utf-8-sig", errors="replace") for line in lines)
        return detect_series(text, sys.stdout, sys.stderr)


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.html")
def extract(file: Path) -> None:
    """显示自动抽取从网页里看到的标题、时间、作者与正文。"""
    from config.clock import SystemClock, as_local
    from config.settings import load_settings
    from crawler.extract import extract_file

    article = extract_file(file, page_megabytes=load_settings().crawl.page_megabytes, now=SystemClock().now())
    time = as_local(article.time).isoformat() if article.time else None
    found = {"title": article.title, "time": time, "author": article.author, "text": article.text}
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def opened(file: Path) -> contextlib.AbstractContextManager[BinaryIO]:
    """The file, or standard input for `-`. Raises InputError when it cannot be read."""
    if str(file) == "-":
        return contextlib.nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise InputError("文件不存在", file=file) from None
    except IsADirectoryError:
        raise InputError("这是目录，不是文件", file=file) from None
    except PermissionError:
        raise InputError("没有读取权限", file=file) from None
