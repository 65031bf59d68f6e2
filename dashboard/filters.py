"""What a page is looking at: the expression and the span of time in its address, and links that change them.

`q` is an expression of storage.query; `span` one of SPANS, or `since`/`until` (Shanghai time, half-open). A link to
the documents behind a number always carries fixed bounds, so that it shows the same documents a minute later.
A filter lies wholly in one realm (one's own texts or the demonstration's); `realm` stands in its address, not in `q`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import url_for

from config.clock import as_local, local_midnight, parse_local
from config.errors import QueryError
from dashboard.names import value_name
from dashboard.realm import Realm
from storage.query import FIELDS, Query, format_query, parse_query
from storage.records import Window

SPANS: Mapping[str, str] = {
    "today": "今天",
    "24h": "最近 24 小时",
    "7d": "最近 7 天",
    "30d": "最近 30 天",
    "all": "全部时间",
}
CUSTOM = "custom"
_DAYS = {"24h": 1, "7d": 7, "30d": 30}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
T = TypeVar("T")
Params = dict[str, str]
Address = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that holds, and the address without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`query` has the conditions and, as `published`, the `window`; `params` give the same filter in an address."""

    expression: str
    query: Query
    window: Window
    span: str
    params: Mapping[str, str]

    @property
    def span_name(self) -> str:
        """The span in words."""
        return SPANS.get(self.span) or f"{_short(self.window.start)} – {_short(self.window.end)}"

    def at(self, endpoint: str, query: Query | None = None, **more: str | int) -> str:
        """The address of a page with this filter (its span by name), or with other conditions."""
        wanted = {**self.params, "q": _words(query)} if query is not None else dict(self.params)
        return url_for(endpoint, **_without_empty({**wanted, **{name: str(value) for name, value in more.items()}}))

    def behind(self, query: Query | None = None, window: Window | None = None) -> str:
        """The address of exactly the documents of `query` in `window` (defaults: the filter's own)."""
        window = window or self.window
        q = _words(self.query if query is None else query)
        wanted = {"q": q, **_bounds(window, self.span), "realm": self.params.get("realm")}
        return url_for("documents.show", **_without_empty(wanted))

    def chips(self, endpoint: str) -> list[Chip]:
        """One chip for every condition except the time, which has its own picker."""
        query = self.query
        chips: list[Chip] = []
        for place, term in enumerate(query.terms):
            if term.field == "demo":
                continue  # the switch of the bar says it
            rest = replace(query, terms=_but(query.terms, place))
            chips.append(Chip(FIELDS[term.field], _values(term.field, term.values), self.at(endpoint, rest)))
        for place, term in enumerate(query.without):
            rest = replace(query, without=_but(query.without, place))
            chips.append(Chip(f"不含{FIELDS[term.field]}", _values(term.field, term.values), self.at(endpoint, rest)))
        for place, word in enumerate(query.text):
            chips.append(Chip("含", word, self.at(endpoint, replace(query, text=_but(query.text, place)))))
        return chips

    def spans(self, endpoint: str) -> list[tuple[str, str, bool]]:
        """The presets of the picker: (name, address, whether it is the present one)."""
        kept = {name: self.params.get(name) for name in ("q", "realm")}
        return [
            (name, url_for(endpoint, **_without_empty({**kept, "span": span})), span == self.span)
            for span, name in SPANS.items()
        ]


def read_filter(args: Mapping[str, str], now: datetime, realm: Realm, default: str = "24h") -> Filter:
    """The filter of an address. Raises QueryError for an expression or a span that cannot be understood."""
    written = args.get("q", "").strip()
    parsed = parse_query(written)
    span, window = _span(args, now, default)
    if parsed.published is not None:
        # Bounds within the expression are what the reader means; they replace the span.
        span, window = CUSTOM, _limited(parsed.published, now)
    words = _words(parsed)
    params = _without_empty({"q": words, **_params(span, window), "realm": realm.asked})
    query = parsed.widen("demo").narrow("demo", *realm.scope.values("demo"))
    return Filter(words, query.during(window), window, span, params)


def _span(args: Mapping[str, str], now: datetime, default: str) -> tuple[str, Window]:
    since, until = args.get("since", "").strip(), args.get("until", "").strip()
    if since or until:
        start = _moment(since) if since else _BEGINNING
        end = _moment(until) if until else _next_minute(now)
        if start >= end:
            raise QueryError(f"{since} – {until}", "开始时间应早于结束时间")
        return CUSTOM, Window(start, end)
    span = args.get("span") or default
    if span not in SPANS:
        raise QueryError(span, f"没有这个时间范围；有：{'、'.join(SPANS)}")
    return span, named_window(span, now)


def named_window(span: str, now: datetime) -> Window:
    """The window of a preset, up to the end of the present minute.

    24 hours begin on the hour and 7 or 30 days at midnight, so that the bars of a chart are whole ones but the last.
    """
    end = _next_minute(now)
    if span == "all":
        return Window(_BEGINNING, end)
    if span == "today":
        return Window(local_midnight(now), end)
    if span == "24h":
        return Window(_hour(now) - timedelta(hours=23), end)
    return Window(local_midnight(now) - timedelta(days=_DAYS[span] - 1), end)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + _MINUTE


def _limited(window: Window, now: datetime) -> Window:
    """An open end is now, so that spans can be compared and drawn; a window wholly ahead stays as it is."""
    end = min(window.end, _next_minute(now))
    return Window(window.start, end) if window.start < end else window


def _moment(text: str) -> datetime:
    try:
        return parse_local(text)
    except ValueError:
        raise QueryError(text, "不是时间，应如 2026-11-01 或 2026-11-01T08:00") from None


def _params(span: str, window: Window) -> Params:
    return {"span": span} if span != CUSTOM else _bounds(window, span)


def _bounds(window: Window, span: str) -> Params:
    if span == "all" and window.start == _BEGINNING:
        return {"until": _iso(window.end)}
    return {"since": "" if window.start == _BEGINNING else _iso(window.start), "until": _iso(window.end)}


def _iso(moment: datetime) -> str:
    local = as_local(moment).replace(tzinfo=None)
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def local_input(moment: datetime) -> str:
    """A moment as a datetime-local field holds it; the beginning of time is left empty."""
    return "" if moment == _BEGINNING else as_local(moment).strftime("%Y-%m-%dT%H:%M")


def _short(moment: datetime) -> str:
    return "最早" if moment == _BEGINNING else as_local(moment).strftime("%Y-%m-%d %H:%M")


def _words(query: Query) -> str:
    return format_query(replace(query.widen("demo"), published=None))


def _without_empty(params: Mapping[str, Any]) -> Address:
    return {name: value for name, value in params.items() if value}


def _but(values: Sequence[T], place: int) -> tuple[T, ...]:
    return (*values[:place], *values[place + 1 :])


def _values(field: str, values: Sequence[str]) -> str:
    return "、".join(value_name(field, value) for value in values)
