"""Floors on copies in seven changes, and on small events that differ in place, matter or both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nlp.events.batch import Message, clustered, needed_pipeline, read_message
from nlp.measures._posts import CHANGES, posts
from nlp.measures.duplicates import grouped, precision, recall
from nlp.measures.events import mean_best

# Each a little below what was reached when it was set (0.97, 1.0; weakest change 0.88; events 1.0).
RECALL, RECALL_OF_EACH, PRECISION, EVENTS = 0.93, 0.8, 0.99, 0.9
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
STREAM = {
    "枫林小学铁塔": (
        ("反对在枫林小学旁架设高压铁塔", "枫林小学围墙外正在打桩架高压铁塔，离教室不到十米，家长都很担心。"),
        ("枫林小学旁边建高压铁塔有没有环评", "请问枫林小学边上的高压铁塔有没有做环评，为什么不公示？要求停工。"),
        ("要求枫林小学的高压线改走地下", "铁塔的桩已经打好，枫林小学的家长反对高压线从操场上面过去。"),
    ),
    "桂花苑电费": (
        ("桂花苑物业多收电费", "桂花苑物业按一块二一度收电费，业主要求按国家电价退还多收部分。"),
        ("桂花苑电费一块二一度合理吗", "物业说桂花苑是转供电，电费一块二一度，业主不认可，要求退还。"),
    ),
    "城北镇停电": (
        ("城北镇停电", "城北镇从昨晚开始停电，到现在没有来电，打热线没人接。"),
        ("城北镇又停电了", "城北镇停电一天一夜了，冰箱里的东西全坏了，请尽快抢修。"),
    ),
    "河西镇停电": (
        ("河西镇停电", "河西镇从昨晚开始停电，到现在没有来电，打热线没人接。"),
        ("河西镇停电没人管", "河西镇停电一天了，没有人来抢修，老人孩子怎么办。"),
    ),
    "路灯": (("松竹路路灯不亮", "松竹路从桥头到学校的路灯坏了三个月，晚上一片漆黑。"),),
    "充电桩": (("车位装不了充电桩", "物业不盖章，营业厅说没有章不能报装，请问怎么办理。"),),
}


@pytest.mark.parametrize("seed", [3, 11])
def test_copies_are_found_and_nothing_else(seed: int) -> None:
    made = posts(3_000, 120, seed)
    groups = grouped(made)
    found = recall(made, groups)
    assert found.value >= RECALL
    assert set(found.per_class) == set(CHANGES)
    assert min(row["recall"] for row in found.per_class.values()) >= RECALL_OF_EACH
    assert precision(made, groups).value >= PRECISION


def test_events_are_told_apart_by_place_and_matter() -> None:
    pipeline = needed_pipeline()
    rows = [(name, number, text) for name, texts in STREAM.items() for number, text in enumerate(texts)]
    rows.sort(key=lambda row: row[1])
    texts = [
        read_message(Message(f"{name}{number}", START + timedelta(hours=at), *text), pipeline)
        for at, (name, number, text) in enumerate(rows)
    ]
    labelled = {name: frozenset(f"{name}{number}" for number in range(len(it))) for name, it in STREAM.items()}
    assert mean_best(labelled, clustered(texts)).value >= EVENTS
