"""Whose texts a page counts: one's own, or those of the demonstration (示例); never both together.

One's own as soon as there are any, unless an address asks for the other (`realm=demo`, or `demo:1` in its
expression); until then the demonstration. Every page, number, list and report goes by `realm_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask, g, has_request_context, request

from config.errors import QueryError
from dashboard.parts import parts
from storage.documents import DocumentStore
from storage.query import Query, format_query, parse_query

Asked = Literal["", "demo", "real"]
_WORDS: Mapping[str, Asked] = {"demo": "demo", "real": "real", "1": "demo", "0": "real"}


@dataclass(frozen=True, slots=True)
class Realm:
    """`asked` is what the address asks for; `empty`: there is no text here; `other`: the other side has some."""

    demo: bool = False
    asked: Asked = ""
    empty: bool = False
    other: bool = False

    @property
    def scope(self) -> Query:
        """Every text of this side."""
        return Query().narrow("demo", "1" if self.demo else "0")


def realm_of(store: DocumentStore, asked: Asked = "") -> Realm:
    """Decide; two reads of an index. Raises StoreError."""
    real, sample = (store.newest(Query().narrow("demo", value)) is not None for value in "01")
    demo = asked == "demo" if asked else sample and not real
    here, there = (sample, real) if demo else (real, sample)
    return Realm(demo, asked, empty=not here, other=there)


def asked_by(args: Mapping[str, str]) -> Asked:
    """What the parameters of an address ask for; an expression that names `demo` goes before `realm`."""
    try:
        named = parse_query(args.get("q", "")).values("demo")
    except QueryError:
        named = ()
    return _WORDS.get(named[0] if len(named) == 1 else args.get("realm", ""), "")


def unscoped(expression: str) -> str:
    """An expression without its condition on `demo`, for an address that carries `realm`."""
    try:
        return format_query(parse_query(expression).widen("demo"))
    except QueryError:
        return expression


def realm() -> Realm:
    """The realm of the present request. Raises StoreError."""
    if "realm" not in g:
        g.realm = realm_of(parts().store, asked_by(request.args))
    found: Realm = g.realm
    return found


def install(app: Flask) -> None:
    """Links of a page stay on its side, unless they name the other (`realm=none` names the usual one)."""

    @app.url_defaults
    def _stay(endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and endpoint != "static" and (asked := asked_by(request.args)):
            values.setdefault("realm", asked)

    app.jinja_env.globals.update(realm=realm)
