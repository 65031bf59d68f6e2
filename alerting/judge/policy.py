"""What a site says about alerts beside its rules, in the same file: `[[inhibit]]` and `[[route]]`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from config.errors import RuleError
from config.tomlfile import toml_mistake
from storage.records import LEVELS, AlertDraft, Level

# The tables of a rule file that are read here.
TABLES = ("inhibit", "route")
# How the places of two alerts must lie for the one to hide the other.
EQUAL = ("region prefix", "key", "")


@dataclass(frozen=True, slots=True)
class Inhibit:
    """Alerts of the rules `target` are hidden while a graver one of the rules `source` stands.

    `equal`: "region prefix": its place holds theirs; "key": both have the same key; "": wherever they are.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    equal: str


@dataclass(frozen=True, slots=True)
class Route:
    """Where alerts go that fit; () fits all. `recipients` are addresses of the channels, () those configured for."""

    levels: tuple[Level, ...] = ()
    rules: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()

    def fits(self, draft: AlertDraft, level: Level) -> bool:
        """Whether an alert of this level is meant."""
        wanted = ((self.levels, level), (self.rules, draft.rule), (self.keys, draft.key))
        return all(not values or value in values for values, value in wanted)


@dataclass(frozen=True, slots=True)
class Policy:
    """Both, in the order of the file."""

    inhibits: tuple[Inhibit, ...] = ()
    routes: tuple[Route, ...] = ()


def load_policy(path: Path, rules: Sequence[str]) -> Policy:
    """Read from a rule file; `rules` are the names it has. Raises RuleError with all mistakes."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise RuleError("文件不存在", file=path) from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"不是有效的 TOML：{toml_mistake(error)}", file=path) from error
    return parse_policy(tables, rules, path.name)


def parse_policy(tables: Mapping[str, Any], rules: Sequence[str], file: str = "") -> Policy:
    """The policy of a parsed rule file. Raises RuleError with all mistakes."""
    problems: list[str] = []
    inhibits = tuple(_inhibit(_Entry("inhibit", *it, problems), rules) for it in _numbered(tables, "inhibit", problems))
    routes = tuple(_route(_Entry("route", *it, problems), rules) for it in _numbered(tables, "route", problems))
    if problems:
        raise RuleError("；".join(problems), file=file or None)
    return Policy(inhibits, routes)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of the file; what is wrong with it goes to `problems`."""

    name: str
    number: int
    table: Mapping[str, Any]
    problems: list[str]

    def words(self, key: str, known: Sequence[str] = (), *, needed: bool = False) -> tuple[str, ...]:
        """A list of words, each among `known` where that is given."""
        found = self.table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(word, str) and word for word in found):
            self.problem(key, "应为文字的列表")
            return ()
        if needed and not found:
            self.problem(key, "至少写一项")
        if unknown := [word for word in found if known and word not in known]:
            self.problem(key, f"没有“{unknown[0]}”；有：{'、'.join(known)}")
        return tuple(found)

    def only(self, *keys: str) -> None:
        """Nothing else may stand there."""
        for key in self.table:
            if key not in keys:
                self.problem(key, f"没有这一项；有：{'、'.join(keys)}")

    def problem(self, key: str, reason: str) -> None:
        """One more mistake."""
        self.problems.append(f"第 {self.number} 个 [[{self.name}]] 的 {key}：{reason}")


def _numbered(tables: Mapping[str, Any], name: str, problems: list[str]) -> list[tuple[int, Mapping[str, Any]]]:
    found = tables.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        problems.append(f"应写成 [[{name}]]")
        return []
    return list(enumerate(found, 1))


def _inhibit(entry: _Entry, rules: Sequence[str]) -> Inhibit:
    entry.only("source", "target", "equal")
    equal = entry.words("equal", EQUAL)
    if len(equal) > 1:
        entry.problem("equal", "只写一项")
    source, target = (entry.words(key, rules, needed=True) for key in ("source", "target"))
    return Inhibit(source, target, equal[0] if equal else "")


def _route(entry: _Entry, rules: Sequence[str]) -> Route:
    entry.only("level", "rule", "key", "channels", "recipients")
    levels = tuple(cast("Level", level) for level in entry.words("level", tuple(LEVELS)))
    return Route(
        levels, entry.words("rule", rules), entry.words("key"), entry.words("channels", needed=True),
        entry.words("recipients"),
    )  # fmt: skip
