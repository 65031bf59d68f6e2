"""Truth and one voice, under one contract on SQLite and PostgreSQL: facts, signatures, the one valid statement."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.life import explains
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.records import Fact, Member, Promise, Statement, StatementClaim, StatementDraft, Task
from tests.fixtures_desk import CLOSING, HEAD, LEADER, posts
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later

NUMBER = FactDraft("number", "停电影响 1,286 户", "1286户", "system", "配网系统 16:30 快照")
TEXT = "停电影响 1,286 户，正在抢修。"


@pytest.fixture
def task(ops: Operations) -> Task:
    """A blue task of an event, claimed by 李."""
    posts(ops)
    ops.alerts.record([decision(level="blue", event="e1")], due=FOUR_HOURS)
    return ops.tasks.claim(ops.tasks.find()[0].id, "李")


@pytest.fixture
def fact(ops: Operations, task: Task) -> Fact:
    return ops.facts.report(task.subject, NUMBER, "周")


def citing(*known: Fact, text: str = TEXT, **changes: object) -> StatementDraft:
    claims = tuple(StatementClaim(0, fact.kind, "1,286 户", fact.value, fact.id, fact.revision) for fact in known)
    return replace(StatementDraft(text, claims), **changes)  # type: ignore[arg-type]


def raised(ops: Operations, level: str) -> None:
    """The event gets graver."""
    ops.alerts.record([decision(**later(level=level, event="e1"))], due=FOUR_HOURS)


def explained(ops: Operations, task: int) -> bool:
    steps = tuple((step.step, step.state) for step in ops.tasks.steps(task))
    return explains(steps, ops.tasks.get(task).state)  # type: ignore[arg-type]


def text(document: str, event: str) -> Member:
    return Member(
        document=document, revision=1, event=event, part=event, published_at=START, source="95598", label="negative"
    )


class TestFacts:
    def test_somebody_else_than_who_reported_it_verifies(self, ops: Operations, fact: Fact) -> None:
        assert (fact.state, fact.revision, fact.reporter) == ("pending", 1, "周")
        with pytest.raises(ConflictError, match="报送人不能核实自己"):
            ops.facts.verify(fact.id, "周")
        assert ops.facts.verify(fact.id, "孙", "看过快照").verifier == "孙"
        with pytest.raises(ConflictError, match="已核实"):
            ops.facts.verify(fact.id, "王")

    def test_a_changed_fact_is_verified_anew_by_another(self, ops: Operations, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        changed = ops.facts.amend(fact.id, "孙", "停电影响 1,312 户", "1312户", "另一来源更准")
        assert (changed.state, changed.revision, changed.verifier) == ("pending", 2, None)
        with pytest.raises(ConflictError, match="报送人不能核实自己"):
            ops.facts.verify(fact.id, "孙")
        with pytest.raises(ConflictError, match="刚被更改"):
            ops.facts.verify(fact.id, "王", revision=1)
        assert ops.facts.verify(fact.id, "周", revision=2).state == "verified"
        with pytest.raises(InputError, match="没有变化"):
            ops.facts.amend(fact.id, "王", "停电影响 1,312 户", "1312户", "再改")
        actions = [(step.actor, step.action, step.value) for step in ops.facts.steps(fact.id)]
        assert actions == [
            ("周", "报送", "1286户"), ("孙", "核实", "1286户"), ("孙", "更改", "1312户"), ("周", "核实", "1312户"),
        ]  # fmt: skip

    def test_a_refuted_one_cannot_be_verified_without_a_change(self, ops: Operations, fact: Fact) -> None:
        ops.facts.refute(fact.id, "孙", "是两个台区合计")
        with pytest.raises(ConflictError, match="已否定"):
            ops.facts.verify(fact.id, "王")
        with pytest.raises(InputError, match="请填写否定的原因"):
            ops.facts.refute(fact.id, "孙", " ")

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"text": " "}, "事实内容"), ({"source": ""}, "来源"), ({"kind": "rumour"}, "没有这种事实"),
            ({"source_kind": "web"}, "没有这种来源"), ({"text": "长" * 1001}, "最多 1000 字"),
        ],
    )  # fmt: skip
    def test_what_is_missing_is_asked_for(
        self, ops: Operations, task: Task, change: dict[str, str], told: str
    ) -> None:  # fmt: skip
        with pytest.raises(InputError, match=told):
            ops.facts.report(task.subject, replace(NUMBER, **change), "周")  # type: ignore[arg-type]
        assert ops.facts.of_subject(task.subject, demo=False) == []

    def test_they_are_counted_asked_for_and_found(self, ops: Operations, fact: Fact, task: Task) -> None:
        assert ops.facts.ask(fact.id, "李").asked == 1
        assert ops.facts.pending(demo=False) == [ops.facts.get(fact.id)]
        ops.facts.verify(fact.id, "孙")
        with pytest.raises(ConflictError, match="已不在待核实"):
            ops.facts.ask(fact.id, "李")
        assert ops.facts.counts([task.subject, "x"], demo=False) == {"e1": {"verified": 1}}
        with pytest.raises(NotFoundError):
            ops.facts.get(99)


class TestPublishing:
    def test_a_blue_task_goes_out_at_once(self, ops: Operations, task: Task, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        out = ops.statements.publish_at_once(task.id, "李", citing(fact), task.version)
        assert (out.state, out.subject, out.edition, out.published_by) == ("valid", "e1", 1, "李")
        assert ops.statements.valid("e1", demo=False) == out
        assert ops.tasks.get(task.id).state == "published"
        assert explained(ops, task.id)

    def test_each_obstacle_is_said(self, ops: Operations, task: Task, fact: Fact, clock: TurnedClock) -> None:
        bare = StatementClaim(1, "time", "18:30", "18:30")
        expires = START + timedelta(hours=1)
        given = citing(fact, expires_at=expires)
        sent = ops.statements.submit(task.id, "李", replace(given, claims=(*given.claims, bare)))
        raised(ops, "orange")
        clock.advance(timedelta(hours=2))
        told = ops.statements.obstacles(sent.id)
        assert told == [
            "有效期已过", "还差签名：部门负责人", "还差签名：分管领导", f"“1,286 户”所引的事实 {fact.id} 待核实",
            "“18:30”没有引用任何事实",
        ]  # fmt: skip
        with pytest.raises(ConflictError) as refused:
            ops.statements.publish(sent.id, "李")
        assert all(each in str(refused.value) for each in told)
        assert ops.statements.valid("e1", demo=False) is None

    @pytest.mark.parametrize("text", ["预计［时间：待填］恢复", "影响【户数待核实】", " "])
    def test_a_text_with_a_hole_is_not_even_sent(self, ops: Operations, task: Task, text: str) -> None:
        for send in (ops.statements.submit, ops.statements.publish_at_once):
            with pytest.raises(InputError):
                send(task.id, "李", StatementDraft(text))
        assert ops.statements.of_task(task.id) == []
        assert ops.tasks.get(task.id).state == "claimed"

    def test_at_once_is_refused_where_a_signature_is_asked_for(self, ops: Operations, task: Task) -> None:
        raised(ops, "yellow")
        with pytest.raises(ConflictError, match="还差签名：部门负责人"):
            ops.statements.publish_at_once(task.id, "李", StatementDraft(TEXT))
        assert ops.tasks.get(task.id).state == "claimed"
        assert ops.statements.of_task(task.id) == []

    def test_the_next_one_replaces_the_last(self, ops: Operations, task: Task) -> None:
        first = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        ops.tasks.recall(task.id, "李", "有新进展")
        second = ops.statements.publish_at_once(task.id, "李", StatementDraft("已恢复"))
        before = ops.statements.get(first.id)
        assert (before.state, before.superseded_by) == ("superseded", second.id)
        assert ops.statements.all_valid(demo=False) == [second]
        assert [one.edition for one in ops.statements.of_subject("e1", demo=False)] == [2, 1]

    def test_two_tasks_of_one_subject_never_have_two_valid(self, ops: Operations, task: Task) -> None:
        first = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        ops.tasks.close(task.id, "李", CLOSING)
        ops.alerts.record([decision(**later(3, level="blue", event="e1"))], due=FOUR_HOURS)
        other = ops.tasks.find()[0]
        ops.tasks.claim(other.id, "王")
        second = ops.statements.publish_at_once(other.id, "王", StatementDraft("又停电，正在抢修"))
        assert ops.statements.get(first.id).superseded_by == second.id

    def test_it_runs_out_whether_or_not_anybody_looks(
        self, ops: Operations, task: Task, clock: TurnedClock
    ) -> None:  # fmt: skip
        draft = StatementDraft("正在抢修", expires_at=START + FOUR_HOURS)
        out = ops.statements.publish_at_once(task.id, "李", draft)
        clock.advance(FOUR_HOURS)
        assert ops.statements.valid("e1", demo=False) is None
        assert ops.statements.get(out.id).state == "expired"
        clock.advance(-FOUR_HOURS)  # the machine's clock jumps back
        assert ops.statements.valid("e1", demo=False) is None
        assert ops.statements.expire() == 0
        assert ops.tasks.steps(task.id)[-1].action == "口径过期"
        ops.tasks.recall(task.id, "李", "再说一次")
        with pytest.raises(InputError, match="有效期应晚于现在"):
            ops.statements.submit(task.id, "李", StatementDraft("x", expires_at=START - FOUR_HOURS))

    def test_a_task_is_not_dropped_while_its_statement_holds(self, ops: Operations, task: Task) -> None:
        out = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        ops.tasks.recall(task.id, "李", "有变")
        for end in (ops.tasks.drop, ops.tasks.false_alarm):
            with pytest.raises(ConflictError, match="还有有效的口径"):
                end(task.id, "李", "无需再答")
        assert ops.tasks.get(task.id).state == "claimed"
        ops.statements.withdraw(out.id, "李", "不准确")
        assert ops.tasks.drop(task.id, "李", "无需再答").state == "closed"

    def test_withdrawing_needs_a_reason_and_the_owner(self, ops: Operations, task: Task) -> None:
        out = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        with pytest.raises(InputError, match="撤回的原因"):
            ops.statements.withdraw(out.id, "李", "")
        with pytest.raises(ConflictError, match="李 负责"):
            ops.statements.withdraw(out.id, "王", "不准确")
        assert ops.statements.withdraw(out.id, "李", "不准确").state == "withdrawn"
        assert ops.tasks.get(task.id).state == "claimed"
        assert ops.statements.valid("e1", demo=False) is None
        with pytest.raises(ConflictError, match="已撤回"):
            ops.statements.withdraw(out.id, "李", "再撤")

    def test_promises_and_conflicts_are_kept_as_they_were(self, ops: Operations, task: Task) -> None:
        promise = Promise("update", "下一次通报时间：17:30", START + FOUR_HOURS)
        out = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修", promises=(promise,)))
        assert ops.statements.get(out.id).promises == (promise,)
        ops.statements.flag_promise(out.id, "17:30 没有通报")
        assert [flag.why for flag in ops.statements.flags([out.id])[out.id]] == ["17:30 没有通报"]


class TestAFactChanges:
    def test_a_published_statement_brings_its_task_back(self, ops: Operations, task: Task, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        out = ops.statements.publish_at_once(task.id, "李", citing(fact))
        ops.facts.amend(fact.id, "周", "停电影响 1,312 户", "1312户", "复核")
        assert ops.tasks.get(task.id).state == "claimed"
        (flag,) = ops.statements.flags([out.id])[out.id]
        assert (flag.kind, flag.fact) == ("fact", fact.id)
        assert "1312户" in flag.why
        assert ops.statements.get(out.id).state == "valid"  # until it is withdrawn or replaced
        assert explained(ops, task.id)

    def test_a_closed_task_is_opened_again(self, ops: Operations, task: Task, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        ops.statements.publish_at_once(task.id, "李", citing(fact))
        ops.tasks.watch(task.id, "李")
        ops.tasks.close(task.id, "李", CLOSING)
        ops.facts.refute(fact.id, "孙", "统计有误")
        again = ops.tasks.get(task.id)
        assert (again.state, again.owner, again.closed_at) == ("claimed", "李", None)
        assert explained(ops, task.id)

    def test_the_events_other_open_task_is_told_instead(self, ops: Operations, task: Task, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        ops.statements.publish_at_once(task.id, "李", citing(fact))
        ops.tasks.close(task.id, "李", CLOSING)
        ops.alerts.record([decision(**later(3, level="blue", event="e1"))], due=FOUR_HOURS)
        other = ops.tasks.find()[0]
        ops.facts.refute(fact.id, "孙", "统计有误")
        assert ops.tasks.get(task.id).state == "closed"
        assert "已被否定" in ops.tasks.steps(other.id)[-1].note

    def test_one_being_signed_goes_back(self, ops: Operations, task: Task, fact: Fact) -> None:
        raised(ops, "yellow")
        ops.facts.verify(fact.id, "孙")
        sent = ops.statements.submit(task.id, "李", citing(fact))
        ops.facts.refute(fact.id, "周", "报错了")
        assert ops.statements.get(sent.id).state == "returned"
        assert ops.tasks.get(task.id).state == "claimed"
        with pytest.raises(ConflictError, match="已退回"):
            ops.statements.sign(sent.id, HEAD, sent.sha256)
        assert explained(ops, task.id)

    def test_refuted_a_second_before_publishing(self, ops: Operations, task: Task, fact: Fact) -> None:
        ops.facts.verify(fact.id, "孙")
        prepared = citing(ops.facts.get(fact.id))
        ops.facts.refute(fact.id, "周", "报错了")
        with pytest.raises(ConflictError, match="已否定"):
            ops.statements.publish_at_once(task.id, "李", prepared)
        assert ops.statements.valid("e1", demo=False) is None

    def test_publishing_and_refuting_at_once_leave_nothing_unseen(
        self, ops: Operations, place: Place, clock: TurnedClock, task: Task, fact: Fact
    ) -> None:
        ops.facts.verify(fact.id, "孙")
        raised(ops, "yellow")
        sent = ops.statements.submit(task.id, "李", citing(fact))
        ops.statements.sign(sent.id, HEAD, sent.sha256)
        others = [place.open(clock) for _ in range(2)]

        def publish() -> None:
            try:
                others[0].statements.publish(sent.id, "李")
            except ConflictError:
                return

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(publish), pool.submit(others[1].facts.refute, fact.id, "周", "报错了")]
            for each in done:
                each.result()
        for other in others:
            other.close()
        after = ops.statements.get(sent.id)
        assert ops.statements.flags([sent.id])[sent.id]
        assert (after.state, ops.tasks.get(task.id).state) in (("valid", "claimed"), ("returned", "claimed"))


class TestSigning:
    def sent(self, ops: Operations, task: Task, level: str = "orange", *departments: str) -> Statement:
        raised(ops, level)
        return ops.statements.submit(task.id, "李", StatementDraft("正在抢修", departments=departments))

    def test_departments_in_parallel_then_head_then_leader(self, ops: Operations, task: Task) -> None:
        for department, person in (("运检部", "孙"), ("财务部", "钱")):
            ops.appointments.appoint("member", department, person, "管理员")
        sent = self.sent(ops, task, "orange", "运检部", "财务部")
        waiting = [(each.post, each.department, each.now) for each in ops.statements.missing(sent.id)]
        assert waiting == [
            ("member", "运检部", True), ("member", "财务部", True), ("head", "", False), ("leader", "", False),
        ]  # fmt: skip
        with pytest.raises(ConflictError, match="现在不由您签；还差：运检部（会签）、财务部（会签）"):
            ops.statements.sign(sent.id, HEAD, sent.sha256)
        for person in ("钱", "孙"):
            assert ops.tasks.get(task.id).state == "cosigning"
            assert [one.id for one in ops.statements.awaiting(person, demo=False)] == [sent.id]
            ops.statements.sign(sent.id, person, sent.sha256)
        assert ops.tasks.get(task.id).state == "approving"
        with pytest.raises(ConflictError, match="现在不由您签"):
            ops.statements.sign(sent.id, LEADER, sent.sha256)
        for person in (HEAD, LEADER):
            ops.statements.sign(sent.id, person, sent.sha256, "同意")
        assert ops.statements.publish(sent.id, "李").state == "valid"
        assert [each.person for each in ops.statements.signatures(sent.id)] == ["钱", "孙", HEAD, LEADER]
        assert explained(ops, task.id)

    def test_nobody_signs_twice_or_their_own_text(self, ops: Operations, task: Task) -> None:
        ops.appointments.appoint("head", "公关部", "李", "管理员")
        ops.appointments.appoint("leader", "公司", HEAD, "管理员", deputy=True)
        sent = self.sent(ops, task)
        with pytest.raises(ConflictError, match="撰写人不能签自己的口径"):
            ops.statements.sign(sent.id, "李", sent.sha256)
        ops.statements.sign(sent.id, HEAD, sent.sha256)
        with pytest.raises(ConflictError, match="您已签过"):
            ops.statements.sign(sent.id, HEAD, sent.sha256)
        assert ops.statements.awaiting(HEAD, demo=False) == []

    def test_a_deputy_signs_while_the_approver_is_on_leave(self, ops: Operations, task: Task) -> None:
        ops.appointments.appoint("head", "供电服务部", "副主任", "管理员", deputy=True)
        sent = self.sent(ops, task, "yellow")
        assert ops.statements.sign(sent.id, "副主任", sent.sha256).deputy
        assert "（代理）" in ops.tasks.steps(task.id)[-1].note
        with pytest.raises(ConflictError, match="现在不由您签；还差：无"):
            ops.statements.sign(sent.id, HEAD, sent.sha256)

    def test_nobody_of_the_demonstration_signs_what_is_real(self, ops: Operations, task: Task) -> None:
        ops.appointments.appoint("head", "示例部", "示例主任", "示例", demo=True)
        ops.appointments.appoint("member", "示例部", "示例专责", "示例", demo=True)
        sent = self.sent(ops, task, "yellow")
        with pytest.raises(ConflictError, match="现在不由您签"):
            ops.statements.sign(sent.id, "示例主任", sent.sha256)
        assert ops.statements.awaiting("示例主任", demo=False) == []
        assert ops.appointments.departments(START) == []
        assert ops.appointments.departments(START, demo=True) == ["示例部"]

    def test_a_post_that_has_ended_signs_nothing(self, ops: Operations, task: Task, clock: TurnedClock) -> None:
        sent = self.sent(ops, task, "yellow")
        (head,) = ops.appointments.of_person(HEAD, clock.now())
        ops.appointments.end(head.id, "管理员")
        with pytest.raises(ConflictError, match="现在不由您签"):
            ops.statements.sign(sent.id, HEAD, sent.sha256)
        with pytest.raises(ConflictError, match="任期已经结束"):
            ops.appointments.end(head.id, "管理员")
        with pytest.raises(NotFoundError):
            ops.appointments.end(99, "管理员")

    def test_a_signature_is_for_the_text_that_was_seen(self, ops: Operations, task: Task) -> None:
        sent = self.sent(ops, task, "yellow")
        with pytest.raises(ConflictError, match="文字已不是您看到的那一份"):
            ops.statements.sign(sent.id, HEAD, "0" * 64)

    def test_sent_back_with_a_reason_the_task_is_written_again(self, ops: Operations, task: Task) -> None:
        sent = self.sent(ops, task, "yellow")
        with pytest.raises(InputError, match="退回的原因"):
            ops.statements.send_back(sent.id, HEAD, sent.sha256, " ")
        back = ops.statements.send_back(sent.id, HEAD, sent.sha256, "原因要写清")
        assert (back.state, back.why) == ("returned", "部门负责人：原因要写清")
        assert ops.tasks.get(task.id).state == "claimed"
        second = ops.statements.submit(task.id, "李", StatementDraft("因线路检修，正在抢修"))
        assert (second.edition, ops.statements.signatures(second.id)) == (2, [])
        ops.statements.sign(second.id, HEAD, second.sha256)  # whoever sent one back may sign the next
        assert explained(ops, task.id)

    def test_going_on_writing_voids_what_was_signed(self, ops: Operations, task: Task) -> None:
        sent = self.sent(ops, task)
        ops.statements.sign(sent.id, HEAD, sent.sha256)
        with pytest.raises(ConflictError, match="李 负责"):
            ops.statements.take_back(sent.id, "王")
        ops.statements.take_back(sent.id, "李")
        again = ops.statements.submit(task.id, "李", StatementDraft("正在抢修"))
        assert len(ops.statements.missing(again.id)) == 2

    def test_the_level_rises_after_approval(self, ops: Operations, task: Task) -> None:
        sent = self.sent(ops, task, "yellow")
        ops.statements.sign(sent.id, HEAD, sent.sha256)
        assert ops.statements.obstacles(sent.id) == []
        ops.alerts.record([decision(**later(3, level="red", event="e1"))], due=FOUR_HOURS)
        with pytest.raises(ConflictError, match="还差签名：分管领导"):
            ops.statements.publish(sent.id, "李")
        ops.statements.sign(sent.id, LEADER, sent.sha256)
        assert ops.statements.publish(sent.id, "李").state == "valid"

    def test_two_people_sign_one_place_at_once(
        self, ops: Operations, place: Place, clock: TurnedClock, task: Task
    ) -> None:
        deputies = [f"副主任{number}" for number in range(4)]
        for person in deputies:
            ops.appointments.appoint("head", "供电服务部", person, "管理员", deputy=True)
        sent = self.sent(ops, task)
        doors = [place.open(clock) for _ in deputies]

        def sign(door: Operations, person: str) -> str:
            try:
                door.statements.sign(sent.id, person, sent.sha256)
            except ConflictError as refused:
                return refused.reason
            return ""

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(sign, doors, deputies))
        for door in doors:
            door.close()
        assert answers.count("") == 1
        assert all("已有人签过" in told or "不由您签" in told for told in answers if told)
        assert len(ops.statements.signatures(sent.id)) == 1


class TestMerging:
    def two(self, ops: Operations) -> tuple[Task, Task]:
        ops.alerts.record([decision(**later(2, level="blue", event="e2"))], due=FOUR_HOURS)
        one, other = sorted(ops.tasks.find(), key=lambda task: task.id)
        return one, ops.tasks.claim(other.id, "李")

    def test_the_survivor_is_named_in_the_same_transaction(self, ops: Operations, task: Task) -> None:
        one, other = self.two(ops)
        first = ops.statements.publish_at_once(one.id, "李", StatementDraft("甲"))
        second = ops.statements.publish_at_once(other.id, "李", StatementDraft("乙"))
        with pytest.raises(ConflictError, match="请选择保留哪一份"):
            ops.tasks.merge(other.id, one.id, "李")
        assert ops.tasks.get(other.id).state == "published"
        ops.tasks.merge(other.id, one.id, "李", survivor=second.id)
        kept = ops.statements.get(second.id)
        assert (kept.state, kept.subject) == ("valid", "e1")
        assert ops.statements.get(first.id).superseded_by == second.id
        assert ops.statements.all_valid(demo=False) == [kept]

    def test_what_a_merged_task_said_brings_back_the_one_that_stayed(self, ops: Operations, task: Task) -> None:
        one, other = self.two(ops)
        fact = ops.facts.report("e2", NUMBER, "周")
        ops.facts.verify(fact.id, "孙")
        ops.statements.publish_at_once(one.id, "李", StatementDraft("正在核实。"))
        said = ops.statements.publish_at_once(other.id, "李", citing(fact))
        ops.tasks.merge(other.id, one.id, "李", survivor=said.id)
        ops.tasks.close(one.id, "李", CLOSING)
        ops.facts.refute(fact.id, "周", "报错了")
        assert ops.statements.flags([said.id])[said.id]
        assert [ops.tasks.get(number).state for number in (one.id, other.id)] == ["claimed", "closed"]
        assert explained(ops, one.id)

    def test_facts_come_along_and_what_was_being_signed_goes_back(self, ops: Operations, task: Task) -> None:
        one, other = self.two(ops)
        fact = ops.facts.report("e2", NUMBER, "周")
        going = ops.statements.submit(other.id, "李", StatementDraft("乙"))
        staying = ops.statements.submit(one.id, "李", StatementDraft("甲"))
        ops.tasks.merge(other.id, one.id, "李")
        assert ops.facts.get(fact.id).subject == "e1"
        assert ops.statements.get(going.id).state == "returned"
        assert ops.statements.get(staying.id).state == "submitted"
        (flag,) = ops.statements.flags([staying.id])[staying.id]
        assert f"任务 {other.id} 并入" in flag.why
        assert explained(ops, one.id)
        assert explained(ops, other.id)

    def test_what_was_said_of_an_event_goes_where_its_texts_go(self, ops: Operations, task: Task) -> None:
        ops.events.record([text("e1", "e1"), text("e3", "e3")], [])
        said = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        ops.tasks.close(task.id, "李", CLOSING)
        ops.events.merge("e1", "e3", "王")
        ops.alerts.follow_merged_events()
        assert ops.statements.valid("e3", demo=False) == replace(said, subject="e3")

    def test_whoever_signs_is_told_that_the_event_was_split_or_merged(self, ops: Operations, task: Task) -> None:
        ops.events.record([text("e1", "e1"), text("d2", "e1"), text("e2", "e2")], [])
        sent = ops.statements.submit(task.id, "李", StatementDraft("正在抢修"))
        ops.events.split("e1", ["d2"], "王")
        ops.events.merge("e2", "e1", "王")
        told = [flag.why for flag in ops.statements.flags([sent.id])[sent.id]]
        assert told == [
            "王 从事件中分出 1 条文本，请核对口径是否仍然准确", "王 把另一事件并入，请核对口径是否仍然准确",
        ]  # fmt: skip
        assert ops.statements.get(sent.id).state == "submitted"

    def test_a_task_that_gets_its_event_takes_facts_and_statements_along(self, ops: Operations) -> None:
        posts(ops)
        made = ops.alerts.record([decision(level="blue")], due=FOUR_HOURS)
        task = ops.tasks.claim(ops.tasks.find()[0].id, "李")
        assert task.subject == f"task-{task.id}"
        fact = ops.facts.report(task.subject, NUMBER, "周")
        out = ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修"))
        ops.alerts.link({made.alert_ids[0]: "e9"}, due=FOUR_HOURS)
        assert ops.facts.get(fact.id).subject == "e9"
        assert ops.statements.valid("e9", demo=False) == replace(out, subject="e9")


def test_a_hundred_claim_at_once_and_one_owns_it(ops: Operations, place: Place, clock: TurnedClock) -> None:
    ops.alerts.record([decision()], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id
    doors = [place.open(clock) for _ in range(10)]

    def claim(turn: int) -> bool:
        try:
            doors[turn % 10].tasks.claim(number, f"发言人{turn}")
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(claim, range(100)))
    for door in doors:
        door.close()
    assert won.count(True) == 1
    assert ops.tasks.get(number).owner == f"发言人{won.index(True)}"
    assert [step.action for step in ops.tasks.steps(number)] == ["开立", "领取"]
