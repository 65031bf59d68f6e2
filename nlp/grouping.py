"""Texts put among the others once they are analysed: what repeats what, and which event each belongs to.

One process per home does it, text by text in the order in which they come, since each decision rests on those before.
What it finds is recorded in the operations database and told to the document store; both may be done again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from config.clock import Clock
from config.settings import GroupingSettings
from nlp.duplicates import DuplicateIndex
from nlp.duplicates import Kept as KeptText
from nlp.events import Decision, EventIndex, EventText, Placed, Telling, event_text, story
from nlp.events.headline import headline
from nlp.segment import tokens
from storage.codec import to_microseconds
from storage.documents import DocumentStore
from storage.operations.events import Described, Events
from storage.operations.meta import Cursors
from storage.query import Query
from storage.records import Document, Member, Place, Quote, Window

log = logging.getLogger(__name__)
CURSOR = "grouping"
BATCH = 200
# Texts are asked for by the moment of analysis; so much is asked for again, for saves that took long.
OVERLAP = timedelta(minutes=5)
# While the process runs it knows what it has grouped: the latest seconds are looked at each time, the rest seldom.
_GLANCE, _WHOLE_EVERY = timedelta(seconds=20), timedelta(minutes=1)
_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# An event is described anew when it has grown by this share, and at each text while it is small.
_GROWN, _SMALL = 1.2, 6
# In a storm every batch touches every event, and telling one takes the reading of dozens of texts.
_PAUSE = timedelta(seconds=5)
# Of larger events the earliest and the latest texts speak.
_FIRST, _LATEST = 20, 60
_NO_MATTER = "NO"


@dataclass(slots=True)
class _Indexes:
    """What is held in memory; can be made again from the two stores at any time."""

    copies: DuplicateIndex
    events: EventIndex
    # The latest thing a person did that these know of.
    step: int = 0
    # Event → how many texts it had when it was last described.
    described: dict[str, int] = field(default_factory=dict)
    # Event → when that was, and those to which texts came since.
    told: dict[str, datetime] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Seen:
    """Up to when this process has looked, when last at the whole overlap, and which texts it met there, as they were.

    A text is known by its id and the moment its analysis or place last changed (microseconds).
    """

    up_to: datetime
    whole: datetime
    texts: dict[str, int]


class Grouping:
    """Groups the texts of one side: one's own, or those of the demonstration. Not safe for threads."""

    def __init__(
        self,
        store: DocumentStore,
        events: Events,
        cursors: Cursors,
        clock: Clock,
        settings: GroupingSettings,
        *,
        demo: bool,
    ) -> None:
        self._store, self._events, self._cursors, self._clock, self._demo = store, events, cursors, clock, demo
        self._settings = settings
        self._cursor = f"示例{CURSOR}" if demo else CURSOR
        self._scope = Query().narrow("demo", "1" if demo else "0")
        self._held: _Indexes | None = None
        self._seen: _Seen | None = None
        # Places told since the last look: text → when, in microseconds.
        self._told: dict[str, int] = {}

    def run_once(self) -> int:
        """Group what has been analysed since the last run; returns how many texts that were. Raises StoreError."""
        try:
            return self._run()
        except BaseException:
            # What is in memory may be ahead of what was recorded: the next run begins with what was.
            self._held = self._seen = None
            raise

    def _run(self) -> int:
        now = self._clock.now()
        came = self._cursors.get(self._cursor)
        if self._held is None or self._held.step != self._events.last_step(demo=self._demo):
            self._held = self._load(came, now)
        new = [self._group(self._held, batch) for batch in self._unseen(came, now)]
        untold = self._events.untold(demo=self._demo)
        due = [event for event in self._held.touched if now - self._held.told.get(event, _BEGINNING) >= _PAUSE]
        # Where nothing came, nothing is written: the cursor may stay, since behind it stands nothing.
        if new or untold or due:
            described = self._described(self._held, dict.fromkeys([*due, *untold]))
            self._events.record([], described, cursor=(self._cursor, now))
            self._held.told.update((it.event, now) for it in described)
            for event in due:
                del self._held.touched[event]
        return sum(new)

    def _load(self, came: datetime | None, now: datetime) -> _Indexes:
        """What was grouped before, from the stores. About 0.4 ms a text."""
        wanted = self._settings
        held = _Indexes(
            DuplicateIndex(capacity=wanted.texts, days=wanted.days),
            EventIndex(half_life_days=wanted.half_life_days, days=wanted.days, capacity=wanted.events),
            self._events.last_step(demo=self._demo),
        )
        if came is not None:
            for batch in self._analysed(Window(came - timedelta(days=wanted.days), now)):
                self._load_batch(held, batch)
        together = [Decision("together", *pair) for pair in self._events.put_together(demo=self._demo)]
        apart = [Decision("apart", *pair) for pair in self._events.held_apart(demo=self._demo)]
        for decision in (*together, *apart):
            held.events.decide(decision)
        return held

    def _analysed(self, window: Window) -> Iterator[list[Document]]:
        """The texts of this side that were analysed within `window`, a batch at a time."""
        docs = self._store.scan(replace(self._scope, analysed=window))
        while batch := list(islice(docs, BATCH)):
            yield batch

    def _unseen(self, came: datetime | None, now: datetime) -> Iterator[list[Document]]:
        """What came or changed since the last look, in the order of event time, a batch at a time.

        The first look of a process reads everything since the overlap before the cursor, however much that is.
        """
        seen = self._seen
        whole = seen is None or now - seen.whole >= _WHOLE_EVERY or now < seen.up_to
        if seen is None:
            yield from self._analysed(Window(_BEGINNING if came is None else came - OVERLAP, now))
        start = now - OVERLAP if seen is None else seen.up_to - (OVERLAP if whole else _GLANCE)
        rows = {row.id: row for row in self._store.rows(replace(self._scope, analysed=Window(start, now)))}
        if seen is not None:
            new = sorted((row.published, row.id) for row in rows.values() if seen.texts.get(row.id) != row.changed)
            for at in range(0, len(new), BATCH):
                ids = [name for _, name in new[at : at + BATCH]]
                docs = self._store.get(ids)
                yield [docs[name] for name in ids if name in docs]
        # What was placed meanwhile changed by that alone.
        known = {row.id: max(row.changed, self._told.get(row.id, 0)) for row in rows.values()}
        self._told = {}
        before = None if whole else seen
        self._seen = _Seen(now, before.whole if before else now, {**(before.texts if before else {}), **known})

    def _load_batch(self, held: _Indexes, batch: Sequence[Document]) -> None:
        members = self._events.of_documents([doc.id for doc in batch])
        known = [(doc, members[doc.id]) for doc in batch if doc.id in members]
        held.copies.load(
            KeptText(doc.id, doc.analysis.clean_text, doc.published_at, it.copy_of or doc.id) for doc, it in known
        )
        held.events.load(Placed(_event_text(doc), it.part) for doc, it in known)

    def _group(self, held: _Indexes, batch: Sequence[Document]) -> int:
        """Place one batch; returns how many of it were new."""
        members = dict(self._events.of_documents([doc.id for doc in batch]))
        fresh = [doc for doc in batch if doc.id not in members]
        # A text that its source changed stays where it stood.
        changed = [_changed(doc, members[doc.id]) for doc in batch if doc.id in members]
        absorbed: dict[str, tuple[str, str]] = {}
        placed = {member.document: member for member in changed if member != members[member.document]}
        for doc in fresh:
            placed[doc.id] = self._place(held, doc, absorbed, placed)
        if placed:
            self._record(held, placed, absorbed, {doc.id: doc for doc in batch})
        # Told again also where the last run ended between recording and telling.
        stands = {**members, **placed}
        places = {doc.id: Place(stands[doc.id].event, stands[doc.id].copy_of) for doc in batch}
        self._tell({doc.id: places[doc.id] for doc in batch if (doc.event, doc.copy_of) != _pair(places[doc.id])})
        return len(fresh)

    def _tell(self, places: Mapping[str, Place]) -> None:
        at = self._clock.now()
        self._store.place(places, at)
        self._told.update(dict.fromkeys(places, to_microseconds(at)))

    def _place(
        self, held: _Indexes, doc: Document, absorbed: dict[str, tuple[str, str]], placed: dict[str, Member]
    ) -> Member:
        """Where one new text belongs; parts that went into another on this occasion are noted in `absorbed`."""
        copy = held.copies.add(doc.id, doc.analysis.clean_text, doc.published_at)
        found = held.events.add(_event_text(doc))
        for part in found.absorbed:
            absorbed[part] = (found.part, found.event)
        for part, (into, _) in absorbed.items():
            if into in found.absorbed:
                absorbed[part] = (found.part, found.event)
        if found.absorbed:
            gone = set(found.absorbed)
            for name, member in placed.items():
                if member.part in gone:
                    placed[name] = replace(member, part=found.part, event=found.event)
        return Member(
            document=doc.id,
            revision=doc.revision,
            event=found.event,
            part=found.part,
            published_at=doc.published_at,
            source=doc.source,
            label=doc.analysis.sentiment.label,
            copy_of=copy.group if copy.group != doc.id else None,
            likeness=round(copy.similarity, 4),
            inferred=copy.kind != "new",
            demo=doc.demo,
        )

    def _record(
        self,
        held: _Indexes,
        placed: Mapping[str, Member],
        absorbed: Mapping[str, tuple[str, str]],
        docs: Mapping[str, Document],
    ) -> None:
        """Record the members, tell the store of those that moved with their part, and describe what grew."""
        alone = [_alone(docs[name]) for name, member in placed.items() if member.event == name]
        moved = self._events.record(list(placed.values()), alone, absorbed)
        held.described.update((it.event, 1) for it in alone)
        members = self._events.of_documents([name for name in moved if name not in docs])
        self._tell({name: Place(it.event, it.copy_of) for name, it in members.items()})
        held.touched.update(dict.fromkeys(member.event for member in placed.values()))

    def _described(self, held: _Indexes, touched: Iterable[str]) -> list[Described]:
        """What these events are about, those that were not told yet or have grown enough to be told anew."""
        found: list[Described] = []
        for event, texts in self._events.sizes(list(touched)).items():
            before = held.described.get(event)
            if before is not None and (texts == before or _SMALL < texts < before * _GROWN):
                continue
            members = self._events.members(event, limit=_FIRST)
            if texts > len(members):
                members += self._events.members(event, limit=_LATEST, offset=max(texts - _LATEST, len(members)))
            docs = self._store.get([member.document for member in members])
            if docs:
                found.append(describe(event, docs.values()))
                held.described[event] = texts
        return found


