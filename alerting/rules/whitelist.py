"""whitelist: single texts whose `compare_key` is not on a list, as in ElastAlert2."""

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
class Whitelist(DocumentTest):
    """With `ignore_null` a text that lacks the field is of no concern; else it is not on the list."""

    name: ClassVar[str] = "whitelist"
    title: ClassVar[str] = "白名单"
    example: ClassVar[str] = 'compare_key = "source"\nignore_null = true\nwhitelist = ["95598", "12345"]'

    compare_key: str
    ignore_null: bool
    whitelist: frozenset[str]
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`ignore_null` must be given, as there; `realert` up to 30 d (default 1 min)."""
        return cls(
            compare_key=compare_key(options),
            ignore_null=options.flag("ignore_null"),
            whitelist=listed(options, "whitelist"),
            realert=options.span("realert", timedelta(0), timedelta(minutes=1), high=timedelta(days=30)),
        )

    def match(self, doc: Document) -> tuple[str, ...]:
        """The value that is not on the list."""
        value = compared(doc, self.compare_key)
        known = value in self.whitelist or (value == MISSING and self.ignore_null)
        return () if known else (value,)

    def because(self, words: tuple[str, ...]) -> str:
        """See DocumentTest."""
        field = FIELDS[self.compare_key]
        return f"没有{field}，不在白名单中" if words[0] == MISSING else f"{field}“{words[0]}”不在白名单中"
