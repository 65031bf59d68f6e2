"""The stages an alert passes on its way out, one file each, in the order of `order`; each answers with a reason.

A stage looks at a `Case` and answers with what it makes of it. Holding back is a `Hold`: silence and mute hold back
messages only, inhibition and a known cause the task too. Whatever they say, the alert is recorded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, TypeVar

import alerting.judge.stages
from alerting.judge.explaining import Explanation
from alerting.judge.facts import Facts, RankOf
from alerting.judge.level import Scale
from alerting.judge.policy import Policy
from alerting.rules import Rule
from config.registry import Registry, discover
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.alerts import Mute
from storage.operations.causes import KnownCauses
from storage.records import AlertDraft, Hold, Level, Notice, ScorePart

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stages may ask. `channels` are the names of the channels there are; `site` is the utility's name.

    `due` is the time for the first response, from the first text on. Of texts of `restricted` kinds nobody is to know
    who sent them.
    """

    store: DocumentStore
    operations: Operations
    causes: KnownCauses
    policy: Policy
    scale: Scale
    rank_of: RankOf
    channels: tuple[str, ...]
    demo: bool
    site: str
    due: timedelta | None = None
    restricted: tuple[str, ...] = ()
    # What was asked, for the time of one look at what is new.
    asked: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, name: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question that is asked once in each look at what is new."""
        if name not in self.asked:
            self.asked[name] = ask()
        return self.asked[name]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Case:
    """One alert on its way through the stages.

    `draft` carries the level of its own texts; `said` is the graver of that and what its event's texts say, `level`
    what holds for the event. `fires_at` is the event time from which its rule would be mute; `mutes` are those of the
    rule so far. `notices` is what goes out unless it is held back, and begins its reasons with `note` where there is
    one. `alert` is its number where it was recorded before and its hold has ended, 0 else.
    """

    draft: AlertDraft
    rule: Rule
    facts: Facts
    now: datetime
    fires_at: datetime
    mutes: Sequence[Mute] = ()
    score: tuple[ScorePart, ...] = ()
    level: Level = "blue"
    said: Level = "blue"
    event_score: tuple[ScorePart, ...] = ()
    notices: tuple[Notice, ...] = ()
    alert: int = 0
    note: str = ""
    explanation: Explanation | None = None

    @property
    def apart(self) -> Explanation | None:
        """Where it is told of a part of its texts alone: what is said of that part."""
        return self.explanation if self.explanation is not None and self.explanation.rest is not None else None

    @property
    def seen(self) -> float:
        """How much is told: of a part its texts, else what the rule found."""
        return self.draft.seen if self.apart is None else float(self.facts.total)

    @property
    def region(self) -> str:
        """Where it is: the key of a rule that counts by region, else where most texts come from; "" if unknown."""
        return self.draft.key if self.rule.query_key == "region" else self.facts.region


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stage says: the case, changed or not, the reason in Chinese, and whether it is held back."""

    case: Case
    reason: str
    hold: Hold | None = field(default=None)


class Stage(ABC):
    """One stage. `name` is its own name, `title` what people call it, `order` its place in the line."""

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int]

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    @abstractmethod
    def judge(self, case: Case) -> Answer:
        """Answer for one case; nothing is written. Raises StoreError."""


@cache
def stage_types() -> Registry[Stage]:
    """Every stage by name."""
    return discover(alerting.judge.stages, Stage, "阶段")  # type: ignore[type-abstract]


def in_line(around: Surroundings) -> tuple[Stage, ...]:
    """The stages, each ready to judge, in the order in which they are asked."""
    return tuple(kind(around) for kind in sorted(stage_types().values(), key=lambda kind: kind.order))
