"""What is in an installation, in numbers."""

from __future__ import annotations

from typing import Any

from config.clock import as_local
from storage.query import Aggregation, Query
from yujing.wiring import Services


def read_status(services: Services) -> dict[str, Any]:
    """The promised fields of `yujing status --json`; `data_to` is ISO 8601 in Shanghai time or None."""
    operations, store = services.operations, services.store
    newest = store.newest(Query())
    waiting = operations.inbox.counts()
    messages = operations.outbox.counts()
    return {
        "documents": {bucket.key[0]: bucket.count for bucket in store.aggregate(Query(), Aggregation(by=("source",)))},
        "inbox": waiting["waiting"],
        "inbox_failed": waiting["failed"],
        "outbox": messages["waiting"],
        "outbox_failed": messages["failed"],
        "alerts_open": operations.alerts.count(acknowledged=False, told=True),
        "tasks_open": operations.tasks.count(),
        "data_to": as_local(newest).isoformat() if newest else None,
    }
