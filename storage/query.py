"""One `Query` and one `Aggregation`, compiled by each store, and the expression language people and rules write.

    停电 "没人管" category:TD,DY -kind:表扬 region:河口镇 since:2026-11-01 until:2026-11-08T12:00

Bare words and the words of quoted phrases must all occur; `field:value,value` is one of the values; a leading `-`
excludes; `since`/`until` bound the event time, half-open, in Shanghai time. A value with a space, a comma or a quote
stands in quotes, where `\\"` is a quote. Chinese field names are accepted as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from config.clock import as_local, parse_local
from config.errors import QueryError
from storage.records import Document, Place, Window

# Field of the language → its Chinese name. Each is an exact value of a document (see `field_value`).
FIELDS: Mapping[str, str] = {
    "id": "编号",
    "external_id": "工单号",
    "source": "来源",
    "medium": "渠道",
    "region": "地区",
    "category": "类别",
    "class95598": "投诉分类",
    "label": "情感",
    "urgency": "紧急",
    "kind": "工单类型",
    "author": "作者",
    "customer": "客户",
    "event": "事件",
    "copy_of": "转自",
    "late": "迟到",
    "demo": "示例",
}
MISSING = "-"  # the value of a field that a document lacks
# Fields that are given after the document is stored, and stay when it is saved again.
PLACED = ("event", "copy_of")
# A longer value of a field is compared and counted by its beginning: Elasticsearch takes no longer key.
LONGEST_VALUE = 1000
_NAMES = {**{name: name for name in FIELDS}, **{chinese: name for name, chinese in FIELDS.items()}}
_TIMES = {"since": "since", "until": "until", "从": "since", "到": "until"}
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_VALUE = re.compile(rf'{_QUOTED}|[^\s",，]+')
_VALUES = rf"(?:{_VALUE.pattern})(?:[,，](?:{_VALUE.pattern}))*"
_TERM = re.compile(rf'(-?)([^\s:：",，-][^\s:：",，]*)[:：]({_VALUES})?')
_WORD = re.compile(rf'(-?)({_QUOTED}|[^\s"]+|".*)', re.DOTALL)
_SPACE = re.compile(r"\s*")
_NEEDS_QUOTES = re.compile(r'[\s",，]')
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# Monday midnight in Shanghai, at its fixed offset of eight hours.
BUCKET_ORIGIN = datetime(1970, 1, 4, 16, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)


def field_value(doc: Document, name: str) -> str:
    """The value of language field `name` in `doc`, as stores index it; MISSING where there is none.

    At most LONGEST_VALUE characters; stores cut the values of a Term alike.
    """
    if name in ("category", "class95598"):
        category = doc.analysis.category("power8" if name == "category" else "class95598")
        return category.code if category else MISSING
    if name in ("late", "demo"):
        return "1" if getattr(doc, name) else "0"
    if name == "label":
        return doc.analysis.sentiment.label
    if name == "urgency":
        return doc.analysis.urgency.level
    value = getattr(doc, {"author": "author_key", "customer": "customer_key"}.get(name, name))
    return str(value)[:LONGEST_VALUE] if value else MISSING


def place_of(values: Sequence[str]) -> Place:
    """The place that the stored values of the fields PLACED tell."""
    event, copy_of = (None if value == MISSING else value for value in values)
    return Place(event, copy_of)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: the document's `field` is among `values`."""

    field: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.field not in FIELDS or not self.values:
            raise ValueError(f"no term: {self.field} {self.values}")


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents. Every part given must hold; an empty Query means all.

    `text`: words and phrases as written; the store segments them. `published` bounds event time, `analysed` the
    time the analysis was stored, `arrived` the arrival time, `placed` the time when event or first text last changed
    (a document that was never placed matches no such window).
    """

    text: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    published: Window | None = None
    analysed: Window | None = None
    arrived: Window | None = None
    placed: Window | None = None

    def narrow(self, name: str, *values: str) -> Query:
        """This query with one more condition; an earlier one on the same field stays."""
        return replace(self, terms=(*self.terms, Term(name, values)))

    def during(self, window: Window) -> Query:
        """This query over another span of event time."""
        return replace(self, published=window)

    def widen(self, name: str) -> Query:
        """This query without its conditions on one field."""
        return replace(self, terms=tuple(term for term in self.terms if term.field != name))

    def values(self, name: str) -> tuple[str, ...]:
        """The wanted values of a field, () where it is free."""
        return next((term.values for term in self.terms if term.field == name), ())


def parse_query(expression: str) -> Query:
    """Read an expression. Raises QueryError telling which piece is wrong and what there is."""
    text: list[str] = []
    terms: list[Term] = []
    without: list[Term] = []
    bounds: dict[str, datetime] = {}
    for minus, name, values in _pieces(expression):
        if not name:
            text += [value for value in values if value]
        elif name in _TIMES:
            bounds[_TIMES[name]] = _moment(expression, values[0])
        elif name in _NAMES:
            (without if minus else terms).append(Term(_NAMES[name], values))
        else:
            raise QueryError(expression, f"没有字段“{name}”；有：{'、'.join([*FIELDS, 'since', 'until'])}")
    return Query(tuple(text), tuple(terms), tuple(without), _window(expression, bounds))


def _pieces(expression: str) -> Iterator[tuple[bool, str, tuple[str, ...]]]:
    """(excluded, field name or "", values) of each piece."""
    at = _space_after(expression, 0)
    while at < len(expression):
        if term := _TERM.match(expression, at):
            minus, name, written = term.groups()
            values = tuple(_unquoted(value) for value in _VALUE.findall(written or "")) or ("",)
            if "" in values:
                raise QueryError(expression, f"“{name}:”后面缺少值")
            yield bool(minus), name, values
            at = term.end()
        else:
            word = _WORD.match(expression, at)
            assert word is not None  # a character that is no space always begins a word
            minus, written = word.groups()
            if minus:
                raise QueryError(expression, f"“-{written}”：只能排除“字段:值”")
            yield False, "", (_unquoted(written),)
            at = word.end()
        at = _space_after(expression, at)


def _space_after(expression: str, at: int) -> int:
    space = _SPACE.match(expression, at)
    return space.end() if space else at


def _unquoted(written: str) -> str:
    if not written.startswith('"'):
        return written
    closed = len(written) > 1 and re.fullmatch(_QUOTED, written)
    return re.sub(r"\\(.)", r"\1", written[1:-1] if closed else written[1:])


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _moment(expression: str, value: str) -> datetime:
    try:
        return parse_local(value)
    except ValueError:
        raise QueryError(expression, f"“{value}”不是时间，应如 2026-11-01 或 2026-11-01T08:00") from None


def _window(expression: str, bounds: Mapping[str, datetime]) -> Window | None:
    if not bounds:
        return None
    start, end = bounds.get("since", _BEGINNING), bounds.get("until", _END)
    if start >= end:
        raise QueryError(expression, "until 应晚于 since")
    return Window(start, end)


def format_query(query: Query) -> str:
    """The expression that parses back to `query`; `analysed`, `arrived` and `placed` have none and are left out."""
    pieces = [_term(term) for term in query.terms] + [f"-{_term(term)}" for term in query.without]
    if query.published:
        if query.published.start > _BEGINNING:
            pieces.append(f"since:{_iso(query.published.start)}")
        if query.published.end < _END:
            pieces.append(f"until:{_iso(query.published.end)}")
    pieces += [_quoted(word) if re.search(r'[\s:："]|^-', word) else word for word in query.text]
    return " ".join(pieces)


def _term(term: Term) -> str:
    values = ",".join(_quoted(value) if _NEEDS_QUOTES.search(value) else value for value in term.values)
    return f"{term.field}:{values}"


def _iso(moment: datetime) -> str:
    local = as_local(moment).replace(tzinfo=None)
    return local.isoformat(timespec="minutes" if local.second == 0 and local.microsecond == 0 else "auto")


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How to count: by up to two fields of the language and, with `every`, by buckets of event time.

    Buckets of time are counted from Monday, 1970-01-05, 00:00 at UTC+8 (see `bucket_start`): hours and days begin
    where a reader in Shanghai expects it, seven days on a Monday. `every` is at least a second. `top` keeps the
    largest groups, 0 keeps all; with `every` nothing is cut.
    """

    by: tuple[str, ...] = ()
    every: timedelta | None = None
    top: int = 0

    def __post_init__(self) -> None:
        unknown = [name for name in self.by if name not in FIELDS]
        if unknown or len(self.by) > 2:
            raise ValueError(f"cannot count by {self.by}")
        if self.every is not None and self.every < timedelta(seconds=1):
            raise ValueError(f"bucket too small: {self.every}")


def bucket_start(moment: datetime, every: timedelta) -> datetime:
    """The start of the bucket of length `every` that holds `moment`, in UTC."""
    return moment.astimezone(UTC) - (moment - BUCKET_ORIGIN) % every


@dataclass(frozen=True, slots=True)
class Bucket:
    """One group: its start of time (None without `every`), its key values, and what was counted.

    `mean_score` is the mean sentiment score of the group, −1…1, from scores rounded to six places: so every store
    adds the same whole numbers and comes to the same mean to the last bit.
    """

    start: datetime | None
    key: tuple[str, ...]
    count: int
    mean_score: float


def sort_buckets(buckets: Iterable[Bucket], aggregation: Aggregation) -> list[Bucket]:
    """In the order every store gives: time ascending, count descending, key; cut to `top` without `every`."""
    ordered = sorted(buckets, key=lambda bucket: (bucket.start or BUCKET_ORIGIN, -bucket.count, bucket.key))
    return ordered[: aggregation.top] if aggregation.top and aggregation.every is None else ordered


@dataclass(frozen=True, slots=True)
class Page:
    """One page of documents, newest first by event time (ties by id), and how many there are in all."""

    total: int
    documents: Sequence[Document] = field(default_factory=tuple)
