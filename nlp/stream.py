"""`yujing analyse`: JSON lines in, one JSON line out per valid line, in order, as they come; no store, no network.

Lines that have come together are analysed together; none waits for a later one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from io import BufferedReader
from typing import Any, BinaryIO, TextIO

from config.errors import InputError
from nlp.baseline import snownlp_score
from nlp.pipeline import Facts, Given, Pipeline, categories
from nlp.text import joined

log = logging.getLogger(__name__)
# What is written holds no circles, so none is looked for.
_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
# Bytes read at a time: some two hundred short texts.
_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class _Line:
    """A valid line: its number in the input, and what it says."""

    number: int
    name: str | int
    text: str


def analyse_lines(
    lines: BinaryIO | Iterable[bytes],
    out: TextIO,
    err: TextIO,
    *,
    with_snownlp: bool,
    pipeline: Pipeline | None = None,
) -> int:
    """Analyse every line; returns the exit code: 0, or 1 when a line was bad (told on `err` with its number).

    A line holds `id` (text or whole number) and `text`, or `title` and `body`. Blank lines are passed over. Of a
    binary file (or pipe) the lines at hand are analysed together; memory is that of `_AT_ONCE` bytes or of the
    longest line.
    """
    pipeline = pipeline or Pipeline.from_vocabulary()
    code, first = 0, 1
    for batch in _batches(lines):
        read = [_read(line, number) for number, line in enumerate(batch, first) if line.strip()]
        first += len(batch)
        answers = pipeline.run_many(Given(one.text) for one in read if isinstance(one, _Line))
        for one in read:
            told = _told(one, next(answers), with_snownlp=with_snownlp) if isinstance(one, _Line) else one
            code |= isinstance(told, InputError)
            print(told, file=err if isinstance(told, InputError) else out)
        out.flush()
        err.flush()
    return code


def _batches(lines: BinaryIO | Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    """The lines that have come by now, again and again; one by one where it can't be known."""
    if not isinstance(lines, BufferedReader):
        yield from ([line] for line in lines)
        return
    begun: list[bytes] = []
    while came := lines.read1(_AT_ONCE):
        whole, end, rest = came.rpartition(b"\n")
        if end:
            yield b"".join([*begun, whole]).split(b"\n")
            begun = []
        begun.append(rest)
    if last := b"".join(begun):
        yield [last]


def _read(line: bytes, number: int) -> _Line | InputError:
    try:
        return _Line(number, *read_line(line, number))
    except InputError as error:
        return error


def _told(line: _Line, facts: dict[str, Any] | Exception, *, with_snownlp: bool) -> str | InputError:
    """The answer to one line, ready to be written."""
    try:
        if not isinstance(facts, Exception):
            return _write(_answer(line.name, facts, with_snownlp=with_snownlp))
        error = facts
    except Exception as raised:
        error = raised
    log.error("line %d could not be analysed", line.number, exc_info=error)
    return InputError("分析出错", row=line.number)


def read_line(line: bytes, number: int) -> tuple[str | int, str]:
    """The id and the text of one line. Raises InputError with the number of the line and what is wrong."""
    try:
        given = json.loads(line.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise InputError(f"不是 UTF-8（第 {error.start + 1} 字节）", row=number) from error
    except (ValueError, RecursionError) as error:
        raise InputError("不是有效的 JSON", row=number) from error
    if not isinstance(given, dict):
        raise InputError("应为 JSON 对象", row=number)
    name = given.get("id")
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        raise InputError("缺少，或不是文字与整数", row=number, field="id")
    return name, _text(given, number)


def _text(given: Mapping[str, Any], number: int) -> str:
    if given.get("text") is None and given.get("title") is None and given.get("body") is None:
        raise InputError("缺少 text，也没有 title 和 body", row=number)
    for key in ("text", "title", "body"):
        if not isinstance(given.get(key) or "", str):
            raise InputError("不是文字", row=number, field=key)
    return given["text"] if given.get("text") is not None else joined(given.get("title") or "", given.get("body") or "")


def _answer(name: str | int, facts: dict[str, Any], *, with_snownlp: bool) -> dict[str, Any]:
    """What the command says of one text."""
    if with_snownlp:
        facts["sentiment"] = replace(facts["sentiment"], snownlp=snownlp_score(facts["masked_text"]))
    return {"id": name, **described(facts)}


def described(facts: Facts) -> dict[str, Any]:
    """The facts in the form that the command promises."""
    schemes = [_plain(category) for category in categories(facts)]
    return {
        "sentiment": _plain(facts["sentiment"]),
        "category": schemes[0],
        "categories": schemes,
        "urgency": _plain(facts["urgency"]),
        "entities": [_plain(entity) for entity in facts["entities"]],
        "keywords": [_plain(keyword) for keyword in facts["keywords"]],
        "clean_text": facts["clean_text"],
        "tokens": list(facts["tokens"]),
        "masked_text": facts["masked_text"],
        "personal": [{"kind": span.kind, "start": span.start, "end": span.end} for span in facts["personal"]],
    }


def _plain(record: Any) -> dict[str, Any]:
    """The record as a dictionary, and those in its tuples; `dataclasses.asdict` takes ten times as long."""
    plain = {}
    for name in _names(record.__class__):
        value = getattr(record, name)
        if value.__class__ is tuple:
            value = [part if part.__class__ is str else _plain(part) for part in value]
        plain[name] = value
    return plain


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _write(content: Mapping[str, Any]) -> str:
    """One line of JSON; escaped where a lone surrogate could not be written otherwise."""
    line = _encoded(content)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(content)
    return line
