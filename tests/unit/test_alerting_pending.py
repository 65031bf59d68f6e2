"""Keys that have an alert are judged again a little later, unless much more has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerting.pending import AGAIN, Standing, Touched
from storage.records import Window

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LANE, KEY = ("region",), ("河口镇",)
TOUCH = (7, 9)


def touching(*starts: datetime) -> Touched:
    return Touched(LANE, KEY, Window(NOON, NOON + SECOND), tuple(Window(start, start + HOUR) for start in starts))


@pytest.fixture
def standing() -> Standing:
    """The key was judged at noon, by eight texts."""
    standing = Standing()
    assert not standing.may_wait(touching(NOON), TOUCH, 8, NOON)
    return standing


def test_a_key_that_was_judged_a_moment_ago_waits_with_what_touched_it(standing: Standing) -> None:
    assert standing.may_wait(touching(NOON), TOUCH, 9, NOON + SECOND)
    left = standing.later(NOON + SECOND)
    assert left.keys == {(LANE, KEY): TOUCH}
    assert left.since == NOON  # what came up to then has been judged
    assert not standing.later(NOON + SECOND)


def test_nothing_waits_longer_than_promised(standing: Standing) -> None:
    assert standing.may_wait(touching(NOON), TOUCH, 8, NOON + AGAIN - SECOND)
    standing.later(NOON + AGAIN - SECOND)
    assert not standing.may_wait(touching(NOON), TOUCH, 8, NOON + AGAIN)


@pytest.mark.parametrize("texts", [10, 24])
def test_many_more_texts_are_judged_at_once(standing: Standing, texts: int) -> None:
    assert not standing.may_wait(touching(NOON), TOUCH, texts, NOON + SECOND)
    assert standing.may_wait(touching(NOON), TOUCH, texts + 1, NOON + 2 * SECOND)


def test_a_period_that_was_not_judged_is_judged_at_once(standing: Standing) -> None:
    assert not standing.may_wait(touching(NOON, NOON + HOUR), TOUCH, 8, NOON + SECOND)


def test_since_is_that_of_the_one_that_waits_longest(standing: Standing) -> None:
    other = Touched(LANE, ("白鹭镇",), Window(NOON, NOON + SECOND), (Window(NOON, NOON + HOUR),))
    assert not standing.may_wait(other, TOUCH, 8, NOON + SECOND)
    for each in (other, touching(NOON)):
        assert standing.may_wait(each, TOUCH, 8, NOON + 2 * SECOND)
    assert standing.since == NOON
    assert len(standing.later(NOON + 2 * SECOND).keys) == 2
