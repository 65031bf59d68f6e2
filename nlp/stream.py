"""`yujing analyse`: JSON lines in, one JSON line out per valid line, in order, as they come; no store, no network."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TextIO

from config.errors import InputError
from nlp.baseline import snownlp_score
from nlp.pipeline import Facts, Pipeline, categories
from nlp.text import joined

log = logging.getLogger(__name__)


def analyse_lines(
    lines: Iterable[bytes], out: TextIO, err: TextIO, *, with_snownlp: bool, pipeline: Pipeline | None = None
) -> int:
    """Analyse every line; returns the exit code: 0, or 1 when a line was bad (told on `err` with its number).

    A line holds `id` (text or whole number) and `text`, or `title` and `body`. Blank lines are passed over. Memory
    is that of one line.
    """
    pipeline = pipeline or Pipeline.from_vocabulary()
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            name, text = read_line(line, number)
            print(_write(answer(name, text, pipeline, with_snownlp=with_snownlp)), file=out, flush=True)
        except InputError as error:
            code = 1
            print(error, file=err, flush=True)
        except (OSError, UnicodeEncodeError):  # the answer cannot be written: the rest could not either
            raise
        except Exception:
            log.exception("line %d could not be analysed", number)
            code = 1
            print(InputError("分析出错", row=number), file=err, flush=True)
    return code


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


def answer(name: str | int, text: str, pipeline: Pipeline, *, with_snownlp: bool) -> dict[str, Any]:
    """What the command says of one text."""
    facts = pipeline.run(text)
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
        if isinstance(value, tuple):
            value = [_plain(part) if is_dataclass(part) else part for part in value]
        plain[name] = value
    return plain


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _write(content: Mapping[str, Any]) -> str:
    """One line of JSON; escaped where a lone surrogate could not be written otherwise."""
    line = json.dumps(content, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(content)
    return line
