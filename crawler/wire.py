"""The line between the crawling process and the one that keeps: one JSON line there, one JSON line back.

The crawling process holds no key and no database. Every delivery waits for the answer, so a page counts as done only
when its text is safe; when the keeping process dies, the next line fails and the crawling process ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TextIO

from storage.records import RawDocument, SeenPage

# What the crawling process asks for; the values are its words on the line.
SEEN, DELIVER, FETCHED, UNCHANGED, FAILED, FINISHED = "seen", "deliver", "fetched", "unchanged", "failed", "finished"


class Wire:
    """The crawling process's end of the line; `hang_up` is called when the other end is gone."""

    def __init__(self, to_keeper: TextIO, from_keeper: TextIO, hang_up: Callable[[], object]) -> None:
        self._to, self._from, self._hang_up = to_keeper, from_keeper, hang_up

    def seen(self, source: str, urls: Sequence[str]) -> dict[str, SeenPage]:
        """What is remembered of these pages."""
        answer = self._ask(SEEN, source, urls=list(urls))
        return {url: page_from_json(page) for url, page in answer.items()}

    def deliver(self, page: SeenPage, raw: RawDocument | None, *, count: bool = True) -> str:
        """Keep a text, then remember its page; returns new, updated or unchanged. Without text: only remember.

        `count` tells whether the outcome is part of the report.
        """
        text = raw_to_json(raw) if raw else None
        answer = self._ask(DELIVER, page.source, raw=text, page=page_to_json(page), count=count)
        return str(answer["outcome"])

    def fetched(self, source: str) -> None:
        """A page was answered."""
        self._ask(FETCHED, source)

    def unchanged(self, source: str, count: int) -> None:
        """So many known articles need no visit."""
        self._ask(UNCHANGED, source, count=count)

    def failed(self, source: str, url: str, reason: str) -> None:
        """A page could not be had, with the reason in Chinese."""
        self._ask(FAILED, source, url=url, reason=reason)

    def finished(self, source: str) -> None:
        """The source is done."""
        self._ask(FINISHED, source)

    def _ask(self, do: str, source: str, **more: Any) -> Any:
        try:
            self._to.write(json.dumps({"do": do, "source": source, **more}) + "\n")
            self._to.flush()
            answer = self._from.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._hang_up()
            raise BrokenPipeError("the keeping process is gone")
        return json.loads(answer)


def raw_to_json(raw: RawDocument) -> dict[str, Any]:
    """A raw document as plain values."""
    return {**asdict(raw), "published_at": raw.published_at.isoformat()}


def raw_from_json(values: Mapping[str, Any]) -> RawDocument:
    """The raw document back from plain values."""
    return RawDocument(**{**values, "published_at": datetime.fromisoformat(values["published_at"])})


def page_to_json(page: SeenPage) -> dict[str, Any]:
    """A remembered page as plain values."""
    return {**asdict(page), "fetched_at": page.fetched_at.isoformat()}


def page_from_json(values: Mapping[str, Any]) -> SeenPage:
    """The remembered page back from plain values."""
    return SeenPage(**{**values, "fetched_at": datetime.fromisoformat(values["fetched_at"])})
