"""What people do, under one contract on SQLite and PostgreSQL: the life of a task, and accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError, YujingError
from storage.life import STEPS, TASK_STATES, StepName, TaskState, explains
from storage.operations import Operations
from storage.operations.users import LOCK, MOST_FAILURES
from storage.records import Closing, Statement, StatementDraft, Task, Window
from tests.fixtures_desk import CLOSING, HEAD, posts, spoken
from tests.fixtures_operations import (
    FOUR_HOURS,
    START,
    Place,
    decision,
    later,
)


@pytest.fixture
def task(ops: Operations) -> Task:
    ops.alerts.record([decision(level="yellow")], due=FOUR_HOURS)
    return ops.tasks.find()[0]


def bring(ops: Operations, task: Task, state: str) -> None:
    """Bring a fresh task of a yellow level into a state; 李 owns it unless it is open."""
    posts(ops)
    if state != "open":
        ops.tasks.claim(task.id, "李")
    if state in ("cosigning", "approving"):
        departments = ("运检部",) if state == "cosigning" else ()
        ops.statements.submit(task.id, "李", StatementDraft("正在抢修", departments=departments))
    if state in ("published", "watching", "closed"):
        spoken(ops, task.id, "李", "正在抢修")
    if state == "watching":
        ops.tasks.watch(task.id, "李")
    if state == "closed":
        ops.tasks.close(task.id, "李", CLOSING)


def latest(ops: Operations, task: int) -> Statement:
    return ops.statements.of_task(task)[0]


ACTS: dict[StepName, Callable[[Operations, int, str], object]] = {
    "claim": lambda ops, number, user: ops.tasks.claim(number, user),
    "release": lambda ops, number, user: ops.tasks.release(number, user, "换人"),
    "transfer": lambda ops, number, user: ops.tasks.transfer(number, user, "赵", "换班"),
    "extend": lambda ops, number, user: ops.tasks.extend(number, user, START + 9 * FOUR_HOURS, "等待现场"),
    "submit": lambda ops, number, user: ops.statements.submit(number, user, StatementDraft("正在抢修")),
    "sign": lambda ops, number, user: ops.statements.sign(latest(ops, number).id, HEAD, latest(ops, number).sha256),
    "send_back": lambda ops, number, user: ops.statements.send_back(
        latest(ops, number).id, HEAD, latest(ops, number).sha256, "原因要写清"
    ),
    "take_back": lambda ops, number, user: ops.statements.take_back(latest(ops, number).id, user),
    "publish": lambda ops, number, user: ops.statements.publish(latest(ops, number).id, user),
    "watch": lambda ops, number, user: ops.tasks.watch(number, user),
    "recall": lambda ops, number, user: ops.tasks.recall(number, user, "恢复时间有变"),
    "close": lambda ops, number, user: ops.tasks.close(number, user, CLOSING),
    "drop": lambda ops, number, user: ops.tasks.drop(number, user, "无需答复"),
    "false_alarm": lambda ops, number, user: ops.tasks.false_alarm(number, user, "试验数据"),
    "reopen": lambda ops, number, user: ops.tasks.reopen(number, user, "又有来电"),
}
# Steps that stand on a statement are told of below; the machine's own have no act.
PLAIN: tuple[StepName, ...] = (
    "claim", "release", "transfer", "extend", "submit", "watch", "recall", "close", "drop", "false_alarm", "reopen",
)  # fmt: skip


@pytest.mark.parametrize("state", TASK_STATES)
@pytest.mark.parametrize("name", PLAIN)
def test_every_step_from_every_state(
    ops: Operations, place: Place, task: Task, name: StepName, state: TaskState
) -> None:  # fmt: skip
    bring(ops, task, state)
    before = [place.rows(table) for table in ("tasks", "task_steps", "statements", "closings")]
    step = STEPS[name]
    if state in step.starts_from and not (state == "open" and name in ("extend", "false_alarm")):
        ACTS[name](ops, task.id, "李")
        after = ops.tasks.get(task.id).state
        assert after in (step.leads_to or (state,))
        assert ops.tasks.steps(task.id)[-1].step == name
    else:
        with pytest.raises(ConflictError) as refused:
            ACTS[name](ops, task.id, "李")
        assert f"该任务现在是“{TASK_STATES[state]}”" in str(refused.value) or "请先领取" in str(refused.value)
        assert [place.rows(table) for table in ("tasks", "task_steps", "statements", "closings")] == before
    assert_explained(ops, task.id)


@pytest.mark.parametrize("state", [state for state in TASK_STATES if state != "open"])
@pytest.mark.parametrize("name", [name for name in PLAIN if "owner" in STEPS[name].by])
def test_nobody_but_the_owner_takes_a_step(ops: Operations, task: Task, name: StepName, state: TaskState) -> None:
    bring(ops, task, state)
    with pytest.raises(ConflictError) as refused:
        ACTS[name](ops, task.id, "王")
    assert f"该任务由 李 负责（{TASK_STATES[state]}）" in str(refused.value)


def assert_explained(ops: Operations, number: int) -> None:
    """The history alone gives the state the task is in."""
    history = tuple((step.step, step.state) for step in ops.tasks.steps(number))
    assert explains(history, ops.tasks.get(number).state), history  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PLAIN)
def test_a_task_that_does_not_exist(ops: Operations, name: StepName) -> None:
    with pytest.raises(NotFoundError, match="没有名为“99”的任务"):
        ACTS[name](ops, 99, "李")


@pytest.mark.parametrize(
    ("act", "missing"),
    [
        (lambda ops, number: ops.tasks.release(number, "李", "  "), "请填写放回原因"),
        (lambda ops, number: ops.tasks.transfer(number, "李", "赵", " "), "请填写转办原因"),
        (lambda ops, number: ops.tasks.extend(number, "李", START + 9 * FOUR_HOURS, ""), "请填写延期原因"),
        (lambda ops, number: ops.statements.submit(number, "李", StatementDraft("\n")), "请填写答复内容"),
        (lambda ops, number: ops.tasks.drop(number, "李", ""), "请填写不需答复原因"),
        (lambda ops, number: ops.tasks.false_alarm(number, "李", ""), "请填写误报原因"),
        (lambda ops, number: ops.tasks.close(number, "李", Closing("", "换", "运检部", None)), "请填写原因"),
        (lambda ops, number: ops.tasks.close(number, "李", Closing("旧", " ", "运检部", None)), "请填写整改措施"),
        (lambda ops, number: ops.tasks.close(number, "李", Closing("旧", "换", "", None)), "请填写责任部门"),
    ],
)
def test_what_must_be_written_is_asked_for(
    ops: Operations, task: Task, act: Callable[[Operations, int], object], missing: str
) -> None:  # fmt: skip
    ops.tasks.claim(task.id, "李")
    with pytest.raises(InputError, match=missing):
        act(ops, task.id)
    assert ops.tasks.get(task.id).state == "claimed"


def test_the_history_tells_who_did_what_when_and_why(
    ops: Operations, task: Task, clock: TurnedClock
) -> None:  # fmt: skip
    clock.advance(timedelta(minutes=5))
    ops.tasks.claim(task.id, "李")
    ops.tasks.release(task.id, "李", "交班")
    ops.tasks.claim(task.id, "王")
    clock.advance(timedelta(minutes=10))
    published = spoken(ops, task.id, "王", "  已恢复供电  ")
    ops.tasks.close(task.id, "王", CLOSING)
    told = [(step.actor, step.action, step.note) for step in ops.tasks.steps(task.id)]
    assert told == [
        ("系统", "开立", "河口镇停电集中"), ("李", "领取", ""), ("李", "放回", "交班"), ("王", "领取", ""),
        ("王", "送签", ""), (HEAD, "签名", "部门负责人：同意"), ("王", "发布", "第 1 版"),
        ("王", "闭环", "原因：设备故障；措施：更换设备；责任部门：运检部"),
    ]  # fmt: skip
    assert published.text == "已恢复供电"
    closed = ops.tasks.get(task.id)
    assert closed.published_at == closed.closed_at == START + timedelta(minutes=15)
    assert (closed.owner, closed.draft) == ("王", "已恢复供电")
    assert ops.tasks.closing(task.id) == CLOSING
    assert_explained(ops, task.id)


def test_a_stale_draft_is_refused_and_the_newer_one_kept(ops: Operations, task: Task) -> None:
    seen = ops.tasks.claim(task.id, "李").version
    newer = ops.tasks.save_draft(task.id, "李", "另一窗口写的", seen)
    with pytest.raises(ConflictError, match="别处已改过这份草稿"):
        ops.tasks.save_draft(task.id, "李", "旧窗口写的", seen)
    with pytest.raises(ConflictError, match="别处已改过"):
        ops.statements.submit(task.id, "李", StatementDraft("旧窗口写的"), seen)
    assert ops.tasks.get(task.id).draft == "另一窗口写的"
    assert ops.statements.of_task(task.id) == []
    assert ops.statements.submit(task.id, "李", StatementDraft("定稿"), newer.version).text == "定稿"


def test_a_published_answer_never_changes(ops: Operations, task: Task) -> None:
    bring(ops, task, "published")
    (statement,) = ops.statements.of_task(task.id)
    for act in ("submit", "release", "publish", "sign"):
        with pytest.raises(ConflictError):
            ACTS[act](ops, task.id, "李")
    ops.alerts.record([decision(**later())], due=FOUR_HOURS)  # joins the published task
    ops.tasks.close(task.id, "李", CLOSING)
    assert ops.statements.of_task(task.id) == [statement]
    assert (statement.task_id, statement.published_by, statement.state) == (task.id, "李", "valid")
    with pytest.raises(FrozenInstanceError):
        statement.text = "改口"  # type: ignore[misc]


def test_a_transferred_task_is_the_other_persons(ops: Operations, task: Task) -> None:
    bring(ops, task, "cosigning")
    assert ops.tasks.transfer(task.id, "李", "赵", "换班").owner == "赵"
    assert ops.tasks.get(task.id).state == "cosigning"
    with pytest.raises(InputError, match="不能转办给自己"):
        ops.tasks.transfer(task.id, "赵", "赵", "换班")
    assert ops.tasks.transfer(task.id, "管理", "王", "赵请假", force=True).owner == "王"
    assert ops.tasks.steps(task.id)[-1].note == "→ 王：赵请假"


def test_time_is_only_ever_given(ops: Operations, task: Task) -> None:
    ops.tasks.claim(task.id, "李")
    due = ops.tasks.get(task.id).due_at
    with pytest.raises(InputError, match="晚于原截止时间"):
        ops.tasks.extend(task.id, "李", due, "等待现场")
    assert ops.tasks.extend(task.id, "李", due + FOUR_HOURS, "等待现场").due_at == due + FOUR_HOURS
    assert "等待现场" in ops.tasks.steps(task.id)[-1].note


def test_a_false_alarm_nobody_has_taken_may_be_ended(ops: Operations, task: Task) -> None:
    ops.tasks.claim(task.id, "李")
    with pytest.raises(ConflictError, match="李 负责"):
        ops.tasks.false_alarm(task.id, "值班", "演练文本", force=True)
    ops.tasks.release(task.id, "李", "交班")
    assert ops.tasks.false_alarm(task.id, "值班", "演练文本", force=True).state == "closed"
    assert_explained(ops, task.id)


def test_reopening_waits_where_the_event_has_another_task(ops: Operations, task: Task) -> None:
    bring(ops, task, "closed")
    ops.alerts.record([decision(**later(2))], due=FOUR_HOURS)
    with pytest.raises(ConflictError, match="同一事件已有一件未结的任务"):
        ops.tasks.reopen(task.id, "李", "又有来电")
    ops.tasks.false_alarm(ops.tasks.find()[0].id, "李", "重复", force=True)
    assert ops.tasks.reopen(task.id, "王", "又有来电").owner == "李"
    assert_explained(ops, task.id)


def test_tasks_are_listed_by_the_time_left(ops: Operations, clock: TurnedClock) -> None:
    ops.alerts.record([decision(key="晚", **later(2)), decision(key="早")], due=FOUR_HOURS)
    clock.advance(timedelta(hours=1))
    ops.alerts.record([decision(key="中", **later(1))], due=FOUR_HOURS)
    assert [task.key for task in ops.tasks.find()] == ["早", "中", "晚"]
    assert [task.key for task in ops.tasks.find(opened=Window(START, START + timedelta(hours=1)))] == ["早", "晚"]
    bring(ops, ops.tasks.find()[0], "closed")
    assert [task.key for task in ops.tasks.find()] == ["中", "晚"]
    assert [task.key for task in ops.tasks.find(["closed"])] == ["早"]
    assert (ops.tasks.count(["open", "claimed"]), ops.tasks.count(["closed"])) == (2, 1)


def test_a_task_whose_owner_has_gone_is_freed_by_force_and_with_a_reason(ops: Operations, task: Task) -> None:
    with pytest.raises(ConflictError, match="待领"):
        ops.tasks.release(task.id, "管理", "无人", force=True)
    ops.tasks.claim(task.id, "李")
    with pytest.raises(ConflictError, match="李 负责"):
        ops.tasks.release(task.id, "管理", "离职")
    with pytest.raises(InputError, match="请填写放回原因"):
        ops.tasks.release(task.id, "管理", " ", force=True)
    freed = ops.tasks.release(task.id, "管理", "离职", force=True)
    assert (freed.state, freed.owner) == ("open", None)
    assert [(step.actor, step.note) for step in ops.tasks.steps(task.id)][-1] == ("管理", "离职")
    assert ops.tasks.claim(task.id, "王").owner == "王"


class TestUsers:
    def test_name_and_password_must_fit(self, ops: Operations) -> None:
        added = ops.users.add("wang", "duty", "长而难猜的密码一", "王某", must_change=True)
        assert (added.role, added.display_name, added.active, added.must_change) == ("duty", "王某", True, True)
        assert ops.users.authenticate("wang", "长而难猜的密码一") == added
        assert ops.users.authenticate("wang", "长而难猜的密码二") is None
        assert ops.users.authenticate("nobody", "长而难猜的密码一") is None

    def test_no_password_is_kept(self, ops: Operations, place: Place) -> None:
        ops.users.add("wang", "duty", "correct horse battery")
        assert "correct horse battery" not in repr(place.rows("users"))

    @pytest.mark.parametrize(
        ("arguments", "error", "reason"),
        [
            (("li", "boss", "long enough"), InputError, "没有角色“boss”；有：pr、duty"),
            (("li", "pr", "short"), InputError, "密码至少 8 个字符"),
            (("", "pr", "long enough"), InputError, "账号名"),
            ((" li", "pr", "long enough"), InputError, "账号名"),
            (("李" * 101, "pr", "long enough"), InputError, "账号名"),
            (("wang", "pr", "long enough"), ConflictError, "账号“wang”已存在"),
        ],
    )
    def test_what_cannot_be_an_account(
        self, ops: Operations, arguments: tuple[str, str, str], error: type[YujingError], reason: str
    ) -> None:  # fmt: skip
        ops.users.add("wang", "duty", "long enough")
        with pytest.raises(error, match=reason):
            ops.users.add(*arguments)  # type: ignore[arg-type]
        assert [user.name for user in ops.users.all()] == ["wang"]

    def test_five_wrong_passwords_lock_for_five_minutes_even_the_right_one(
        self, ops: Operations, clock: TurnedClock
    ) -> None:  # fmt: skip
        ops.users.add("wang", "duty", "long enough")
        for _ in range(MOST_FAILURES):
            assert ops.users.authenticate("wang", "wrong guess") is None
        assert ops.users.authenticate("wang", "long enough") is None
        clock.advance(LOCK - timedelta(seconds=1))
        assert ops.users.authenticate("wang", "long enough") is None
        clock.advance(timedelta(seconds=1))
        assert ops.users.authenticate("wang", "long enough") is not None

    def test_a_session_ends_once_and_is_forgotten_when_its_cookie_is_old(
        self, ops: Operations, clock: TurnedClock
    ) -> None:  # fmt: skip
        for _ in range(2):
            ops.users.end_session("a", clock.now() + timedelta(hours=1))
        assert (ops.users.session_ended("a"), ops.users.session_ended("b")) == (True, False)
        clock.advance(timedelta(hours=2))
        ops.users.end_session("b", clock.now() + timedelta(hours=1))
        assert (ops.users.session_ended("a"), ops.users.session_ended("b")) == (False, True)

    def test_a_right_password_forgets_the_failures_before_it(self, ops: Operations) -> None:
        ops.users.add("wang", "duty", "long enough")
        for failures in (MOST_FAILURES - 1, 1):
            for _ in range(failures):
                ops.users.authenticate("wang", "wrong guess")
            assert ops.users.authenticate("wang", "long enough") is not None

    def test_a_disabled_account_is_out_at_once_and_stays_in_the_list(self, ops: Operations) -> None:
        ops.users.add("wang", "duty", "long enough")
        assert ops.users.session_epoch("wang") == 0
        ops.users.disable("wang")
        assert ops.users.session_epoch("wang") == -1
        assert ops.users.authenticate("wang", "long enough") is None
        assert [user.active for user in ops.users.all()] == [False]

    def test_a_new_password_ends_the_sessions_and_the_lock(self, ops: Operations) -> None:
        ops.users.add("wang", "duty", "long enough", must_change=True)
        for _ in range(MOST_FAILURES):
            ops.users.authenticate("wang", "wrong guess")
        ops.users.set_password("wang", "another one")
        assert ops.users.session_epoch("wang") == 1
        user = ops.users.authenticate("wang", "another one")
        assert user is not None
        assert not user.must_change
        assert ops.users.authenticate("wang", "long enough") is None
        with pytest.raises(InputError, match="密码至少"):
            ops.users.set_password("wang", "short")

    def test_unknown_accounts(self, ops: Operations) -> None:
        assert ops.users.session_epoch("nobody") == -1
        for act in (ops.users.get, ops.users.disable, lambda name: ops.users.set_password(name, "long enough")):
            with pytest.raises(NotFoundError, match="没有名为“nobody”的账号"):
                act("nobody")
