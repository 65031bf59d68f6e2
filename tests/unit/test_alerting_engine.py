from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerting.evaluation import document_window
from alerting.judge.deciding import WITHDRAWN
from config.errors import StoreError
from storage.operations import DEMO_PREFIX
from storage.operations.alerts import Alerts, Recorded
from storage.query import Query, parse_query
from storage.records import Decision, Document, Place
from tests.fixtures_alerting import DAY, FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, SPIKE, House, document, rules_of


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD))
    yield house
    house.close()


def test_a_threshold_crossed_in_an_open_window_fires_at_once(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 4)
    assert house.engine.tick().new == 0
    house.store.save([document("fifth", NOON)])
    report = house.engine.tick()
    assert (report.new, report.tasks_opened, report.messages) == (1, 1, 1)
    alert = house.operations.alerts.find()[0]
    assert (alert.draft.rule, alert.draft.key, alert.draft.level, alert.draft.seen) == (
        "停电集中",
        "河口镇",
        "orange",
        5.0,
    )
    assert alert.draft.state == "provisional"
    assert alert.draft.first_text_at == NOON - 4 * MINUTE
    assert alert.draft.expected is None
    assert alert.draft.title.startswith("河口镇 停电 5 件/时")
    task = house.operations.tasks.find()[0]
    assert task.due_at == NOON - 4 * MINUTE + 4 * HOUR


def test_the_query_shows_exactly_the_texts_behind_seen(house: House) -> None:
    house.burst(NOON - 30 * MINUTE, 7)
    house.burst(NOON - 30 * MINUTE, 7, name="other", region="白鹭镇", category="DF")
    house.burst(NOON - 30 * MINUTE, 3, name="late", late=True)
    house.burst(NOON - 30 * MINUTE, 3, name="demo", demo=True)
    house.engine.tick()
    alerts = house.operations.alerts.find()
    assert [alert.draft.seen for alert in alerts] == [7.0]
    assert house.store.count(parse_query(alerts[0].draft.query)) == 7
    assert len(alerts[0].draft.examples) == 3


def test_the_closed_window_confirms_the_same_alert_and_more_texts_correct_it(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 5)
    house.engine.tick()
    house.clock.advance(6 * MINUTE)
    assert house.engine.tick().corrected == 1
    assert house.operations.alerts.find()[0].draft.state == "confirmed"
    house.burst(NOON - 10 * MINUTE, 3, name="slow")
    report = house.engine.tick()
    assert (report.new, report.corrected, report.messages) == (0, 1, 0)
    alerts = house.operations.alerts.find()
    assert [(alert.draft.seen, alert.draft.state) for alert in alerts] == [(8.0, "corrected")]
    assert len(house.operations.tasks.find()) == 1


def test_ticking_again_changes_nothing(house: House) -> None:
    house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
    first = house.engine.tick()
    assert first.new == 1 + 6
    before = house.operations.alerts.find()
    for _ in range(3):
        house.restart()
        again = house.engine.tick()
        assert (again.new, again.corrected, again.messages) == (0, 0, 0)
    assert house.operations.alerts.find() == before
    assert house.operations.outbox.counts()["waiting"] == 7


def test_windows_missed_while_standing_still_are_caught_up(house: House) -> None:
    house.engine.tick()
    house.burst(NOON + HOUR, 6)
    house.clock.turn_to(NOON + 20 * HOUR)
    house.restart()
    assert house.engine.tick().new == 1
    assert house.operations.alerts.find()[0].draft.state == "confirmed"


def test_a_clock_that_ran_ahead_and_was_set_right_leaves_no_rule_waiting(house: House) -> None:
    house.clock.turn_to(NOON + 48 * HOUR)
    house.engine.tick()
    house.clock.turn_to(NOON + 2 * HOUR)
    house.burst(NOON + HOUR, 6)
    house.restart()
    report = house.engine.tick()
    assert report.failed == ()
    assert report.new == 1


def test_catching_up_ends_at_the_limit(house: House) -> None:
    house.engine.tick()
    house.burst(NOON + HOUR, 6)
    house.clock.turn_to(NOON + 60 * HOUR)
    assert house.engine.tick().new == 0


