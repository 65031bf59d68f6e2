"""The operations database under one contract, on SQLite and on a real PostgreSQL: inbox, alerts, outbox, cursors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, NotFoundError, StoreError
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.operations.facts import FactDraft
from storage.operations.inbox import MOST_ATTEMPTS
from storage.operations.silences import Matcher
from storage.records import (
    Customer,
    Decision,
    FollowUp,
    ImportReport,
    Member,
    Notice,
    SeenPage,
    SourceReport,
    Standard,
    Window,
)
from tests.fixtures_desk import spoken
from tests.fixtures_operations import (
    FOUR_HOURS,
    START,
    Place,
    decision,
    draft,
    later,
    outage,
    raw,
    service_notice,
)
from tests.services.documents import document

LEASE = timedelta(minutes=5)


class TestInbox:
    def test_what_is_put_comes_out_as_it_was(self, ops: Operations) -> None:
        given = raw(fields={"户数": "41"}, author="张*", region="河口镇", phone="13812345678", customer_no="0123456789")
        assert ops.inbox.put([given]) == ["new"]
        (claim,) = ops.inbox.take(10, LEASE)
        assert (claim.raw, claim.id, claim.revision, claim.arrived_at) == (given, given.id, 1, START)
        assert ops.inbox.original(given.id) == given
        assert ops.inbox.original("0" * 24) is None

    def test_the_same_again_changes_nothing(self, ops: Operations, place: Place, clock: TurnedClock) -> None:
        ops.inbox.put([raw(1), raw(2)])
        ops.inbox.finish(ops.inbox.take(10, LEASE))
        before = place.rows("inbox")
        clock.advance(timedelta(hours=1))
        assert ops.inbox.put([raw(2), raw(1), raw(2)]) == ["unchanged"] * 3
        assert place.rows("inbox") == before

    def test_a_changed_text_is_the_next_revision_and_waits_again_with_its_first_arrival(
        self, ops: Operations, clock: TurnedClock
    ) -> None:
        ops.inbox.put([raw()])
        ops.inbox.finish(ops.inbox.take(1, LEASE))
        clock.advance(timedelta(hours=1))
        assert ops.inbox.put([raw(body="补充：已停电 3 小时")]) == ["updated"]
        (claim,) = ops.inbox.take(1, LEASE)
        assert (claim.revision, claim.arrived_at, claim.raw.body) == (2, START, "补充：已停电 3 小时")

    def test_an_undated_text_keeps_the_time_it_was_first_seen(self, ops: Operations, place: Place) -> None:
        first = raw(dated=False, backlog=True)
        later = replace(first, published_at=START, backlog=False)
        assert ops.inbox.put([first]) == ["new"]
        assert ops.inbox.put([later, replace(later, body="改了")]) == ["unchanged", "updated"]
        assert ops.inbox.original(first.id) == replace(first, body="改了")
        assert ops.inbox.put([replace(later, body="改了", dated=True)]) == ["updated"]
        assert ops.inbox.original(first.id) == replace(later, body="改了", dated=True)
        damaged = "X'00'" if place.url.startswith("sqlite") else "'\\x00'::bytea"
        place.execute(f"UPDATE inbox SET sealed = {damaged}")
        assert ops.inbox.put([later]) == ["updated"]
        assert ops.inbox.original(first.id) == later

    def test_one_id_twice_in_one_call_counts_as_two_arrivals(self, ops: Operations) -> None:
        assert ops.inbox.put([raw(body="一"), raw(body="二"), raw(body="二")]) == ["new", "updated", "unchanged"]
        assert [claim.raw.body for claim in ops.inbox.take(9, LEASE)] == ["二"]

    def test_without_an_id_of_the_source_the_content_is_the_id(self, ops: Operations) -> None:
        texts = [raw(external_id=None, body="甲"), raw(external_id=None, body="乙"), raw(external_id=None, body="甲")]
        assert ops.inbox.put(texts) == ["new", "new", "unchanged"]

    def test_the_arrival_time_may_be_given(self, ops: Operations) -> None:
        ops.inbox.put([raw(demo=True)], arrived_at=lambda given: given.published_at + timedelta(minutes=1))
        assert ops.inbox.take(1, LEASE)[0].arrived_at == START - timedelta(minutes=4)

    def test_more_texts_than_a_statement_takes_parameters(self, ops: Operations) -> None:
        texts = [raw(number) for number in range(1200)]
        assert set(ops.inbox.put(texts)) == {"new"}
        assert set(ops.inbox.put(texts)) == {"unchanged"}
        claims = ops.inbox.take(2000, LEASE)
        assert len({claim.id for claim in claims}) == 1200
        assert ops.inbox.finish(claims) == 1200
        assert ops.inbox.counts() == {"waiting": 0, "analysed": 1200, "failed": 0}

    def test_the_oldest_arrival_is_taken_first(self, ops: Operations, clock: TurnedClock) -> None:
        for number in (3, 1, 2):
            ops.inbox.put([raw(number)])
            clock.advance(timedelta(seconds=1))
        assert [claim.raw.external_id for claim in ops.inbox.take(2, LEASE)] == ["W00003", "W00001"]

    def test_a_lease_hides_a_claim_until_its_end_and_then_gives_it_to_another(
        self, ops: Operations, clock: TurnedClock
    ) -> None:
        ops.inbox.put([raw()])
        (first,) = ops.inbox.take(1, LEASE)
        clock.advance(LEASE - timedelta(microseconds=1))
        assert ops.inbox.take(1, LEASE) == []
        clock.advance(timedelta(microseconds=1))
        (second,) = ops.inbox.take(1, LEASE)
        assert second.token != first.token
        assert ops.inbox.finish([first]) == 0  # too late: it is another's now
        ops.inbox.fail(first, "迟到的失败")
        assert ops.inbox.counts()["waiting"] == 1
        assert ops.inbox.finish([second]) == 1

    def test_a_text_changed_during_analysis_is_not_finished_by_it(self, ops: Operations) -> None:
        ops.inbox.put([raw()])
        (stale,) = ops.inbox.take(1, LEASE)
        ops.inbox.put([raw(body="改过")])
        assert ops.inbox.finish([stale]) == 0
        assert ops.inbox.take(1, LEASE)[0].revision == 2

    def test_a_poisoned_text_is_set_aside_and_the_others_go_on(self, ops: Operations) -> None:
        ops.inbox.put([raw(1), raw(2)])
        for attempt in range(MOST_ATTEMPTS):
            poisoned = next(claim for claim in ops.inbox.take(9, timedelta(0)) if claim.raw.external_id == "W00001")
            ops.inbox.fail(poisoned, f"第 {attempt + 1} 次失败")
        assert ops.inbox.failures() == [(raw(1).id, "95598", f"第 {MOST_ATTEMPTS} 次失败")]
        assert [claim.raw.external_id for claim in ops.inbox.take(9, LEASE)] == ["W00002"]
        assert ops.inbox.reopen_failures() == 1
        assert [claim.raw.external_id for claim in ops.inbox.take(9, LEASE)] == ["W00001"]

    def test_a_changed_text_leaves_the_failed_ones(self, ops: Operations) -> None:
        ops.inbox.put([raw()])
        for _ in range(MOST_ATTEMPTS):
            ops.inbox.fail(ops.inbox.take(1, LEASE)[0], "不行")
        ops.inbox.put([raw(body="改过")])
        assert ops.inbox.counts() == {"waiting": 1, "analysed": 0, "failed": 0}

    def test_halves_of_surrogate_pairs_do_not_stop_an_import(self, ops: Operations) -> None:
        broken = raw(body="表情\ud83d坏了", author="\ude00")
        assert ops.inbox.put([broken]) == ["new"]
        assert ops.inbox.original(broken.id) == broken

    def test_the_originals_are_nowhere_in_the_database_in_plain(
        self, ops: Operations, place: Place, tmp_path: Path
    ) -> None:
        ops.inbox.put([raw(body="某小区停电无人管", phone="13812345678", customer_no="0123456789012", author="王小明")])
        stored = repr(place.rows("inbox"))
        files = b"".join(file.read_bytes() for file in tmp_path.glob("operations.db*"))
        for secret in ("某小区停电无人管", "13812345678", "0123456789012", "王小明"):
            assert secret not in stored
            assert secret.encode() not in files

    def test_another_key_opens_nothing_and_takes_nothing(
        self, ops: Operations, place: Place, clock: TurnedClock
    ) -> None:
        ops.inbox.put([raw()])
        other = place.open(clock, key=bytes(32))
        with pytest.raises(StoreError, match="密钥与数据不符"):
            other.inbox.take(1, LEASE)
        with pytest.raises(StoreError, match="密钥与数据不符"):
            other.inbox.original(raw().id)
        other.close()
        assert len(ops.inbox.take(1, LEASE)) == 1  # the failed attempt has claimed nothing

    def test_one_damaged_original_does_not_stop_the_others(
        self, ops: Operations, place: Place, clock: TurnedClock
    ) -> None:
        ops.inbox.put([raw(1), raw(2)])
        damaged = "X'00'" if place.url.startswith("sqlite") else "'\\x00'::bytea"
        place.execute(f"UPDATE inbox SET sealed = {damaged} WHERE id = '{raw(1).id}'")
        assert [claim.raw.external_id for claim in ops.inbox.take(9, LEASE)] == ["W00002"]
        assert [name for name, _, _ in ops.inbox.failures()] == [raw(1).id]

    def test_hashes_are_the_same_for_one_person_and_differ_between_keys(
        self, ops: Operations, place: Place, clock: TurnedClock
    ) -> None:
        ops.inbox.put([raw(1, phone="13812345678", author="甲"), raw(2, phone="13812345678", author="乙"), raw(3)])
        claims = {claim.raw.external_id: claim for claim in ops.inbox.take(9, LEASE)}
        one, two, none = claims["W00001"], claims["W00002"], claims["W00003"]
        assert one.customer_key == two.customer_key is not None
        assert one.author_key != two.author_key
        assert none.customer_key is none.author_key is None
        other = place.open(clock, key=bytes(32))
        other.inbox.put([raw(4, phone="13812345678")])
        assert other.inbox.take(1, LEASE)[0].customer_key not in (one.customer_key, None)
        other.close()

    def test_the_whole_call_or_nothing(self, ops: Operations) -> None:
        with pytest.raises(Exception, match="naive"):
            ops.inbox.put([raw(1), raw(2, published_at=datetime(2026, 3, 4, 12))])  # noqa: DTZ001
        assert ops.inbox.counts()["waiting"] == 0


class TestAlerts:
    def test_alert_task_messages_mute_and_cursor_are_written_together(self, ops: Operations) -> None:
        made = ops.alerts.record([decision("smtp", "webhook")], due=FOUR_HOURS, cursors={"停电集中": START})
        assert (made.new, made.corrected, made.tasks_opened, made.tasks_joined, made.messages) == (1, 0, 1, 0, 2)
        alert = ops.alerts.get(made.alert_ids[0])
        assert (alert.draft, alert.fired_at) == (draft(), START)
        (task,) = ops.tasks.find()
        assert (task.id, task.state, task.level, task.title) == (alert.task_id, "open", "orange", "河口镇停电集中")
        assert task.due_at == draft().first_text_at + FOUR_HOURS
        assert [step.action for step in ops.tasks.steps(task.id)] == ["开立"]
        assert [message.channel for message in ops.outbox.of_alerts([alert.id])[alert.id]] == ["smtp", "webhook"]
        assert ops.cursors.get("停电集中") == START

    def test_repeating_it_changes_nothing(self, ops: Operations, place: Place, clock: TurnedClock) -> None:
        first = ops.alerts.record([decision("smtp")], due=FOUR_HOURS)
        before = [place.rows(table) for table in ("alerts", "tasks", "task_steps", "outbox")]
        clock.advance(timedelta(hours=1))
        again = ops.alerts.record([decision("smtp")], due=FOUR_HOURS)
        assert again.alert_ids == first.alert_ids
        assert (again.new, again.corrected, again.messages) == (0, 0, 0)
        assert [place.rows(table) for table in ("alerts", "tasks", "task_steps", "outbox")] == before

    def test_a_closed_window_corrects_and_sends_nothing_again(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("smtp")], due=FOUR_HOURS)
        clock.advance(timedelta(minutes=10))
        made = ops.alerts.record([decision("smtp", seen=20, state="corrected")], due=FOUR_HOURS)
        assert (made.new, made.corrected, made.messages) == (0, 1, 0)
        alert = ops.alerts.get(made.alert_ids[0])
        assert (alert.draft.seen, alert.draft.state) == (20, "corrected")
        assert (alert.fired_at, alert.changed_at) == (START, clock.now())
        assert ops.outbox.counts()["waiting"] == 1

    def test_a_late_provisional_finding_does_not_undo_a_confirmed_one(self, ops: Operations) -> None:
        (number,) = ops.alerts.record([decision(seen=20, state="confirmed")], due=FOUR_HOURS).alert_ids
        assert ops.alerts.record([decision(seen=12)], due=FOUR_HOURS).corrected == 0
        assert ops.alerts.get(number).draft.seen == 20

    def test_a_correction_never_shortens_the_mute_nor_forgets_the_first_text(self, ops: Operations) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        worse = decision(seen=13, muted_until=START, first_text_at=START - timedelta(minutes=10))
        (number,) = ops.alerts.record([worse], due=FOUR_HOURS).alert_ids
        corrected = ops.alerts.get(number).draft
        assert (corrected.muted_until, corrected.first_text_at) == (draft().muted_until, draft().first_text_at)

    def test_an_earlier_first_text_brings_the_due_time_forward(self, ops: Operations) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        earlier = START - timedelta(minutes=58)
        ops.alerts.record([decision(seen=13, first_text_at=earlier)], due=FOUR_HOURS)
        (task,) = ops.tasks.find()
        assert (task.first_text_at, task.due_at) == (earlier, earlier + FOUR_HOURS)

    @pytest.mark.parametrize(("level", "wanted"), [("red", "red"), ("blue", "orange")])
    def test_a_correction_lifts_the_level_of_the_task_but_never_lowers_it(
        self, ops: Operations, level: str, wanted: str
    ) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        ops.alerts.record([decision(level=level, state="corrected")], due=FOUR_HOURS)
        assert ops.tasks.find()[0].level == wanted
        assert ops.alerts.find()[0].draft.level == level

    def test_later_alerts_of_the_same_rule_and_key_join_the_open_task(self, ops: Operations) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        made = ops.alerts.record([decision(**later(level="red")), decision(key="石桥镇")], due=FOUR_HOURS)
        assert (made.new, made.tasks_joined, made.tasks_opened) == (2, 1, 1)
        joined, other = ops.tasks.find()
        assert (joined.alert_count, joined.level, joined.due_at) == (2, "red", draft().first_text_at + FOUR_HOURS)
        assert other.key == "石桥镇"
        assert [step.action for step in ops.tasks.steps(joined.id)] == ["开立", "并入"]
        assert len(ops.alerts.find(task_id=joined.id)) == 2

    def test_an_alert_that_joins_does_not_refuse_the_draft_being_written(self, ops: Operations) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        task = ops.tasks.claim(ops.tasks.find()[0].id, "李")
        ops.alerts.record([decision(**later())], due=FOUR_HOURS)
        assert ops.tasks.save_draft(task.id, "李", "正在抢修", task.version).draft == "正在抢修"

    def test_after_the_task_is_closed_the_next_alert_opens_a_new_one(self, ops: Operations) -> None:
        ops.alerts.record([decision()], due=FOUR_HOURS)
        number = ops.tasks.find()[0].id
        ops.tasks.claim(number, "李")
        ops.tasks.drop(number, "李", "已电话说明")
        assert ops.alerts.record([decision(**later())], due=FOUR_HOURS).tasks_opened == 1
        assert len(ops.tasks.find()) == 1

    def test_the_demonstration_has_alerts_and_tasks_of_its_own(self, ops: Operations) -> None:
        made = ops.alerts.record([decision(), decision(demo=True)], due=FOUR_HOURS)
        assert (made.new, made.tasks_opened) == (2, 2)
        found = ops.alerts.by_identity("停电集中", "河口镇", draft().window.start, demo=True)
        assert found is not None
        assert found.draft.demo
        assert ops.alerts.by_identity("停电集中", "别处", draft().window.start) is None

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, ops: Operations, place: Place) -> None:
        # The second decision names one channel twice: its second outbox row breaks the key, after all else is written.
        twice = Decision(draft(key="石桥镇"), (Notice("smtp", "", ""), Notice("smtp", "", "")))
        with pytest.raises(Exception, match=r"(?i)unique"):
            ops.alerts.record([decision("smtp"), twice], due=FOUR_HOURS, cursors={"停电集中": START})
        for table in ("alerts", "tasks", "task_steps", "outbox", "cursors"):
            assert place.rows(table) == [], table

    def test_mutes_by_rule_key_and_moment(self, ops: Operations) -> None:
        ops.alerts.record(
            [decision(), decision(key="石桥镇", muted_until=START), decision(rule="投诉", key=""), decision(demo=True)],
            due=FOUR_HOURS,
        )
        mutes = ops.alerts.mutes("停电集中", since=START)
        assert [(mute.key, mute.start, mute.until) for mute in mutes] == [
            ("河口镇", draft().window.start, draft().muted_until)
        ]
        assert [mute.key for mute in ops.alerts.mutes("停电集中", since=START, demo=True)] == ["河口镇"]

    def test_the_first_to_acknowledge_counts(self, ops: Operations, clock: TurnedClock) -> None:
        (number,) = ops.alerts.record([decision()], due=FOUR_HOURS).alert_ids
        clock.advance(timedelta(minutes=3))
        assert ops.alerts.acknowledge(number, "王").acknowledged_at == clock.now()
        clock.advance(timedelta(minutes=3))
        assert ops.alerts.acknowledge(number, "王").acknowledged_at == clock.now() - timedelta(minutes=3)
        with pytest.raises(ConflictError, match="王 已经确认"):
            ops.alerts.acknowledge(number, "李")
        with pytest.raises(NotFoundError, match="没有名为“99”的预警"):
            ops.alerts.acknowledge(99, "李")

    def test_find_and_count_agree(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision(), decision(key="石桥镇", level="red")], due=FOUR_HOURS)
        clock.advance(timedelta(hours=1))
        (third,) = ops.alerts.record([decision(**later(), rule="投诉")], due=FOUR_HOURS).alert_ids
        ops.alerts.acknowledge(third, "王")
        hour = Window(START, START + timedelta(hours=1))
        for wanted, expected in [
            ({}, 3), ({"acknowledged": True}, 1), ({"acknowledged": False}, 2), ({"levels": ("red",)}, 1),
            ({"levels": ("red", "orange"), "fired": hour}, 2),
        ]:  # fmt: skip
            assert len(ops.alerts.find(**wanted)) == ops.alerts.count(**wanted) == expected
        assert [alert.id for alert in ops.alerts.find(limit=1)] == [third]
        assert [alert.id for alert in ops.alerts.find(rule="投诉")] == [third]
        assert len(ops.alerts.find(offset=1, limit=5)) == 2

    def test_a_text_too_long_for_its_column_is_told_as_such_where_the_database_minds(
        self, ops: Operations, place: Place
    ) -> None:
        if place.url.startswith("sqlite"):
            ops.alerts.record([decision(key="长" * 500)], due=FOUR_HOURS)
            assert ops.alerts.find()[0].draft.key == "长" * 500
        else:
            with pytest.raises(StoreError, match="内容太长"):
                ops.alerts.record([decision(key="长" * 500)], due=FOUR_HOURS)
            assert place.rows("alerts") == []


class TestOutbox:
    def test_a_message_is_hidden_from_others_until_its_lease_ends(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("smtp", "webhook")], due=FOUR_HOURS)
        taken = ops.outbox.take(10, LEASE)
        assert [(message.key, message.attempts) for message in taken] == [("1:smtp", 1), ("1:webhook", 1)]
        assert ops.outbox.take(10, LEASE) == []
        clock.advance(LEASE)
        assert [message.attempts for message in ops.outbox.take(10, LEASE)] == [2, 2]

    def test_sent_is_final(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("smtp")], due=FOUR_HOURS)
        (message,) = ops.outbox.take(1, LEASE)
        ops.outbox.sent(message.id, "250 OK")
        ops.outbox.failed(message.id, "迟到的失败")
        ops.outbox.again(message.id, "再试", START)
        (kept,) = ops.outbox.of_alerts([1])[1]
        assert (kept.state, kept.answer, kept.sent_at) == ("sent", "250 OK", START)
        clock.advance(timedelta(days=1))
        assert ops.outbox.take(1, LEASE) == []

    def test_again_waits_and_failed_stays(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("smtp", "webhook")], due=FOUR_HOURS)
        first, second = ops.outbox.take(2, LEASE)
        ops.outbox.again(first.id, "421 稍后", START + timedelta(minutes=1))
        ops.outbox.failed(second.id, "550 无此人")
        clock.advance(timedelta(minutes=1))
        assert [message.id for message in ops.outbox.take(9, LEASE)] == [first.id]
        assert ops.outbox.counts() == {"waiting": 1, "sent": 0, "failed": 1}

    def test_failed_ones_wait_again_as_if_never_tried(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("smtp", "webhook")], due=FOUR_HOURS)
        first, second = ops.outbox.take(2, LEASE)
        ops.outbox.sent(first.id, "250 OK")
        ops.outbox.failed(second.id, "550 无此人")
        assert (ops.outbox.reopen_failures(), ops.outbox.reopen_failures()) == (1, 0)
        assert [(message.id, message.attempts) for message in ops.outbox.take(9, LEASE)] == [(second.id, 1)]


class TestMemory:
    def test_cursors_and_values_are_replaced(self, ops: Operations) -> None:
        assert ops.cursors.get("甲") is None
        ops.cursors.set({"甲": START, "乙": START})
        ops.cursors.set({"甲": START - timedelta(hours=1)})
        assert (ops.cursors.get("甲"), ops.cursors.get("乙")) == (START - timedelta(hours=1), START)
        assert ops.meta.get("键") is None
        ops.meta.set("键", "一")
        ops.meta.set("键", "二")
        assert ops.meta.get("键") == "二"
        ops.meta.remove("键")
        assert ops.meta.get("键") is None

    def test_moments_keep_their_microseconds(self, ops: Operations) -> None:
        exact = START.replace(microsecond=123456)
        ops.cursors.set({"甲": exact})
        assert ops.cursors.get("甲") == exact

    def test_pages_are_remembered_by_source_and_address(self, ops: Operations) -> None:
        page = SeenPage("新闻", "https://example.org/1", '"e1"', None, "h1", START)
        ops.pages.remember(page)
        ops.pages.remember(SeenPage("论坛", page.url, None, None, "h2", START))
        changed = SeenPage("新闻", page.url, '"e2"', "Wed", "h3", START + timedelta(hours=1))
        ops.pages.remember(changed)
        asked = [page.url, *(f"https://example.org/{number}" for number in range(2, 700))]
        assert ops.pages.get("新闻", asked) == {page.url: changed}

    def test_the_newest_crawl_of_each_source(self, ops: Operations) -> None:
        for hour, reasons in enumerate([("超时",), ()]):
            at = START + timedelta(hours=hour)
            ops.crawl_runs.record(SourceReport("新闻", at, at, 5, 3, 1, 1, 0, reasons))
        ops.crawl_runs.record(SourceReport("论坛", START, START, 0, 0, 0, 0, 1, ("没有应答", "robots.txt 不允许")))
        latest = ops.crawl_runs.latest()
        assert {(run.source, run.reasons) for run in latest} == {
            ("新闻", ()),
            ("论坛", ("没有应答", "robots.txt 不允许")),
        }

    def test_imports_newest_first(self, ops: Operations) -> None:
        reports = [ImportReport(f"{n}.csv", "95598", "王", START, START, 3, 1, 1, 0, 1, "rejected.csv") for n in "ab"]
        for report in reports:
            ops.imports.record(report)
        assert ops.imports.latest() == reports[::-1]
        assert ops.imports.latest(1) == reports[1:]

    def test_the_audit_log_only_grows(self, ops: Operations, clock: TurnedClock) -> None:
        ops.audit.add("王", "查看原文", "文本 1", "用户来电核对")
        clock.advance(timedelta(minutes=1))
        ops.audit.add("王", "导出", "长" * 900)
        newest, first = ops.audit.latest()
        assert (first.at, first.actor, first.action, first.note) == (START, "王", "查看原文", "用户来电核对")
        assert newest.subject == "长" * 400
        doors = {name for name in dir(ops.audit) if not name.startswith("_")}
        reading = {"latest", "find", "count", "names", "head", "hash_of", "lines"}
        assert doors == {"add", *reading}, "nothing may change or delete a line"
        ops.remove_demo()
        assert len(ops.audit.latest()) == 2


def test_removing_the_demonstration_leaves_everything_else(ops: Operations, place: Place) -> None:
    def fill(demo: bool) -> None:
        ops.inbox.put([raw(external_id=f"demo {demo}", demo=demo)])
        ops.alerts.record([decision("smtp", demo=demo)], due=FOUR_HOURS)
        task = next(task for task in ops.tasks.find() if task.demo is demo)
        ops.tasks.claim(task.id, "李")
        spoken(ops, task.id, "李", "正在抢修")
        known = ops.facts.report(
            task.subject, FactDraft("number", "影响 12 户", "12户", "person", "王"), "王", demo=demo
        )
        ops.facts.refute(known.id, "赵", "台区数错了")
        ops.followups.put(FollowUp(0, f"HF{demo}", "", "satisfied", task=task.id, source=f"回访{demo}", demo=demo))
        ops.standards.put(Standard(0, f"BZ{demo}", "停电通知", "运检部", "提前七天", "条例", START, demo=demo))
        ops.customers.put(Customer(0, "", "某医院", important=True, source=f"客户{demo}", demo=demo), "1234567890")
        ops.inquiries.add(task.subject, "云川日报", "为何停电？", START + FOUR_HOURS, "李", demo=demo)
        ops.appointments.appoint("member", "运检部", f"user-{demo}", "管理员", demo=demo)
        name = "示例论坛" if demo else "论坛"
        ops.cursors.set({name: START})
        ops.pages.remember(SeenPage(name, "https://example.org/", None, None, "h", START))
        ops.crawl_runs.record(SourceReport(name, START, START, 1, 1, 0, 0, 0))
        ops.imports.record(ImportReport("f.csv", name, "王", START, START, 1, 1, 0, 0, 0))
        ops.users.add(f"user-{demo}", "pr", "long enough", demo=demo)
        ops.bells.look(f"user-{demo}", 1)
        ops.labels.add(document(f"label {demo}", demo=demo), "sentiment", "neutral", "李")
        names = [f"{demo} {n}" for n in range(2)]
        ops.events.record([
            Member(document=each, event=names[0], published_at=START, revision=1, source=name, label="negative",
                   part=names[0], demo=demo)
            for each in names
        ])  # fmt: skip
        ops.events.split(names[0], names[1:], "李")
        ops.disclosures.open(f"text {demo}", "李", "回访客户", FOUR_HOURS, demo=demo)
        ops.export_requests.ask("李", "月度分析", "", 60, demo=demo)
        ops.alerts.record([decision(**later(5, rule="分级", event=names[0], demo=demo))], due=FOUR_HOURS)
        ops.silences.add(Matcher(rule="停电集中"), START + FOUR_HOURS, "演练", "李", demo=demo)
        ops.causes.put_outage(outage(demo=demo))
        ops.causes.put_notice(service_notice(demo=demo))
        keeper = DEMO if demo else "管"
        ops.duty.add_rotation("duty", ["李"], START, every=FOUR_HOURS, lasts=FOUR_HOURS, by=keeper)
        ops.duty.override("duty", "王", Window(START, START + FOUR_HOURS), "", keeper)
        ops.duty.hand_over("duty", f"user-{demo}", "无", open_alerts=0, open_tasks=0)
        ops.rulebook.start_trial(version, START - FOUR_HOURS, START, "李", demo=demo)
        ops.packages.ask(names[0], "李", texts=1, demo=demo)
        ops.absences.add(f"user-{demo}", START, START + FOUR_HOURS, "管理员")

    version = ops.rulebook.add("[[rule]]", "李").number
    tables = ("inbox", "alerts", "tasks", "task_steps", "statements", "facts", "fact_steps", "inquiries",
              "followups", "standards", "customers", "customer_keys",
              "appointments", "signatures", "outbox", "cursors", "pages", "crawl_runs",
              "imports", "users", "bells", "labels", "disclosures", "export_requests", "event_levels", "silences",
              "outages", "service_notices", "rotations", "overrides", "handovers", "rule_trials",
              "evidence_packages", "absences")  # fmt: skip
    fill(demo=False)
    real = {table: place.rows(table) for table in tables}
    fill(demo=True)
    removed = ops.remove_demo()
    assert {table: place.rows(table) for table in tables} == real
    assert all(removed.values()), removed
    assert set(ops.remove_demo().values()) == {0}
