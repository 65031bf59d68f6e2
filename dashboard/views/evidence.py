"""证据包: made of an event; with originals only for a reason and by leave of a second person."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from alerting.desk.evidence.case import Case
from alerting.desk.evidence.checking import check as checked
from alerting.desk.evidence.key import PublicKey, SigningKey
from alerting.desk.evidence.leave import asked_for, conditions, granted, product
from alerting.desk.evidence.making import Origin, make
from config.clock import as_local
from config.errors import InputError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from storage.operations.audit import AuditQuery
from storage.operations.disclosures import ExportRequest
from storage.records import Event

blueprint = Blueprint("evidence", __name__)
MADE = "制作证据包"
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
def made(event: str) -> Response | tuple[str, int]:
    """The package, masked, at once where it is small; otherwise by the request that was granted."""
    found = parts().operations.events.get(event)
    number = request.form.get("request", 0, type=int)
    if not number and found.texts > parts().settings.privacy.export_alone:
        return _form(found, "文本较多，须先申请并由第二人同意"), UNUSABLE
    leave = granted(parts().operations, parts().clock, number, event, user().name) if number else None
    return _package(found, leave)


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
    known = parts().operations
    mine = [
        (it, wanted) for it in known.export_requests.latest(200, actor=user().name) if (wanted := asked_for(it))
    ]  # fmt: skip
    told: dict[str, object] = {"problem": "", "report": None, "name": ""}
    return render_template(
        "evidence.html",
        lines=known.audit.find(AuditQuery(action=MADE), limit=_MOST),
        requests=mine[:_MOST],
        fingerprint=_key().public.fingerprint,
        people={person.name: person.display_name for person in known.users.all()},
        now=parts().now(),
        **told | more,
    )


def _form(event: Event, problem: str) -> str:
    mine = [
        it for it in parts().operations.export_requests.latest(200, actor=user().name)
        if (asked_for(it) or ("",))[0] == event.id and it.state == "granted" and it.until and it.until > parts().now()
    ]  # fmt: skip
    return render_template(
        "evidence_new.html", event=event, problem=problem, privacy=parts().settings.privacy, granted=mine,
        with_originals=lambda it: (asked_for(it) or ("", False))[1],
    )  # fmt: skip


def _package(event: Event, leave: ExportRequest | None) -> Response:
    known, settings = parts(), parts().settings
    wanted = None if leave is None else asked_for(leave)
    case = Case(
        known.operations, known.store, event, settings.privacy.restricted_kinds,
        user().name in settings.privacy.named_readers, wanted is not None and wanted[1],
    )  # fmt: skip
    origin = Origin(
        user().name, known.now(), settings.site.name, product(), leave.reason if leave else "",
        leave.decided_by if leave else None,
    )  # fmt: skip
    out = io.BytesIO()
    done = make(case, origin, _key(), out)
    # The line comes before the file: nothing leaves the house unseen.
    note = f"清单 {done.sha256}{'，含原文' if case.with_originals else ''}{f'；申请 {leave.id}' if leave else ''}"
    known.operations.audit.add(user().name, MADE, f"事件 {event.id}", note)
    out.seek(0)
    name = f"evidence-{event.id}-{as_local(origin.at):%Y%m%d-%H%M%S}.zip"
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name=name)


def _key() -> SigningKey:
    return SigningKey.of_home(parts().settings.home.path)
