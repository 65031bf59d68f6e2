"""Which texts are for named readers alone: reports of wrongdoing, and what its source marks as confidential."""

from __future__ import annotations

from collections.abc import Sequence

from storage.records import RawDocument

# A source's own column that marks an order as confidential, and what it holds where it is one.
_MARK = "保密"
_YES = frozenset({"是", "1", "y", "yes", "true", "保密", "需保密", "要求保密"})


def is_restricted(raw: RawDocument, kinds: Sequence[str]) -> bool:
    """Whether its kind or one of the source's own columns says that it is a report or confidential."""
    marked = any(_MARK in name and value.strip().lower() in _YES for name, value in raw.fields.items())
    return marked or is_restricted_kind(raw.kind, kinds)


def is_restricted_kind(kind: str | None, kinds: Sequence[str]) -> bool:
    """Whether one of `kinds` is in the kind of an order."""
    return any(name and name in (kind or "") for name in kinds)
