"""What the rules of one tick share, so that it is read once; nothing is remembered from one tick to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from storage.documents import DocumentStore
from storage.query import Query
from storage.records import Document, Window

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class Readings:
    """The new documents of each filter, read when first asked for: most rules about single texts share one filter."""

    def __init__(
        self, store: DocumentStore, since: Mapping[Query, datetime], until: datetime, oldest: datetime
    ) -> None:
        """`since`: where, in analysis time, each filter begins; all end at `until` (not included).

        Documents whose event time lies before `oldest` are left out.
        """
        self._store, self._since, self._until, self._oldest = store, since, until, oldest
        self._read: dict[Query, tuple[Document, ...]] = {}

    def of(self, query: Query) -> tuple[Document, ...]:
        """The documents of one filter, in the order of event time. Raises StoreError; KeyError for another filter."""
        if query not in self._read:
            fresh = replace(query, analysed=Window(self._since[query], self._until))
            # Event times may lie ahead: clocks of sources err, and what a text warns of does not wait for its date.
            self._read[query] = tuple(self._store.scan(fresh.during(Window(self._oldest, END_OF_TIME))))
        return self._read[query]