def describe(event: str, docs: Iterable[Document]) -> Described:
    """Title, summary, region and coarse class of an event; raises ValueError without any text."""
    told = list(docs)
    tale = story(
        Telling(
            doc.id,
            doc.published_at,
            headline(doc.title, doc.body),
            doc.body or doc.title,
            doc.source,
            doc.analysis.sentiment.score,
        )
        for doc in told
    )
    quotes = tuple(Quote(it.id, it.text, it.start, it.end) for it in tale.summary)
    return Described(event, tale.title, _most(doc.region for doc in told), _matter(told), quotes)


def _alone(doc: Document) -> Described:
    """An event of one text needs no summary yet: the text is there to be read."""
    code = doc.analysis.category()
    return Described(doc.id, headline(doc.title, doc.body), doc.region, code.code if code else None, ())


def _matter(docs: Sequence[Document]) -> str | None:
    """The class most texts are in; one that says what it is about outweighs those that do not concern us."""
    codes = [category.code for doc in docs if (category := doc.analysis.category())]
    return _most(code for code in codes if code != _NO_MATTER) or _most(codes)


def _most(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def _event_text(doc: Document) -> EventText:
    title, body = _title_and_body(doc)
    category = doc.analysis.category()
    code = category.code if category else ""
    call = doc.medium == "hotline"
    return event_text(doc.id, doc.published_at, title, body, doc.analysis.entities, code, call=call)


def _title_and_body(doc: Document) -> tuple[Sequence[str], Sequence[str]]:
    """The words of both, cut where the title ends; a cleaned title that looks otherwise is cut anew."""
    words = doc.analysis.tokens
    if not doc.title:
        return (), words
    if not doc.body:
        return words, ()
    size = 0
    for at, word in enumerate(words):
        if size == len(doc.title):
            return words[:at], words[at:]
        if size > len(doc.title):
            break
        size += len(word)
    return tokens(doc.title), tokens(doc.body)


def _changed(doc: Document, member: Member) -> Member:
    """The membership of a text as it is now."""
    label = doc.analysis.sentiment.label
    return replace(member, revision=doc.revision, published_at=doc.published_at, source=doc.source, label=label)


def _pair(place: Place) -> tuple[str | None, str | None]:
    return place.event, place.copy_of
