"""Ways of saying: tried only where a needle stands, told with place and weight, read strictly."""

from __future__ import annotations

import pickle
import re

import pytest

from nlp.ways import Found, Ways

WAYS = Ways([("A", ("停 断", "[停断]的电", 2)), ("B", ("电", "电价", 1.5)), ("A", ("没", "没电", 1))])


def test_each_way_tells_its_first_place_in_the_order_of_the_table() -> None:
    assert list(WAYS.found("没电了，停的电，断的电，电价")) == [
        Found("A", 2.0, "停的电", 4, 7),
        Found("B", 1.5, "电价", 12, 14),
        Found("A", 1.0, "没电", 0, 2),
    ]


@pytest.mark.parametrize("text", ["", "电", "停水", "没有"])
def test_a_needle_alone_is_nothing(text: str) -> None:
    assert not list(WAYS.found(text))


def test_what_no_needle_announces_is_not_looked_for() -> None:
    assert not list(Ways([("A", ("水", "电", 1))]).found("电"))


def test_no_ways_find_nothing() -> None:
    assert not list(Ways([]).found("停的电"))


def test_survives_pickling() -> None:
    again: Ways = pickle.loads(pickle.dumps(WAYS))
    assert list(again.found("停的电")) == list(WAYS.found("停的电"))


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (("电", "电(", 1), re.error),
        (("", "电", 1), ValueError),
        (("电", "电"), TypeError),
        (("电", "电", "重"), ValueError),
    ],
)
def test_a_wrong_entry_raises(entry: tuple[object, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        Ways([("A", entry)])
