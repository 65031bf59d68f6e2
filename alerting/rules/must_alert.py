"""must_alert: single texts that must be seen at once because of what analysis found in them, not of a word.

Words alone ring at “防止触电”, and miss what is said another way; urgency comes with its reasons, and what is named in
the text (a medium, an organisation) is an entity. A rule may ask for either or for both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Self

from alerting.options import Options
from alerting.rules import DocumentTest
from storage.records import URGENCIES, Document


@dataclass(frozen=True, slots=True)
class MustAlert(DocumentTest):
    """Urgency among `urgency` (with one of `reasons`, where any is given) and an entity of one of `entities`."""

    name: ClassVar[str] = "must_alert"
    title: ClassVar[str] = "必警"
    example: ClassVar[str] = 'urgency = ["H"]\nreasons = ["危及人身", "起火爆炸"]'

    urgency: frozenset[str]
    reasons: tuple[str, ...]
    entities: frozenset[str]
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`urgency`: levels (at least one); `reasons`: what a reason begins with; `realert` default none."""
        levels = options.words("urgency")
        for level in levels:
            if level not in URGENCIES:
                options.problem("urgency", f"应为 {'、'.join(URGENCIES)} 中的若干个，现为 “{level}”")
        return cls(
            urgency=frozenset(levels),
            reasons=options.words("reasons", []),
            entities=frozenset(options.words("entities", [])),
            realert=options.span("realert", timedelta(0), timedelta(0), high=timedelta(days=30)),
        )

    def match(self, doc: Document) -> tuple[str, ...]:
        """The reasons of the urgency that count and the entities that are named."""
        verdict = doc.analysis.urgency
        if verdict.level not in self.urgency:
            return ()
        why = tuple(each for each in verdict.because if not self.reasons or each.startswith(self.reasons))
        named = tuple(dict.fromkeys(each.text for each in doc.analysis.entities if each.kind in self.entities))
        if (self.reasons and not why) or (self.entities and not named):
            return ()
        return (*why, *named) or (URGENCIES[verdict.level],)

    def because(self, words: tuple[str, ...]) -> str:
        """See DocumentTest."""
        return f"研判为必须立即处置：{'；'.join(words)}"
