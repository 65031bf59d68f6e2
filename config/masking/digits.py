"""Numbers as people write them: half and full width, Chinese digits, spaces, dashes and dots between the groups."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# 幺 is how a telephone says 1; ○ is how 〇 is often typed.
_CHINESE = dict(
    zip("零〇○一二三四五六七八九幺壹贰貳叁參肆伍陆陸柒捌玖", "000" + "123456789" + "1" + "122334566789", strict=True)
)
_WIDE = {chr(0xFF10 + value): str(value) for value in range(10)}
_RINGED = dict(zip("⓪①②③④⑤⑥⑦⑧⑨", "0123456789", strict=True))
VALUES = {str(value): str(value) for value in range(10)} | _WIDE | _CHINESE | _RINGED
DIGIT = "[" + "".join(VALUES) + "]"
# What stands between the groups of one number: blanks, invisible signs, dashes, dots; `)` behind an area code.
_JOIN = "[ \t\u00a0\u2002-\u200d\u2060\u3000\ufeff\ufe0f\u20e3\\-－—–‐‑−_.．·•・)）]"
# Shorter runs are nobody's number.
LEAST_DIGITS = 5
_RUN = re.compile(f"{DIGIT}(?:{_JOIN}{{0,3}}{DIGIT}){{{LEAST_DIGITS - 1},}}")
_CLOSING_X = re.compile(f"{_JOIN}?[XxＸｘ×](?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that stand together in a text.

    `digits` in half width; `places[i]` is where digit i stands in the text; `groups[k]` is the index of the first digit
    of group k, with the number of digits as the last entry; `marks[k]` is what stands before group k (empty before the
    first one and where only the script changes).
    """

    digits: str
    places: Sequence[int]
    groups: Sequence[int]
    marks: Sequence[str]

    def number(self, first: int, last: int) -> str:
        """The digits of groups `[first, last)`."""
        return self.digits[self.groups[first] : self.groups[last]]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the groups `[first, last)` stand in the text."""
        return self.places[self.groups[first]], self.places[self.groups[last] - 1] + 1

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.groups) - 1


def runs(text: str) -> Iterator[Run]:
    """Every run of at least LEAST_DIGITS digits; cost grows with the length of the text alone."""
    for match in _RUN.finditer(text):
        written = match.group()
        if written.isascii() and written.isdigit():
            yield Run(written, range(match.start(), match.end()), (0, len(written)), ("",))
        else:
            yield _read(written, match.start())


def _read(written: str, offset: int) -> Run:
    digits: list[str] = []
    places: list[int] = []
    groups: list[int] = []
    marks: list[str] = []
    mark, script = "", None
    for at, sign in enumerate(written):
        value = VALUES.get(sign)
        if value is None:
            mark += sign
            continue
        now = sign in _CHINESE
        if mark or now is not script:
            groups.append(len(digits))
            marks.append(mark)
        mark, script = "", now
        digits.append(value)
        places.append(offset + at)
    return Run("".join(digits), places, [*groups, len(digits)], marks)


def closing_x(text: str, at: int) -> int:
    """Where the X that closes an ID card ends, if one stands at `at`; else `at`."""
    found = _CLOSING_X.match(text, at)
    return found.end() if found else at


def digits_of(text: str) -> str:
    """The digits (and a closing X) of a number, in half width, without separators."""
    normal = "".join(VALUES.get(sign, sign) for sign in unicodedata.normalize("NFKC", text).upper())
    return "".join(sign for sign in normal if sign in "0123456789X")
