"""Chains of reposts: what the writer adds, and who said what he passes on (//@name:…, 回复@name:…)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"@[^\s@:：/，。！？#【\[]{1,30}"
_LINK = re.compile(rf"/{{1,2}}\s*({_NAME})\s*(?:[:：]|(?=/)|\Z)\s*")
_REPLY = re.compile(rf"\s*回[复覆]\s*({_NAME}|@)\s*[:：]\s*")
_RT = re.compile(rf"(?:\A|(?<=\s))(?:RT|rt|转自|转发自|转)\s?({_NAME})\s*[:：]?\s*")


@dataclass(frozen=True, slots=True)
class Said:
    """What one of the chain said: code points `[start, end)` of the text; `name` is empty for the writer himself."""

    name: str
    start: int
    end: int


def is_chain(text: str) -> bool:
    """A quick look whether `chain` could find more than one voice."""
    return "@" in text and (
        "/@" in text or "/ @" in text or "回复" in text or "转" in text or "RT" in text or "rt" in text
    )


def chain(text: str) -> tuple[Said, ...]:
    """Who speaks in `text`: the writer first (his part may be empty), then those he quotes, the nearest first."""
    heads = [(match.group(1)[1:], *match.span()) for match in _LINK.finditer(text)]
    if (reposted := _RT.search(text, 0, heads[0][1] if heads else len(text))) is not None:
        heads.insert(0, (reposted.group(1)[1:], *reposted.span()))
    names = ["", *(name for name, _, _ in heads)]
    begins = [0, *(end for _, _, end in heads)]
    ends = [*(start for _, start, _ in heads), len(text)]
    return tuple(Said(name, _after_reply(text, start, end), end)
                 for name, start, end in zip(names, begins, ends, strict=True))  # fmt: skip


def _after_reply(text: str, start: int, end: int) -> int:
    reply = _REPLY.match(text, start, end)
    return reply.end() if reply else start
