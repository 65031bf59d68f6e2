"""How the parts of a document become the one text that is analysed."""

from __future__ import annotations


def joined(title: str, body: str) -> str:
    """Title and body with 。 between them; one of them alone stays as it is."""
    return "。".join(part for part in (title, body) if part)
