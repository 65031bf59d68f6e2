"""What stands between a page's menus and its text: there a reader sees title and time, whatever the markup says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from crawler.maintext.tidy import is_label

# How many lines above the text are looked at.
_LINES = 16
# Lines at the beginning of the text of which one has to be found again; shorter ones may stand elsewhere too.
_BEGINNING, _DISTINCT = 5, 12
_SEPARATORS = " \u3000-–—_|｜·"
# A title of fewer characters may be the name of a section; so many a title has at least.
_SECTION, _TITLE = 8, 6
_LONGEST_TITLE = 80
# So much of the window's title is the article's own.
_OWN_SHARE = 0.35
_CRUMBS = re.compile(r"[>»›]|位置\s*[:：]|[:：]\s*$")


def lines_above(page: Sequence[str], text: Sequence[str]) -> list[str]:
    """The lines of the page that stand directly above its text; its first ones where the text isn't found."""
    places = {line: at for at, line in reversed(list(enumerate(page)))}
    for offset, line in enumerate(text[:_BEGINNING]):
        if line in places and (len(line) >= _DISTINCT or len(text) <= _BEGINNING):
            end = max(0, places[line] - offset)
            return list(page[max(0, end - _LINES) : end])
    return list(page[:_LINES])


def below_title(above: Sequence[str], title: str) -> list[str]:
    """Of the lines above the text those below its title; all of them, the nearest first, where it isn't there."""
    for at in range(len(above) - 1, -1, -1):
        if above[at] == title:
            return list(above[at + 1 :])
    return list(reversed(above))


def title_above(title: str, window: str, above: Sequence[str], headings: Sequence[str]) -> str:
    """The title as it stands above the text.

    `title` is what the markup tells, `window` the title of the window, with the names of site and section before or
    behind it. A title that is only a section's name gives way to the last heading above the text, or on pages without
    headings to the line above time and source.
    """
    seen = [line for line in above if len(line) <= _LONGEST_TITLE and not _CRUMBS.search(line)]
    parts = [line for line in seen if _is_part(line, title) or _is_part(line, window)]
    if parts:
        return max(parts, key=len)
    if len(title) <= _SECTION and title not in seen:
        labelled = {line for line, below in pairwise(seen) if is_label(below) and not is_label(line)}
        likely = (line for line in reversed(seen) if len(line) >= _TITLE)
        return next((line for line in likely if line in headings or (not headings and line in labelled)), title)
    return title


def _is_part(line: str, whole: str) -> bool:
    """Whether a line is the beginning or the end of a longer title, up to a separator."""
    if len(line) < max(_TITLE, _OWN_SHARE * len(whole)) or len(line) >= len(whole):
        return line == whole
    if whole.startswith(line):
        return whole[len(line)] in _SEPARATORS
    return whole.endswith(line) and whole[-len(line) - 1] in _SEPARATORS
