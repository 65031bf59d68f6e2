"""Cells for a spreadsheet program: nothing from outside is ever computed there."""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), the full-width signs included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain_cell(text: str) -> str:
    """`text` with a ' before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
