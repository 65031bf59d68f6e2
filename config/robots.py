"""Channels of which a site may have several: robots in groups, gateways for text messages and calls.

They stand in the settings as tables: `[[wecom.robots]]` with `name = "值班群"` and `url = "https://…"`, or all of them
in one line, or as JSON in the environment. An address holds its key, so neither it nor a secret is ever repeated.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")
_KINDS: Mapping[Any, tuple[type, str]] = {str: (str, "文字"), int: (int, "整数"), tuple[str, ...]: (list, "文字列表")}
_HIDDEN = ("url", "secret")


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot in a group chat. `name` tells it from others of its kind ("" where there is one).

    `secret` signs, `keyword` is put into each text (both only where the robot's safety settings ask for them);
    `mentions` are called upon when an alert is red; `per_minute` messages at most are sent to it in a minute.
    """

    url: str
    name: str = ""
    secret: str = ""
    keyword: str = ""
    mentions: tuple[str, ...] = ()
    per_minute: int = 20


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway for text messages or calls, spoken to in signed JSON.

    Its answer is good when the field `success_field` (dots lead into inner objects) holds one of `success_values`;
    `refused_values` are for good, anything else may pass. `words_field` is where it says why. `longest` is the number
    of characters of a text.
    """

    url: str
    name: str = ""
    secret: str = ""
    recipients: tuple[str, ...] = ()
    success_field: str = "code"
    success_values: tuple[str, ...] = ("0",)
    refused_values: tuple[str, ...] = ()
    words_field: str = "message"
    longest: int = 300
    per_minute: int = 60


def read_tables(where: str, value: Any, cls: type[T], problems: list[str]) -> tuple[T, ...]:
    """The tables of one setting as records of `cls`; what is wrong with them goes to `problems`."""
    if isinstance(value, str):
        value = _from_json(value)
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        problems.append(f'{where}：应为若干个表，如 [{{name = "值班群", url = "https://…"}}]')
        return ()
    before = len(problems)
    found = [_read(f"{where} 第 {number} 个", table, cls, problems) for number, table in enumerate(value, 1)]
    names = [table.get("name", "") for table in value]
    if len(set(map(str, names))) < len(names):
        problems.append(f"{where}：有几个时，每个要有不同的 name")
    return tuple(cls(**values) for values in found) if len(problems) == before else ()


def _from_json(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else []
    except ValueError:
        return None


def _read(where: str, table: Mapping[str, Any], cls: type, problems: list[str]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}
    problems += [f"{where}：没有“{key}”这一项" for key in table if key not in known]
    problems += [
        f"{where}：缺少“{name}”" for name, field in known.items() if field.default is MISSING and name not in table
    ]
    values: dict[str, Any] = {}
    for name in known.keys() & table.keys():
        wanted, word = _KINDS[hints[name]]
        value = table[name]
        if not isinstance(value, wanted) or isinstance(value, bool) or not _is_texts(value):
            shown = "（不显示）" if name in _HIDDEN else repr(value)
            problems.append(f"{where} {name}：应为{word}，现为 {shown}")
        values[name] = tuple(value) if isinstance(value, list) else value
    return values


def _is_texts(value: object) -> bool:
    return not isinstance(value, list) or all(isinstance(part, str) for part in value)
