"""Tables on a terminal, where a Chinese character takes two places."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """The places `text` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns with two spaces between them; numbers stand at the right of their column, words at the left."""
    if not rows:
        return ""
    places = [max(width(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows)))]
    return "\n".join(
        "  ".join(_cell(cell, place) for cell, place in zip(row, places, strict=False)).rstrip() for row in rows
    )


def _cell(text: str, place: int) -> str:
    gap = " " * (place - width(text))
    return gap + text if text[:1].isdigit() or text[:1] == "–" else text + gap
