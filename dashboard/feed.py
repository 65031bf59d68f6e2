"""A person's shifts as a calendar (iCalendar) that phones subscribe to: a signed address, open without login until it
is revoked; it says when and which post, and nothing else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import Blueprint, Flask, Response, abort, request, url_for
from icalendar import Calendar, Event
from itsdangerous import BadData, URLSafeSerializer

from alerting.duty.links import KEY_FILE
from alerting.duty.rota import Shift
from dashboard.parts import parts
from dashboard.roster import shifts_of
from storage.cipher import load_key
from storage.operations.duty import POSTS
from storage.records import Window

blueprint = Blueprint("feed", __name__)
OPEN = frozenset({"feed.show"})
BACK, AHEAD = timedelta(days=7), timedelta(days=60)
_SALT = "calendar"


def install(app: Flask) -> None:
    """Open the address."""
    app.register_blueprint(blueprint)


@blueprint.get("/duty/<token>.ics")
def show(token: str) -> Response:
    """The shifts of the person whose feed it is, from a week ago to two months ahead."""
    try:
        person, number = _signer().loads(token)
    except (BadData, TypeError, ValueError):
        abort(404, "日历地址不完整或已作废，请在“值班”页重新复制。")
    users = parts().operations.users
    if parts().operations.meta.get(_key(person)) != str(number) or users.session_epoch(person) < 0:
        abort(404, "日历地址已作废，请在“值班”页重新复制。")
    now = parts().now()
    shifts = shifts_of(person, Window(now - BACK, now + AHEAD))
    answer = Response(calendar_of(person, shifts, parts().settings.site.name, now), mimetype="text/calendar")
    answer.headers.update({"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"})
    return answer


def calendar_of(person: str, shifts: list[Shift], site: str, now: datetime) -> bytes:
    """The calendar as it is sent; an event's UID stays the same as long as its shift begins at the same time."""
    found = Calendar()
    found.add("prodid", "-//yujing//duty//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{site or '舆警'} 值班")
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for shift in shifts:
        event = Event()
        event.add("uid", f"{shift.post}-{shift.window.start:%Y%m%dT%H%M%SZ}-{person}@yujing")
        event.add("dtstamp", now)
        event.add("dtstart", shift.window.start)
        event.add("dtend", shift.window.end)
        event.add("summary", f"{POSTS[shift.post]}{' · ' + site if site else ''}")
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    return bytes(found.to_ical())


def address_of(person: str) -> str:
    """The person's address, "" where there is none (any more)."""
    number = parts().operations.meta.get(_key(person))
    if number is None:
        return ""
    base = parts().settings.site.base_url.rstrip("/") or request.host_url.rstrip("/")
    return base + url_for("feed.show", token=_signer().dumps([person, int(number)]), realm=None)


def renew(person: str) -> None:
    """A new address; the one before is no good any more."""
    counter = f"{_key(person)}.count"
    number = int(parts().operations.meta.get(counter) or 0) + 1
    parts().operations.meta.set(counter, str(number))
    parts().operations.meta.set(_key(person), str(number))


def revoke(person: str) -> None:
    """No address at all."""
    parts().operations.meta.remove(_key(person))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(load_key(parts().settings.in_home(KEY_FILE)), salt=_SALT)


def _key(person: str) -> str:
    return f"duty.feed.{hashlib.sha256(person.encode()).hexdigest()[:32]}"
