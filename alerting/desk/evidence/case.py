"""One event as a package tells it: read once, masked, in the order in which it happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from config.clock import as_local
from config.masking import MASKS, mask, mask_strictly
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.inbox import Captured
from storage.records import Alert, Document, Event, Member, Message, Statement, Task

_PART = 500  # texts that one question carries
_ALL = 2**31 - 1


@dataclass(frozen=True)
class Case:
    """An event with what belongs to it; parts are read when first asked for.

    `restricted_kinds` are kinds of order whose texts only those named may see; `named` whether the maker is one of
    them. `with_originals`: a second person agreed that they go along. `names` masks names of persons that nothing
    announces, where the caller has what finds them.
    """

    operations: Operations
    store: DocumentStore
    event: Event
    restricted_kinds: Sequence[str] = ()
    named: bool = False
    with_originals: bool = False
    names: Callable[[str], str] = str

    def typed(self, text: str) -> str:
        """What a person typed, masked: numbers, announced names, and names that `names` finds."""
        return self.names(mask_strictly(text))

    def record(self, given: Any, *typed: str, without: Sequence[str] = (), **changed: object) -> dict[str, Any]:
        """A record as a dict; fields that people typed (`typed`) masked, others as `changed` says."""
        values = {name: value for name, value in asdict(given).items() if name not in without}
        found = {name: self.typed(values[name]) for name in typed if isinstance(values.get(name), str)}
        return values | found | changed

    @cached_property
    def members(self) -> Sequence[Member]:
        """Where each text of the event stands, earliest first; read once, so that all sections tell of the same."""
        return self.operations.events.members(self.event.id, limit=_ALL)

    @cached_property
    def arrivals(self) -> Mapping[str, datetime]:
        """When each text that is still there came in, by its id; no more of the texts is kept in memory."""
        return {name: doc.arrived_at for part in self.parts() for name, doc in self.docs(part).items()}

    def parts(self) -> Iterator[list[str]]:
        """The ids of the texts in slices that one question can carry, in the order of the files named after them."""
        names = sorted((member.document for member in self.members), key=lambda name: f"{name}.json")
        return (names[at : at + _PART] for at in range(0, len(names), _PART))

    def docs(self, names: Sequence[str]) -> Mapping[str, Document]:
        """The masked form of some of the texts; those that were deleted are left out."""
        return self.store.get(names)

    def captured(self, names: Sequence[str]) -> Mapping[str, Captured]:
        """Originals of some of the texts."""
        return self.operations.inbox.captured(names)

    @cached_property
    def alerts(self) -> Sequence[Alert]:
        """The alerts of the event and of its tasks, earliest first."""
        door, demo = self.operations.alerts, self.event.demo
        found = {alert.id: alert for alert in door.find(event=self.event.id, demo=demo, limit=None)}
        for task in self.tasks:
            found |= {alert.id: alert for alert in door.find(task_id=task.id, demo=demo, limit=None)}
        return [found[number] for number in sorted(found)]

    @cached_property
    def tasks(self) -> Sequence[Task]:
        """The tasks of the event, earliest first; merged ones too."""
        found = self.operations.tasks.all_of_event(self.event.id, demo=self.event.demo)
        return sorted(found, key=lambda task: task.id)

    @cached_property
    def messages(self) -> Sequence[Message]:
        """What was sent about its alerts, earliest first."""
        found = self.operations.outbox.of_alerts([alert.id for alert in self.alerts])
        return sorted((message for some in found.values() for message in some), key=lambda message: message.id)

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """Every version of what was said of it, earliest first."""
        found = self.operations.statements.of_subject(self.event.id, demo=self.event.demo)
        return sorted(found, key=lambda statement: statement.id)


def as_json(content: object) -> bytes:
    """UTF-8 JSON, keys sorted, one line feed at the end: the same bytes for the same content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return f"{text}\n".encode(errors="replace")


def person(written: str) -> str:
    """A field that holds a person and nothing else (周记者): the first character stays."""
    return MASKS["name"](written.strip())


def masked(text: str) -> str:
    """Without numbers that lead to a person: for what a program wrote."""
    return mask(text)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return as_local(value).isoformat(timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"no JSON: {type(value).__name__}")
