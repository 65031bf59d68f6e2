"""Who may do what: the one table. Pages and handlers ask `may`; nothing else decides by role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from storage.records import ROLES, Role, User

Action = Literal[
    "read",
    "export",
    "group",
    "correct",
    "acknowledge",
    "deliver",
    "silence",
    "explain",
    "grade",
    "join",
    "roster",
    "contacts",
    "answer",
    "reopen",
    "false_alarm",
    "fact",
    "verify",
    "sign",
    "posts",
    "card",
    "publicise",
    "inquire",
    "follow",
    "standards",
    "upload",
    "analyse",
    "report",
    "release",
    "disclose",
    "oversee",
    "prove",
    "compose",
    "enforce",
]

ACTIONS: Mapping[Action, str] = {
    "read": "查看页面",
    "export": "导出文本",
    "group": "合并与拆分事件",
    "correct": "更正分析结果",
    "acknowledge": "确认预警",
    "deliver": "重发消息、测试渠道",
    "explain": "录入、撤销停电与报备",
    "silence": "静默预警、结束静默",
    "grade": "人工调整事件级别",
    "join": "合并任务",
    "roster": "排班、调班",
    "contacts": "改他人的联系方式",
    "answer": "领取并答复任务",
    "reopen": "重开已闭环的任务",
    "false_alarm": "把预警记为误报",
    "fact": "报送事实",
    "verify": "核实、否定事实",
    "sign": "会签、审批口径",
    "posts": "任免签字岗位",
    "card": "发出一线卡片",
    "publicise": "登记发布、移交编辑系统",
    "inquire": "登记媒体问询",
    "follow": "登记回访",
    "standards": "维护风险防范标准",
    "release": "退回、转办他人领取的任务",
    "upload": "导入文件",
    "analyse": "计算基线分",
    "report": "查看与下载周报",
    "disclose": "查看原文",
    "oversee": "审批导出、查看原文记录与审计",
    "prove": "制作证据包",
    "compose": "编写、试算规则",
    "enforce": "让规则生效",
}
# The administrator keeps the place running but does not speak for the company: one voice.
TABLE: Mapping[Action, frozenset[Role]] = {
    "read": frozenset(ROLES),  # type: ignore[arg-type]
    # Texts leave the house in bulk, masked as they are: for those who work through them and who answer for it.
    "export": frozenset({"pr", "duty", "manager"}),
    "group": frozenset({"pr", "duty"}),
    "correct": frozenset({"pr", "duty", "spokesperson"}),
    "acknowledge": frozenset({"pr", "duty", "spokesperson", "admin"}),
    "deliver": frozenset({"duty", "admin"}),
    "explain": frozenset({"pr", "duty", "admin"}),
    "silence": frozenset({"pr", "duty"}),
    "grade": frozenset({"pr", "duty", "spokesperson"}),
    "join": frozenset({"duty", "spokesperson", "admin"}),
    "roster": frozenset({"duty", "admin"}),
    "contacts": frozenset({"admin"}),
    "answer": frozenset({"spokesperson"}),
    "release": frozenset({"admin"}),  # the owner may have left
    "reopen": frozenset({"duty", "spokesperson"}),
    "false_alarm": frozenset({"duty", "spokesperson"}),
    # Whoever knows something says so; who spoke it into a statement does not vouch for it as well.
    "fact": frozenset({"pr", "duty", "spokesperson", "department"}),
    "verify": frozenset({"pr", "duty", "department", "manager"}),
    # Whether it is their turn and post is asked again where it is signed.
    "sign": frozenset({"department", "manager"}),
    "posts": frozenset({"manager", "admin"}),
    "card": frozenset({"pr", "duty", "spokesperson"}),
    "publicise": frozenset({"pr", "spokesperson"}),
    "inquire": frozenset({"pr", "duty", "spokesperson"}),
    "follow": frozenset({"pr", "duty", "spokesperson"}),
    "standards": frozenset({"pr", "manager", "admin"}),
    "upload": frozenset({"pr", "duty", "admin"}),
    "analyse": frozenset({"pr", "duty", "spokesperson", "admin"}),
    "report": frozenset(ROLES),  # type: ignore[arg-type]
    # Those who call people back; the reason is kept, and reports are for those named alone.
    "disclose": frozenset({"duty", "spokesperson", "admin"}),
    "oversee": frozenset({"manager", "admin"}),
    # What is shown to a regulator or a court: by those who worked on it and who answer for it.
    "prove": frozenset({"duty", "spokesperson", "manager"}),
    # Those who live with the alerts write and try rules; what rings at night is decided by who answers for it, or by
    # who keeps the place running.
    "compose": frozenset({"pr", "duty", "admin"}),
    "enforce": frozenset({"manager", "admin"}),
}
# Where a person lands after logging in.
HOME: Mapping[Role, str] = {
    "pr": "overview",
    "duty": "alerts",
    "spokesperson": "tasks",
    "department": "signing",
    "manager": "overview",
    "admin": "overview",
}


def may(user: User, action: Action) -> bool:
    """Whether `user` may do `action`."""
    return user.role in TABLE[action]


def who_may(*actions: Action) -> str:
    """The roles that may do one of these, in Chinese, for the message to one who may not."""
    return "、".join(name for role, name in ROLES.items() if any(role in TABLE[action] for action in actions))
