"""The pages of the product: `create_app` puts them together; nothing is read from the environment."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, redirect, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from config.clock import Clock
from config.settings import Settings
from dashboard import (
    acknowledging,
    auth,
    bell,
    cards,
    corrections,
    failures,
    feed,
    live,
    next_step,
    originals,
    outward,
    parts,
    realm,
    roster,
    security,
    trials,
    wording,
)
from dashboard.pages import all_pages, rail
from dashboard.permissions import may
from storage.cipher import load_key
from storage.documents import DocumentStore
from storage.operations import Operations

STATIC = Path(__file__).with_name("static")
SESSION_KEY_FILE = "session.key"
HOME_PAGE = "overview"


def create_app(
    *,
    settings: Settings,
    clock: Clock,
    store: DocumentStore,
    operations: Operations,
    times: live.LiveTimes = live.USUAL,
    ending: threading.Event | None = None,
) -> Flask:
    """The WSGI application of one installation; `times` of its event streams, which end when `ending` is set.

    Raises StoreError when the session key cannot be read."""
    app = Flask(__name__, static_folder=str(STATIC))
    app.config.update(
        SECRET_KEY=load_key(settings.in_home(SESSION_KEY_FILE)),
        SESSION_COOKIE_NAME="yujing",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Else an answer on its way while somebody logs out would bring the old session back.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.web.session_hours),
        MAX_CONTENT_LENGTH=settings.web.upload_megabytes * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    known = parts.Parts(settings, clock, store, operations)
    parts.install(app, known)
    security.protect(app)
    csrf = CSRFProtect(app)
    auth.install(app)
    failures.install(app)
    realm.install(app)
    live.install(app, times, ending)
    wording.install(app)
    corrections.install(app)
    bell.install(app)
    originals.install(app)
    roster.install(app, known)
    trials.install(app, known)
    next_step.install(app)
    acknowledging.install(app, csrf)
    cards.install(app)
    outward.install(app)
    feed.install(app)
    _add_pages(app)
    return app


def _add_pages(app: Flask) -> None:
    pages = all_pages()
    for page in pages.values():
        app.register_blueprint(page.blueprint)
    groups = rail(pages)

    @app.context_processor
    def _frame() -> dict[str, object]:
        return {
            "rail": groups, "may": may, "asset": asset, "page_name": request.blueprint, "settings": settings_of(),
            "other_side": lambda: _other_side(request.blueprint if request.blueprint in pages else HOME_PAGE),
        }  # fmt: skip

    def settings_of() -> Settings:
        return parts.parts().settings

    @app.get("/")
    def home() -> Response:
        """The landing page of the person's role."""
        return redirect(auth.home_of(parts.user()))


def _other_side(page: str | None) -> str:
    """The address of the switch: the same page, with the same filter, in the other realm."""
    kept = {name: value for name in ("q", "span", "since", "until", "ending") if (value := request.args.get(name))}
    if kept.get("q"):
        kept["q"] = realm.unscoped(kept["q"])
    side: dict[str, Any] = {**kept, "realm": None if realm.realm().demo else "demo"}
    return url_for(f"{page}.show", **side)


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, with the hash of its content, so that a new release is never mixed with an old."""
    return url_for("static", filename=name, v=_version(name))
