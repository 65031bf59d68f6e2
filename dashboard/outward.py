"""From a statement outwards: cards for the front line, records of publishing, and handing it over as a draft.

The product posts nothing by itself. What goes to the utility's editorial system goes as a draft, on a person's click,
and only where the site has switched it on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from alerting.channels.webhook import post_signed
from alerting.posting import Poster
from config.clock import as_local, parse_local
from config.errors import ConflictError, DeliveryError, InputError
from dashboard.auth import needs
from dashboard.cards import link_to
from dashboard.desk.statement import statement_page
from dashboard.parts import parts, user
from storage.records import STATEMENT_STATES, Statement

blueprint = Blueprint("outward", __name__)
PICTURES = "pictures"
MOST_BYTES = 5 * 1024 * 1024
# What a picture begins with, whatever its name says → the ending it is kept under.
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


def install(app: Flask) -> None:
    """Open the addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/statements/<int:number>/card")
@needs("card")
def card(number: int) -> BaseResponse:
    """A fresh link to the card of a statement's subject; who asked for it is kept."""
    statement = parts().operations.statements.get(number)
    if statement.published_at is None:
        flash("这份口径还没有生效，没有卡片。")
        return _back(statement)
    parts().operations.audit.add(user().name, "发出一线卡片", f"口径 {number}")
    return redirect(link_to(statement))


@blueprint.post("/statements/<int:number>/publications")
@needs("publicise")
def publish(number: int) -> BaseResponse | tuple[str, int]:
    """Record where and when a statement was put out, with its address and a picture of it."""
    operations, form = parts().operations, request.form
    statement = operations.statements.get(number)
    try:
        at = _moment(form.get("at", ""))
        picture = _kept(request.files.get("picture"))
        where, address = form.get("place", ""), _address(form.get("address", ""))
        operations.publications.record(
            number, where, at, user().name, address=address, note=form.get("note", ""), picture=picture
        )
    except (InputError, ConflictError) as error:
        return statement_page(statement, error.reason), 409 if isinstance(error, ConflictError) else 422
    flash("已登记发布。")
    return redirect(url_for("statements.one", number=number))


@blueprint.get("/pictures/<name>")
def picture(name: str) -> Response:
    """A picture of something published."""
    if not _is_kept(name):
        abort(404)
    kind = "image/png" if name.endswith(".png") else "image/jpeg"
    return Response((_folder() / name).read_bytes(), mimetype=kind)


@blueprint.post("/statements/<int:number>/hand-over")
@needs("publicise")
def hand_over(number: int) -> BaseResponse:
    """Send the valid statement to the editorial system as a draft."""
    operations, desk = parts().operations, parts().settings.desk
    statement = operations.statements.get(number)

    def act() -> str:
        if not desk.handover_url:
            raise ConflictError("移交", "没有配置编辑系统（[desk] handover_url）")
        valid = operations.statements.valid(statement.subject, demo=statement.demo)
        if valid is None or valid.id != number:
            raise ConflictError("移交", f"只移交有效的口径，这份是“{STATEMENT_STATES[statement.state]}”")
        if operations.statements.flags([number]):
            raise ConflictError("移交", "口径所依据的情况有变，请先发布新版")
        if valid.demo:
            raise ConflictError("移交", "示例的口径不移交给真的编辑系统")
        body = _draft(valid)
        delivery = parts().settings.delivery
        poster = Poster("编辑系统", delivery.timeout_seconds, delivery.proxy)
        key = f"statement-{number}"
        told = post_signed(poster, "编辑系统", desk.handover_url, desk.handover_secret, key, body)
        operations.audit.add(user().name, "移交编辑系统", f"口径 {number}")
        return f"已作为草稿移交编辑系统，对方答复：{told}"

    return _done(statement, act)


def _draft(statement: Statement) -> bytes:
    published = as_local(statement.published_at).isoformat() if statement.published_at else None
    fields = {
        "kind": "draft", "statement": statement.id, "edition": statement.edition, "text": statement.text,
        "sha256": statement.sha256, "valid_since": published, "site": parts().settings.site.name,
    }  # fmt: skip
    return json.dumps(fields, ensure_ascii=False).encode()


def _done(statement: Statement, act: Callable[[], str]) -> BaseResponse:
    """Do it, and say on the desk what came of it."""
    try:
        flash(act())
    except (InputError, ConflictError) as error:
        flash(f"没有成功：{error.reason}")
    except DeliveryError as error:
        flash(f"没有成功：{error.answer}")
    return _back(statement)


def _back(statement: Statement) -> BaseResponse:
    return redirect(url_for("tasks.one", number=statement.task_id))


def _moment(typed: str) -> datetime:
    try:
        return parse_local(typed) if typed else parts().now()
    except ValueError:
        raise InputError("请填写发布的日期和时间") from None


def _address(typed: str) -> str:
    """An address for reading, "" for none; only what a browser may follow."""
    found = typed.strip()
    if found and not found.startswith(("http://", "https://")):
        raise InputError("网址应以 http:// 或 https:// 开头")
    return found


def _kept(file: FileStorage | None) -> str:
    """Keep an uploaded picture under the hash of its bytes; returns the name, "" for none."""
    if file is None or not file.filename:
        return ""
    content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"图片最大 {MOST_BYTES // 1024 // 1024} MB")
    kind = next((ending for start, ending in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise InputError("图片应为 PNG 或 JPEG")
    name = f"{hashlib.sha256(content).hexdigest()}.{kind}"
    target = _folder() / name
    if not target.exists():
        fresh = target.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(target)
    return name


def _is_kept(name: str) -> bool:
    stem, _, ending = name.partition(".")
    right = len(stem) == 64 and set(stem) <= set("0123456789abcdef") and ending in _KINDS.values()
    return right and (_folder() / name).is_file()


def _folder() -> Path:
    folder = parts().settings.in_home(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
