"""What of one rule waits to be looked at: texts, keys that texts touched, periods whose windows closed. In memory.

A rule's stored cursor stays where it is while anything waits, so a restart finds the same again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerting.rules import PeriodTest
from alerting.series import periods_between
from alerting.sources import Key, Lane
from alerting.texts import Texts
from storage.codec import from_microseconds
from storage.records import Window

# A key that has an alert is judged again after so long, or at once when it has this many times the texts: much less
# than breaks a mute. In a storm every key gets texts all the time, and one alert is corrected often enough so.
AGAIN, GROWN = timedelta(seconds=10), 1.25


@dataclass(slots=True)
class Pending:
    """`keys`: the first and last event time (microseconds) of what touched each; `whole`: starts of periods."""

    since: datetime | None = None
    texts: set[str] = field(default_factory=set)
    keys: dict[tuple[Lane, Key], tuple[int, int]] = field(default_factory=dict)
    whole: set[datetime] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.texts or self.keys or self.whole)

    def touch(self, lane: Lane, key: Key, moment: int, now: datetime) -> None:
        """A text of a key came, changed or went."""
        first, last = self.keys.get((lane, key), (moment, moment))
        self.keys[lane, key] = min(first, moment), max(last, moment)
        self.since = self.since or now

    def close(self, start: datetime, now: datetime) -> None:
        """Windows of a period have closed: all its keys are to be looked at."""
        self.whole.add(start)
        self.since = self.since or now


@dataclass(frozen=True, slots=True)
class Touched:
    """A key with the span in which its texts changed, and the periods that bears on."""

    lane: Lane
    key: Key
    span: Window
    periods: tuple[Window, ...]


def touched(pending: Pending, test: PeriodTest, earliest: datetime, now: datetime) -> Iterator[Touched]:
    """What touched keys bear on: periods that end after `earliest` and have begun."""
    # How far a text's own periods reach beyond it.
    reach = test.reach * test.timeframe - test.step
    for (lane, key), (first, last) in pending.keys.items():
        start, end = from_microseconds(first), from_microseconds(last)
        # Most texts are new: the periods before what is caught up need not be listed one by one.
        begin = max(start, earliest - test.period)
        if end + reach < begin:
            continue
        due = [each for each in periods_between(begin, end + reach, test.period) if each.end > earliest]
        periods = tuple(each for each in due if each.start <= now)
        if periods:
            yield Touched(lane, key, Window(start, end + test.step), periods)


def may_ring(test: PeriodTest, texts: Texts, span: Window, since: datetime) -> bool:
    """Whether what came within `span` could make its key ring, by its texts since `since`, all of which are at hand."""
    if test.novel:
        before = max(since, span.start - test.reach * test.timeframe)
        return before >= span.start or not texts.any(Window(before, span.start))
    if test.least <= 1:
        return test.least == 1
    return texts.total(Window(span.start - test.timeframe, span.end + test.timeframe)) >= test.least


@dataclass(frozen=True, slots=True)
class _Judged:
    at: datetime
    periods: tuple[Window, ...]
    texts: int


class Standing:
    """Keys as they were when they were last judged, and what of them waits to be judged again.

    `since`: when the one was judged that waits longest, None while none waits.
    """

    def __init__(self) -> None:
        self._judged: dict[tuple[Lane, Key], _Judged] = {}
        self._waiting: dict[tuple[Lane, Key], tuple[int, int]] = {}
        self.since: datetime | None = None

    def may_wait(self, each: Touched, touch: tuple[int, int], texts: int, now: datetime) -> bool:
        """Whether to leave a key that has an alert for later; when not, it is taken as judged now.

        `touch` is what `Pending` has of it, `texts` how many texts it has around that.
        """
        place = each.lane, each.key
        last = self._judged.get(place)
        fresh = last is not None and now - last.at < AGAIN and set(each.periods) <= set(last.periods)
        if last is None or not fresh or texts >= last.texts * GROWN:
            self._judged[place] = _Judged(now, each.periods, texts)
            return False
        self._waiting[place] = touch
        self.since = min(self.since or last.at, last.at)
        return True

    def later(self, now: datetime) -> Pending:
        """What was left for later since this was last asked."""
        waiting, since = self._waiting, self.since
        self._waiting, self.since = {}, None
        self._judged = {place: it for place, it in self._judged.items() if now - it.at < AGAIN}
        return Pending(since, keys=waiting)