def test_new_texts_of_a_period_that_the_limit_cuts_still_count(house: House) -> None:
    house.engine.tick()
    house.clock.advance(5 * MINUTE)
    limit = house.clock.now() - 48 * HOUR  # 14:05 in Shanghai, inside the period from 12 to 16
    house.burst(limit - 4 * HOUR, 6, name="before")
    assert house.engine.tick().new == 0
    house.burst(limit - 2 * HOUR, 6, name="within")
    assert house.engine.tick().new == 1


def test_late_texts_never_alert(house: House) -> None:
    house.burst(NOON - HOUR, 20, late=True, text="有人触电")
    assert house.engine.tick().new == 0


def test_texts_arriving_after_their_window_closed_raise_its_alert_once(house: House) -> None:
    house.burst(NOON - 10 * MINUTE, 3)
    house.engine.tick()
    house.clock.advance(10 * HOUR)
    house.engine.tick()
    house.burst(NOON - 10 * MINUTE, 3, name="slow")
    report = house.engine.tick()
    assert (report.new, report.tasks_opened, report.messages) == (1, 1, 1)
    assert house.operations.alerts.find()[0].draft.state == "confirmed"


def test_a_document_analysed_before_the_last_tick_but_visible_after_it_is_not_missed(house: House) -> None:
    house.clock.advance(10 * MINUTE)
    house.engine.tick()
    slow = house.clock.now() - 4 * MINUTE
    house.store.save([document("slow save", NOON, "有人触电", analysed=slow)])
    house.clock.advance(10 * MINUTE)
    assert house.engine.tick().new == 1


def test_a_text_of_long_ago_that_changes_alerts_nobody(house: House) -> None:
    old = NOON - 60 * DAY
    house.store.save([document(1, old, analysed=old), document(2, NOON - 47 * HOUR, analysed=old)])
    house.engine.tick()
    house.clock.advance(HOUR)
    now = house.clock.now()
    house.store.save([document(1, old, "有人触电", analysed=now, revision=2)])
    assert house.engine.tick().new == 0
    assert house.operations.tasks.find() == []
    # What is caught up after standing still is not long ago.
    house.store.save([document(2, now - 47 * HOUR, "有人触电", analysed=now, revision=2)])
    assert house.engine.tick().new == 1


def test_a_rule_that_changed_looks_at_no_text_of_long_ago(house: House) -> None:
    old = NOON - 60 * DAY
    house.store.save([document(1, old, "配电房冒烟", analysed=old)])
    house.engine.tick()
    house.rules = rules_of({**KEYWORD, "keywords": ["触电", "冒烟"]})
    house.restart()
    house.clock.advance(HOUR)
    house.store.save([document(1, old, "配电房冒烟，已处理", analysed=house.clock.now(), revision=2)])
    assert house.engine.tick().new == 0


def test_a_site_that_takes_older_texts_for_on_time_is_warned_of_them(house: House) -> None:
    house.late_after = 10 * DAY
    house.restart()
    house.store.save([document(1, NOON - 9 * DAY, "有人触电", analysed=NOON)])
    assert house.engine.tick().new == 1


def test_a_text_dated_ahead_alerts_at_once(house: House) -> None:
    house.store.save([document(1, NOON + 2 * DAY, "有人触电", analysed=NOON)])
    assert house.engine.tick().new == 1


def test_two_texts_whose_identities_meet_are_two_alerts(house: House) -> None:
    one, two = (replace(document(n, NOON, "有人触电"), id=f"0123456789abcdef{n}") for n in (1, 2))
    assert document_window(one) == document_window(two)
    house.store.save([one])
    assert house.engine.tick().new == 1
    house.store.save([two, replace(document(3, NOON, "有人触电"), id="0123456789abcdef3")])
    assert house.engine.tick().new == 2
    house.restart()
    assert house.engine.tick().new == 0
    queries = {alert.draft.query for alert in house.operations.alerts.find(rule="人身伤害")}
    assert queries == {f"id:0123456789abcdef{n}" for n in (1, 2, 3)}
    assert house.operations.tasks.find()[0].alert_count == 3


def test_documents_of_one_filter_are_read_once_a_tick(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of(KEYWORD, {**KEYWORD, "name": "火情", "keywords": ["着火"]}))
    house.engine.tick()
    house.clock.advance(MINUTE)
    house.store.save([document(1, NOON, "有人触电，着火了", analysed=house.clock.now())])
    assert house.engine.tick().new == 2
    assert house.engine.tick().new == 0
    house.close()


