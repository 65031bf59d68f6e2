"""证据包: made of an event in the background; with originals only for a reason and by leave of a second person."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from alerting.desk.evidence.checking import check as checked
from alerting.desk.evidence.key import PublicKey, SigningKey
from alerting.desk.evidence.leave import asked_for, conditions, granted
from alerting.desk.evidence.packing import KEPT
from alerting.desk.evidence.shelf import shelf_of
from config.clock import as_local
from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from dashboard.realm import realm
from storage.operations.disclosures import ExportRequest
from storage.operations.packages import CANCELLED
from storage.records import PACKAGE_STATES, Event, EvidencePackage

blueprint = Blueprint("evidence", __name__)
PER_PAGE = 20
_MOST = 50
UNUSABLE = 422


class EvidencePage(Page):
    """Packages that were made, one's requests, and the check of any package."""

    name = "evidence"
    title = "证据包"
    group = "报"
    order = 92
    may = "prove"
    blueprint = blueprint


@blueprint.get("/evidence")
@needs("prove")
def show() -> str:
    """What was made, what was asked for, the key; and a form that checks a file."""
    return _page()


@blueprint.get("/evidence/of/<event>")
@needs("prove")
def new(event: str) -> str | BaseResponse:
    """What a package of this event would hold, and the buttons."""
    found = parts().operations.events.get(event)
    if found.merged_into is not None:
        return redirect(url_for("evidence.new", event=found.merged_into))
    return _form(found, "")


@blueprint.post("/evidence/of/<event>")
@needs("prove")
def made(event: str) -> BaseResponse | tuple[str, int]:
    """Put a package in line: masked where it is small, otherwise by the request that was granted."""
    found = parts().operations.events.get(event)
    number = request.form.get("request", 0, type=int)
    if not number and found.texts > parts().settings.privacy.export_alone:
        return _form(found, "文本较多，须先申请并由第二人同意"), UNUSABLE
    leave = granted(parts().operations, parts().clock, number, event, user().name) if number else None
    wanted = None if leave is None else asked_for(leave)
    parts().operations.packages.ask(
        event, user().name, texts=found.texts, originals=wanted is not None and wanted[1],
        request=leave.id if leave else None, reason=leave.reason if leave else "",
        agreed=leave.decided_by if leave else None, demo=found.demo,
    )  # fmt: skip
    return redirect(url_for("evidence.new", event=event))


@blueprint.get("/evidence/packages/<int:number>")
@needs("prove")
def package(number: int) -> str:
    """One package as a line of the list, asked for again and again while it is being made."""
    found = parts().operations.packages.get(number)
    return render_template("evidence_package.html", it=found, **_words([found]))


@blueprint.post("/evidence/packages/<int:number>/cancel")
@needs("prove")
def cancel(number: int) -> BaseResponse:
    """Make it no more; by whoever asked for it, or who oversees."""
    found = parts().operations.packages.get(number)
    if found.by != user().name and not may(user(), "oversee"):
        raise ConflictError(CANCELLED, "只有申请制作的人和管理人员能取消")
    parts().operations.packages.cancel(number, user().name)
    return redirect(url_for("evidence.new", event=found.event))


@blueprint.get("/evidence/packages/<int:number>.zip")
@needs("prove")
def take(number: int) -> Response:
    """The whole file, for whoever had it made: what others may see of the texts may be less."""
    found = parts().operations.packages.get(number)
    if found.by != user().name:
        raise ConflictError("下载证据包", "只有制作人能下载，请自己制作一份")
    if not found.takeable(parts().now()):
        raise ConflictError("下载证据包", "文件还没有做好，或已按期清除")
    pieces = shelf_of(parts().settings).read(number)
    # The line comes before the file: nothing leaves the house unseen.
    parts().operations.audit.add(user().name, "下载证据包", f"事件 {found.event}", f"清单 {found.manifest}")
    made_at = as_local(found.finished_at or found.at)
    name = f"attachment; filename=evidence-{found.event}-{made_at:%Y%m%d-%H%M%S}.zip"
    headers = {"Content-Disposition": name, "Content-Length": str(found.bytes)}
    return Response(pieces, mimetype="application/zip", headers=headers)


