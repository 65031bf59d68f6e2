"""Closed sets that several records share, each with its names in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Medium = Literal["hotline", "news", "forum", "weibo", "government", "other"]
MEDIA: Mapping[str, str] = {
    "hotline": "热线工单",
    "news": "新闻",
    "forum": "论坛",
    "weibo": "微博",
    "government": "政务留言",
    "other": "其他",
}
Label = Literal["negative", "neutral", "positive"]
LABELS: Mapping[str, str] = {"negative": "负面", "neutral": "中性", "positive": "正面"}
Level = Literal["red", "orange", "yellow", "blue"]
# From the gravest down: the order is used to compare.
LEVELS: Mapping[str, str] = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
Urgency = Literal["H", "M", "L"]
URGENCIES: Mapping[str, str] = {"H": "紧急", "M": "较急", "L": "一般"}
Role = Literal["pr", "duty", "spokesperson", "department", "manager", "admin"]
ROLES: Mapping[str, str] = {
    "pr": "公关",
    "duty": "值班",
    "spokesperson": "发言人",
    "department": "部门",
    "manager": "管理",
    "admin": "管理员",
}