def test_each_must_alert_text_fires_once_and_joins_one_task(house: House) -> None:
    at = NOON - MINUTE
    house.store.save([document(i, at, "有人触电 13812345678") for i in range(30)])
    report = house.engine.tick()
    assert (report.new, report.tasks_opened) == (30 + 1, 1 + 1)
    tasks = {task.rule: task for task in house.operations.tasks.find()}
    assert tasks["人身伤害"].alert_count == 30
    draft = house.operations.alerts.find(rule="人身伤害")[0].draft
    assert draft.query.startswith("id:")
    assert house.store.count(parse_query(draft.query)) == 1
    assert "13812345678" not in draft.title + "".join(draft.examples)


def test_a_changed_must_alert_text_does_not_fire_again(house: House) -> None:
    house.store.save([document(1, NOON, "有人触电")])
    house.engine.tick()
    house.store.save([document(1, NOON, "有人触电，已送医", revision=2)])
    assert house.engine.tick().new == 0


def test_mute_holds_back_the_message_of_a_must_alert_rule_but_not_the_alert(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of({**KEYWORD, "realert": {"minutes": 30}}))
    house.store.save([document(i, NOON + i * 10 * MINUTE, "有人触电", analysed=NOON) for i in range(6)])
    report = house.engine.tick()
    assert (report.new, report.messages) == (6, 2)  # at 0 and 30 minutes
    held = [a for a in house.operations.alerts.find() if a.held and a.held.stage == "mute"]
    assert len(held) == 4
    house.close()


def test_an_episode_across_two_periods_sends_one_message_and_keeps_one_task(house: House) -> None:
    border = NOON + 2 * HOUR  # 16:00 in Shanghai
    house.clock.turn_to(border + HOUR)
    house.burst(border - 20 * MINUTE, 40)
    report = house.engine.tick()
    assert (report.new, report.tasks_opened, report.messages) == (2, 1, 1)
    later = max(house.operations.alerts.find(), key=lambda alert: alert.draft.window.start)
    assert later.held is not None
    assert later.held.stage == "mute"
    house.clock.advance(HOUR)
    house.engine.tick()
    assert house.operations.alerts.get(later.id).held == later.held


def test_a_count_that_fell_below_the_threshold_is_withdrawn_in_words(house: House) -> None:
    house.burst(NOON - 10 * MINUTE, 5)
    house.engine.tick()
    # A reanalysis found that one of them is about something else.
    house.store.save([document(f"{NOON - 10 * MINUTE}0", NOON - 10 * MINUTE, category="DF", analysed=NOON)])
    house.store.save([document("trigger", NOON - 3 * HOUR, analysed=NOON)])
    house.clock.advance(6 * MINUTE)
    house.engine.tick()
    draft = house.operations.alerts.find()[0].draft
    assert (draft.seen, draft.state, draft.because) == (4.0, "corrected", (WITHDRAWN,))
    before = house.operations.alerts.find()
    house.engine.tick()
    assert house.operations.alerts.find() == before


def test_expected_is_the_median_of_the_same_time_on_past_days(house: House) -> None:
    for day in range(1, 6):
        house.burst(NOON - day * DAY - 40 * MINUTE, (2, 2, 2, 3, 30)[day - 1], late=True)
    house.burst(NOON - 40 * MINUTE, 8)
    house.engine.tick()
    draft = house.operations.alerts.find()[0].draft
    assert draft.expected == 2.0
    assert draft.title == "河口镇 停电 8 件/时，预期 2 件（4 倍）"
    assert any("中位数为 2 件，为其 4 倍" in reason for reason in draft.because)


def test_real_and_demonstration_texts_never_mix(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD), demo=True)
    house.burst(NOON - 10 * MINUTE, 4, demo=True)
    house.burst(NOON - 10 * MINUTE, 4, name="real", text="有人触电")
    assert house.engine.tick().new == 0
    house.burst(NOON - 10 * MINUTE, 2, name="more", demo=True, text="有人触电")
    report = house.engine.tick()
    assert (report.new, report.messages) == (3, 0)  # nothing of the demonstration leaves the house
    assert all(alert.draft.demo for alert in house.operations.alerts.find())
    assert house.operations.remove_demo()["cursors"] == 3
    assert house.operations.cursors.get(f"{DEMO_PREFIX}预警:停电集中:closed") is None
    house.close()