@blueprint.post("/evidence/of/<event>/request")
@needs("prove")
def ask(event: str) -> BaseResponse | tuple[str, int]:
    """Ask for a package with originals, or for a large one; another person decides."""
    found = parts().operations.events.get(event)
    wanted = conditions(event, originals="originals" in request.form)
    reason = request.form.get("reason", "")
    try:
        parts().operations.export_requests.ask(user().name, reason, wanted, found.texts, demo=found.demo)
    except InputError as error:
        return _form(found, error.reason), UNUSABLE
    flash("申请已提交，等待第二人同意。")
    return redirect(url_for("evidence.show"))


@blueprint.get("/evidence/key")
@needs("prove")
def key() -> Response:
    """The public key, to be handed to whoever is to check our packages."""
    name = "attachment; filename=yujing-public-key.pem"
    return Response(_key().public.pem, mimetype="application/x-pem-file", headers={"Content-Disposition": name})


@blueprint.post("/evidence/check")
@needs("prove")
def check() -> str | tuple[str, int]:
    """Check a package that somebody holds; against the key given with it, or our own."""
    given, pem = request.files.get("file"), request.files.get("key")
    if given is None or not given.filename:
        return _page(problem="请先选择证据包文件"), UNUSABLE
    known: PublicKey | None = _key().public
    if pem is not None and pem.filename:
        known = PublicKey.from_pem(pem.read())
        if known is None:
            return _page(problem="所选的公钥不是 Ed25519 公钥（PEM）"), UNUSABLE
    with tempfile.TemporaryDirectory(dir=parts().settings.in_home("uploads")) as folder:
        file = Path(folder) / "package.zip"
        given.save(file)
        try:
            report = checked(file, known)
        except InputError as error:
            return _page(problem=f"{given.filename}：{error.reason}"), UNUSABLE
    return _page(report=report, name=given.filename)


def _page(**more: object) -> str:
    door, demo, typed = parts().operations.packages, realm().demo, asked_words()
    at = paging("evidence.show", door.count(demo=demo, words=typed), PER_PAGE)
    packages = door.find(demo=demo, words=typed, limit=PER_PAGE, offset=at.offset)
    told: dict[str, object] = {"problem": "", "report": None, "name": ""}
    return render_template(
        "evidence.html",
        packages=packages,
        at=at,
        wanted=typed,
        requests=_mine()[:_MOST],
        fingerprint=_key().public.fingerprint,
        **_words(packages),
        **told | more,
    )


def _form(event: Event, problem: str) -> str:
    packages = parts().operations.packages.find(event=event.id, demo=event.demo, limit=_MOST)
    mine = [
        it for it, wanted in _mine()
        if wanted[0] == event.id and it.state == "granted" and it.until and it.until > parts().now()
    ]  # fmt: skip
    return render_template(
        "evidence_new.html", event=event, problem=problem, privacy=parts().settings.privacy, granted=mine,
        with_originals=lambda it: (asked_for(it) or ("", False))[1], kept=KEPT.days, packages=packages,
        **_words(packages),
    )  # fmt: skip


def _mine() -> list[tuple[ExportRequest, tuple[str, bool]]]:
    """One's own requests for packages, the newest first, with the event and whether originals go along."""
    found = parts().operations.export_requests.latest(200, actor=user().name)
    return [(it, wanted) for it in found if (wanted := asked_for(it))]


def _words(packages: Sequence[EvidencePackage]) -> dict[str, object]:
    """What a line of the list needs beside the package."""
    known = parts().operations
    events = known.events.named(sorted({it.event for it in packages}))
    return {
        "titles": {name: event.title for name, event in events.items()},
        "people": people(),
        "states": PACKAGE_STATES,
        "silent": known.packages.is_silent,
        "size": _size,
        "now": parts().now(),
    }


def _size(number: int) -> str:
    """A number of bytes for people."""
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{max(1, round(number / 1000))} KB"


def _key() -> SigningKey:
    return SigningKey.of_home(parts().settings.home.path)
