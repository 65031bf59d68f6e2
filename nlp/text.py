"""How the parts of a document become the one text that is analysed."""

from __future__ import annotations

from config.errors import InputError


def joined(title: str, body: str) -> str:
    """Title and body with 。 between them; one of them alone stays as it is."""
    return "。".join(part for part in (title, body) if part)


def once(id: str, seen: set[str], row: int) -> str:
    """The id, which is then among `seen`. Raises InputError with the row when it was there before."""
    if id in seen:
        raise InputError("编号重复", row=row, field="id")
    seen.add(id)
    return id
