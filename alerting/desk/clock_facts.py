"""What decides on the clocks of a task: its texts, the name of its event, notices and outages of the place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from alerting.desk.clocks import Order, PlannedOutage, TaskFacts
from config.errors import QueryError
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.causes import in_region
from storage.query import Query, parse_query
from storage.records import Document, Outage, ServiceNotice, Task, Window

# Of each task; the earliest texts decide.
MOST_TEXTS, MOST_ALERTS = 400, 5
# A planned outage that begins this long after the first text, or ended this long before it, is what the task is about.
_AHEAD, _BEHIND = timedelta(days=10), timedelta(days=1)


class FactFinder:
    """Reads the facts of tasks; `region` is the site's own."""

    def __init__(self, operations: Operations, store: DocumentStore, region: str = "") -> None:
        self._operations, self._store, self._region = operations, store, region

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
            tuple(PlannedOutage(it.kind, it.start, it.announced_at) for it in outages if it.planned), self._region,
        )  # fmt: skip

    def _documents(self, task: Task) -> Iterable[Document]:
        """The texts of its event, else those behind its alerts; the earliest of each."""
        if task.event:
            query = Query().narrow("event", task.event).narrow("demo", "1" if task.demo else "0")
            return islice(self._store.scan(query), MOST_TEXTS)
        found: dict[str, Document] = {}
        for alert in self._operations.alerts.find(task_id=task.id, limit=MOST_ALERTS):
            try:
                query = parse_query(alert.draft.query)
            except QueryError:
                continue
            query = query.narrow("demo", "1" if task.demo else "0")
            found |= {doc.id: doc for doc in islice(self._store.scan(query), MOST_TEXTS)}
        return found.values()


def holds(cause: Outage | ServiceNotice, regions: Iterable[str]) -> bool:
    """Whether an outage or notice that was not withdrawn is about one of the places."""
    return cause.withdrawn_at is None and any(in_region(region, cause.region) for region in regions)


def _order(doc: Document) -> Order:
    kind = doc.analysis.category("order_kind")
    return Order(
        doc.source, doc.medium, doc.published_at, kind.code if kind else "", doc.kind or "", doc.region or "",
        doc.analysis.urgency.level,
    )  # fmt: skip
