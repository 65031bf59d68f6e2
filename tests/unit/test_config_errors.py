"""Errors: Chinese, naming the place, and the same after a journey between processes."""

from __future__ import annotations

import errno
import inspect
import pickle
from pathlib import Path

import pytest

from config import errors
from config.errors import (
    ConflictError,
    DeliveryError,
    InputError,
    NotFoundError,
    PluginError,
    QueryError,
    RuleError,
    SettingsError,
    StoreError,
    VocabularyError,
    YujingError,
    system_reason,
)

EXAMPLES = [
    (SettingsError(["甲", "乙"]), "设置有 2 处错误：\n  1. 甲\n  2. 乙"),
    (InputError("不是日期"), "不是日期"),
    (InputError("不是日期", file=Path("/a/b.csv"), row=3, field="time"), "文件 b.csv，第 3 行，“time”：不是日期"),
    (InputError("缺少", row=0), "第 0 行：缺少"),
    (RuleError("未知的项", file="r.toml", field="levle"), "文件 r.toml，“levle”：未知的项"),
    (VocabularyError("文件不存在", file="power.txt"), "文件 power.txt：文件不存在"),
    (QueryError("a:b", "没有字段“a”"), "检索式“a:b”看不懂：没有字段“a”"),
    (NotFoundError("规则", "甲", ["丙", "乙"]), "没有名为“甲”的规则；现有：丙、乙"),
    (NotFoundError("预警", "7"), "没有名为“7”的预警"),
    (ConflictError("领取任务", "已被领取"), "领取任务：已被领取"),
    (StoreError("库", "没有应答"), "存储 库 不可用：没有应答"),
    (DeliveryError("smtp", "550", temporary=False), "渠道 smtp 发送失败：550"),
    (PluginError("rules", "重名"), "扩展目录 rules：重名"),
]


@pytest.mark.parametrize(("error", "message"), EXAMPLES)
def test_the_message(error: YujingError, message: str) -> None:
    assert str(error) == message


@pytest.mark.parametrize("error", [error for error, _ in EXAMPLES])
def test_an_error_comes_back_whole_from_a_worker_process(error: YujingError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_every_error_stands_in_the_tree_and_in_these_examples() -> None:
    classes = {cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, Exception)}
    drawn = errors.__doc__ or ""
    assert all(issubclass(cls, YujingError) and cls.__name__ in drawn for cls in classes)
    assert {type(error) for error, _ in EXAMPLES} == classes - {YujingError}


def test_what_the_system_refused_is_told_in_chinese() -> None:
    assert system_reason(PermissionError(errno.EACCES, "Permission denied")) == "没有权限"
    assert system_reason(OSError(errno.EXDEV, "Invalid cross-device link")) == f"系统拒绝了操作（错误号 {errno.EXDEV}）"
    assert system_reason(OSError("no number")) == "系统拒绝了操作（错误号 None）"
