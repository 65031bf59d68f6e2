"""What people do, under one contract on SQLite and PostgreSQL: the life of a task, and accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError, YujingError
from storage.operations import Operations
from storage.operations.tasks import STEPS
from storage.operations.users import LOCK, MOST_FAILURES
from storage.records import Task, Window
from tests.fixtures_operations import (
    FOUR_HOURS,
    START,
    Place,
    decision,
    later,
)


@pytest.fixture
def task(ops: Operations) -> Task:
    ops.alerts.record([decision()], due=FOUR_HOURS)
    return ops.tasks.find()[0]


def bring(ops: Operations, task: Task, state: str) -> None:
    """Bring a fresh task into a state; 李 owns it unless it is open."""
    if state != "open":
        ops.tasks.claim(task.id, "李")
    if state in ("published", "closed"):
        ops.tasks.publish(task.id, "李", "正在抢修，预计 18 时恢复")
    if state == "closed":
        ops.tasks.close(task.id, "李")


ACTS: dict[str, Callable[[Operations, int, str], object]] = {
    "claim": lambda ops, number, user: ops.tasks.claim(number, user),
    "release": lambda ops, number, user: ops.tasks.release(number, user, "换人"),
    "publish": lambda ops, number, user: ops.tasks.publish(number, user, "答复"),
    "close": lambda ops, number, user: ops.tasks.close(number, user, "无需答复"),
    "draft": lambda ops, number, user: ops.tasks.save_draft(number, user, "草", ops.tasks.get(number).version),
}
WORDS = {"open": "待领", "claimed": "处理中", "published": "已发布", "closed": "已闭环"}
# (step, state, who) → the state it leads to, or the Chinese reason of the refusal. 李 is the owner.
LIFE = [
    ("claim", "open", "李", "claimed"),
    ("release", "claimed", "李", "open"),
    ("publish", "claimed", "李", "published"),
    ("close", "claimed", "李", "closed"),
    ("close", "published", "李", "closed"),
    ("draft", "claimed", "李", "claimed"),
    *[(step, "open", "李", "该任务现在是“待领”") for step in ("release", "publish", "close", "draft")],
    *[
        (step, state, "李", f"该任务现在是“{WORDS[state]}”")
        for step, states in {
            "claim": ("claimed", "published", "closed"),
            "release": ("published", "closed"),
            "publish": ("published", "closed"),
            "close": ("closed",),
            "draft": ("published", "closed"),
        }.items()
        for state in states
    ],
    *[
        (step, state, "王", f"该任务由 李 负责（{WORDS[state]}）")
        for step in ACTS
        for state in ("claimed", "published", "closed")
    ],
]


@pytest.mark.parametrize(("step", "state", "user", "outcome"), LIFE)
def test_every_step_from_every_state(
    ops: Operations, place: Place, task: Task, step: str, state: str, user: str, outcome: str
) -> None:  # fmt: skip
    bring(ops, task, state)
    before = [place.rows(table) for table in ("tasks", "task_steps", "statements")]
    if outcome in WORDS:
        ACTS[step](ops, task.id, user)
        assert ops.tasks.get(task.id).state == outcome
    else:
        with pytest.raises(ConflictError) as refused:
            ACTS[step](ops, task.id, user)
        assert outcome in str(refused.value)
        assert [place.rows(table) for table in ("tasks", "task_steps", "statements")] == before


def test_the_table_of_steps_is_the_one_tested() -> None:
    allowed = {(step, state, leads) for step, (states, leads, _) in STEPS.items() for state in states}
    assert allowed == {(step, state, to) for step, state, _, to in LIFE if to in WORDS and step != "draft"}


@pytest.mark.parametrize("step", ACTS)
def test_a_task_that_does_not_exist(ops: Operations, step: str) -> None:
    with pytest.raises(NotFoundError, match="没有名为“99”的任务"):
        ACTS[step](ops, 99, "李")


@pytest.mark.parametrize(
    ("act", "missing"),
    [
        (lambda ops, number: ops.tasks.release(number, "李", "  "), "请填写退回原因"),
        (lambda ops, number: ops.tasks.publish(number, "李", "\n"), "请填写答复内容"),
        (lambda ops, number: ops.tasks.close(number, "李", ""), "请填写未发布就闭环的原因"),
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
    published = ops.tasks.publish(task.id, "王", "  已恢复供电  ")
    ops.tasks.close(task.id, "王", "回访满意")
    told = [(step.actor, step.action, step.note) for step in ops.tasks.steps(task.id)]
    assert told == [
        ("系统", "开立", "河口镇停电集中"), ("李", "领取", ""), ("李", "退回", "交班"), ("王", "领取", ""),
        ("王", "发布", ""), ("王", "闭环", "回访满意"),
    ]  # fmt: skip
    assert published.text == "已恢复供电"
    closed = ops.tasks.get(task.id)
    assert closed.published_at == closed.closed_at == START + timedelta(minutes=15)
    assert (closed.owner, closed.draft) == ("王", "已恢复供电")


def test_a_stale_draft_is_refused_and_the_newer_one_kept(ops: Operations, task: Task) -> None:
    seen = ops.tasks.claim(task.id, "李").version
    newer = ops.tasks.save_draft(task.id, "李", "另一窗口写的", seen)
    with pytest.raises(ConflictError, match="别处已改过这份草稿"):
        ops.tasks.save_draft(task.id, "李", "旧窗口写的", seen)
    with pytest.raises(ConflictError, match="别处已改过"):
        ops.tasks.publish(task.id, "李", "旧窗口写的", seen)
    assert ops.tasks.get(task.id).draft == "另一窗口写的"
    assert ops.tasks.statements(task.id) == []
    assert ops.tasks.publish(task.id, "李", "定稿", newer.version).text == "定稿"


def test_a_published_answer_never_changes(ops: Operations, task: Task) -> None:
    bring(ops, task, "published")
    (statement,) = ops.tasks.statements(task.id)
    for act in ("publish", "draft", "release"):
        with pytest.raises(ConflictError):
            ACTS[act](ops, task.id, "李")
    ops.alerts.record([decision(**later())], due=FOUR_HOURS)  # joins the published task
    ops.tasks.close(task.id, "李")
    assert ops.tasks.statements(task.id) == [statement]
    assert (statement.task_id, statement.published_by) == (task.id, "李")
    with pytest.raises(FrozenInstanceError):
        statement.text = "改口"  # type: ignore[misc]


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
    with pytest.raises(InputError, match="请填写退回原因"):
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
