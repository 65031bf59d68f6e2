"""Pages stay fresh: one event stream per visible page, and the same numbers as JSON where no stream is to be had.

A stream holds a server thread, so there are at most three quarters of the threads; whoever comes later is answered
204, upon which a browser stops asking for the stream and app.js asks `/live.json` instead.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from config.clock import as_local, format_local
from config.errors import StoreError
from dashboard.parts import Parts, parts
from dashboard.realm import Asked, asked_by, realm_of
from storage.operations import DEMO_PREFIX

blueprint = Blueprint("live", __name__)
_KEY = "yujing.live"


@dataclass(frozen=True, slots=True)
class LiveTimes:
    """In seconds: between two looks at the stores, however many streams there are, and between two glances at whether
    there is a new alert, which is looked at at once; after which a silent stream sends a comment, so that a closed tab
    is noticed; how long a stream lives until the browser comes back and the login is checked again.
    """

    look_every: float = 2.0
    glance_every: float = 0.25
    heartbeat: float = 15.0
    longest: float = 600.0


USUAL = LiveTimes()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the frame shows of one realm. `data_to` is the event time of the newest text in Shanghai time, "" without;
    `waiting` texts are not analysed yet; the last crawl of `failing` sources had failures; `demo` tells whether these
    are the numbers of the demonstration.

    `stamp` changes when anything changed that a page might show; `alerted`, the number of the newest alert, tells what
    must be shown without delay.
    """

    data_to: str
    documents: int
    alerts: int
    tasks: int
    waiting: int
    failing: int
    demo: bool
    alerted: int
    stamp: str

    def count(self, name: str) -> int:
        """The number beside a page in the rail."""
        return int(getattr(self, name))


def look(known: Parts, asked: Asked = "") -> Snapshot:
    """Read the stores. Raises StoreError."""
    operations, store = known.operations, known.store
    realm = realm_of(store, asked)
    newest, documents = store.newest(realm.scope), store.count(realm.scope)
    alerts, inbox = operations.alerts.count(acknowledged=False, told=True, demo=realm.demo), operations.inbox.counts()
    failing = sum(bool(run.failed) for run in operations.crawl_runs.latest() if of_demo(run.source) == realm.demo)
    # Of the other side only its work is seen here (“另有 N 件真实任务”).
    latest = [(alert.id, alert.changed_at) for alert in operations.alerts.find(limit=50)]
    unseen = operations.alerts.count(acknowledged=False, told=True)
    rung, sent = operations.bells.newest(), operations.deliveries.newest()
    alerted, desk = operations.alerts.newest(), (operations.tasks.mark(), operations.facts.mark())
    seen = repr((realm, newest, documents, desk, latest, alerts, unseen, inbox, failing, rung, sent))
    return Snapshot(
        data_to=_day_and_time(known, newest),
        documents=documents,
        alerts=alerts,
        tasks=operations.tasks.count(demo=realm.demo),
        waiting=inbox["waiting"],
        failing=failing,
        demo=realm.demo,
        alerted=alerted,
        stamp=hashlib.sha256(seen.encode()).hexdigest()[:16],
    )


def of_demo(source: str) -> bool:
    """Whether a source of crawling belongs to the demonstration."""
    return source.startswith(DEMO_PREFIX)


def _day_and_time(known: Parts, moment: datetime | None) -> str:
    if moment is None:
        return ""
    today = as_local(moment).date() == as_local(known.now()).date()
    return format_local(moment, "%H:%M" if today else "%m-%d %H:%M")


class Live:
    """The shared look at the stores and the streams that are fed from it."""

    def __init__(
        self, known: Parts, times: LiveTimes = USUAL, monotonic: Callable[[], float] = time.monotonic,
        ending: threading.Event | None = None,
    ) -> None:  # fmt: skip
        self._known, self.times, self.monotonic = known, times, monotonic
        # Set when the server is about to stop: a stream that went on would hold its thread past the server's end.
        self.ending = ending or threading.Event()
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._last: dict[Asked, tuple[float, Snapshot]] = {}
        self._glanced = (float("-inf"), 0)
        self.most = max(1, known.settings.web.threads * 3 // 4)
        self.open = 0

    def snapshot(self, asked: Asked = "") -> Snapshot:
        """The present state, at most `look_every` seconds old, less where there is a new alert. Raises StoreError."""
        with self._looking:
            last = self._last.get(asked)
            if last is None or self.monotonic() - last[0] >= self.times.look_every or self._alerted() > last[1].alerted:
                return self.fresh(asked)
            return last[1]

    def _alerted(self) -> int:
        """The newest alert, as of the last glance; one glance serves all streams."""
        now = self.monotonic()
        if now - self._glanced[0] >= self.times.glance_every:
            self._glanced = (now, self._known.operations.alerts.newest())
        return self._glanced[1]

    def fresh(self, asked: Asked = "") -> Snapshot:
        """The state right now, for a page that is being made. Raises StoreError."""
        snapshot = look(self._known, asked)
        self._last[asked] = (self.monotonic(), snapshot)
        return snapshot

    def enter(self) -> bool:
        """Take a place for a stream; False when all are taken."""
        with self._lock:
            if self.open >= self.most:
                return False
            self.open += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self.open -= 1


class Stream:
    """One event stream as WSGI wants it: `close` is called even when nothing was ever read."""

    def __init__(self, live: Live, asked: Asked = "") -> None:
        self._live, self._asked, self._monotonic, self._times = live, asked, live.monotonic, live.times
        self._stop = threading.Event()
        self._closed = False
        self._events = self._run()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._events)

    def close(self) -> None:
        """The browser has gone."""
        self._stop.set()
        if not self._closed:
            self._closed = True
            self._live.leave()

    def _run(self) -> Iterator[str]:
        started = spoken = self._monotonic()
        stamp = ""
        yield "retry: 3000\n\n"
        while self._monotonic() - started < self._times.longest and not self._over():
            event = self._look(stamp)
            if event is not None:
                stamp, text = event
                spoken = self._monotonic()
                yield text
            elif self._monotonic() - spoken >= self._times.heartbeat:
                spoken = self._monotonic()
                yield ": still here\n\n"
            self._stop.wait(self._times.glance_every)

    def _over(self) -> bool:
        return self._stop.is_set() or self._live.ending.is_set()

    def _look(self, stamp: str) -> tuple[str, str] | None:
        """(new stamp, event) when something changed; a store that is away is an event of its own, told once."""
        try:
            snapshot = self._live.snapshot(self._asked)
        except StoreError:
            return None if stamp == "away" else ("away", "event: away\ndata: {}\n\n")
        if snapshot.stamp == stamp:
            return None
        return snapshot.stamp, f"id: {snapshot.stamp}\nevent: state\ndata: {json.dumps(asdict(snapshot))}\n\n"


def live() -> Live:
    """The app's Live."""
    found = current_app.extensions[_KEY]
    assert isinstance(found, Live)
    return found


def install(app: Flask, times: LiveTimes, ending: threading.Event | None) -> None:
    """Give the app its streams; `ending` is set when the server is about to stop."""
    app.register_blueprint(blueprint)
    with app.app_context():
        app.extensions[_KEY] = Live(parts(), times, ending=ending)


@blueprint.get("/live")
def stream() -> Response:
    """The event stream: `state` whenever something changed, `away` when a store does not answer."""
    if not live().enter():
        return Response(status=204)
    return Response(
        Stream(live(), asked_by(request.args)), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@blueprint.get("/live.json")
def state() -> Response:
    """The same numbers, once."""
    return jsonify(asdict(live().snapshot(asked_by(request.args))))
