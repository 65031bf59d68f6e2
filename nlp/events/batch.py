"""`yujing events`: a table of messages in, the event of each out; no store, no network."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, TextIO
from zoneinfo import ZoneInfo

from config.errors import InputError
from nlp.events.index import EventIndex
from nlp.events.terms import EventText, event_text
from nlp.pipeline import Facts, Pipeline, analysers
from nlp.text import joined, once

COLUMNS = ("id", "time", "title", "body")
# What events are told by; the rest of the analysis is not needed here.
_NEEDED = ("privacy", "clean", "segment", "entities", "power8")
_ZONE = ZoneInfo("Asia/Shanghai")
_TIME = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the table; the time is local (Asia/Shanghai)."""

    id: str
    at: datetime
    title: str
    body: str


def cluster_file(file: BinaryIO, out: TextIO, err: TextIO) -> int:
    """Write `id,event` for every row of a CSV file, in its order; returns the exit code.

    0, or 1 when a row could not be used (told on `err` with its line; the rest goes on). Raises InputError when the
    columns are not there. Texts are put into events in the order of their times, as they would arrive.
    """
    messages, problems = [], 0
    for row in _rows(file):
        if isinstance(row, Message):
            messages.append(row)
        else:
            problems += 1
            print(row, file=err)
    pipeline = needed_pipeline()
    found = clustered([read_message(message, pipeline) for message in messages])
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "event"))
    writer.writerows((message.id, found[message.id]) for message in messages)
    return 1 if problems else 0


def messages_of(file: BinaryIO) -> Iterator[Message]:
    """The rows of a CSV file. Raises InputError for the first one that cannot be used."""
    for row in _rows(file):
        if isinstance(row, InputError):
            raise row
        yield row


def needed_pipeline() -> Pipeline:
    """The analysers whose facts tell events."""
    known = analysers()
    return Pipeline(
        (known[name].from_vocabulary() for name in _NEEDED), wanted=("tokens", "entities", "category.power8")
    )


def read_message(message: Message, pipeline: Pipeline) -> EventText:
    """What the index needs of one message."""
    facts = pipeline.run(joined(message.title, message.body))
    return event_text(
        message.id, message.at, title_words(message.title, facts), facts["tokens"], facts["entities"],
        facts["category.power8"].code,
    )  # fmt: skip


def title_words(title: str, facts: Facts) -> tuple[str, ...]:
    """The words of the title: the first ones of the clean text, as far as the title is long."""
    size, words = 0, []
    for word in facts["tokens"] if title else ():
        if size >= len(title):
            break
        words.append(word)
        size += len(word)
    return tuple(words)


def clustered(texts: list[EventText]) -> dict[str, str]:
    """The event of each text, which are put in by time; an event has the id of its first text."""
    index = EventIndex(capacity=max(1, len(texts)), days=36_500)
    members: dict[str, list[str]] = {}
    for text in sorted(texts, key=lambda text: text.at):
        told = index.add(text)
        for gone in told.absorbed:
            members.setdefault(told.part, []).extend(members.pop(gone, []))
        members.setdefault(told.part, []).append(text.id)
    return {id: part for part, ids in members.items() for id in ids}


def _rows(file: BinaryIO) -> Iterator[Message | InputError]:
    # The limit is the whole process's: others read with theirs.
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield from _read_rows(file)
    finally:
        csv.field_size_limit(before)


def _read_rows(file: BinaryIO) -> Iterator[Message | InputError]:
    reader = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"缺少列 {'、'.join(missing)}，应有 {','.join(COLUMNS)}", row=1)
    seen: set[str] = set()
    for row in reader:
        try:
            message = _message(row, reader.line_num)
            once(message.id, seen, reader.line_num)
            yield message
        except InputError as error:
            yield error


def _message(row: dict[str, str | None], number: int) -> Message:
    id = (row["id"] or "").strip()
    if not id:
        raise InputError("缺少", row=number, field="id")
    return Message(id, local_time(row["time"] or "", number), (row["title"] or "").strip(), (row["body"] or "").strip())


def local_time(text: str, number: int) -> datetime:
    """A time as 2019/4/5 9:05:00 or 2019-04-05 09:05:00, in Asia/Shanghai. Raises InputError with the line."""
    parts = _TIME.fullmatch(text.strip())
    if parts:
        with contextlib.suppress(ValueError):
            year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=_ZONE)
    raise InputError("不是有效的时间，应如 2019/4/5 9:05:00 或 2019-04-05 09:05:00", row=number, field="time")
