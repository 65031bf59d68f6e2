"""Kinds of outages and of notices of important service matters: how they are written, and what follows from them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table

TABLE = "cause_kinds"


@dataclass(frozen=True, slots=True)
class OutageKind:
    """One kind of outage. `planned`: arranged beforehand. `single`: of one customer, so it explains nobody else's call.

    `ahead`: how long before its start it must be announced, None where nothing is laid down; `ahead_words` says so.
    """

    name: str
    planned: bool
    single: bool = False
    ahead: timedelta | None = None
    ahead_words: str = ""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice; `categories` (power8) are those it explains, () where the notice must say them itself."""

    name: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CauseKinds:
    """Both, by name in the order of the table; `cancelled` are the words for an outage that will not be."""

    outages: Mapping[str, OutageKind]
    notices: Mapping[str, NoticeKind]
    cancelled: frozenset[str]
    spellings: Mapping[str, Mapping[str, str]]

    def outage(self, written: str) -> OutageKind | None:
        """The kind of outage that is written so, None for an unknown one."""
        name = self.spellings["outage"].get(_plain(written))
        return self.outages[name] if name else None

    def notice(self, written: str) -> NoticeKind | None:
        """The kind of notice that is written so, None for an unknown one."""
        name = self.spellings["notice"].get(_plain(written))
        return self.notices[name] if name else None

    def is_cancelled(self, state: str) -> bool:
        """Whether a state says that the outage will not be."""
        return _plain(state) in self.cancelled


@cache
def load_cause_kinds(folder: Path = FOLDER) -> CauseKinds:
    """Read and check cause_kinds.toml. Raises VocabularyError naming what is wrong."""
    content, file = load_table(TABLE, folder).content, folder / f"{TABLE}.toml"
    try:
        outages = {entry["name"]: _outage(entry) for entry in content["outage"]}
        notices = {entry["name"]: NoticeKind(entry["name"], tuple(entry["categories"])) for entry in content["notice"]}
        spellings = {kind: _spellings(content[kind], file) for kind in ("outage", "notice")}
        return CauseKinds(outages, notices, frozenset(map(_plain, content["cancelled"])), spellings)
    except (KeyError, TypeError) as error:
        raise VocabularyError(f"内容不全或有误：{error}", file=file) from error


def _outage(entry: Mapping[str, Any]) -> OutageKind:
    hours = entry.get("ahead_hours")
    ahead = None if hours is None else timedelta(hours=hours)
    return OutageKind(
        entry["name"], bool(entry["planned"]), entry.get("single", False), ahead, entry.get("ahead_words", "")
    )


def _spellings(entries: Iterable[Mapping[str, Any]], file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        for written in (entry["name"], *entry["names"]):
            if found.setdefault(_plain(written), entry["name"]) != entry["name"]:
                raise VocabularyError(f"“{written}”写在两个类型里", file=file, field=entry["name"])
    return found


def _plain(written: str) -> str:
    return "".join(unicodedata.normalize("NFKC", written).split())
