"""导入: a table by upload with the same answers as the command line, what came in lately, and how sources fare."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request, send_file
from werkzeug.datastructures import FileStorage

from config.errors import InputError, NotFoundError
from config.vocabulary import FOLDER as VOCABULARIES
from crawler.cause_imports import cause_formats, import_causes, unknown_regions
from crawler.closing_imports import closing_formats, import_closing
from crawler.imports import import_file
from crawler.layout import importers
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from nlp.analysers.privacy import mask_free
from nlp.entities.divisions import divisions
from storage.records import ImportReport

blueprint = Blueprint("imports", __name__)
FOLDER = "uploads"
REJECTED = "rejected"
KINDS = (".csv", ".tsv", ".txt", ".xlsx")


class ImportsPage(Page):
    """Bringing a file in."""

    name = "imports"
    title = "导入"
    group = "看"
    order = 30
    may = "upload"
    blueprint = blueprint


@blueprint.get("/import")
@needs("upload")
def show() -> str:
    """The form, the last imports, the inbox, the sources."""
    return _page()


@blueprint.post("/import")
@needs("upload")
def upload() -> str | tuple[str, int]:
    """Import one file at once; the answer has the same numbers as the command line's."""
    chosen = request.form.get("as", "")
    try:
        report, unknown = _import(request.files.get("file"), chosen, request.files.get("mapping"))
    except (InputError, NotFoundError) as error:
        # Names of files and what stands in them are not for a log from which nothing can be taken back.
        parts().operations.audit.add(user().name, "导入未成", chosen if chosen in _formats() else "未知格式")
        return _page(problem=str(error), chosen=chosen), 422
    return _page(report=report, chosen=chosen, remark=unknown_regions(unknown) if unknown else "")


@blueprint.get("/import/rejected/<name>")
@needs("upload")
def rejected(name: str) -> Response:
    """The rejected rows of an import of one's own (masked)."""
    mine = (
        report
        for report in parts().operations.imports.latest(200)
        if report.by == user().name and report.rejected_file and Path(report.rejected_file).name == name
    )
    found = next(mine, None)
    if found is None or found.rejected_file is None or not Path(found.rejected_file).exists():
        abort(404, "没有这份拒收清单，或者不是您导入的。")
    imports = parts().operations.imports
    parts().operations.audit.add(user().name, "下载拒收清单", f"导入 {imports.number_of(found.rejected_file)}")
    return send_file(Path(found.rejected_file).resolve(), as_attachment=True, download_name=name, mimetype="text/csv")


def _page(*, report: ImportReport | None = None, problem: str = "", chosen: str = "", remark: str = "") -> str:
    operations, settings = parts().operations, parts().settings
    return render_template(
        "imports.html",
        report=report,
        problem=problem,
        remark=remark,
        of_texts=chosen in importers(),
        chosen=chosen or settings.intake.inbox_format,
        formats=_formats(),
        kinds=KINDS,
        imports=operations.imports.latest(20),
        inbox=operations.inbox.counts(),
        failures=operations.inbox.failures(10),
        runs=operations.crawl_runs.latest(),
        file_name=lambda path: Path(path).name,
    )


def _formats() -> dict[str, str]:
    """Every format a file may have, with its title."""
    every = (importers(), cause_formats(), closing_formats())
    return {name: kind.title for kinds in every for name, kind in kinds.items()}


def _name(file: FileStorage | None) -> str:
    """The file's own name without any path, as Windows or Linux write one."""
    written = (file.filename or "") if file is not None else ""
    return written.replace("\\", "/").rpartition("/")[2].replace("\x00", "")[-120:]


def _import(file: FileStorage | None, chosen: str, mapping: FileStorage | None) -> tuple[ImportReport, tuple[str, ...]]:
    name = _name(file)
    if file is None or name in ("", ".", ".."):
        raise InputError("请先选择文件")
    folder = parts().settings.in_home(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    # A folder of its own, so that messages and the rejected-rows file carry the name the person knows.
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        kept = own / name
        file.save(kept)
        return _run(kept, chosen, _kept_mapping(mapping, own))
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _kept_mapping(mapping: FileStorage | None, folder: Path) -> Path | None:
    name = _name(mapping)
    if mapping is None or not name:
        return None
    (folder / "mapping").mkdir()
    kept = folder / "mapping" / name
    mapping.save(kept)
    return kept


def _run(path: Path, chosen: str, mapping: Path | None) -> tuple[ImportReport, tuple[str, ...]]:
    known = parts()
    report, unknown = _taken_in(path, chosen, mapping)
    number = known.operations.imports.record(report)
    counted = f"{chosen}，读入 {report.read} 新增 {report.new} 拒收 {report.rejected}"
    known.operations.audit.add(user().name, "导入", f"导入 {number}", counted)
    return report, unknown


def _taken_in(path: Path, chosen: str, mapping: Path | None) -> tuple[ImportReport, tuple[str, ...]]:
    known, rejected = parts(), parts().settings.in_home(REJECTED)
    if chosen in cause_formats():
        got = import_causes(
            path, chosen, mapping=mapping, causes=known.operations.causes, clock=known.clock, rejected_folder=rejected,
            by=user().name, knows_region=lambda region: divisions(VOCABULARIES).knows(region),
        )  # fmt: skip
        return got.report, got.unknown_regions
    if chosen in closing_formats():
        return import_closing(
            path, chosen, mapping=mapping, operations=known.operations, clock=known.clock, rejected_folder=rejected,
            by=user().name, masked=mask_free,
        ), ()  # fmt: skip
    report = import_file(
        path, chosen, mapping=mapping, inbox=known.operations.inbox, clock=known.clock, settings=known.settings.intake,
        rejected_folder=rejected, by=user().name,
    )  # fmt: skip
    return report, ()
