"""Follow-ups, risk standards and customers, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.life import explains
from storage.operations import Operations
from storage.operations.events import Described
from storage.records import Closing, Customer, FollowUp, Member, Standard, StatementDraft, Task, Window
from tests.fixtures_desk import CLOSING, ended, spoken
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later, raw

DAY = timedelta(days=1)
ORDER, CUSTOMER, MOBILE = "W00001", "3201234567", "13812345678"


def call(number: str = "HF-1", outcome: str = "unsatisfied", **changes: Any) -> FollowUp:
    values = {"order_number": ORDER, "note": "还是没来电", "called_at": START + DAY, "source": "回访", "by": "回访员"}
    return FollowUp(0, number, outcome=outcome, **(values | changes))  # type: ignore[arg-type]


def standard(number: str = "FX-1", **changes: Any) -> Standard:
    given = Standard(
        0, number, "计划停电未提前七天公告", "运检部", "停电前七天核对公告与短信", "供电监管办法", START,
        classes=("停电公告",), keywords=("没有通知",), source="手工录入", by="李",
    )  # fmt: skip
    return replace(given, **changes)


def place_in_event(ops: Operations, number: int, event: str, **changes: Any) -> str:
    """A text that came in as an order and was grouped; returns its id."""
    text = raw(number, **changes)
    ops.inbox.put([text])
    ops.events.record([Member(text.id, 1, event, event, text.published_at, text.source, "negative")])
    return text.id


@pytest.fixture
def closed(ops: Operations) -> Task:
    """A closed task of event `a`, to which the order W00001 belongs."""
    place_in_event(ops, 1, "a", customer_no=CUSTOMER)
    ops.alerts.record([decision(event="a", level="blue")], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id
    ops.tasks.claim(number, "李")
    ended(ops, number, "李")
    return ops.tasks.get(number)


def lines(ops: Operations, task: int) -> list[tuple[str, str]]:
    return [(step.action, step.note) for step in ops.tasks.steps(task)]


# Follow-ups


def test_a_dissatisfied_customer_reopens_the_closed_task_once(ops: Operations, closed: Task) -> None:
    assert ops.followups.put(call()) == "new"
    task = ops.tasks.get(closed.id)
    assert (task.state, task.owner, task.closed_at) == ("claimed", "李", None)
    assert lines(ops, closed.id)[-1] == ("重开", f"回访不满意（工单 {ORDER}）：还是没来电")
    assert ops.tasks.steps(closed.id)[-1].actor == "系统"
    found = ops.followups.find()[0]
    assert (found.task, found.event, found.settled, found.settled_at) == (closed.id, "a", "reopened", START)
    before = lines(ops, closed.id)
    assert ops.followups.put(call()) == "unchanged"
    ended(ops, closed.id, "李", "现已恢复")
    assert ops.followups.put(call()) == "unchanged"
    assert ops.followups.settle() == 0
    assert ops.tasks.get(closed.id).state == "closed"
    assert [line for line in lines(ops, closed.id) if line[0] == "重开"] == before[-1:]
    history = tuple((step.step, step.state) for step in ops.tasks.steps(closed.id))
    assert explains(history, "closed")  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", ["satisfied", "unreached"])
def test_others_change_no_task(ops: Operations, closed: Task, outcome: str) -> None:
    before = lines(ops, closed.id)
    assert ops.followups.put(call(outcome=outcome)) == "new"
    assert (ops.tasks.get(closed.id).state, lines(ops, closed.id)) == ("closed", before)
    found = ops.followups.find(task=closed.id)[0]
    assert (found.outcome, found.event, found.settled) == (outcome, "a", "")


def test_a_corrected_outcome_acts_then(ops: Operations, closed: Task) -> None:
    ops.followups.put(call(outcome="unreached"))
    assert ops.followups.put(call()) == "updated"
    assert ops.tasks.get(closed.id).state == "claimed"
    assert len(ops.followups.find()) == 1


def test_where_the_event_has_an_open_task_that_one_gets_a_line(ops: Operations, closed: Task) -> None:
    ops.alerts.record([decision(event="a", level="blue", **later())], due=FOUR_HOURS)
    other = ops.tasks.of_event("a", demo=False)
    assert other is not None
    assert other.id != closed.id
    ops.followups.put(call(task=closed.id, order_number=""))
    assert ops.tasks.get(closed.id).state == "closed"
    assert lines(ops, other.id)[-1] == ("回访不满意", "回访不满意：还是没来电")
    assert ops.tasks.get(other.id).state == "open"
    found = ops.followups.find()[0]
    assert (found.task, found.settled) == (other.id, "noted")


def test_a_task_without_event_is_reopened_by_its_number(ops: Operations) -> None:
    ops.alerts.record([decision(level="blue")], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id
    ops.tasks.claim(number, "李")
    ops.tasks.false_alarm(number, "李", "试验")
    ops.followups.put(call(task=number, order_number=""))
    assert ops.tasks.get(number).state == "claimed"


@pytest.mark.parametrize("event", [None, "not grouped yet"])
def test_where_another_task_has_opened_meanwhile_that_one_gets_the_line(ops: Operations, event: str | None) -> None:
    ops.alerts.record([decision(event=event, level="blue")], due=FOUR_HOURS)
    first = ops.tasks.find()[0].id
    ops.tasks.claim(first, "李")
    ops.tasks.false_alarm(first, "李", "试验")
    ops.alerts.record([decision(event=event, level="blue", **later(9))], due=FOUR_HOURS)
    second = ops.tasks.find()[0].id
    assert second != first
    assert ops.followups.put(call(task=first, order_number="")) == "new"
    assert (ops.tasks.get(first).state, ops.tasks.get(second).state) == ("closed", "open")
    assert lines(ops, second)[-1] == ("回访不满意", "回访不满意：还是没来电")


def test_a_merged_task_stands_for_the_one_it_went_into(ops: Operations) -> None:
    ops.alerts.record([decision(level="blue"), decision(level="blue", key="他处")], due=FOUR_HOURS)
    going, staying = (task.id for task in ops.tasks.find())
    ops.tasks.claim(staying, "李")
    ops.tasks.merge(going, staying, "李")
    ended(ops, staying, "李")
    ops.followups.put(call(task=going, order_number=""))
    assert (ops.tasks.get(staying).state, ops.tasks.get(going).state) == ("claimed", "closed")


def test_what_comes_before_its_task_is_settled_later(ops: Operations, clock: TurnedClock) -> None:
    ops.followups.put(call())
    assert ops.followups.find()[0].event is None
    assert ops.followups.settle() == 0
    place_in_event(ops, 1, "a")
    ops.alerts.record([decision(event="a", level="blue")], due=FOUR_HOURS)
    assert ops.followups.settle() == 1
    task = ops.tasks.find()[0]
    assert lines(ops, task.id)[-1][0] == "回访不满意"
    assert ops.followups.settle() == 0
    assert len([line for line in lines(ops, task.id) if line[0] == "回访不满意"]) == 1
    clock.advance(31 * DAY)
    ops.followups.put(call("HF-9", order_number="W99999"))
    clock.advance(31 * DAY)
    place_in_event(ops, 99999, "a")
    assert ops.followups.settle() == 0


def test_the_order_is_found_whatever_source_it_came_from(ops: Operations, closed: Task) -> None:
    for source in ("12345", "云川论坛", "95598 二期"):
        place_in_event(ops, 7, "b", source=source, external_id=f"{source}-7")
    ops.followups.put(call("1", "satisfied", order_number="云川论坛-7"))
    ops.followups.put(call("2", "satisfied", order_number="12345-7"))
    ops.followups.put(call("3", "satisfied"))
    assert {it.number: it.event for it in ops.followups.find()} == {"1": "b", "2": "b", "3": "a"}


def test_no_number_of_a_customer_is_kept_in_plain(ops: Operations, place: Place) -> None:
    ops.followups.put(call(note=f"客户来电号码 {MOBILE}，户号 {CUSTOMER}"), CUSTOMER)
    stored = str(place.rows("followups"))
    assert MOBILE not in stored
    assert CUSTOMER not in stored
    ops.inbox.put([raw(1, customer_no=CUSTOMER)])
    assert ops.followups.find()[0].customer_key == ops.inbox.take(1, DAY)[0].customer_key


def test_follow_ups_that_say_too_little_are_refused(ops: Operations) -> None:
    with pytest.raises(InputError, match="工单编号"):
        ops.followups.put(call(order_number=""))
    with pytest.raises(InputError, match="满意"):
        ops.followups.put(call(outcome="一般"))
    with pytest.raises(NotFoundError, match="任务"):
        ops.followups.put(call(task=99))
    with pytest.raises(NotFoundError, match="事件"):
        ops.followups.put(call(event="nobody"))
    assert ops.followups.find() == []


def test_follow_ups_are_found_by_time_and_outcome(ops: Operations, closed: Task) -> None:
    for day, outcome in enumerate(("satisfied", "unsatisfied", "unreached")):
        ops.followups.put(call(str(day), outcome, called_at=START + day * DAY))
    in_time = ops.followups.find(called=Window(START, START + 2 * DAY))
    assert [it.number for it in in_time] == ["1", "0"]
    assert [it.number for it in ops.followups.find(outcome="unreached")] == ["2"]
    assert len(ops.followups.find(task=closed.id, event="a")) == 3
    assert ops.followups.find(demo=True) == []


# Standards


def test_a_later_edition_ends_the_one_before(ops: Operations) -> None:
    assert ops.standards.put(standard()) == "new"
    assert ops.standards.put(standard()) == "unchanged"
    assert ops.standards.put(standard(start=START + 10 * DAY, precaution="停电前十天核对")) == "new"
    assert ops.standards.put(standard()) == "unchanged"
    assert [(it.start, it.end) for it in ops.standards.find()] == [
        (START + 10 * DAY, None), (START, START + 10 * DAY),
    ]  # fmt: skip
    assert [it.precaution for it in ops.standards.find(at=START + 9 * DAY)] == ["停电前七天核对公告与短信"]
    assert [it.precaution for it in ops.standards.find(at=START + 10 * DAY)] == ["停电前十天核对"]
    assert ops.standards.find(at=START - DAY) == []
    assert ops.standards.put(standard(basis="新的依据")) == "updated"
    assert ops.standards.find(at=START)[0].basis == "新的依据"


def test_a_standard_is_ended(ops: Operations) -> None:
    ops.standards.put(standard())
    number = ops.standards.find()[0].id
    with pytest.raises(InputError, match="生效"):
        ops.standards.end(number, START, "李")
    assert ops.standards.end(number, START + DAY, "李").end == START + DAY
    with pytest.raises(ConflictError, match="失效"):
        ops.standards.end(number, START + 2 * DAY, "李")
    with pytest.raises(NotFoundError, match="标准"):
        ops.standards.end(99, START + DAY, "李")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": " "}, "编号"), ({"title": ""}, "风险点"), ({"department": ""}, "责任部门"),
        ({"precaution": ""}, "防范措施"), ({"end": START}, "生效"),
    ],
)  # fmt: skip
def test_a_standard_that_says_too_little_is_refused(ops: Operations, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        ops.standards.put(standard(**changes))
    assert ops.standards.find() == []


def test_what_a_standard_foresees() -> None:
    assert standard().foresees("停电公告", "")
    assert standard().foresees("其他", "停电没有通知")
    assert not standard(classes=("",)).foresees("", "停电")


# Customers


def hospital(**changes: Any) -> Customer:
    given = Customer(
        0, "", "云澄县人民医院", important=True, sensitive="医疗", manager="王客服", source="客户", by="李"
    )
    return replace(given, **changes)


def test_customers_are_known_by_the_hash_of_any_of_their_numbers(ops: Operations, place: Place) -> None:
    assert ops.customers.put(hospital(), CUSTOMER, [MOBILE]) == "new"
    assert ops.customers.put(hospital(), CUSTOMER, [MOBILE]) == "unchanged"
    stored = str([place.rows(table) for table in ("customers", "customer_keys")])
    assert CUSTOMER not in stored
    assert MOBILE not in stored
    ops.inbox.put([raw(1, customer_no=f" {CUSTOMER}"), raw(2, phone=MOBILE), raw(3, phone="13900000000")])
    keys = {claim.raw.external_id: claim.customer_key or "" for claim in ops.inbox.take(3, DAY)}
    found = ops.customers.of_keys(list(keys.values()))
    assert [found[keys[name]].name for name in ("W00001", "W00002")] == ["云澄县人民医院"] * 2
    assert keys["W00003"] not in found
    everybody = [*keys.values(), *(f"{n:024x}" for n in range(1200))]
    for asked in (everybody, everybody[:1], ["0"]):  # more than are known, and fewer
        assert ops.customers.of_keys(asked) == {key: it for key, it in found.items() if key in asked}
    assert ops.customers.of_keys(everybody, demo=True) == {}
    assert found[keys["W00001"]].called == "重要用户、敏感用户（医疗） 云澄县人民医院（户号 ******4567）"
    assert ops.customers.put(hospital(manager="赵客服"), CUSTOMER) == "updated"
    assert ops.customers.of_keys([keys["W00002"]]) == {}
    assert (ops.customers.count(), ops.customers.find()[0].manager) == (1, "赵客服")
    with pytest.raises(InputError, match="户号"):
        ops.customers.put(hospital(), " ")


def test_customers_among_the_texts_of_an_event(ops: Operations) -> None:
    for number, customer in enumerate((CUSTOMER, CUSTOMER, "3209999999", "3208888888"), 1):
        place_in_event(ops, number, "a", customer_no=customer)
    ops.customers.put(hospital(), CUSTOMER)
    ops.customers.put(hospital(name="云澄纺织厂", important=False, large=True, sensitive=""), "3209999999")
    hits = ops.customers.hit_by("a")
    assert [(hit.customer.name, hit.texts) for hit in hits] == [("云澄县人民医院", 2), ("云澄纺织厂", 1)]
    assert hits[0].first_at == START - timedelta(minutes=5)
    assert ops.customers.hit_by("b") == []


def test_nobody_learns_who_sent_a_report_or_a_confidential_text(ops: Operations) -> None:
    place_in_event(ops, 1, "a", customer_no=CUSTOMER, kind="举报")
    place_in_event(ops, 2, "a", customer_no="3209999999", fields={"是否保密": "是"})
    place_in_event(ops, 3, "a", customer_no="3208888888", kind="投诉")
    for number in (CUSTOMER, "3209999999", "3208888888"):
        ops.customers.put(hospital(name=number[-4:]), number)
    ops.alerts.record([decision(event="a", level="blue")], due=FOUR_HOURS)
    kinds = ("举报", "保密")
    assert [hit.customer.name for hit in ops.customers.hit_by("a", restricted=kinds)] == ["8888"]
    assert [hit.customer.name for hit in ops.customers.to_copy(restricted=kinds)] == ["8888"]
    place_in_event(ops, 4, "a", customer_no=CUSTOMER, kind="投诉")
    hits = {hit.customer.name: hit.texts for hit in ops.customers.hit_by("a", restricted=kinds)}
    assert hits == {"8888": 1, "4567": 1}, "an ordinary text of the same customer is no secret"


def test_each_account_manager_is_copied_in_once_on_a_task(ops: Operations) -> None:
    assert ops.customers.to_copy() == []
    place_in_event(ops, 1, "a", customer_no=CUSTOMER)
    place_in_event(ops, 2, "a", customer_no="3209999999")
    ops.customers.put(hospital(), CUSTOMER)
    ops.customers.put(hospital(name="无人负责", manager=""), "3209999999")
    assert ops.customers.to_copy() == []
    ops.alerts.record([decision(event="a", level="blue")], due=FOUR_HOURS)
    task = ops.tasks.find()[0].id
    (hit,) = ops.customers.to_copy()
    assert (hit.task, hit.customer.name) == (task, "云澄县人民医院")
    assert ops.customers.copy_in(hit, told=True)
    assert not ops.customers.copy_in(hit, told=True)
    assert ops.customers.to_copy() == []
    assert [(it.manager, it.told) for it in ops.customers.copied(task)] == [("王客服", True)]
    copied = [note for action, note in lines(ops, task) if action == "抄送客户经理"]
    assert copied == ["重要用户、敏感用户（医疗） 云澄县人民医院（户号 ******4567），客户经理 王客服"]


def test_a_closed_task_copies_nobody_in(ops: Operations) -> None:
    place_in_event(ops, 1, "a", customer_no=CUSTOMER)
    ops.customers.put(hospital(), CUSTOMER)
    ops.alerts.record([decision(event="a", level="blue")], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id
    ops.tasks.claim(number, "李")
    spoken(ops, number, "李", "正在抢修")
    assert len(ops.customers.to_copy()) == 1
    ops.tasks.watch(number, "李")
    ops.tasks.close(number, "李", CLOSING)
    assert ops.customers.to_copy() == []


# What is read in bulk


def test_closed_tasks_come_once_with_their_latest_closing(ops: Operations, closed: Task, clock: TurnedClock) -> None:
    ops.tasks.reopen(closed.id, "李", "又有来电")
    clock.advance(timedelta(hours=1))
    spoken(ops, closed.id, "李", "再次说明")
    standard_id = _one_standard(ops)
    closing = Closing("公告漏发", "补发公告", "营销部", kept=False, cause_class="停电公告", standard=standard_id)
    ops.tasks.close(closed.id, "李", closing)
    ops.alerts.record([decision(level="blue", key="他处")], due=FOUR_HOURS)
    other = ops.tasks.find()[0].id
    ops.tasks.claim(other, "李")
    ops.tasks.false_alarm(other, "李", "试验")
    (found,) = ops.closings.closed(Window(START, START + DAY))
    assert (found.task, found.event, found.closing) == (closed.id, "a", closing)
    assert found.closed_at == START + timedelta(hours=1)
    assert ops.closings.closed(Window(START + timedelta(hours=2), START + DAY)) == []
    assert ops.closings.closed(Window(START, START + DAY), demo=True) == []
    assert ops.closings.standards_met() == {standard_id}
    assert ops.closings.standards_met(demo=True) == set()


def _one_standard(ops: Operations) -> int:
    ops.standards.put(standard())
    return ops.standards.find()[0].id


def test_the_area_of_a_closed_task_is_its_event_s(ops: Operations) -> None:
    place_in_event(ops, 1, "a")
    ops.events.record([], [Described("a", "河口镇停电", "河口镇", "TD", ())])
    for event, key in (("a", "x"), (None, "云澄县")):
        ops.alerts.record([decision(event=event, level="blue", key=key)], due=FOUR_HOURS)
    for task in ops.tasks.find():
        ops.tasks.claim(task.id, "李")
        ended(ops, task.id, "李", f"已恢复供电 {task.id}")
    found = {it.task: (it.area, it.title) for it in ops.closings.closed(Window(START, START + DAY))}
    assert set(found.values()) == {("河口镇", "河口镇停电"), ("云澄县", "河口镇停电集中")}


def test_every_department_asked_to_co_sign_is_told_with_its_answer(ops: Operations, clock: TurnedClock) -> None:
    ops.alerts.record([decision(level="blue")], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id
    ops.tasks.claim(number, "李")
    ops.appointments.appoint("member", "运检部", "王", "管理员")
    statement = ops.statements.submit(number, "李", StatementDraft("正在抢修", departments=("运检部", "营销部")))
    clock.advance(timedelta(hours=1))
    ops.statements.sign(statement.id, "王", statement.sha256)
    asked = {it.department: it for it in ops.closings.cosigning(Window(START, START + DAY))}
    assert asked["运检部"].answered_at == START + timedelta(hours=1)
    assert (asked["营销部"].answered_at, asked["营销部"].ended_at) == (None, None)
    assert asked["营销部"].asked_at == START
    ops.statements.take_back(statement.id, "李")
    asked = {it.department: it for it in ops.closings.cosigning(Window(START, START + DAY))}
    assert asked["营销部"].ended_at == START + timedelta(hours=1)
    assert ops.closings.cosigning(Window(START - DAY, START)) == []
