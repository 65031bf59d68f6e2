"""Rule types: one file each, found by folder. A rule is its common part (`Rule`) and the test of its type.

There are three kinds of test: a `CountTest` judges stored counts of one key over one period, a `RowsTest` the texts
of one key over one period, a `DocumentTest` one text. All are pure: what they say depends on their arguments alone,
so that engine and replay agree and a restart forgets nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar, Self

import alerting.rules
from alerting.baseline import DAY, EXPECTED_DAYS, Past
from alerting.options import Options
from alerting.series import Counts, period_length, step_of
from alerting.texts import Texts
from config.registry import Registry, discover
from storage.query import Query
from storage.records import TEXTS, Document, Level, Window


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found in one period: the most striking window and where the striking windows begin.

    `expected` is what the window was compared with, None when the test compares with nothing (then the history of
    the key tells it, where `told` is empty). `because` are Chinese sentences. `told` is what a title says instead of
    the number of texts, where `seen` is something else; `unit` is then the unit of `seen` in Chinese, "" where it has
    none (a mean).
    """

    window: Window
    seen: float
    first: Window
    because: tuple[str, ...]
    expected: float | None = None
    told: str = ""
    unit: str = TEXTS


class RuleTest(ABC):
    """The part of a rule that its type brings. `name` is the type's name in rule files, `title` what people call it.

    `example` holds the type's own options as a rule file would, for documentation and the contract suite.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    example: ClassVar[str]
    # "none": counts all together or by a query_key; "needed": a query_key must be given; "own": brings its own.
    keyed: ClassVar[str] = "none"
    realert: timedelta

    @classmethod
    @abstractmethod
    def from_options(cls, options: Options) -> Self:
        """Read the options; mistakes go to `options`, which tells them all together."""

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """The fields by which a type of `keyed` "own" counts apart; each lane counts every text once."""
        return ()


class PeriodTest(RuleTest):
    """Judges one key over one period. `timeframe` is the length of the sliding window."""

    timeframe: timedelta

    @property
    def skips_missing(self) -> bool:
        """Whether a text that lacks a key field belongs to no key."""
        return False

    @property
    def reach(self) -> int:
        """How far before a window its verdict looks into recent texts, in timeframes."""
        return 1

    @property
    def absence(self) -> bool:
        """Whether it can find something where no text came: then it is asked whenever windows have closed."""
        return False

    @property
    def step(self) -> timedelta:
        """The width of the buckets it wants."""
        return step_of(self.timeframe)

    @property
    def period(self) -> timedelta:
        """One alert per key in each stretch of this length."""
        return period_length(self.timeframe, self.realert)

    @property
    def least(self) -> int:
        """No window of fewer texts can be striking for what came; 0 where no number says so."""
        return 1

    @property
    def lookback(self) -> timedelta:
        """How long before a period a key must have been heard for its absence to mean anything."""
        return self.reach * self.timeframe

    @property
    def history(self) -> timedelta:
        """How far back the past reaches that `find` may ask for."""
        return EXPECTED_DAYS * DAY

    @property
    def novel(self) -> bool:
        """Whether only a text counts before which its key was silent: others need not be looked at."""
        return False

    @property
    def misses(self) -> bool:
        """Whether it rings by what did not come: no call explains that."""
        return False

    @property
    def counts_outages(self) -> bool:
        """Whether outages that are known count beside texts; then they are no reason to hold its alerts back."""
        return False

    @property
    def patience(self) -> timedelta:
        """How long new texts may wait to be looked at; nothing, but for tests over months of texts."""
        return timedelta(0)


class CountTest(PeriodTest):
    """Judges how many texts one key has."""

    @abstractmethod
    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The finding of one key in one period, None when nothing is striking.

        `counts` cover the period and `reach` timeframes before it; `past` fetches older counts, asked only when
        needed because it costs a query; windows that end by `closed` will get no more texts in the ordinary course.
        """


class RowsTest(PeriodTest):
    """Judges the texts of one key by their fields, times and scores."""

    @abstractmethod
    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The finding of one key in one period, None when nothing is striking; arguments as for a CountTest."""


class DocumentTest(RuleTest):
    """Judges single texts."""

    @abstractmethod
    def match(self, doc: Document) -> tuple[str, ...]:
        """The words that decided, () when the text is of no concern."""

    def because(self, words: tuple[str, ...]) -> str:
        """The sentence that tells why, in Chinese."""
        return f"文中出现“{'”“'.join(words)}”，属于必须立即预警的内容"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rule file. `query` is the parsed `filter`; `query_key` one field, or two joined by a comma.

    Each value of the field, or pair of values, counts apart.
    """

    name: str
    type: str
    level: Level
    filter: str
    query: Query
    query_key: str | None
    test: RuleTest

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """The fields by which texts count apart: mostly one lane, () in it where all count together."""
        if self.query_key:
            return (tuple(self.query_key.split(",")),)
        return self.test.lanes or ((),)


@cache
def rule_types() -> Registry[RuleTest]:
    """Every rule type by its name in rule files."""
    return discover(alerting.rules, RuleTest, "规则类型")  # type: ignore[type-abstract]