def test_a_rule_that_fails_hinders_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(type(house.rules[0].test)):  # type: ignore[misc]
        def find(self, *arguments: object) -> None:
            raise ZeroDivisionError

    frequency = house.rules[0].test
    broken = Broken(frequency.num_events, frequency.timeframe, frequency.realert)  # type: ignore[attr-defined]
    house.rules = (
        type(house.rules[0])("坏规则", "frequency", "red", "", house.rules[0].query, None, broken),
        *house.rules,
    )
    house.restart()
    house.burst(NOON - 10 * MINUTE, 5)
    report = house.engine.tick()
    assert (report.failed, report.new) == (("坏规则",), 1)
    assert "坏规则" in caplog.text


def test_a_store_that_does_not_answer_is_told(house: House) -> None:
    house.store.close()
    with pytest.raises(StoreError):
        house.engine.tick()


class _Killed(BaseException):
    pass


class _DyingAlerts:
    """The alerts of `real`, dying just before (`before`) or just after recording for the `nth` time."""

    def __init__(self, real: Alerts, nth: int, *, before: bool) -> None:
        self._real, self._left, self._before = real, nth, before

    def record(
        self, decisions: Sequence[Decision], *, due: timedelta, cursors: Mapping[str, datetime] | None = None
    ) -> Recorded:
        self._left -= 1
        if not self._left and self._before:
            raise _Killed
        done = self._real.record(decisions, due=due, cursors=cursors)
        if not self._left:
            raise _Killed
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("nth", [1, 2])  # two rules record
def test_killed_at_any_step_nothing_is_lost_or_doubled(house: House, nth: int, before: bool) -> None:
    house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
    alerts = house.operations.alerts
    house.operations.alerts = _DyingAlerts(alerts, nth, before=before)  # type: ignore[assignment]
    with pytest.raises(_Killed):
        house.engine.tick()
    house.operations.alerts = alerts
    house.restart()
    house.engine.tick()
    assert len(alerts.find()) == 7
    assert len(house.operations.tasks.find()) == 2
    assert house.operations.outbox.counts() == {"waiting": 7, "sent": 0, "failed": 0}


def _scene(seed: int) -> list[Document]:
    """A day and a half of texts of three places with bursts, some across borders of periods."""
    chance = random.Random(seed)
    docs = []
    for number in range(60):
        at = NOON + timedelta(minutes=chance.randrange(36 * 60))
        docs.append(document(number, at, chance.choice(["停电", "有人触电", "电压低"]), region=chance.choice("甲乙丙")))
    for burst in range(4):
        start, place = NOON + timedelta(minutes=chance.randrange(35 * 60)), chance.choice("甲乙丙")
        for i in range(chance.randrange(3, 14)):
            at = start + timedelta(minutes=chance.randrange(50))
            docs.append(document(f"{burst}-{i}", at, region=place))
    return sorted(docs, key=lambda doc: doc.published_at)


def _play(folder: Path, arrivals: list[tuple[datetime, Document]], *, restart: bool) -> House:
    """Documents arrive at their times; the engine ticks after each few, and at the end when all has closed."""
    house = House(folder, rules_of(FREQUENCY, KEYWORD), now=NOON)
    house.engine.tick()
    for number, (at, doc) in enumerate(arrivals):
        house.clock.turn_to(max(at, house.clock.now()))
        house.store.save([document_at(doc, house.clock.now())])
        if number % 3 == 0:
            house.engine.tick()
        if restart and number % 10 == 0:
            house.restart()
    house.engine.tick()
    house.clock.turn_to(NOON + 62 * HOUR)
    house.engine.tick()
    return house


