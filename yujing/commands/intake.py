"""Commands that bring texts in: import, crawl."""

from __future__ import annotations

import contextlib
import getpass
import json
from collections.abc import Iterator
from pathlib import Path

import click

from yujing.cli import Call, home_options
from yujing.help import command
from yujing.parameters import ImportFormat
from yujing.progress import Bars


@command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "importer",
    type=ImportFormat(),
    required=True,
    metavar="95598|table|outages|notices|followups|standards|customers",
    help="文件的格式：工单、通用表格、停电信息、重要服务事项报备、回访记录、风险防范标准、重要用户与大客户",
)
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE", help="列对应关系（TOML），table 必需")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 给出结果")
@home_options
@click.pass_obj
def import_(call: Call, file: Path, importer: str, mapping: Path | None, as_json: bool) -> int:
    """导入工单、留言、停电信息、报备、回访等表格（CSV、TSV、XLSX）；重复导入不重复入库。"""
    from crawler.cause_imports import unknown_regions
    from crawler.layout import importers
    from yujing.intake import import_table
    from yujing.wiring import build

    if importer in importers() and mapping is None and importers()[importer].needs_mapping:
        raise click.UsageError(f"--as {importer} 需要 --mapping：一个 TOML 文件，说明哪一列是时间、哪一列是正文")

    services = build(call.settings())
    services.prepare_home()
    with Bars() as bars, _kept_so_far():
        report, unknown = import_table(
            services, file, importer, mapping, by=f"命令行 {getpass.getuser()}", progress=bars.of(f"导入 {file.name}")
        )
    services.operations.imports.record(report)
    services.close()
    names = ("read", "new", "updated", "unchanged", "rejected", "rejected_file")
    if as_json:
        told = {name: getattr(report, name) for name in names}
        click.echo(json.dumps(told | ({"unknown_regions": unknown} if unknown else {}), ensure_ascii=False))
    else:
        if report.rejected_file:
            click.echo(f"拒收的行与原因见 {report.rejected_file}")
        if unknown:
            click.echo(unknown_regions(unknown))
        click.echo(
            f"读入 {report.read} 新增 {report.new} 更新 {report.updated} 未变 {report.unchanged} 拒收 {report.rejected}"
        )
    return 1 if report.read and report.rejected == report.read else 0


@contextlib.contextmanager
def _kept_so_far() -> Iterator[None]:
    """Say on Ctrl-C what became of the rows."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\n导入中断：已读入的行已保存，同一文件再导入一次即补齐，不会重复", err=True)
        raise


@command()
@click.argument("source", nargs=-1)
@click.option(
    "--sources", type=click.Path(path_type=Path), metavar="FILE", help="信源文件（TOML），默认数据目录下 sources.toml"
)
@click.option("--due", is_flag=True, help="只抓到时间的信源")
@click.option("--quiet", is_flag=True, help="不显示进度")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 给出结果")
@home_options
@click.pass_obj
def crawl(call: Call, source: tuple[str, ...], sources: Path | None, due: bool, quiet: bool, as_json: bool) -> int:
    """抓取信源文件里的信源（默认全部），逐个报告页数、新增、未变与失败原因。"""
    from yujing.intake import crawl_sources
    from yujing.wiring import build

    services = build(call.settings())
    services.prepare_home()
    with Bars(quiet=quiet) as bars:
        reports = crawl_sources(services, sources, source, due=due, progress=bars)
    services.close()
    if not reports and not due:
        click.echo("来源文件里没有 [[source]]，没有可抓取的来源", err=True)
        return 1
    for report in reports:
        if as_json:
            click.echo(json.dumps(_counts(report), ensure_ascii=False))
            continue
        click.echo(
            f"{report.source}：页面 {report.pages} 新增 {report.new} 更新 {report.updated} "
            f"未变 {report.unchanged} 失败 {report.failed}"
        )
        for reason in report.reasons:
            click.echo(f"  {reason}")
    return 1 if any(report.failed and not report.pages for report in reports) else 0


def _counts(report: object) -> dict[str, object]:
    names = ("source", "pages", "new", "updated", "unchanged", "failed", "reasons")
    return {name: getattr(report, name) for name in names}
