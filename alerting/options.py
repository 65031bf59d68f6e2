"""Reads the options of one rule and collects every mistake instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from storage.query import FIELDS

_UNITS: Final = ("seconds", "minutes", "hours", "days", "weeks")
_MISSING: Final = object()


class Options:
    """The table of one rule. What was never asked for is unknown."""

    def __init__(self, rule: str, table: Mapping[str, Any], problems: list[str], folder: Path | None = None) -> None:
        """`folder`: where files that an option names lie; None where no file may be named."""
        self.rule, self._table, self._problems, self.folder = rule, table, problems, folder
        self._asked: set[str] = set()

    def problem(self, key: str, reason: str) -> None:
        """Note a mistake at `key`."""
        self._problems.append(f"规则“{self.rule}”的“{key}”：{reason}")

    def has(self, key: str) -> bool:
        """Whether the file gives `key`."""
        return key in self._table

    def given(self, key: str) -> bool:
        """The same, of an option there is: it is known from now on."""
        self._asked.add(key)
        return key in self._table

    def lacks(self, *keys: str) -> bool:
        """Whether any of `keys` is missing from the file."""
        return any(key not in self._table for key in keys)

    def missing(self, *keys: str) -> None:
        """Note that at least one of `keys` must be given."""
        self._asked.update(keys)
        self.problem("”“".join(keys), "缺少这一项" if len(keys) == 1 else "缺少这一项，至少给出其中一个")

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._get(key, default)
        if value is not _MISSING and not isinstance(value, bool):
            self.problem(key, f"应为 true 或 false，现为 {_shown(value)}")
        return value is True

    def limit(self, key: str) -> float | None:
        """A number of any sign that may be left out."""
        if not self.given(key):
            return None
        value = self._table[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            self.problem(key, f"应为数字，现为 {_shown(value)}")
            return None
        return float(value)

    def fields(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """One field of the query language or a list of some."""
        value = self._get(key, default)
        if value is _MISSING:
            return ()
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not names or not all(name in FIELDS for name in map(str, names)):
            self.problem(key, f"应为字段名或其列表，可用 {'、'.join(FIELDS)}，现为 {_shown(value)}")
            return ()
        return tuple(dict.fromkeys(map(str, names)))

    def text(self, key: str, default: str | None = None) -> str:
        """A piece of text, not empty unless the default is."""
        value = self._get(key, default)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.problem(key, f"应为文字，现为 {_shown(value)}")
            return ""
        return value.strip()

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of some words."""
        value = self._get(key, default)
        if value is not _MISSING and (not isinstance(value, str) or value not in allowed):
            self.problem(key, f"应为 {'、'.join(allowed)} 之一，现为 {_shown(value)}")
        return value if isinstance(value, str) and value in allowed else allowed[0]

    def whole(self, key: str, low: int, default: int | None = None) -> int:
        """A whole number of at least `low`."""
        value = self._get(key, default)
        if value is _MISSING:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            self.problem(key, f"应为不小于 {low} 的整数，现为 {_shown(value)}")
            return low
        return value

    def number(self, key: str, low: float, default: float | None = None) -> float:
        """A number of at least `low`."""
        value = self._get(key, default)
        if value is _MISSING:
            return low
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value < float("inf"):
            self.problem(key, f"应为不小于 {low:g} 的数字，现为 {_shown(value)}")
            return low
        return float(value)

    def span(self, key: str, low: timedelta, default: timedelta | None = None, *, high: timedelta) -> timedelta:
        """A length of time such as { hours = 1, minutes = 30 }, in whole minutes."""
        value = self._get(key, default)
        if value is _MISSING:
            return max(low, timedelta(minutes=1))
        length = value if isinstance(value, timedelta) else _length(value)
        if length is None:
            self.problem(key, f"应为时长，如 {{ hours = 1 }}（可用 {'、'.join(_UNITS)}），现为 {_shown(value)}")
        elif not low <= length <= high or length % timedelta(minutes=1):
            self.problem(key, f"应为 {_told(low)}到{_told(high)}之间的整分钟数，现为 {_shown(value)}")
        else:
            return length
        return max(low, timedelta(minutes=1))

    def words(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of words, none of them empty."""
        value = self._get(key, default)
        if value is _MISSING:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) and word.strip() for word in value):
            self.problem(key, f'应为文字列表，如 ["触电", "着火"]，现为 {_shown(value)}')
            return ()
        if not value and default is None:
            self.problem(key, "至少要有一个词")
        return tuple(word.strip() for word in value)

    def checked_value(self, key: str, read: Callable[[Any], Any]) -> Any:
        """A value of any kind turned into something by `read`, whose ValueError tells the reason; () after it."""
        value = self._get(key, None)
        if value is _MISSING:
            return ()
        try:
            return read(value)
        except (TypeError, ValueError) as error:
            self.problem(key, f"{error}，现为 {_shown(value)}")
            return ()

    def checked(self, key: str, read: Callable[[str], Any], default: str | None = None) -> Any:
        """Text turned into something by `read`, whose ValueError text is the reason; None after a mistake."""
        text = self.text(key, default)
        try:
            return read(text)
        except ValueError as error:
            self.problem(key, str(error))
            return None

    def finish(self, also: Sequence[str] = ()) -> None:
        """Note every key that nobody asked for; `also` are keys that may be there without having been asked for."""
        asked = self._asked.union(also)
        known = "、".join(sorted(asked))
        for key in self._table:
            if key not in asked:
                self.problem(str(key), f"没有这一项；这类规则有：{known}")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key in self._table:
            return self._table[key]
        if default is None:
            self.problem(key, "缺少这一项")
            return _MISSING
        return default


def _length(value: Any) -> timedelta | None:
    if not isinstance(value, dict) or not value or not set(value) <= set(_UNITS):
        return None
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in value.values()):
        return None
    try:
        return timedelta(**value)
    except (OverflowError, ValueError):  # inf and nan are numbers in TOML
        return None


def _told(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes and minutes % 1440 == 0:
        return f" {minutes // 1440} 天"
    return f" {minutes // 60} 小时" if minutes and minutes % 60 == 0 else f" {minutes} 分钟"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
