"""What a provider's answer means. Its own code decides: HTTP status 200 alone says nothing.

An answer that is not the provider's at all (the page of a gateway that wants a login, an empty body, cut JSON) is a
failure that may pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerting.posting import Answer
from config.errors import DeliveryError

# For so long a provider that is full is left alone where it does not say itself: they all count by the minute.
FULL_PAUSE = 60.0
LONGEST_ANSWER = 300
_PASSING = (408, 425, 429)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_FULL_WORDS = re.compile(
    r"too many request|too fast|freq(?:uency)? (?:out of )?limit|rate limit|频率|限流", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Codes:
    """How a provider speaks: the fields that may hold its code and its words, and what the codes mean.

    All code fields that are there must hold 0. `refused` will never go through; `full` may after a pause; any other
    code is tried again.
    """

    fields: tuple[str, ...]
    words: tuple[str, ...]
    refused: frozenset[int]
    full: frozenset[int]


def judge(channel: str, answer: Answer, codes: Codes) -> str:
    """The provider's words where it took the message. Raises DeliveryError with them where it did not."""
    content = content_of(channel, answer)
    found = {name: content[name] for name in codes.fields if name in content}
    if not found:
        raise DeliveryError(channel, f"应答里没有 {codes.fields[0]}：{said(answer)}")
    name, code = next(((name, code) for name, code in found.items() if not _is_zero(code)), next(iter(found.items())))
    words = next((str(content[word]) for word in codes.words if content.get(word)), "")
    told = f"{name} {code} {words}".strip()[:LONGEST_ANSWER]
    if _is_zero(code) and answer.status < 400:
        return told
    if code in codes.full or _FULL_WORDS.search(words) or answer.status == 429:
        raise DeliveryError(channel, told, after=answer.wait if answer.wait is not None else FULL_PAUSE)
    raise DeliveryError(channel, told, temporary=code not in codes.refused)


def content_of(channel: str, answer: Answer) -> Mapping[str, Any]:
    """The answer as a JSON object. Raises DeliveryError, one that may pass, for anything else."""
    refuse_page(channel, answer)
    if not answer.body.strip():
        raise DeliveryError(channel, f"HTTP {answer.status}，应答为空")
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DeliveryError(channel, f"应答看不懂：{said(answer)}", after=answer.wait)
    return content


def refuse_page(channel: str, answer: Answer) -> None:
    """Raises DeliveryError for an HTML page: something on the way answered instead of the provider."""
    text = answer.text
    if text.lstrip("\ufeff").lower().startswith(("<!doctype html", "<html")):
        title = _TITLE.search(text)
        shown = f"：{title.group(1).strip()[:80]}" if title else ""
        told = f"HTTP {answer.status}，返回的是网页而不是接口应答，可能被上网认证页或代理拦截{shown}"
        raise DeliveryError(channel, told)


def said(answer: Answer) -> str:
    """Status and beginning of the answer, for the log."""
    return f"HTTP {answer.status} {answer.text[:LONGEST_ANSWER]}".strip()


def may_pass(status: int) -> bool:
    """Whether what a plain HTTP status refuses may go through later: too many requests, the server's own trouble."""
    return status >= 500 or status in _PASSING


def _is_zero(code: object) -> bool:
    return not isinstance(code, bool) and code in (0, "0")
