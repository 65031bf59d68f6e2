"""Where the texts of a rule's keys come from: the store, asked for a span. `alerting.recent` has them in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from alerting.texts import Texts
from storage.documents import DocumentStore
from storage.query import MISSING, Aggregation, Query
from storage.records import Window
from storage.rows import Row

Key = tuple[str, ...]
Lane = tuple[str, ...]
# Values in one question; SQLite takes 32,766 parameters, and a longer list is read in several.
_CHUNK = 400


class TextSource(Protocol):
    """Gives the texts of keys. A lane is the fields that make a key, () where all texts have one key."""

    def texts(self, query: Query, lane: Lane, window: Window, keys: Collection[Key] | None) -> Mapping[Key, Texts]:
        """The texts of `query` in a span of event time by key: of some keys, or of all that have any."""
        ...

    def keys(self, query: Query, lane: Lane, window: Window) -> set[Key]:
        """The keys that have any text in a span."""
        ...


class StoredTexts:
    """TextSource that asks the store each time."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def texts(self, query: Query, lane: Lane, window: Window, keys: Collection[Key] | None) -> Mapping[Key, Texts]:
        """See TextSource. Raises StoreError."""
        found: dict[Key, Texts] = {}
        for part in _parts(query, lane, keys):
            for row in self._store.rows(part.during(window)):
                key = key_of(row, lane)
                if keys is None or key in keys:
                    found.setdefault(key, Texts()).add(row)
        return found

    def keys(self, query: Query, lane: Lane, window: Window) -> set[Key]:
        """See TextSource. Raises StoreError."""
        return {bucket.key for bucket in self._store.aggregate(query.during(window), Aggregation(lane))}


def key_of(row: Row, lane: Lane) -> Key:
    """The values of a row that make its key."""
    return tuple([row.value(name) for name in lane])


def complete(key: Key) -> bool:
    """Whether a key has all its values."""
    return MISSING not in key


def narrowed(query: Query, lane: Lane, key: Key) -> Query:
    """The query over the texts of one key."""
    for name, value in zip(lane, key, strict=True):
        query = query.narrow(name, value)
    return query


def _parts(query: Query, lane: Lane, keys: Collection[Key] | None) -> Sequence[Query]:
    """The query over the first values of the keys, some hundred at a time."""
    if keys is None or not lane:
        return [query]
    values = sorted({key[0] for key in keys})
    return [query.narrow(lane[0], *values[at : at + _CHUNK]) for at in range(0, len(values), _CHUNK)]
