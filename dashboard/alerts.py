"""From an alert to what stands behind and beside it: its texts, and tasks about the same."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from config.errors import QueryError
from dashboard.realm import unscoped
from storage.query import Query, parse_query
from storage.records import Alert


def texts_of(alert: Alert) -> str:
    """The address of exactly the texts an alert counted."""
    query = query_of(alert)
    span = "all" if query is not None and query.published is None else None
    side = "demo" if alert.draft.demo else None
    return url_for("documents.show", q=unscoped(alert.draft.query), span=span, realm=side)


def query_of(alert: Alert) -> Query | None:
    """The query behind an alert, None where a rule wrote one that cannot be read any more."""
    try:
        return parse_query(alert.draft.query)
    except QueryError:
        return None


def beside(task: int | None, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The tasks that may be about the same as one of them."""
    others = [two if one == task else one for one, two in pairs if task in (one, two)]
    return list(dict.fromkeys(others))
