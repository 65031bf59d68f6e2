"""Rule types: one file each, found by folder. A rule is its common part (`Rule`) and the test of its type.

There are two kinds of test: a `CountTest` judges stored counts of one key over one period, a `DocumentTest` one text.
Both are pure: what they say depends on their arguments alone, so that engine and replay agree and a restart forgets
nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar, Self

import alerting.rules
from alerting.baseline import Past
from alerting.options import Options
from alerting.series import Counts, period_length, step_of
from config.registry import Registry, discover
from storage.query import Query
from storage.records import Document, Level, Window


@dataclass(frozen=True, slots=True)
class Finding:
    """What a count test found in one period: the most striking window and where the striking windows begin.

    `expected` is what the window was compared with, None when the test compares with nothing (then the history of
    the key tells it). `because` are Chinese sentences.
    """

    window: Window
    seen: float
    first: Window
    because: tuple[str, ...]
    expected: float | None = None


class RuleTest(ABC):
    """The part of a rule that its type brings. `name` is the type's name in rule files, `title` what people call it.

    `example` holds the type's own options as a rule file would, for documentation and the contract suite.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    example: ClassVar[str]
    realert: timedelta

    @classmethod
    @abstractmethod
    def from_options(cls, options: Options) -> Self:
        """Read the options; mistakes go to `options`, which tells them all together."""


class CountTest(RuleTest):
    """Judges how many texts one key has. `timeframe` is the length of the sliding window."""

    timeframe: timedelta
    # How far before a window its verdict looks into recent counts, in timeframes.
    reach: ClassVar[int] = 1

    @property
    def step(self) -> timedelta:
        """The width of the buckets it wants."""
        return step_of(self.timeframe)

    @property
    def period(self) -> timedelta:
        """One alert per key in each stretch of this length."""
        return period_length(self.timeframe, self.realert)

    @abstractmethod
    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The finding of one key in one period, None when nothing is striking.

        `counts` cover the period and `reach` timeframes before it; `past` fetches older counts, asked only when
        needed because it costs a query; windows that end by `closed` will get no more texts in the ordinary course.
        """


class DocumentTest(RuleTest):
    """Judges single texts."""

    @abstractmethod
    def match(self, doc: Document) -> tuple[str, ...]:
        """The words that decided, () when the text is of no concern."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rule file. `query` is the parsed `filter`; `query_key` is a field whose values count apart."""

    name: str
    type: str
    level: Level
    filter: str
    query: Query
    query_key: str | None
    test: RuleTest


@cache
def rule_types() -> Registry[RuleTest]:
    """Every rule type by its name in rule files."""
    return discover(alerting.rules, RuleTest, "规则类型")  # type: ignore[type-abstract]
