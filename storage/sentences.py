"""Where Chinese sentences end: one way for statements, answers to the media and cards."""

from __future__ import annotations

import re

_END = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text with their end marks, in order, without blank ones."""
    return tuple(found for each in _END.findall(text) if (found := each.strip()))
