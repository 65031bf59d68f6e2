"""Places of a text that still ask for something: a statement that has one is not published."""

from __future__ import annotations

import re

# Square brackets that ask for something. dashboard/static/app.js looks for the same.
_HOLE = re.compile(r"［[^［］\n]*］|[\[【][^\[\]【】\n]*(?:待填|待核实|待定)[^\[\]【】\n]*[\]】]")


def holes(text: str) -> tuple[str, ...]:
    """The places still open, as they stand in the text, in order."""
    return tuple(found.group() for found in _HOLE.finditer(text))
