"""What the pages stand on, put into the Flask app once and taken from it by every handler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g

from config.clock import Clock
from config.settings import Settings
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.records import User

_KEY = "yujing"


@dataclass(frozen=True, slots=True)
class Parts:
    """Settings, time, the two stores."""

    settings: Settings
    clock: Clock
    store: DocumentStore
    operations: Operations

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self.clock.now()


def install(app: Flask, parts: Parts) -> None:
    """Give an app its parts."""
    app.extensions[_KEY] = parts


def parts() -> Parts:
    """The parts of the app that handles the present request."""
    return cast("Parts", current_app.extensions[_KEY])


def user() -> User:
    """Who is logged in; only for handlers behind the login."""
    return cast("User", g.user)
