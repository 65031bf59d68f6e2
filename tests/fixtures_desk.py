"""The desk of tests: posts are held, and a statement goes all the way out."""

from __future__ import annotations

from storage.operations import Operations
from storage.records import Closing, Statement, StatementDraft

HEAD, LEADER = "部门负责人甲", "分管领导甲"
CLOSING = Closing("设备故障", "更换设备", "运检部", kept=None)


def posts(ops: Operations) -> None:
    """A head and a leader hold their posts, from now on."""
    if not ops.appointments.all():
        ops.appointments.appoint("head", "供电服务部", HEAD, "管理员")
        ops.appointments.appoint("leader", "公司", LEADER, "管理员")


def spoken(ops: Operations, task: int, who: str, text: str, draft: StatementDraft | None = None) -> Statement:
    """Submit, have signed by everyone its level asks for, and publish."""
    posts(ops)
    statement = ops.statements.submit(task, who, draft or StatementDraft(text))
    for place in ops.statements.missing(statement.id):
        ops.statements.sign(statement.id, HEAD if place.post == "head" else LEADER, statement.sha256)
    return ops.statements.publish(statement.id, who)


def ended(ops: Operations, task: int, who: str, text: str = "已恢复供电") -> None:
    """Spoken and closed."""
    spoken(ops, task, who, text)
    ops.tasks.close(task, who, CLOSING)
