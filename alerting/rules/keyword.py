"""keyword: single texts that must alert at once because of what they say (danger, media, petition …)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import ClassVar, Self

from alerting.options import Options
from alerting.rules import DocumentTest
from storage.records import Document

# "没有人员伤亡", "未发生火灾", "防止触电": said to be absent or to be prevented, close before the word, in one clause.
# Narrow on purpose: a warning too many costs a glance, one too few may cost a life.
_HARMLESS = re.compile(
    r"(?:没有|并未|并无|未|无|不存在|不是|防止|预防|避免|以免|谨防|杜绝|防范|防)[^，。！？；：、,.!?;:\s]{0,4}$"
)
# These begin with a sign of absence but say that something is wrong.
_STILL_HARMFUL = re.compile(r"(?:未|没有|无)(?:人管|人来|人修|处理|修复|修好|解决|恢复|及时)[^，。！？；]{0,4}$")
_LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class Keyword(DocumentTest):
    """Any of `keywords` in title or text, unless a `without` phrase overlaps it or the clause says it is absent."""

    name: ClassVar[str] = "keyword"
    title: ClassVar[str] = "关键词"
    example: ClassVar[str] = 'keywords = ["触电", "着火"]\nwithout = ["着火点排查"]'

    keywords: tuple[str, ...]
    without: tuple[str, ...]
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`keywords` at least one, `without` harmless phrases, `realert` holds back further messages (default none)."""
        return cls(
            keywords=tuple(map(_plain, options.words("keywords"))),
            without=tuple(map(_plain, options.words("without", []))),
            realert=options.span("realert", timedelta(0), timedelta(0), high=timedelta(days=30)),
        )

    def match(self, doc: Document) -> tuple[str, ...]:
        """The keywords that stand in the text and are meant, in the order of the rule."""
        text = f"{_plain(doc.title)}。{_plain(doc.analysis.clean_text)}"
        if not any(word in text for word in self.keywords):
            return ()
        harmless = [found.span() for phrase in self.without for found in re.finditer(re.escape(phrase), text)]
        return tuple(word for word in self.keywords if _meant(word, text, harmless))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """One spelling for comparing: full and half width, upper and lower case alike."""
    return unicodedata.normalize("NFKC", text).casefold()


def _meant(word: str, text: str, harmless: list[tuple[int, int]]) -> bool:
    """Whether `word` occurs at least once where nothing takes it back."""
    at = text.find(word)
    while at >= 0:
        covered = any(start < at + len(word) and at < end for start, end in harmless)
        before = text[max(0, at - _LOOK_BACK) : at]
        if not covered and (not _HARMLESS.search(before) or _STILL_HARMFUL.search(before)):
            return True
        at = text.find(word, at + 1)
    return False
