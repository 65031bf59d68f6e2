"""any: each text that the filter lets through, as in ElastAlert2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from alerting.options import Options
from alerting.rules import DocumentTest
from storage.records import Document


@dataclass(frozen=True, slots=True)
class AnyText(DocumentTest):
    """The filter alone decides."""

    name: ClassVar[str] = "any"
    title: ClassVar[str] = "每一条"
    example: ClassVar[str] = "realert = { minutes = 1 }"

    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`realert` up to 30 d (default 1 min, as in ElastAlert2)."""
        return cls(options.span("realert", timedelta(0), timedelta(minutes=1), high=timedelta(days=30)))

    def match(self, doc: Document) -> tuple[str, ...]:
        """Every text: what decided is the way it came."""
        return (doc.source or doc.id,)

    def because(self, words: tuple[str, ...]) -> str:
        """See DocumentTest."""
        return f"来自“{words[0]}”，符合规则的筛选条件，逐条预警"
