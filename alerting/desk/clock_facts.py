"""What decides on the clocks of a task: its texts, the name of its event, notices and outages of the place."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from alerting.desk.clocks import Order, PlannedOutage, TaskFacts
from config.errors import QueryError
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.causes import in_region
from storage.query import MISSING, Query, parse_query
from storage.records import Document, Outage, ServiceNotice, Task, Window
from storage.rows import Row

MOST_ALERTS = 5  # of a task without an event
MOST_UNNAMED = 40
_SORTS = ("source", "medium", "region", "kind", "urgency")
# A planned outage that begins this long after the first text, or ended this long before it, is what the task is about.
_AHEAD, _BEHIND = timedelta(days=10), timedelta(days=1)


class FactFinder:
    """Reads the facts of tasks; `region` is the site's own."""

    def __init__(self, operations: Operations, store: DocumentStore, region: str = "") -> None:
        self._operations, self._store, self.region = operations, store, region

    def facts(self, task: Task) -> TaskFacts:
        """Those of one task. Raises StoreError."""
        docs = list(self._documents(task))
        event = self._operations.events.named([task.event]).get(task.event) if task.event else None
        regions = {doc.region for doc in docs if doc.region}
        if event is not None and event.region:
            regions.add(event.region)
        around = Window(task.first_text_at - _BEHIND, task.first_text_at + _AHEAD)
        causes = self._operations.causes
        notices = [it for it in causes.find_notices(around, demo=task.demo) if holds(it, regions)]
        outages = [it for it in causes.find_outages(around, demo=task.demo) if holds(it, regions)]
        names = [task.title, *([event.title] if event else []), *(it.title for it in notices)]
        return TaskFacts(
            task.first_text_at, task.level, tuple(names), tuple(_order(doc) for doc in docs),
            tuple(PlannedOutage(it.kind, it.start, it.announced_at) for it in outages if it.planned), self.region,
        )  # fmt: skip

    def _documents(self, task: Task) -> Iterable[Document]:
        """The texts that decide: of its event, else behind its alerts, the earliest of each sort.

        Whole documents cost a hundred times their rows, so rows say which are read.
        """
        side = "1" if task.demo else "0"
        found = {row.id: row for query in self._queries(task) for row in self._store.rows(query.narrow("demo", side))}
        return self._store.get(list(_decisive(found.values()))).values()

    def _queries(self, task: Task) -> Iterable[Query]:
        if task.event:
            yield Query().narrow("event", task.event)
            return
        for alert in self._operations.alerts.find(task_id=task.id, limit=MOST_ALERTS):
            with suppress(QueryError):
                yield parse_query(alert.draft.query)


def _decisive(rows: Iterable[Row]) -> list[str]:
    """The earliest of each source, place, kind and urgency; of orders whose source names no kind, which only their
    analysis tells, the earliest few."""
    first: dict[tuple[str, ...], str] = {}
    unnamed: list[str] = []
    for row in sorted(rows, key=lambda row: (row.published, row.id)):
        if row.value("kind") == MISSING and row.value("medium") == "hotline":
            unnamed.append(row.id)
        else:
            first.setdefault(tuple(row.value(name) for name in _SORTS), row.id)
    return [*first.values(), *unnamed[:MOST_UNNAMED]]


def holds(cause: Outage | ServiceNotice, regions: Iterable[str]) -> bool:
    """Whether an outage or notice that was not withdrawn is about one of the places."""
    return cause.withdrawn_at is None and any(in_region(region, cause.region) for region in regions)


def _order(doc: Document) -> Order:
    kind = doc.analysis.category("order_kind")
    return Order(
        doc.source, doc.medium, doc.published_at, kind.code if kind else "", doc.kind or "", doc.region or "",
        doc.analysis.urgency.level,
    )  # fmt: skip
