"""The text of a rule file as the page of the rules handles it: single tables, differences, words for options."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from alerting.rules import Rule
from alerting.wording import span_words, value_words
from config.errors import InputError
from dashboard.names import value_name
from storage.query import FIELDS, Term

_HEADER = re.compile(r"^\s*\[\[?[^\]]+\]\]?\s*(#.*)?$")
_RULE = re.compile(r"^\s*\[\[\s*rule\s*\]\]\s*(#.*)?$")
_COMMON = ("name", "type", "level", "filter", "query_key", "realert", "timeframe")
_SHOWN = 8  # words of a list; the rest is counted
# What options are called; what is not here is shown under its own name.
_CALLED = {
    "num_events": "至少件数", "threshold": "界限", "threshold_cur": "本窗口至少", "threshold_ref": "对照窗口至少",
    "spike_height": "倍数", "keywords": "关键词", "without": "但不含", "blacklist": "黑名单", "whitelist": "白名单",
    "compare_key": "比较", "fields": "看的项", "max_cardinality": "至多不同取值", "min_cardinality": "至少不同取值",
    "cardinality_field": "数的项", "metric_agg_key": "指标", "metric_agg_type": "算法", "max_threshold": "上限",
    "min_threshold": "下限", "max_percentage": "占比上限", "min_percentage": "占比下限",
    "match_bucket_filter": "其中", "min_denominator": "至少总件数", "min_texts": "至少文本", "num_sources": "至少信源",
    "num_texts": "文本至少", "min_expected": "预期至少", "gap": "静默多久", "min_history": "至少观察",
    "same": "相同的项", "urgency": "紧急程度", "reasons": "原因", "entities": "提到", "terms_window_size": "回看",
    "reference": "对照", "min_doc_count": "至少件数", "min_score": "至少分数", "buffer_time": "取数窗口",
}  # fmt: skip
# A kind of rule that means something else by an option: a seasonal rule counts only until a week is known.
_CALLED_OF = {"seasonal": {"num_events": "仅首周：至少件数"}}
_DIRECTIONS = {"up": "突增", "down": "突降", "both": "突增或突降"}


@dataclass(frozen=True, slots=True)
class Table:
    """One `[[rule]]` of a text: its name, its options, and the lines `[start, end)` where they stand."""

    name: str
    options: Mapping[str, Any]
    text: str
    start: int
    end: int


def tables_of(text: str) -> tuple[Table, ...]:
    """The rules of a text, each with its own lines; () where the text is no TOML or cannot be taken apart."""
    try:
        entries = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError:
        return ()
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    ends = [*heads[1:], len(lines)]
    found = [
        (start, _without_tail(lines, start, end))
        for start, end in zip(heads, ends, strict=True)
        if _RULE.match(lines[start])
    ]
    if not isinstance(entries, list) or len(entries) != len(found):
        return ()
    made = [_table(lines, start, end, entry) for (start, end), entry in zip(found, entries, strict=True)]
    return tuple(table for table in made if table is not None) if None not in made else ()


def table_of(text: str, name: str) -> Table | None:
    """One rule of a text."""
    return next((table for table in tables_of(text) if table.name == name), None)


def replaced(text: str, name: str, own: str) -> str:
    """The text with another table in the place of a rule's. Raises InputError where there is no such rule any more."""
    table = table_of(text, name)
    if table is None:
        raise InputError(f"原文里找不到规则“{name}”，请改用整份编辑")
    lines = text.splitlines()
    new = own.replace("\r\n", "\n").strip("\n").splitlines()
    return "\n".join([*lines[: table.start], *new, *lines[table.end :]]) + "\n"


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Lines of a comparison: (kind, line); kinds are "add", "remove", "same" and "gap"."""
    kinds = {"+": "add", "-": "remove", " ": "same", "@": "gap"}
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [(kinds[line[0]], "…" if line[0] == "@" else line[1:]) for line in list(lines)[2:]]


def looked_at(rule: Rule) -> str:
    """Which texts a rule counts, and by what they are kept apart, in Chinese."""
    said = [f"含“{word}”" for word in rule.query.text]
    said += [f"{FIELDS[term.field]}为{_values(term)}" for term in rule.query.terms]
    said += [f"{FIELDS[term.field]}不为{_values(term)}" for term in rule.query.without]
    names = "、".join(FIELDS[name] for name in (rule.query_key or "").split(",") if name)
    return f"{'，'.join(said) or '全部文本'}{f'；按{names}分开' if names else ''}"


def limits(options: Mapping[str, Any]) -> list[str]:
    """What makes a rule ring, and how often it may."""
    called = _CALLED | _CALLED_OF.get(str(options.get("type")), {})
    said = [
        f"{called.get(key, key)} {_value(key, value)}"
        for key, value in options.items()
        if key not in _COMMON and key != "spike_type"
    ]
    if "spike_type" in options:
        said.insert(0, _DIRECTIONS.get(str(options["spike_type"]), str(options["spike_type"])))
    for key, pattern in (("timeframe", "{}"), ("realert", "同一对象 {}只报一次")):
        if key in options:
            said.append(pattern.format(_value(key, options[key])))
    return said


def _table(lines: Sequence[str], start: int, end: int, options: Any) -> Table | None:
    text = "\n".join(lines[start:end]) + "\n"
    try:
        alone = tomllib.loads(text).get("rule")
    except tomllib.TOMLDecodeError:
        return None
    return Table(str(options.get("name", "")), options, text, start, end) if alone == [options] else None


def _values(term: Term) -> str:
    return "或".join(value_name(term.field, value) for value in term.values)


def _without_tail(lines: Sequence[str], start: int, end: int) -> int:
    """Blank lines and comments before the next table belong to that."""
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _value(key: str, value: Any) -> str:
    if isinstance(value, dict):
        try:
            return span_words(timedelta(**cast("dict[str, float]", value)))
        except (TypeError, OverflowError):
            return str(value)
    if isinstance(value, list):
        words = "、".join(value_words(key, str(each)) for each in value[:_SHOWN])
        return f"{words} 等 {len(value)} 个" if len(value) > _SHOWN else words
    if isinstance(value, bool):
        return "是" if value else "否"
    return FIELDS.get(str(value), str(value))
