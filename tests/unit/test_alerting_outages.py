"""Recorded outages beside the texts of their area: the rule that counts them, and the engine that looks at it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from alerting.baseline import Past
from alerting.outages import is_outage, with_outages
from alerting.rules import RowsTest
from alerting.series import Counts, period_of
from alerting.texts import Texts
from storage.query import Query
from storage.records import Outage, Window
from storage.rows import Row, row_of
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON, House, document, rules_of
from tests.fixtures_operations import outage

TABLE = {"name": "频繁停电", "type": "frequent_outage", "num_events": 3, "timeframe": {"days": 60}}
# How long such a rule lets what is new wait, and a little more.
PATIENCE = timedelta(minutes=90)
CALLS = [row_of(document(n, NOON - 10 * DAY + n * MINUTE)) for n in range(4)]


def recorded(day: int, **changes: Any) -> Outage:
    start = NOON - day * DAY
    return outage(number=f"JH-{day}", start=start, end=start + HOUR, **changes)


def counted(rows: list[Row], outages: list[Outage], keys: list[tuple[str, ...]] | None = None) -> dict[str, Any]:
    """What frequent_outage finds by area, of texts (all of 河口镇) and recorded outages."""
    test = rules_of(TABLE)[0].test
    assert isinstance(test, RowsTest)
    window = Window(NOON - 70 * DAY, NOON + 7 * DAY)
    texts: dict[tuple[str, ...], Texts] = {("河口镇",): Texts(rows)} if rows else {}
    by_area = with_outages(texts, outages, Query(), ("region",), window, keys)
    period = period_of(NOON, test.period)
    past = Past(Counts({}, test.step), frozenset(), None)
    found = {key[0]: test.find(each, period, lambda: past, period.end) for key, each in by_area.items()}
    return {area: finding for area, finding in found.items() if finding is not None}


def test_recorded_outages_count_with_those_that_people_tell_of() -> None:
    found = counted(CALLS, [recorded(40), recorded(0)])
    assert found["河口镇"].told == "停电 3 次"
    assert "停电信息里有 2 条" in found["河口镇"].because[0]
    assert counted(CALLS, [recorded(40), recorded(10)]) == {}  # recorded and told of: one outage
    assert counted(CALLS, [recorded(40), recorded(0, region="石桥镇")]) == {}
    assert counted(CALLS, [recorded(40, region="云澄县河口镇"), recorded(0)]).keys() == {"河口镇"}
    assert counted(CALLS, [recorded(40, region="云澄县"), recorded(0)]) == {}  # whom it reached nobody knows


def test_recorded_outages_ring_where_nobody_called() -> None:
    three = [recorded(day) for day in (40, 20, 0)]
    assert counted([], three).keys() == {"河口镇"}
    assert counted([], three, [("石桥镇",)]) == {}


def test_the_texts_at_hand_stay_as_they_are() -> None:
    texts = Texts(CALLS)
    window = Window(NOON - 70 * DAY, NOON + DAY)
    joined = with_outages({("河口镇",): texts}, [recorded(0)], Query(), ("region",), window, None)
    assert [is_outage(row) for row in joined[("河口镇",)].rows(window)] == [False] * 4 + [True]
    assert len(texts.rows(window)) == 4
    elsewhere = Query().narrow("region", "石桥镇")
    assert with_outages({}, [recorded(0)], elsewhere, ("region",), window, None) == {}


def test_the_engine_notices_an_outage_that_is_told_of_or_begins_and_one_that_is_withdrawn(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of(TABLE))
    causes = house.operations.causes
    for day in (40, 20, -1):  # the last one is planned for tomorrow
        causes.put_outage(recorded(day))
    assert house.engine.tick().new == 0
    house.clock.turn_to(NOON + DAY + HOUR)
    house.engine.tick()
    house.clock.advance(PATIENCE)
    assert house.engine.tick().new == 1
    (alert,) = house.operations.alerts.find()
    assert (alert.draft.key, alert.draft.title) == ("河口镇", "河口镇 频繁停电 停电 3 次")
    assert alert.held is None  # that the outages are known is no reason to keep silent about their number
    causes.withdraw("outage", 2, by="李", why="录错")
    for _ in range(2):
        house.clock.advance(PATIENCE)
        house.engine.tick()
    assert "已不再达到触发条件" in house.operations.alerts.find()[0].draft.because[0]
    house.close()
