"""Texts are grouped before rules are asked, and nothing that befalls grouping holds alerting up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from alerting.engine import TickReport
from config.errors import StoreError
from yujing.watch import Watch


class Part:
    """Stands in for a grouping or an engine: notes that it ran, then does as it is told. It meets `new` texts."""

    def __init__(self, name: str, order: list[str], then: Callable[[], object] = lambda: None, new: int = 0) -> None:
        self._name, self._order, self._then, self._new = name, order, then, new

    def run_once(self) -> int:
        self._order.append(self._name)
        self._then()
        return self._new

    def tick(self) -> TickReport:
        return TickReport(documents=self.run_once())


@pytest.fixture
def order() -> list[str]:
    return []


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def failing() -> None:
    raise StoreError("documents.db", "磁盘已满")


def broken() -> None:
    raise ValueError("a fault of ours")


def test_texts_are_grouped_before_rules_are_asked(order: list[str]) -> None:
    with closing(Watch([Part("g1", order), Part("g2", order)], [Part("e1", order), Part("e2", order)])) as watch:
        watch.run_once()
        watch.run_once()
    assert order == ["g1", "g2", "e1", "e2"] * 2


def test_grouping_that_takes_long_runs_on_while_rules_are_asked(order: list[str], gate: threading.Event) -> None:
    slow = Part("g", order, lambda: gate.wait(60))
    with closing(Watch([slow], [Part("e", order)], timedelta(milliseconds=1))) as watch:
        watch.run_once()
        watch.run_once()
        assert order == ["g", "e", "e"]  # it is not begun a second time
        gate.set()


@pytest.mark.parametrize("then", [failing, broken])
def test_grouping_that_fails_is_logged_and_begun_again(
    order: list[str], then: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Watch([Part("g1", order, then), Part("g2", order)], [Part("e", order)])) as watch:
        watch.run_once()
        watch.run_once()
    assert order == ["g1", "g2", "e"] * 2
    assert len(caplog.records) == 2


def test_one_side_of_the_rules_that_fails_does_not_keep_the_other_from_being_asked(order: list[str]) -> None:
    with closing(Watch([], [Part("e1", order, failing), Part("e2", order)])) as watch, pytest.raises(StoreError):
        watch.run_once()
    assert order == ["e1", "e2"]


@pytest.mark.parametrize(("grouped", "asked"), [(0, 0), (3, 0), (0, 1)])
def test_a_round_says_whether_anything_was_new(order: list[str], grouped: int, asked: int) -> None:
    parts = [Part("g1", order, new=grouped), Part("g2", order)], [Part("e1", order), Part("e2", order, new=asked)]
    with closing(Watch(*parts)) as watch:
        assert watch.run_once() is (grouped + asked > 0)


def test_while_grouping_runs_on_more_is_to_come(order: list[str], gate: threading.Event) -> None:
    with closing(Watch([Part("g", order, lambda: gate.wait(60))], [], timedelta(milliseconds=1))) as watch:
        assert watch.run_once() is True
        gate.set()
