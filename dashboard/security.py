"""What every answer carries so that a browser runs nothing but our own files, and where a redirect may lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.routing import IntegerConverter, Map

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_YEAR = 365 * 24 * 3600
LARGEST = 2**31 - 1  # number of a row in PostgreSQL


class _Number(IntegerConverter):
    """A number of a row in an address; one that no database has leads to no page."""

    def __init__(self, map: Map, *args: Any, **given: Any) -> None:
        super().__init__(map, *args, **({"max": LARGEST} | given))


def protect(app: Flask) -> None:
    """Put the headers on every answer of `app`, and bounds on the numbers of its addresses."""
    app.url_map.converters["int"] = _Number

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a page may be stricter
        if request.endpoint == "static" and request.args.get("v"):
            # The address holds the file's hash, so the file behind it never changes.
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        elif request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response


def local_target(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: an address given from outside leads nowhere else."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(sign) < 32 for sign in target):
        return None
    split = urlsplit(target)
    return None if split.scheme or split.netloc else target
