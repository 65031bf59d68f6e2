"""The index of open events: average linkage, one text at a time.

A text joins the event whose texts it resembles most on average, if that is enough; an event that comes to resemble
another as much is merged with it. That gives what clustering all texts together would give, nearly, at a cost that
does not grow with their number: only events that share rare words are looked at.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from operator import itemgetter
from typing import Literal

from nlp.events.names import Names
from nlp.events.part import Part, alike, part_of
from nlp.events.terms import EventText, Weigher

# Mean cosine from which on two texts tell of one event. On real complaint streams 0.13–0.18 do about as well.
ALIKE = 0.15
# The heaviest words of a text under which its event is found.
_NAMES = 12
# Events compared in full: those that share most of the heaviest words, and not next to nothing.
_COMPARED, _LIKELY = 10, 0.05
# A text draws together its event and another one only if it is about as alike to that as to its own.
_DRAWN = 0.12


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a text was put.

    `event` is the id of the event (that of its first text). `part` is the machine's own group in it: the same id
    unless people merged events. `new` tells that the text opened it. `absorbed` are parts that went into `part` on
    this occasion: their texts belong to `part` from now on.
    """

    event: str
    part: str
    new: bool
    similarity: float = 0.0
    absorbed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of two parts: `together` are one event, `apart` never are."""

    kind: Literal["together", "apart"]
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Placed:
    """One text with its part, as a store gives it back."""

    text: EventText
    part: str


class EventIndex:
    """Open events. What is told depends only on what was added and decided before, in this order.

    Cost of adding 0.2–0.4 ms, at any number; memory about 3 kB for each open event, at most `capacity` of them.
    Not safe for threads.
    """

    def __init__(self, *, half_life_days: float = 45, days: float = 400, capacity: int = 30_000) -> None:
        """Likeness falls in silence, half of the way to a floor in `half_life_days`; after `days` an event is closed.

        Above `capacity` the events that were silent longest are closed: later texts open new ones.
        """
        self._half_life = timedelta(days=half_life_days).total_seconds()
        self._days = timedelta(days=days).total_seconds()
        self._capacity = capacity
        self._weigher = Weigher()
        # By id, the one that was silent longest first.
        self._parts: OrderedDict[str, Part] = OrderedDict()
        self._names = Names()
        self._above: dict[str, str] = {}
        # Parts that people decided about.
        self._touched: set[str] = set()
        self._newest = 0.0

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, text: EventText) -> Assignment:
        """Put a new text into an event, or open one."""
        part = self._read(text)
        names = _names(part)
        near = self._near(part, names)
        if not near or near[0][0] < ALIKE:
            self._open(part, names)
            return Assignment(self.event(part.id), part.id, new=True)
        similarity, joined = near[0]
        self._grow(joined, part, names)
        kept, absorbed = self._settle(joined, [other for alike, other in near[1:] if alike >= _DRAWN])
        return Assignment(self.event(kept.id), kept.id, new=False, similarity=similarity, absorbed=absorbed)

    def event(self, part: str) -> str:
        """The id of the event to which a part belongs: its own unless people put it together with others."""
        while part in self._above:
            part = self._above[part]
        return part

    def merge(self, one: str, other: str) -> Decision:
        """Two events are one from now on, with the id of `one`; texts go on joining the parts of both."""
        decision = Decision("together", self.event(one), self.event(other))
        self.decide(decision)
        return decision

    def split(self, part: str, leaving: Sequence[EventText], staying: Sequence[EventText]) -> tuple[str, Decision]:
        """Texts leave a part and found one of their own, which is never merged with it again.

        `leaving` and `staying` are all texts of `part`. Returns the id of the new part, that of its first text (with
        `~` behind it where a part has that id already), and what has to be kept. Raises ValueError when nothing
        leaves or nothing stays.
        """
        if not leaving or not staying:
            raise ValueError("a split needs texts on both sides")
        self._close(part)
        self._rebuild(part, staying)
        new = leaving[0].id
        while new == part or new in self._parts:
            new += "~"
        self._rebuild(new, leaving)
        decision = Decision("apart", part, new)
        self.decide(decision)
        return new, decision

    def decide(self, decision: Decision) -> None:
        """Follow what a person decided, now or in an earlier process."""
        one, other = self.event(decision.one), self.event(decision.other)
        self._touched.update((decision.one, decision.other))
        if decision.kind == "together" and one != other:
            self._above[other] = one

    def load(self, rows: Iterable[Placed], decisions: Iterable[Decision] = ()) -> None:
        """Go on from what a store holds: texts in the order of their arrival, decisions in that of theirs."""
        for row in rows:
            self._place(row.part, row.text)
        for decision in decisions:
            self.decide(decision)

    def _rebuild(self, id: str, texts: Iterable[EventText]) -> None:
        for text in texts:
            self._place(id, text)

    def _place(self, id: str, text: EventText) -> None:
        part = self._read(text)
        names = _names(part)
        if known := self._parts.get(id):
            self._grow(known, part, names)
        else:
            part.id = id
            self._open(part, names)

    def _read(self, text: EventText) -> Part:
        vector = self._weigher.vector(text)
        self._newest = max(self._newest, text.at.timestamp())
        return part_of(text, vector)

    def _near(self, part: Part, names: Sequence[str]) -> list[tuple[float, Part]]:
        """Open parts with their likeness to a new one, most alike first."""
        shared = self._names.sharing(part.sums, names)
        likely = [(common, other) for other, common in shared.items() if common >= _LIKELY]
        if len(likely) > _COMPARED:
            likely = heapq.nlargest(_COMPARED, likely, key=itemgetter(0))
        found = [self._names.part(number) for _, number in likely]
        near = [(alike(part, other, self._half_life), other) for other in found]
        near.sort(key=lambda it: (-it[0], it[1].first, it[1].id))
        return near

    def _settle(self, part: Part, others: Sequence[Part]) -> tuple[Part, tuple[str, ...]]:
        """Merge a part that grew with those it has come to resemble; returns what is left and what went into it."""
        absorbed: list[str] = []
        waiting = list(others)
        while waiting:
            found = [(alike(part, other, self._half_life), at) for at, other in enumerate(waiting)]
            best, at = max(found, key=lambda it: (it[0], -it[1]))
            other = waiting.pop(at)
            if best < ALIKE:
                break
            if self._may_merge(part, other):
                larger, smaller = self._ranked(part, other)
                names = _names(smaller)
                self._names.forget(smaller)
                del self._parts[smaller.id]
                self._grow(larger, smaller, names)
                absorbed.append(smaller.id)
                part = larger
        return part, tuple(absorbed)

    def _ranked(self, one: Part, other: Part) -> tuple[Part, Part]:
        """Which of two parts keeps its id: the one that people decided about, else the larger, else the older."""
        order = sorted((one, other), key=lambda it: (not self._decided(it.id), -it.size, it.first, it.id))
        return order[0], order[1]

    def _may_merge(self, one: Part, other: Part) -> bool:
        """Two parts that people decided about stay two: their events are what people made them."""
        return not (self._decided(one.id) and self._decided(other.id))

    def _decided(self, id: str) -> bool:
        return id in self._touched

    def _open(self, part: Part, names: Sequence[str]) -> None:
        self._parts[part.id] = part
        self._names.add(part, names)
        while len(self._parts) > self._capacity or self._newest - next(iter(self._parts.values())).last > self._days:
            self._close(next(iter(self._parts)))

    def _close(self, id: str) -> None:
        part = self._parts.pop(id, None)
        if part is not None:
            self._names.forget(part)
            part.open, part.sums = False, {}

    def _grow(self, part: Part, other: Part, names: Sequence[str]) -> None:
        """A part takes another one in, whose heaviest words are `names`, and is the latest from now on."""
        before = part.size
        lost = part.take(other)
        self._parts.move_to_end(part.id)
        self._names.call(part, names)
        if lost or part.size.bit_length() > before.bit_length():
            self._names.refresh(part, lost)


def _names(part: Part) -> list[str]:
    """The heaviest words of a part."""
    if part.size == 1:
        return list(islice(part.sums, _NAMES))
    return heapq.nlargest(_NAMES, part.sums, key=part.sums.__getitem__)
