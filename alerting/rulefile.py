"""Rule files: TOML tables `[[rule]]`, checked whole; every mistake is told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerting.judge.policy import TABLES
from alerting.options import Options
from alerting.rules import Rule, RuleTest, rule_types
from config.errors import QueryError, RuleError
from config.tomlfile import toml_mistake
from storage.query import FIELDS, Query, parse_query
from storage.records import LEVELS

# The operations database keeps a rule's name in 200 characters and puts something before it in the cursors.
LONGEST_NAME = 100
# Each text has its own of these, or nearly all have the same: they cannot gather anything.
_NO_KEYS = ("id", "external_id", "late", "demo", "copy_of")
_MOST_KEYS = 2


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a file, in order. Raises RuleError with all mistakes by rule and key."""
    return parse_rules(_read(path), path.name, path.parent)


def parse_rules(tables: Mapping[str, Any], file: str = "", folder: Path | None = None) -> tuple[Rule, ...]:
    """The rules of a parsed file called `file`. Raises RuleError with all mistakes by rule and key.

    `folder`: where the lists lie that rules name by `!file`; without one no rule may name any.
    """
    problems = [f"没有名为“{key}”的一节；规则写在 [[rule]] 里" for key in tables if key not in ("rule", *TABLES)]
    entries = tables.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append("规则应写成 [[rule]]")
        entries = []
    elif not entries and not problems:
        problems.append("没有任何 [[rule]]")
    rules = [_rule(number, entry, problems, folder) for number, entry in enumerate(entries, 1)]
    names = [rule.name for rule in rules if rule is not None]
    problems += [f"规则“{name}”：名称重复" for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise RuleError(_listed(problems), file=file or None)
    return tuple(rule for rule in rules if rule is not None)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise RuleError("文件不存在", file=path) from None
    except IsADirectoryError:
        raise RuleError("这是目录，不是文件", file=path) from None
    except UnicodeDecodeError:
        raise RuleError("不是 UTF-8 编码", file=path) from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"不是有效的 TOML：{toml_mistake(error)}", file=path) from error


def _listed(problems: list[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(problems, 1))
    return f"有 {len(problems)} 处错误：\n{lines}"


def _rule(number: int, table: Mapping[str, Any], problems: list[str], folder: Path | None) -> Rule | None:
    """The rule of one table; None, or one that nobody will use, after a mistake."""
    named = isinstance(table.get("name"), str) and bool(table["name"].strip())
    options = Options(table["name"].strip() if named else f"第 {number} 条", table, problems, folder)
    name = options.text("name")
    if len(name) > LONGEST_NAME:
        options.problem("name", f"最多 {LONGEST_NAME} 个字")
    level = options.choice("level", tuple(LEVELS))
    expression = options.text("filter", "")
    query = _filter(options, expression)
    test = _test(options)
    query_key = _query_key(options, test) if test is not None else None
    if test is None or query is None:
        return None
    # The checks above give each value its type; a mistake is in `problems` and no rule leaves parse_rules then.
    return Rule(name or options.rule, table["type"], _LEVELS[level], expression, query, query_key, test)


_LEVELS: Mapping[str, Any] = {level: level for level in LEVELS}


def _keys() -> tuple[str, ...]:
    return tuple(name for name in FIELDS if name not in _NO_KEYS)


def _query_key(options: Options, test: RuleTest) -> str | None:
    """One field, or a list of at most two, joined by a comma."""
    if test.keyed == "own":
        if options.given("query_key"):
            options.problem("query_key", "这类规则自带分组，不能另设")
        return None
    if not options.given("query_key"):
        if test.keyed == "needed":
            options.missing("query_key")
        return None
    names = options.fields("query_key")
    wrong = [name for name in names if name not in _keys()]
    if wrong or len(names) > _MOST_KEYS:
        options.problem("query_key", f"应为 {'、'.join(_keys())} 之一或其中两个，现为 {'、'.join(names)}")
    return ",".join(names) or None


def _filter(options: Options, expression: str) -> Query | None:
    try:
        query = parse_query(expression)
    except QueryError as error:
        options.problem("filter", str(error))
        return None
    if query.published is not None:
        options.problem("filter", "不能含 since 或 until：时间由规则的 timeframe 决定")
    return query


def _test(options: Options) -> RuleTest | None:
    types = rule_types()
    given = options.text("type")
    if given not in types:
        if given:
            options.problem("type", f"没有规则类型“{given}”；有：{'、'.join(types)}")
        return None
    test = types[given].from_options(options)
    options.finish(also=("query_key",))
    return test
