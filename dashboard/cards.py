"""The card for the front line: what may be said, what not, and to whom questions are passed on.

Made from the valid statement of a subject, opened by a signed link that runs out, without logging in, on a phone. It
follows the statement: the moment that is replaced, withdrawn or shaken, the card says so and shows what holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, render_template, url_for
from itsdangerous import BadData, URLSafeSerializer

from config.errors import InputError, NotFoundError
from config.vocabulary import load_table
from dashboard.parts import parts
from dashboard.people import people
from dashboard.printing import pdf_of
from dashboard.roster import person_on_duty
from storage.cipher import load_key
from storage.records import STATEMENT_STATES, Fact, Statement, StatementFlag
from storage.sentences import sentences

blueprint = Blueprint("cards", __name__)
OPEN = frozenset({"cards.show", "cards.printed", "cards.code"})
STYLE = Path(__file__).with_name("static") / "card.css"
_KEY_FILE, _SALT = "links.key", "card"
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Leave:
    """What a link shows: the card of a subject, as it was handed out with `statement`, `until` a moment."""

    subject: str
    demo: bool
    statement: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """`given` is the statement the card was handed out with, `valid` what holds now, None for nothing.

    `warning` says in a sentence why the card may not be used as it was; "" while all is as it was.
    """

    leave: Leave
    given: Statement
    valid: Statement | None
    flags: Sequence[StatementFlag]
    warning: str
    may_say: Sequence[str]
    may_not: Sequence[str]
    pass_on: str
    contact: str


@cache
def _words() -> Mapping[str, Any]:
    return load_table("card").content


def install(app: Flask) -> None:
    """Open the addresses of cards."""
    app.register_blueprint(blueprint)


def link_to(statement: Statement) -> str:
    """The path of a card; signed, and only for a time."""
    until = int((parts().now() + timedelta(hours=parts().settings.desk.card_hours)).timestamp())
    token = _signer().dumps([statement.subject, statement.demo, statement.id, until])
    return url_for("cards.show", token=token)


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


@blueprint.get("/c/<token>")
def show(token: str) -> tuple[str, int]:
    """The card; looking changes nothing."""
    try:
        card = card_of(read(token))
    except (InputError, NotFoundError) as error:
        reason = error.reason if isinstance(error, InputError) else "这份口径已不存在"
        return render_template("card.html", card=None, reason=reason, token=""), 403
    return render_template("card.html", card=card, token=token, states=STATEMENT_STATES), 200


@blueprint.get("/c/<token>/card.pdf")
def printed(token: str) -> Response | tuple[str, int]:
    """One page of A6 for those without a phone at hand. It says when it was printed, since paper does not follow."""
    try:
        card = card_of(read(token))
    except (InputError, NotFoundError):
        return show(token)
    page = render_template("card_print.html", card=card, now=parts().now(), code=_svg(_address(token)))
    headers = {"Content-Disposition": "inline; filename=card.pdf"}
    return Response(pdf_of(page, STYLE), mimetype="application/pdf", headers=headers)


@blueprint.get("/c/<token>/code.svg")
def code(token: str) -> Response | tuple[str, int]:
    """The link as a QR code, to be read from a colleague's screen."""
    try:
        read(token)
    except InputError:
        return show(token)
    return Response(_svg(_address(token)), mimetype="image/svg+xml")


def read(token: str) -> Leave:
    """What a link shows. Raises InputError for one that is not ours or has run out."""
    try:
        subject, demo, statement, until = _signer().loads(token)
    except (BadData, TypeError, ValueError):
        raise InputError("链接不完整或不是本系统发出的，请向发言人要新的链接") from None
    ends = datetime.fromtimestamp(until, UTC)
    if ends <= parts().now():
        raise InputError("链接已过期，请向发言人要新的链接")
    return Leave(str(subject), bool(demo), int(statement), ends)


def card_of(leave: Leave) -> Card:
    """The card as it stands now. Raises NotFoundError where its statement is gone with the demonstration."""
    operations, words = parts().operations, _words()
    subject = operations.statements.get(leave.statement).subject
    valid = operations.statements.valid(subject, demo=leave.demo)
    given = operations.statements.get(leave.statement)  # after the look that ends what has run out
    flags = operations.statements.flags([valid.id]).get(valid.id, []) if valid else []
    contact = parts().settings.desk.contact
    usable = valid is not None and not flags
    may_say = sentences(valid.text) if valid and usable else _filled(words["before"]["may_say"], contact)
    facts = operations.facts.of_subject(given.subject, demo=leave.demo)
    return Card(
        leave, given, valid, flags, _warning(given, valid, flags), may_say,
        (*_unverified(facts, words["unverified"]), *words["never"]["may_not"]), _pass_on(leave.demo), contact,
    )  # fmt: skip


def _warning(given: Statement, valid: Statement | None, flags: Sequence[StatementFlag]) -> str:
    if valid is None:
        return f"卡片上的口径{STATEMENT_STATES[given.state]}，现在没有生效的口径：停止使用，只说“正在核实”。"
    if flags:
        # Not what has changed: that is not verified yet, and this page asks nobody who they are.
        return "口径所依据的情况有变，发言人正在更新：暂停使用，只说“正在核实”。"
    if valid.id != given.id:
        return "您拿到的口径已被替代，下面是现在生效的一版。旧的说法请不要再用。"
    return ""


def _unverified(facts: Sequence[Fact], words: Mapping[str, str]) -> tuple[str, ...]:
    """One line per kind that has something unverified and nothing verified; what it says stays unsaid."""
    known = {fact.kind for fact in facts if fact.state == "verified"}
    return tuple(line for kind, line in words.items() if kind not in known and _waits(facts, kind))


def _waits(facts: Sequence[Fact], kind: str) -> bool:
    return any(fact.kind == kind and fact.state == "pending" for fact in facts)


def _filled(lines: Sequence[str], contact: str) -> tuple[str, ...]:
    return tuple(line.replace("{contact}", contact) for line in lines)


def _pass_on(demo: bool) -> str:
    """Who answers what is not on the card."""
    name = person_on_duty("spokesperson", parts().now(), demo=demo)
    names = people()
    return names.get(name, name) if name else "发言人"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(load_key(parts().settings.in_home(_KEY_FILE)), salt=_SALT)


def _address(token: str) -> str:
    base = parts().settings.site.base_url.rstrip("/")
    return f"{base}{url_for('cards.show', token=token)}" if base else url_for("cards.show", token=token, _external=True)


def _svg(address: str) -> str:
    import segno  # noqa: PLC0415 - only for those who ask for a code

    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()
