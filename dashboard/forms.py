"""A form as it was typed: what each field holds, and in the person's words what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict

from config.clock import parse_local
from config.errors import InputError

# Nobody plans shifts further ahead or back, and the years between would all be looked through.
_FAR = timedelta(days=366)


class Form:
    """`typed` stays as it was; `problems` are by field. `name` tells one form of a page from another."""

    def __init__(self, name: str = "", typed: MultiDict[str, str] | None = None) -> None:
        self.name = name
        self.typed: MultiDict[str, str] = typed if typed is not None else MultiDict()
        self.problems: dict[str, str] = {}

    def text(self, field: str, *, needed: str = "") -> str:
        """What was typed; `needed` is the complaint about an empty field."""
        found = self.typed.get(field, "").strip()
        if needed and not found:
            self.problems[field] = needed
        return found

    def one_of(self, field: str, known: Collection[str], problem: str = "请选择一项") -> str:
        """One of the choices offered."""
        found = self.text(field)
        if found not in known:
            self.problems[field] = problem
        return found

    def moment(self, field: str, now: datetime) -> datetime:
        """A date and time of Shanghai, at most a year away; `now` where it cannot be read."""
        try:
            found = parse_local(self.text(field))
        except ValueError:
            self.problems[field] = "请填日期和时间"
            return now
        if abs(found - now) > _FAR:
            self.problems[field] = "应在前后一年之内"
            return now
        return found

    def hours(self, field: str, most: int) -> timedelta:
        """A whole number of hours from 1 on."""
        found = self.text(field)
        if not found.isascii() or not found.isdigit() or not 1 <= int(found[:6]) <= most:
            self.problems[field] = f"请填 1–{most} 的整数（小时）"
            return timedelta(hours=1)
        return timedelta(hours=int(found))

    def refused(self, error: InputError, fields: Mapping[str, str]) -> None:
        """What the storage found wrong, at the field it names."""
        self.problems[fields.get(error.field or "", "")] = error.reason
