"""The life of a task: its states, the steps between them, and who may take each. Code, pages and docs share this table.

待领 → 处理中 → 会签 → 审批 → 已发布 → 观察 → 已闭环
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TaskState = Literal["open", "claimed", "cosigning", "approving", "published", "watching", "closed"]
TASK_STATES: Mapping[TaskState, str] = {
    "open": "待领",
    "claimed": "处理中",
    "cosigning": "会签",
    "approving": "审批",
    "published": "已发布",
    "watching": "观察",
    "closed": "已闭环",
}
NOT_CLOSED: tuple[TaskState, ...] = ("open", "claimed", "cosigning", "approving", "published", "watching")
# Nothing valid has been said yet: the first response is still owed.
UNANSWERED: tuple[TaskState, ...] = ("open", "claimed", "cosigning", "approving")
SIGNING: tuple[TaskState, ...] = ("cosigning", "approving")
SPOKEN: tuple[TaskState, ...] = ("published", "watching")

StepName = Literal[
    "open", "join", "claim", "release", "transfer", "extend", "submit", "sign", "take_back", "send_back", "publish",
    "watch", "recall", "close", "drop", "false_alarm", "reopen", "merge", "note",
]  # fmt: skip
# owner: the task's; signer: who holds the post that signs next; anyone: whoever has the right; machine: by itself.
Actor = Literal["owner", "signer", "anyone", "machine"]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step. `leads_to` are the states it may end in; () leaves the state as it is.

    `reason`: it is not taken without one. `by` may be a chain: whoever is named first may, the others on their behalf.
    """

    word: str
    starts_from: tuple[TaskState, ...]
    leads_to: tuple[TaskState, ...]
    by: tuple[Actor, ...]
    reason: bool = False


STEPS: Mapping[StepName, Step] = {
    "open": Step("开立", (), ("open",), ("machine",)),
    "join": Step("并入", NOT_CLOSED, (), ("machine",)),
    "claim": Step("领取", ("open",), ("claimed",), ("anyone",)),
    "release": Step("放回", ("claimed",), ("open",), ("owner", "anyone"), reason=True),
    "transfer": Step("转办", NOT_CLOSED[1:], (), ("owner", "anyone"), reason=True),
    "extend": Step("延期", UNANSWERED, (), ("owner",), reason=True),
    "submit": Step("送签", ("claimed",), ("cosigning", "approving"), ("owner",)),
    "sign": Step("签名", SIGNING, ("cosigning", "approving"), ("signer",)),
    "take_back": Step("撤回送签", SIGNING, ("claimed",), ("owner",)),
    "send_back": Step("退回", SIGNING, ("claimed",), ("signer", "machine"), reason=True),
    "publish": Step("发布", ("claimed", "approving"), ("published",), ("owner",)),
    "watch": Step("转入观察", ("published",), ("watching",), ("owner",)),
    "recall": Step("重新处理", SPOKEN, ("claimed",), ("owner", "machine"), reason=True),
    "close": Step("闭环", SPOKEN, ("closed",), ("owner",)),
    "drop": Step("不需答复", ("claimed",), ("closed",), ("owner",), reason=True),
    "false_alarm": Step("误报", ("open", "claimed"), ("closed",), ("owner", "anyone"), reason=True),
    "reopen": Step("重开", ("closed",), ("claimed", "open"), ("anyone", "machine"), reason=True),
    "merge": Step("合并", NOT_CLOSED, ("closed",), ("anyone", "machine")),
    "note": Step("记录", (*NOT_CLOSED, "closed"), (), ("machine",)),
}


def explains(steps: tuple[tuple[StepName, TaskState], ...], state: TaskState) -> bool:
    """Whether a history (each step and the state after it) begins with opening, breaks no rule and ends in `state`."""
    before: TaskState | None = None
    for name, after in steps:
        step = STEPS[name]
        fits = before in step.starts_from if step.starts_from else before is None
        # Who merges two tasks leaves a line in the one that stays, too.
        stays = name == "merge" and before == after
        if not (fits and (stays or after in (step.leads_to or (before,)))):
            return False
        before = after
    return before == state
