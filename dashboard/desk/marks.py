"""The marks by which a draft cites facts, 〔事实12〕; a published text carries none."""

from __future__ import annotations

import re

from storage.records import Fact, StatementClaim

_MARK = re.compile(r"〔事实\s*(\d{1,9})〕")


def cited(text: str) -> list[int]:
    """The facts a draft cites, in its order."""
    return [int(found) for found in _MARK.findall(text)]


def mark(fact: int) -> str:
    """How a draft cites a fact."""
    return f"〔事实{fact}〕"


def citation(fact: Fact) -> str:
    """What is put into the text for a fact: its value, and the mark."""
    return f"{fact.value}{mark(fact.id)}"


def marked(text: str, claims: tuple[StatementClaim, ...]) -> str:
    """A text as it was written, with the marks of the facts its claims stand on; in the order of the text."""
    pieces, at = [], 0
    for claim in claims:
        found = text.find(claim.text, at)
        if claim.fact is None or found < 0:
            continue
        end = found + len(claim.text)
        pieces.append(text[at:end] + mark(claim.fact))
        at = end
    return "".join([*pieces, text[at:]])
