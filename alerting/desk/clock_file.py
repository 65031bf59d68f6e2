"""Reads the clock table that ships and a site's own clocks.toml over it; mistakes are told with file, row and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, get_args

from alerting.desk.clock_table import Channel, ClockRow, ClockTable, Matter, PauseRule, Start, Terms, Until
from alerting.desk.places import province
from config.cause_kinds import load_cause_kinds
from config.errors import VocabularyError
from config.vocabulary import FOLDER, Table, load_table
from storage.records import SIGNING_POSTS, ClockEnd, Grade, Law

NAME = "clocks"
FIRST_RESPONSE = "alerting.first_response_hours"
_AMOUNTS = ("minutes", "hours", "days", "working_days", "times", "setting", "ahead")
_ROW_KEYS = {
    *_AMOUNTS, "id", "title", "matter", "demand", "channels", "levels", "regions", "from", "to", "until", "start",
    "ends", "law", "grade", "source", "pauses", "extendable", "carried", "note",
}  # fmt: skip
_MOST = {"minutes": 60 * 24 * 31, "hours": 24 * 92, "days": 365, "working_days": 250}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "start": get_args(Start), "ends": get_args(ClockEnd), "law": get_args(Law), "grade": get_args(Grade),
}  # fmt: skip


def load_clocks(
    first_response: timedelta, choose: Sequence[str] = (), own: Path | None = None, folder: Path = FOLDER
) -> ClockTable:
    """The table in force: `own` is the folder in which a site may keep a clocks.toml, `first_response` the one number
    that is kept in the settings. Raises VocabularyError naming file, row and key."""
    shipped = load_table(NAME, folder)
    table = _read(shipped, folder / f"{NAME}.toml", first_response)
    if own is not None and (file := own / f"{NAME}.toml").exists():
        table = _laid_over(table, load_table(NAME, own), file, first_response)
    unknown = [name for name in choose if name not in table.rows]
    if unknown:
        raise VocabularyError(f"时限表里没有“{unknown[0]}”", field="[clocks] choose")
    return _chosen(replace(table, chosen=frozenset(choose)))


def _chosen(table: ClockTable) -> ClockTable:
    """A site chooses one of those that contradict each other: what is chosen holds whatever region it is from."""
    seen: dict[tuple[str, str, str, tuple[str, ...]], ClockRow] = {}
    for name in sorted(table.chosen):
        row = table.rows[name]
        for channel in row.channels or ("",):
            place = (row.matter, row.demand, channel, row.levels)
            if place in seen and _overlap(seen[place], row):
                raise VocabularyError(f"“{seen[place].id}”与“{name}”互相矛盾，只能选一条", field="[clocks] choose")
            seen[place] = row
    return table


def _overlap(one: ClockRow, other: ClockRow) -> bool:
    first, last = date.min, date.max
    return (one.since or first) <= (other.until or last) and (other.since or first) <= (one.until or last)


def _read(read: Table, file: Path, first_response: timedelta) -> ClockTable:
    content = dict(read.content)
    matters = _named(Matter, content.pop("matter", []), "matter", file)
    channels = _named(Channel, content.pop("channel", []), "channel", file)
    pauses = _named(PauseRule, content.pop("pause", []), "pause", file)
    empty = ClockTable(
        read.about["title"], read.version, read.about["date"], read.about["source"], matters,
        tuple(channels.values()), pauses, {},
    )  # fmt: skip
    rows = _rows(content.pop("clock", []), empty, file, first_response)
    _nothing_left(content, file)
    return replace(empty, rows=rows)


def _laid_over(table: ClockTable, read: Table, file: Path, first_response: timedelta) -> ClockTable:
    content = dict(read.content)
    matters = {**table.matters, **_named(Matter, content.pop("matter", []), "matter", file)}
    given = _named(Channel, content.pop("channel", []), "channel", file)
    channels = tuple(given.values()) + tuple(it for it in table.channels if it.code not in given)
    pauses = {**table.pauses, **_named(PauseRule, content.pop("pause", []), "pause", file)}
    base = replace(
        table, version=f"{table.version}+{read.version}"[:24], matters=matters, channels=channels, pauses=pauses,
        source=f"{table.source}；本单位：{read.about['source']}",
    )  # fmt: skip
    off = content.pop("off", [])
    if not isinstance(off, list) or any(name not in table.rows for name in off):
        raise VocabularyError("应为时限表里已有编号的列表", file=file, field="off")
    own = _rows(content.pop("clock", []), base, file, first_response)
    _nothing_left(content, file)
    kept = {name: row for name, row in table.rows.items() if name not in off}
    return replace(base, rows={**kept, **{name: replace(row, own=True) for name, row in own.items()}})


def _nothing_left(content: Mapping[str, Any], file: Path) -> None:
    if content:
        raise VocabularyError("没有这一节；有：clock、matter、channel、pause", file=file, field=next(iter(content)))


def _named(kind: type[Any], entries: Any, section: str, file: Path) -> dict[str, Any]:
    """The entries of [[matter]], [[channel]] or [[pause]], by code."""
    types = {it.name: it.type for it in fields(kind)}
    found: dict[str, Any] = {}
    for number, entry in enumerate(_tables(entries, section, file), 1):
        where = f"{section} {entry.get('code') or f'第 {number} 条'}"
        for key, value in entry.items():
            if key not in types:
                raise VocabularyError(f"没有这一项；有：{'、'.join(types)}", file=file, field=f"{where} {key}")
            if not _is(value, str(types[key])):
                raise VocabularyError(f"写法不对：{value!r}", file=file, field=f"{where} {key}")
        if missing := [key for key in ("code", "title") if not entry.get(key)]:
            raise VocabularyError("缺少这一项", file=file, field=f"{where} {missing[0]}")
        if entry["code"] in found:
            raise VocabularyError("编号写了两次", file=file, field=where)
        lists = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        found[entry["code"]] = kind(**lists)
    return found


def _is(value: Any, annotation: str) -> bool:
    if annotation == "bool":
        return isinstance(value, bool)
    if annotation == "str":
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(it, str) and it for it in value)


def _tables(entries: Any, section: str, file: Path) -> list[dict[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VocabularyError(f"应写成 [[{section}]]", file=file, field=section)
    return entries


def _rows(entries: Any, table: ClockTable, file: Path, first_response: timedelta) -> dict[str, ClockRow]:
    rows: dict[str, ClockRow] = {}
    for number, entry in enumerate(_tables(entries, "clock", file), 1):
        row = _RowReader(entry, number, table, file).row(first_response)
        if row.id in rows:
            raise VocabularyError("编号写了两次", file=file, field=f"clock {row.id}")
        rows[row.id] = row
    return rows


class _RowReader:
    """One [[clock]] of a file."""

    def __init__(self, entry: Mapping[str, Any], number: int, table: ClockTable, file: Path) -> None:
        self._entry, self._table, self._file = entry, table, file
        name = entry.get("id")
        self._where = f"clock {name}" if isinstance(name, str) and name else f"clock 第 {number} 条"

    def row(self, first_response: timedelta) -> ClockRow:
        entry = self._entry
        if unknown := [key for key in entry if key not in _ROW_KEYS]:
            raise self._wrong(unknown[0], "没有这一项")
        regions = self._list("regions")
        codes = tuple(self._region(name) for name in regions)
        row = ClockRow(
            self._text("id", 60), self._text("title"), self._one_of("matter", self._table.matters),
            self._text("demand"), self._terms(first_response), self._choice("start"), self._choice("ends"),
            self._choice("law"), self._choice("grade"), self._text("source"),
            channels=self._known("channels", [it.code for it in self._table.channels]), levels=self._list("levels"),
            regions=codes, region_names=regions, since=self._day("from"), until=self._day("to"),
            pauses=self._known("pauses", self._table.pauses), extendable=self._flag("extendable"),
            carried=self._flag("carried"), setting=entry.get("setting", ""), note=entry.get("note", ""),
        )  # fmt: skip
        if row.since and row.until and row.until < row.since:
            raise self._wrong("to", "早于 from")
        if row.terms.back != (row.start == "outage"):
            raise self._wrong("start", "outage 与 ahead 应同时写")
        self._check_signing(row)
        return row

    def _check_signing(self, row: ClockRow) -> None:
        if row.of_signing != (row.ends == "signed"):
            raise self._wrong("ends", "asked 与 signed 应同时写")
        if row.of_signing:
            self._must_know("demand", row.demand, SIGNING_POSTS)
            if row.channels or row.pauses or row.terms.unit == "times":
                raise self._wrong("start", "签批时限不分渠道，不能暂停，也不按时刻")

    def _terms(self, first_response: timedelta) -> Terms:
        given = [key for key in _AMOUNTS if key in self._entry]
        if len(given) != 1:
            raise self._wrong("、".join(given) or "hours", f"应写 {'、'.join(_AMOUNTS)} 之一")
        key, value = given[0], self._entry[given[0]]
        if key == "setting":
            if value != FIRST_RESPONSE:
                raise self._wrong(key, f"应为 {FIRST_RESPONSE}")
            return Terms("minutes", round(first_response / timedelta(minutes=1)), self._until(whole=False))
        if key == "times":
            return Terms("times", times=self._times(value))
        if key == "ahead":
            return self._ahead(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST[key]:
            raise self._wrong(key, f"应为 0 到 {_MOST[key]} 的数")
        if key in ("days", "working_days"):
            if not isinstance(value, int):
                raise self._wrong(key, "应为整数")
            return Terms("days" if key == "days" else "working_days", value, self._until(whole=True))
        minutes = value * 60 if key == "hours" else value
        if minutes != int(minutes) or not minutes:
            raise self._wrong(key, "应为整分钟，且大于 0")
        return Terms("minutes", int(minutes), self._until(whole=False))

    def _until(self, *, whole: bool) -> Until:
        value = self._entry.get("until")
        if not whole and value is not None:
            raise self._wrong("until", "只有 days 与 working_days 才写")
        if whole and value not in get_args(Until):
            raise self._wrong("until", f"应为 {'、'.join(get_args(Until))} 之一")
        return "day" if value == "day" else "hour"

    def _times(self, value: Any) -> tuple[str, ...]:
        try:
            times = sorted({time.fromisoformat(it).strftime("%H:%M") for it in value if len(it) == len("HH:MM")})
        except (TypeError, ValueError):
            times = []
        if not isinstance(value, list) or len(times) != len(value) or not times:
            raise self._wrong("times", '应为时刻列表，如 ["08:00", "17:00"]')
        return tuple(times)

    def _ahead(self, value: Any) -> Terms:
        """The span is that of the kinds of outages; whole days go by the calendar, shorter ones by the hour."""
        kind = load_cause_kinds().outages.get(value)
        if kind is None or kind.ahead is None:
            raise self._wrong("ahead", f"停电类型表里“{value}”没有公告时限")
        if kind.ahead > timedelta(days=1):
            return Terms("days", kind.ahead.days, "day", back=True)
        return Terms("minutes", kind.ahead // timedelta(minutes=1), "hour", back=True)

    def _region(self, name: str) -> str:
        code = province(name)
        if code is None:
            raise self._wrong("regions", f"没有名为“{name}”的省级行政区（写全称，如 江苏省）")
        return code

    def _day(self, key: str) -> date | None:
        value = self._entry.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self._wrong(key, f"“{value}”不是日期，应如 2024-01-01") from None

    def _text(self, key: str, most: int = 400) -> str:
        value = self._entry.get(key)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= most:
            raise self._wrong(key, f"缺少，或不是 1–{most} 个字的文字")
        return value.strip()

    def _list(self, key: str) -> tuple[str, ...]:
        value = self._entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(it, str) and it for it in value):
            raise self._wrong(key, "应为文字列表")
        return tuple(value)

    def _known(self, key: str, known: Any) -> tuple[str, ...]:
        for name in self._list(key):
            self._must_know(key, name, known)
        return self._list(key)

    def _one_of(self, key: str, known: Any) -> str:
        name = self._text(key)
        self._must_know(key, name, known)
        return name

    def _must_know(self, key: str, name: str, known: Any) -> None:
        if name not in known:
            raise self._wrong(key, f"没有“{name}”；有：{'、'.join(known)}")

    def _choice(self, key: str) -> Any:
        value = self._entry.get(key)
        if value not in _CHOICES[key]:
            raise self._wrong(key, f"应为 {'、'.join(_CHOICES[key])} 之一，现为“{'' if value is None else value}”")
        return value

    def _flag(self, key: str) -> bool:
        value = self._entry.get(key, True)
        if not isinstance(value, bool):
            raise self._wrong(key, "应为 true 或 false")
        return value

    def _wrong(self, key: str, reason: str) -> VocabularyError:
        return VocabularyError(reason, file=self._file, field=f"{self._where} {key}")
