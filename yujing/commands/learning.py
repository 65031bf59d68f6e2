"""Commands about models: train, evaluate, models, reanalyse."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.errors import InputError
from yujing.cli import Call, home_options
from yujing.help import command, group
from yujing.parameters import Moment
from yujing.progress import Bars

if TYPE_CHECKING:
    from nlp.models.shelf import Shelf

data_option = click.option(
    "--data", envvar="YUJING_DATA", type=click.Path(path_type=Path), metavar="DIR", help="数据目录（或 YUJING_DATA）"
)


def _folder(data: Path | None) -> Path:
    if data is None:
        raise InputError("没有给出数据目录：用 --data DIR，或设环境变量 YUJING_DATA")
    if not data.is_dir():
        raise InputError("数据目录不存在，或不是目录", file=data)
    return data


def _shelf(call: Call) -> Shelf:
    from yujing.wiring import shelf_of

    return shelf_of(call.settings())


def _say(text: str) -> None:
    click.echo(text, err=True)


@command()
@data_option
@click.option("--without", multiple=True, metavar="SET", help="训练时不用这个数据集；可重复")
@click.option("--only", multiple=True, metavar="NAME", help="只训练这个模型；可重复")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="只写到这个目录，不启用")
@click.argument("further", nargs=-1, metavar="[SET…]")
@home_options
@click.pass_obj
def train(
    call: Call, data: Path | None, without: tuple[str, ...], only: tuple[str, ...], out: Path | None,
    further: tuple[str, ...],
) -> int:  # fmt: skip
    """用数据和人工更正训练模型；在固定测试集上不输给现用模型才启用。"""
    from nlp.trainer import trainers
    from yujing.training import Training

    if further and not without:
        raise click.UsageError(f"不知道“{further[0]}”是什么；数据目录用 --data 给出")
    folder, known = _folder(data), trainers()
    training = Training(call.settings(), folder, without=(*without, *further), out=out, say=_say)
    lost = 0
    for name in only or known:
        result = training.run(known[name]())
        if result is None:
            continue
        click.echo(result.text)
        lost += result.lost
    if not training.done:
        raise InputError("数据目录里没有任何可用于训练的数据", file=folder)
    return 1 if lost else 0


@command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="以 JSON 给出：{评测项: {value, n, per_class}}")
@click.option("--only", multiple=True, metavar="NAME", help="只做这一项；可重复")
@click.option("--cross", is_flag=True, help="也做需要现场训练的评测（几分钟）")
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help="评测这个目录里的模型，并与现用的对比")
@home_options
@click.pass_obj
def evaluate(
    call: Call, data: Path | None, as_json: bool, only: tuple[str, ...], cross: bool, model: Path | None
) -> int:
    """在带标注的数据上逐项评测，给出每一类的数字。"""
    from yujing.evaluation import Evaluation, as_table

    folder, shelf = _folder(data), _shelf(call)
    evaluation = Evaluation(folder, only=only, cross=cross, say=_say)
    candidate = shelf.with_candidates(model) if model is not None else None
    found = evaluation.figures(candidate or shelf)
    present = evaluation.figures(shelf, quiet=True) if candidate is not None else {}
    if not found:
        raise InputError("没有一项可以评测", file=folder)
    if as_json:
        told = {name: _told(one, present.get(name)) for name, one in found.items()}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(as_table(found, present))
    return 1 if evaluation.problems else 0


def _told(figure: object, present: object) -> dict[str, object]:
    from nlp.measure import Figure

    assert isinstance(figure, Figure)
    told: dict[str, object] = {"value": figure.value, "n": figure.n, "per_class": dict(figure.per_class)}
    return told | ({"in_use": present.value} if isinstance(present, Figure) else {})


@group(invoke_without_command=True)
@home_options
@click.pass_context
def models(context: click.Context) -> None:
    """列出模型的各个版本和数字；rollback 换回旧版本。"""
    from yujing.training import as_list

    if context.invoked_subcommand is None:
        shelf = _shelf(context.find_root().ensure_object(Call))
        click.echo(as_list(shelf) or "还没有模型")


@models.command("list")
@home_options
@click.pass_obj
def list_models(call: Call) -> None:
    """列出每个模型的版本、日期、数字，* 为现用。"""
    from yujing.training import as_list

    click.echo(as_list(_shelf(call)) or "还没有模型")


@models.command()
@click.argument("name")
@click.argument("version", required=False)
@home_options
@click.pass_obj
def rollback(call: Call, name: str, version: str | None) -> None:
    """换回旧版本；不写版本就换回上一个，shipped 为随程序提供的。"""
    from yujing.training import note

    shelf = _shelf(call)
    shelf.kept(name)
    before, wanted = shelf.version(name), version or shelf.before(name)
    shelf.use(name, wanted)
    if before == wanted:
        click.echo(f"{name}：现用的就是 {wanted}，没有变化")
        return
    note(call.settings(), "换回模型", name, f"{before} → {wanted}")
    click.echo(f"{name}：{before} → {wanted}。新来的文本立即使用；旧文本用 yujing reanalyse --outdated 重新分析")


@command()
@click.option("--since", type=Moment(), metavar="T", help="只重做这时起发布的文本")
@click.option("--until", type=Moment(), metavar="T", help="只重做这时以前发布的文本")
@click.option("--source", multiple=True, metavar="NAME", help="只重做这个来源；可重复")
@click.option("--outdated", is_flag=True, help="只重做由旧版本判断的文本")
@click.option("--workers", type=click.IntRange(0, 64), metavar="N", help="分析进程数（默认按设置）")
@click.option("--quiet", is_flag=True, help="不显示进度")
@home_options
@click.pass_obj
def reanalyse(
    call: Call, since: datetime | None, until: datetime | None, source: tuple[str, ...], outdated: bool,
    workers: int | None, quiet: bool,
) -> int:  # fmt: skip
    """用现在的程序和模型重新分析历史文本；不重发预警，人工更正保留，中断后再运行会接着做。"""
    from storage.operations.inbox import History
    from yujing.history import redo
    from yujing.wiring import build

    if since is not None and until is not None and since >= until:
        raise click.UsageError("--until 应晚于 --since")
    services = build(call.settings())
    try:
        with Bars(quiet=quiet) as bars:
            report = redo(services, History(source, since, until), outdated, workers, bars.of("重新分析"))
    finally:
        services.close()
    if report.resumed:
        _say(f"接着上次中断的地方（已完成 {report.resumed} 条）")
    click.echo(f"重新分析 {report.judged} 条，未变 {report.kept} 条，失败 {len(report.failed)} 条")
    for name in report.failed[:20]:
        _say(f"失败：{name}")
    return 1 if report.failed else 0
