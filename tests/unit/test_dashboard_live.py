"""Fresh pages: what the stream sends, how many streams there may be, what happens when a store goes away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import live
from dashboard.live import USUAL, Live, LiveTimes, Stream
from dashboard.parts import Parts
from storage.records import Decision
from tests.fixtures_dashboard import NOW, Place, document, draft, opened


class Seconds:
    """Monotonic seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, YUJING_WEB_THREADS="4") as place:
        yield place


@pytest.fixture
def seconds() -> Seconds:
    """Time for a stream."""
    return Seconds()


# Between two looks a stream does not wait.
TIMES = LiveTimes(look_every=0.0)


def parts(place: Place) -> Parts:
    return Parts(place.settings, place.clock, place.store, place.operations)


def event(text: str) -> tuple[str, dict[str, object]]:
    lines = dict(part.split(": ", 1) for part in text.strip().split("\n"))
    return lines["event"], json.loads(lines["data"])


def test_state_tells_the_frame_everything(place: Place) -> None:
    state = place.client("pr").get("/live.json").json
    assert state is not None
    del state["stamp"]
    assert state == {
        "data_to": "12:17",
        "documents": place.count(),
        "alerts": 3,
        "tasks": 3,
        "waiting": 0,
        "failing": 0,
        "demo": False,
        "alerted": place.operations.alerts.newest(),
    }


def test_stamp_changes_with_everything_a_page_shows(place: Place) -> None:
    stamps = [live.look(parts(place)).stamp]
    place.operations.alerts.acknowledge(1, "duty")
    stamps.append(live.look(parts(place)).stamp)
    place.operations.tasks.claim(1, "spokesperson")
    stamps.append(live.look(parts(place)).stamp)
    place.store.save([document(7777, "停电", NOW)])
    stamps.append(live.look(parts(place)).stamp)
    place.alert(draft("blue", key="别处"))
    stamps.append(live.look(parts(place)).stamp)
    assert len(set(stamps)) == 5
    assert live.look(parts(place)).stamp == stamps[-1]


def test_stream_speaks_first_and_then_only_of_news(place: Place, seconds: Seconds) -> None:
    stream = Stream(Live(parts(place), TIMES, seconds))
    assert next(stream) == "retry: 3000\n\n"
    name, state = event(next(stream))
    assert (name, state["alerts"]) == ("state", 3)
    seconds.now += TIMES.heartbeat
    assert next(stream) == ": still here\n\n"
    place.operations.alerts.acknowledge(1, "duty")
    seconds.now += 3
    assert event(next(stream))[1]["alerts"] == 2


def test_stream_ends_so_that_the_login_is_checked_again(place: Place, seconds: Seconds) -> None:
    stream = Stream(Live(parts(place), TIMES, seconds))
    next(stream)
    next(stream)
    seconds.now += TIMES.longest + 1
    assert list(stream) == []


def test_streams_end_with_the_server(place: Place, seconds: Seconds) -> None:
    ending = threading.Event()
    shared = Live(parts(place), TIMES, seconds, ending)
    streams = [Stream(shared) for _ in range(2)]
    for stream in streams:
        next(stream)
        next(stream)
    ending.set()
    assert [list(stream) for stream in streams] == [[], []]


def test_closed_stream_ends_and_gives_its_place_back_once(place: Place, seconds: Seconds) -> None:
    shared = Live(parts(place), TIMES, seconds)
    assert shared.enter()
    stream = Stream(shared)
    next(stream)
    stream.close()
    stream.close()
    assert shared.open == 0
    assert list(stream) == []


def test_streams_have_a_limit_and_whoever_comes_later_asks_instead(place: Place) -> None:
    client = place.client("pr")
    open_streams = [client.get("/live") for _ in range(3)]
    assert [answer.mimetype for answer in open_streams] == ["text/event-stream"] * 3
    assert client.get("/live").status_code == 204
    open_streams[0].close()
    later = client.get("/live")
    assert later.status_code == 200
    for answer in (*open_streams[1:], later):
        answer.close()


class GoesAway:
    """A document store that answers until it is told not to."""

    def __init__(self, place: Place) -> None:
        self.place, self.away = place, False

    def __getattr__(self, name: str) -> object:
        from config.errors import StoreError

        if self.away:
            raise StoreError("http://es:9200", "没有应答")
        return getattr(self.place.store, name)


def test_store_that_goes_away_is_told_once_and_its_return_too(place: Place, seconds: Seconds) -> None:
    store = GoesAway(place)
    known = Parts(place.settings, place.clock, store, place.operations)  # type: ignore[arg-type]
    stream = Stream(Live(known, TIMES, seconds))
    next(stream)
    next(stream)
    store.away = True
    seconds.now += 3
    assert event(next(stream))[0] == "away"
    seconds.now += TIMES.heartbeat
    assert next(stream) == ": still here\n\n"
    store.away = False
    seconds.now += 3
    assert event(next(stream))[0] == "state"


def test_a_new_alert_is_seen_at_the_next_glance(place: Place) -> None:
    seconds = Seconds()
    shared = Live(parts(place), monotonic=seconds)
    before = shared.snapshot()
    place.operations.alerts.record([Decision(draft(key="新镇"))], due=timedelta(hours=4))
    seconds.now += USUAL.glance_every
    after = shared.snapshot()
    assert after.alerted > before.alerted
    assert after.stamp != before.stamp
    assert shared.snapshot() is after


def test_many_streams_look_once(place: Place) -> None:
    seconds = Seconds()
    shared = Live(parts(place), monotonic=seconds)
    first = shared.snapshot()
    place.operations.alerts.acknowledge(1, "duty")
    assert shared.snapshot() is first
    seconds.now += USUAL.look_every
    assert shared.snapshot().alerts == 2
    assert shared.fresh().alerts == 2
