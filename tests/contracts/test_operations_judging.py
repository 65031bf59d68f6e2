"""One open task per event, levels of events, silences and known causes, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError, QueryError
from storage.operations import Operations
from storage.operations.causes import in_region
from storage.operations.silences import Matcher
from storage.records import Hold, Level, Member, ScorePart, StageAnswer, Window
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later, outage, service_notice

HOUR = timedelta(hours=1)
SILENCED = Hold("silence", "值班员静默到 14:00", START + HOUR, task=False)
COVERED = Hold("inhibit", "全县停电预警已覆盖", START + HOUR, task=True)
PARTS = (ScorePart("数量", 20.0, ("12 件",), "category:TD"), ScorePart("情感", 5.0, ("负面 9 件",)))


def grouped(ops: Operations, *names: str) -> None:
    """Events of one text each, as grouping records them."""
    ops.events.record([
        Member(document=name, event=name, published_at=START, revision=1, source="热线", label="negative", part=name)
        for name in names
    ])  # fmt: skip


class TestTasksOfEvents:
    def test_alerts_of_one_event_share_a_task_whatever_rule_found_them(self, ops: Operations) -> None:
        made = ops.alerts.record(
            [decision(event="e1"), decision(rule="火情", key="白鹭镇", level="red", event="e1")], due=FOUR_HOURS
        )
        assert (made.new, made.tasks_opened, made.tasks_joined) == (2, 1, 1)
        (task,) = ops.tasks.find()
        assert (task.event, task.alert_count, task.level) == ("e1", 2, "red")
        assert ops.tasks.of_event("e1", demo=False) == task

    def test_one_rule_and_key_may_have_a_task_for_each_event(self, ops: Operations) -> None:
        given = [decision(event="e1"), decision(**later(event="e2")), decision(**later(3))]
        assert ops.alerts.record(given, due=FOUR_HOURS).tasks_opened == 3
        assert sorted(str(task.event) for task in ops.tasks.find()) == ["None", "e1", "e2"]

    def test_after_its_task_is_closed_an_event_gets_another(self, ops: Operations) -> None:
        ops.alerts.record([decision(event="e1")], due=FOUR_HOURS)
        ops.tasks.claim(1, "李")
        ops.tasks.drop(1, "李", "已说明")
        assert ops.alerts.record([decision(**later(event="e1"))], due=FOUR_HOURS).tasks_opened == 1

    def test_many_engines_at_once_open_one_task_and_send_each_message_once(
        self, ops: Operations, place: Place, clock: TurnedClock
    ) -> None:
        others = [place.open(clock) for _ in range(4)]
        given = [decision("smtp", **later(hour, event="e1", rule=f"规则{hour % 3}")) for hour in range(12)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda each: each.alerts.record(given, due=FOUR_HOURS), others))
        (task,) = ops.tasks.find()
        assert (task.alert_count, ops.alerts.count(), ops.outbox.counts()["waiting"]) == (12, 12, 12)
        assert len(ops.levels.history("e1")) == 1
        for other in others:
            other.close()


class TestLinking:
    def test_an_alert_placed_later_moves_to_the_task_of_its_event(self, ops: Operations) -> None:
        ops.alerts.record([decision(event="e1")], due=FOUR_HOURS)
        early = later(rule="火情", level="red", first_text_at=START - 2 * HOUR)
        (number,) = ops.alerts.record([decision(**early)], due=FOUR_HOURS).alert_ids
        assert [alert.id for alert in ops.alerts.unlinked(START)] == [number]
        assert ops.alerts.link({number: "e1"}, due=FOUR_HOURS) == 1
        (task,) = ops.tasks.find()
        assert (task.alert_count, task.level, task.first_text_at) == (2, "red", START - 2 * HOUR)
        gone = ops.tasks.get(2)
        assert (gone.state, gone.merged_into, gone.alert_count) == ("closed", task.id, 0)
        assert [step.action for step in ops.tasks.steps(gone.id)] == ["开立", "合并"]
        assert [step.action for step in ops.tasks.steps(task.id)][-1] in ("合并", "调整级别")
        assert ops.alerts.link({number: "e1"}, due=FOUR_HOURS) == 0

    def test_without_a_task_of_the_event_its_own_becomes_that(self, ops: Operations) -> None:
        (number,) = ops.alerts.record([decision()], due=FOUR_HOURS).alert_ids
        ops.alerts.link({number: "e1"}, due=FOUR_HOURS)
        (task,) = ops.tasks.find()
        assert (task.event, task.state) == ("e1", "open")
        assert ops.alerts.record([decision(**later(event="e1"))], due=FOUR_HOURS).tasks_joined == 1

    def test_a_task_somebody_has_taken_stays_and_people_merge_the_two(self, ops: Operations) -> None:
        ops.alerts.record([decision(event="e1")], due=FOUR_HOURS)
        (number,) = ops.alerts.record([decision(**later(rule="火情"))], due=FOUR_HOURS).alert_ids
        ops.tasks.claim(2, "李")
        ops.alerts.link({number: "e1"}, due=FOUR_HOURS)
        assert ops.alerts.get(number).task_id == 2
        assert ops.alerts.possibly_same() == [(2, 1)]
        with pytest.raises(ConflictError, match="由 李 负责"):
            ops.tasks.merge(2, 1, "王")
        kept = ops.tasks.merge(1, 2, "王", "同一起停电")
        assert (kept.id, kept.alert_count, kept.owner, kept.event) == (2, 2, "李", "e1")
        assert ops.alerts.possibly_same() == []
        assert "同一起停电" in ops.tasks.steps(1)[-1].note
        with pytest.raises(ConflictError, match="已闭环"):
            ops.tasks.merge(1, 2, "王")
        with pytest.raises(NotFoundError):
            ops.tasks.merge(2, 77, "王")
        with pytest.raises(InputError):
            ops.tasks.merge(2, 2, "王")

    def test_a_task_follows_its_event_into_another_but_two_stay_two(self, ops: Operations) -> None:
        grouped(ops, "e1", "e2", "e3")
        ops.alerts.record([decision(event="e1"), decision(**later(event="e3"))], due=FOUR_HOURS)
        ops.events.merge("e1", "e2", "李")
        assert {task.event for task in ops.tasks.find()} == {"e2", "e3"}  # in the same transaction
        ops.events.merge("e2", "e3", "李")
        ops.alerts.follow_merged_events()
        assert {alert.draft.event for alert in ops.alerts.find()} == {"e3"}
        assert len(ops.tasks.find()) == 2
        assert ops.alerts.possibly_same() == [(1, 2)]
        assert ops.alerts.follow_merged_events() == 0

    def test_grouping_unites_no_two_events_that_both_have_tasks_but_proposes_it(self, ops: Operations) -> None:
        grouped(ops, "e1", "e2", "e3")
        ops.alerts.record([decision(event="e1"), decision(**later(event="e2"))], due=FOUR_HOURS)
        united = {"e1": ("e2", "e2"), "e3": ("e2", "e2")}
        assert ops.events.record([], absorbed=united) == ["e3"]
        assert ops.events.record([], absorbed={"e1": ("e2", "e2")}) == []
        assert (ops.events.get("e1").merged_into, ops.events.get("e3").merged_into) == (None, "e2")
        assert ops.alerts.possibly_same() == [(1, 2)]
        assert [[step.action for step in ops.tasks.steps(n)].count("可能同一事件") for n in (1, 2)] == [1, 1]
        ops.tasks.merge(1, 2, "李")
        assert ops.alerts.possibly_same() == []
        assert ops.events.record([], absorbed={"e1": ("e2", "e2")}) == ["e1"]  # one task is left


class TestHolds:
    def test_what_is_silenced_has_its_task_but_no_message(self, ops: Operations, clock: TurnedClock) -> None:
        stages = (StageAnswer("silence", "在静默期内"),)
        given = replace(decision(), held=SILENCED, score=PARTS, stages=stages)
        (number,) = ops.alerts.record([given], due=FOUR_HOURS).alert_ids
        alert = ops.alerts.get(number)
        assert (alert.held, alert.score, alert.stages, alert.told, alert.task_id) == (SILENCED, PARTS, stages, 0, 1)
        assert ops.alerts.held_counts() == {"silence": 1}
        assert ([a.id for a in ops.alerts.find(held=True)], ops.alerts.find(held=False)) == ([number], [])
        assert ops.alerts.due_again() == []
        clock.advance(HOUR)
        assert [alert.id for alert in ops.alerts.due_again()] == [number]
        ops.alerts.release(number)
        assert (ops.alerts.due_again(), ops.alerts.held_now()) == ([], [])
        assert ops.alerts.count(held=True) == 1  # it stays told that it was held

    def test_what_is_covered_gets_its_task_when_it_is_told_after_all(self, ops: Operations, clock: TurnedClock) -> None:
        made = ops.alerts.record([replace(decision(), held=COVERED)], due=FOUR_HOURS)
        assert (made.tasks_opened, made.tasks_joined, ops.tasks.find()) == (0, 0, [])
        ops.alerts.hold_on(1, replace(COVERED, until=START + 2 * HOUR))
        clock.advance(HOUR)
        assert ops.alerts.due_again() == []
        clock.advance(HOUR)
        made = ops.alerts.record([replace(decision("smtp"), again=0)], due=FOUR_HOURS)
        assert (made.corrected, made.tasks_opened, made.messages) == (1, 1, 1)
        assert (ops.alerts.get(1).told, ops.alerts.due_again()) == (1, [])

    def test_one_alert_is_told_again_once_although_two_engines_want_it(self, ops: Operations) -> None:
        ops.alerts.record([decision("smtp")], due=FOUR_HOURS)
        worse = replace(decision("smtp", seen=40), again=1)
        assert [ops.alerts.record([worse], due=FOUR_HOURS).messages for _ in range(2)] == [1, 0]
        assert [message.key for message in ops.outbox.of_alerts([1])[1]] == ["1:smtp", "1:smtp#2"]
        assert (ops.alerts.get(1).told, ops.alerts.get(1).told_seen) == (2, 40)

    def test_a_hold_ended_by_hand_is_looked_at_again(self, ops: Operations) -> None:
        ops.alerts.record([replace(decision(), held=SILENCED)], due=FOUR_HOURS)
        ops.alerts.end_holds([1])
        assert [alert.id for alert in ops.alerts.due_again()] == [1]

    def test_alerts_that_cover_others_were_told(self, ops: Operations) -> None:
        hidden = replace(decision(**later(0.5)), held=COVERED)
        ops.alerts.record([decision(), hidden], due=FOUR_HOURS)
        span = Window(START - HOUR / 2, START)
        assert [alert.id for alert in ops.alerts.covering(["停电集中"], span)] == [1]
        assert ops.alerts.covering(["火情"], span) == []


class TestLevels:
    @pytest.fixture(autouse=True)
    def _an_event(self, ops: Operations) -> None:
        ops.alerts.record([replace(decision(level="yellow", event="e1"), score=PARTS)], due=FOUR_HOURS)

    def rise(self, ops: Operations, hour: float, level: Level) -> Level:
        ops.alerts.record([decision(**later(hour, level=level, event="e1"))], due=FOUR_HOURS)
        return ops.tasks.find()[0].level

    def test_rules_and_score_lift_it_and_the_history_says_why(self, ops: Operations) -> None:
        given = replace(decision(**later(level="blue", event="e1")), event_level="orange", event_score=PARTS)
        ops.alerts.record([given], due=FOUR_HOURS)
        assert self.rise(ops, 2, "blue") == "orange"
        latest, first = ops.levels.history("e1")
        assert (first.before, first.level, latest.before, latest.level) == (None, "yellow", "yellow", "orange")
        assert (latest.score, latest.by_hand, latest.actor) == (PARTS, False, "系统")
        assert "评分 25 分" in latest.why
        assert ops.levels.current(["e1", "e2"]) == {"e1": latest}

    def test_one_set_by_hand_stays_until_it_gets_worse_than_it_was_then(self, ops: Operations) -> None:
        line = ops.levels.set_by_hand("e1", "blue", "已查实为误报", "李")
        assert (line.level, line.by_hand, line.basis, line.actor) == ("blue", True, "yellow", "李")
        assert ops.tasks.find()[0].level == "blue"
        assert self.rise(ops, 1, "yellow") == "blue"
        assert self.rise(ops, 2, "orange") == "orange"
        assert "升级触发" in ops.levels.history("e1")[0].why
        assert [step.action for step in ops.tasks.steps(1)].count("调整级别") == 2

    def test_one_raised_by_hand_is_never_lowered_by_what_comes(self, ops: Operations) -> None:
        ops.levels.set_by_hand("e1", "red", "省公司要求", "李")
        assert self.rise(ops, 1, "orange") == "red"
        assert ops.levels.current(["e1"])["e1"].by_hand

    @pytest.mark.parametrize(("level", "reason"), [("red", " "), ("yellow", "再定一次"), ("red", "长" * 501)])
    def test_without_a_reason_or_change_nothing_is_set(self, ops: Operations, level: Level, reason: str) -> None:
        with pytest.raises(InputError):
            ops.levels.set_by_hand("e1", level, reason, "李")
        with pytest.raises(InputError, match="还没有预警"):
            ops.levels.set_by_hand("e9", "red", "试试", "李")


class TestSilences:
    def test_one_holds_for_its_time_and_may_be_ended_by_a_name(self, ops: Operations, clock: TurnedClock) -> None:
        made = ops.silences.add(Matcher(rule="停电集中", key="河口镇"), START + HOUR, "检修已告知", "李")
        assert ops.silences.in_force(START) == [made]
        assert ops.silences.in_force(START + HOUR) == []
        assert ops.silences.in_force(START, demo=True) == []
        ended = ops.silences.end(made.id, "王")
        assert (ended.ended_by, ended.ended_at) == ("王", START)
        assert ops.silences.in_force(START) == []
        with pytest.raises(ConflictError, match="王 已经结束"):
            ops.silences.end(made.id, "李")
        other = ops.silences.add(Matcher(region="河口镇"), START + HOUR, "演练", "李")
        assert [each.id for each in ops.silences.find()] == [other.id, made.id]
        clock.advance(2 * HOUR)
        with pytest.raises(ConflictError, match="到期"):
            ops.silences.end(other.id, "李")
        with pytest.raises(NotFoundError):
            ops.silences.end(99, "李")

    def test_what_says_too_little_or_too_much_is_refused(self, ops: Operations) -> None:
        end = START + HOUR
        for matcher, until, reason in (
            (Matcher(), end, "无"),
            (Matcher(rule="火情"), end, " "),
            (Matcher(rule="火情"), START, "太短"),
            (Matcher(rule="火情"), START + timedelta(days=31), "太长"),
        ):
            with pytest.raises(InputError):
                ops.silences.add(matcher, until, reason, "李")
        with pytest.raises(QueryError):
            ops.silences.add(Matcher(query="没有:这个"), end, "写错", "李")


class TestCauses:
    def test_putting_again_brings_up_to_date(self, ops: Operations) -> None:
        assert [ops.causes.put_outage(it) for it in (outage(), outage(), outage(expected=80))] == [
            "new", "unchanged", "updated",
        ]  # fmt: skip
        assert [ops.causes.put_notice(service_notice()), ops.causes.put_notice(service_notice())] == [
            "new",
            "unchanged",
        ]
        (found,) = ops.causes.find_outages()
        assert (found.expected, found.places, found.at) == (80, ("10千伏河口线",), START)

    def test_a_cause_explains_its_area_and_time(self, ops: Operations) -> None:
        ops.causes.put_outage(outage())
        ops.causes.put_notice(service_notice())
        during = Window(START + HOUR, START + 2 * HOUR)
        assert [cause.expected for cause in ops.causes.matching("云澄县河口镇", during)] == [200, 60]
        assert [cause.expected for cause in ops.causes.matching("河口镇", during)] == [60]
        assert ops.causes.matching("白鹭镇", during) == []
        assert ops.causes.matching("河口镇", during, demo=True) == []
        assert ops.causes.matching("河口镇", Window(START - HOUR, START)) == []
        after = START + FOUR_HOURS
        assert len(ops.causes.matching("河口镇", Window(after + HOUR, after + 2 * HOUR))) == 1  # calls go on a while
        assert ops.causes.matching("河口镇", Window(after + 2 * HOUR, after + 3 * HOUR)) == []
        ops.causes.withdraw("outage", 1, by="李", why="取消")
        assert ops.causes.matching("河口镇", during) == []
        with pytest.raises(ConflictError):
            ops.causes.withdraw("outage", 1, by="李", why="取消")
        with pytest.raises(NotFoundError):
            ops.causes.withdraw("notice", 9, by="李", why="取消")

    def test_an_outage_without_an_end_lasts(self, ops: Operations) -> None:
        ops.causes.put_outage(outage(end=None, planned=False))
        assert ops.causes.matching("河口镇", Window(START + 9 * HOUR, START + 10 * HOUR))

    @pytest.mark.parametrize(
        ("place", "region", "lies"),
        [("云澄县河口镇", "云澄县", True), ("云川省云澄县河口镇", "云澄县", True), ("河口镇", "云澄县", False),
         ("5140203", "51402", True), ("8851402", "51402", False), ("河口镇", "", True)],
    )  # fmt: skip
    def test_what_lies_in_what(self, place: str, region: str, lies: bool) -> None:
        assert in_region(place, region) is lies