def document_at(doc: Document, now: datetime) -> Document:
    return document(
        doc.external_id, doc.published_at, doc.analysis.clean_text, region=doc.region, analysed=now
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_repetition_of_arrival_gives_the_same_alerts_and_tasks(tmp_path: Path, seed: int) -> None:
    docs = _scene(seed)
    in_order = _play(tmp_path / "order", [(doc.published_at, doc) for doc in docs], restart=False)
    chance = random.Random(seed)
    delayed = [(doc.published_at + timedelta(minutes=chance.randrange(24 * 60)), doc) for doc in docs]
    doubled = sorted([*delayed, *chance.choices(delayed, k=30)], key=lambda arrival: arrival[0])
    shuffled = _play(tmp_path / "shuffled", doubled, restart=True)
    assert len(in_order.facts()) > 10
    assert shuffled.facts() == in_order.facts()
    tasks = [sorted((task.rule, task.key) for task in house.operations.tasks.find()) for house in (in_order, shuffled)]
    assert tasks[0] == tasks[1]
    in_order.close()
    shuffled.close()


def test_a_spike_that_later_texts_explain_is_withdrawn(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of({**SPIKE, "reference": "previous"}))
    house.burst(NOON - 5 * HOUR, 1)
    house.burst(NOON - 40 * MINUTE, 9)
    assert house.engine.tick().new == 1
    house.burst(NOON - 100 * MINUTE, 4, name="slow")  # the window before was not empty: they only came late
    assert house.engine.tick().corrected == 1
    assert house.operations.alerts.find()[0].draft.because == (WITHDRAWN,)
    house.close()


def test_an_alert_that_was_judged_a_moment_ago_is_corrected_a_little_later(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 20)
    house.engine.tick()
    house.clock.advance(timedelta(seconds=1))
    house.burst(NOON - 2 * MINUTE, 1, name="known")
    house.engine.tick()
    for more, seen in ((1, 21.0), (10, 32.0)):
        house.clock.advance(timedelta(seconds=2))
        house.burst(NOON - MINUTE, more, name=f"more{more}")
        house.engine.tick()
        # One text more waits, half as many again do not.
        assert house.operations.alerts.find()[0].draft.seen == seen
    house.burst(NOON - MINUTE, 1, name="last")
    house.engine.tick()
    assert house.operations.alerts.find()[0].draft.seen == 32.0
    house.clock.advance(timedelta(seconds=10))
    house.engine.tick()
    assert house.operations.alerts.find()[0].draft.seen == 33.0


def test_a_restart_judges_what_was_left_for_later(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 20)
    house.engine.tick()
    for name in ("judged", "left"):
        house.clock.advance(timedelta(seconds=1))
        house.burst(NOON - 2 * MINUTE, 1, name=name)
        house.engine.tick()
    assert house.operations.alerts.find()[0].draft.seen == 21.0
    house.restart()
    house.engine.tick()
    assert house.operations.alerts.find()[0].draft.seen == 22.0


def test_a_text_that_is_put_into_its_event_is_not_counted_anew(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 5, name="calm")
    house.engine.tick()
    ids = [doc.id for doc in house.store.scan(Query())]
    house.store.place({each: Place("event") for each in ids}, house.clock.now())
    assert house.engine.tick().periods == 0
    moved = [replace(doc, region="白鹭镇", revision=1) for doc in house.store.scan(Query())]
    house.store.save(moved)
    assert house.engine.tick().periods > 0


class _SlowAlerts(_DyingAlerts):
    """Records at leisure: a second passes, and somebody saves a text meanwhile, once."""

    def __init__(self, house: House, text: Document) -> None:
        super().__init__(house.operations.alerts, 0, before=False)
        self._house, self._texts = house, [text]

    def record(
        self, decisions: Sequence[Decision], *, due: timedelta, cursors: Mapping[str, datetime] | None = None
    ) -> Recorded:
        if self._texts:
            self._house.clock.advance(timedelta(seconds=1))
            self._house.store.save([replace(self._texts.pop(), analysed_at=self._house.clock.now())])
        return super().record(decisions, due=due, cursors=cursors)


def test_a_single_text_that_came_while_counts_were_judged_does_not_wait_for_the_next_tick(house: House) -> None:
    house.engine.tick()
    house.burst(NOON - 4 * MINUTE, 5)
    house.operations.alerts = _SlowAlerts(house, document("danger", NOON, text="有人触电"))  # type: ignore[assignment]
    assert house.engine.tick().new == 2
    rules = {alert.draft.rule: alert.id for alert in house.operations.alerts.find()}
    assert sorted(rules, key=rules.__getitem__) == ["停电集中", "人身伤害"]


def test_single_texts_are_judged_before_counts(house: House) -> None:
    house.burst(NOON - 4 * MINUTE, 5, text="有人触电")
    house.engine.tick()
    rules = [alert.draft.rule for alert in sorted(house.operations.alerts.find(), key=lambda alert: alert.id)]
    assert rules[-1] == "停电集中"
    assert len(rules) == 6
