"""blacklist: single texts whose `compare_key` is on a list, as in ElastAlert2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from alerting.options import Options
from alerting.rules import DocumentTest
from alerting.rules._lists import compare_key, compared, listed
from storage.query import FIELDS, MISSING
from storage.records import Document


@dataclass(frozen=True, slots=True)
class Blacklist(DocumentTest):
    """A text that lacks the field is of no concern. Any number of values costs the same."""

    name: ClassVar[str] = "blacklist"
    title: ClassVar[str] = "黑名单"
    example: ClassVar[str] = 'compare_key = "source"\nblacklist = ["某自媒体", "某论坛"]'

    compare_key: str
    blacklist: frozenset[str]
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`blacklist` at least one value or `!file NAME`; `realert` up to 30 d (default 1 min)."""
        return cls(
            compare_key=compare_key(options),
            blacklist=listed(options, "blacklist"),
            realert=options.span("realert", timedelta(0), timedelta(minutes=1), high=timedelta(days=30)),
        )

    def match(self, doc: Document) -> tuple[str, ...]:
        """The value that is on the list."""
        value = compared(doc, self.compare_key)
        return (value,) if value != MISSING and value in self.blacklist else ()

    def because(self, words: tuple[str, ...]) -> str:
        """See DocumentTest."""
        return f"{FIELDS[self.compare_key]}“{words[0]}”在黑名单中"
