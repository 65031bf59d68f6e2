"""Where a name begins that is known by how it ends: a walk back over the words before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

# Characters of words that stand before a name and that no name of a place holds: a name begins behind them even where
# the segmentation took them for part of a word (大|风致|白鹭|镇, 记者|从县).
_NEVER = re.compile("[致从据对的了是被把将与及给在到至您你我们他她它这那该某厅由请让找叫]")
# Words of one character that end the walk. Some begin names of villages as well (于家村, 向家坝).
_SINGLE = frozenset(
    "在我的了是到从由向对和与及给被让请找去至因为该本此全各有于叫称属经等个住您你他她它们这那把将就都也还又再已但而且或并其使只每某两几多好见听说看当等没不要会能可来往又最更很太即若如所之以"
    "系原如占入转交归访应呈单另跟进现据求查派称离做办站赴系厅局部委会处栋幢楼层号期路街巷弄组队户条座台间名位元米月日年时分秒点第"
)
_FAMILY = "家庄湾坝屋坪冲圩"


class Scene:
    """A text with the places where its words end; `stops` are words that no name holds."""

    __slots__ = ("bounds", "stops", "text")

    def __init__(self, text: str, tokens: Iterable[str], stops: frozenset[str]) -> None:
        """`tokens` joined are `text`."""
        self.text, self.stops = text, stops
        self.bounds = {0, *accumulate(map(len, tokens))}

    def word_before(self, at: int) -> int:
        """Where the word begins that ends at `at`, or in which it lies; 0 at the beginning."""
        at -= 1
        while at > 0 and at not in self.bounds:
            at -= 1
        return max(at, 0)

    def begins(self, at: int) -> bool:
        """Whether a name may begin there: with a word, or behind something that no name holds."""
        return at in self.bounds or at == 0 or not self.text[at - 1].isalnum() or bool(_NEVER.match(self.text, at - 1))

    def word_around(self, at: int) -> str:
        """The word that holds the character at `at`."""
        end = at + 1
        while end < len(self.text) and end not in self.bounds:
            end += 1
        return self.text[self.word_before(at + 1) : end]

    def name_start(self, low: int, high: int, through: str = "", floor: int = 0) -> int:
        """Where the name begins that ends at `high`, not before `low`; `high` where there is none.

        `through`: words of one character that end no name here though they end others. `floor`: where
        another name ends, so that this one may begin there inside a word.
        """
        text, bounds = self.text, self.bounds
        at = high
        while at > low:
            start = at - 1
            while start > low and start not in bounds:
                start -= 1
            word = text[start:at]
            if (self.is_stop(word, at) and word not in through) or not (
                word.isalnum() or not word.strip("#") or word.strip("#").isalnum()
            ):
                break
            at = start
        if at == low != floor and low not in bounds and text[low - 1].isalnum():
            # The limit cut a word in two: the name begins behind it.
            at = next((end for end in range(low, high) if end in bounds), at)
        sure = [match.end() for match in _NEVER.finditer(text, at, high)]
        return sure[-1] if sure else at

    def is_stop(self, word: str, end: int) -> bool:
        """Whether `word`, which ends at `end`, is one that no name holds."""
        if len(word) > 1:
            # The vocabulary of the power industry holds phrases (多次反映), and 2019年 ends a name as 年 does.
            return word in self.stops or (len(word) > 3 and word[:2] in self.stops) or _is_counted(word)
        return word in _SINGLE and self.text[end : end + 1] not in _FAMILY


def _is_counted(word: str) -> bool:
    return word[-1] in "年月日台个块户名条座间次" and (word[0].isdigit() or word[0] in "一二两三四五六七八九十几")
