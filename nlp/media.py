"""How high the medium stands that a text comes from: by its address, its name, or the place its name begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.entities.divisions import Divisions, divisions

TABLE = "media_ranks"
# What the length of a division's code says about a medium that is called after it.
_LEVELS = {2: "provincial", 4: "city", 6: "county"}
# Without any other sign: everybody writes there.
_OPEN_MEDIA = ("weibo", "forum")
_LONGEST_PLACE = 12
# 海南日报, 中山日报: the table holds names with these.
_SIGNS = ("", "省", "市", "县", "区")


@dataclass(frozen=True, slots=True)
class MediaRank:
    """The rank of a medium: `code` and its Chinese `title`; `because` is the host or part of the name that told."""

    code: str
    title: str
    because: str


@dataclass(frozen=True, slots=True)
class _Ranks:
    """`hosts` and `names` with the code of their rank, names in order of rank; `titles` by code."""

    hosts: Mapping[str, str]
    names: Sequence[tuple[str, str]]
    words: tuple[str, ...]
    titles: Mapping[str, str]


@lru_cache(maxsize=1000)
def media_rank(source: str, url: str | None, medium: str, folder: Path = FOLDER) -> MediaRank | None:
    """The rank of a source; None for hotlines and where nothing tells it.

    `source` is its name, `url` the address of the text if known, `medium` one of storage.records.Medium. The host
    decides first (mp.weixin.qq.com before qq.com), then a known name, then the form of the name (place + 日报), then
    the medium: weibo and forums are open to everybody, government boards are the government's.
    """
    if medium == "hotline":
        return None
    ranks = _ranks(folder)
    code, because = (
        _by_host(ranks, url) or _by_name(ranks, source) or _by_place(ranks, source, divisions(folder)) or ("", "")
    )
    if not code and medium in _OPEN_MEDIA:
        code, because = "self", source
    if not code and medium == "government":
        code, because = "government", source
    return MediaRank(code, ranks.titles[code], because) if code else None


def _by_host(ranks: _Ranks, url: str | None) -> tuple[str, str] | None:
    try:
        host = (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return None
    parts = host.split(".")
    ends = (".".join(parts[start:]) for start in range(len(parts)))
    return next(((ranks.hosts[end], end) for end in ends if end in ranks.hosts), None)


def _by_name(ranks: _Ranks, source: str) -> tuple[str, str] | None:
    return next(((code, name) for name, code in ranks.names if name in source), None)


def _by_place(ranks: _Ranks, source: str, table: Divisions) -> tuple[str, str] | None:
    """A division at the beginning of the name, a word for a medium at or near its end."""
    word = next((word for word in ranks.words if word in source), None)
    if word is None:
        return None
    for end in range(min(_LONGEST_PLACE, source.index(word)), 1, -1):
        name = source[:end]
        short = table.short.get(name) or table.short_counties.get(name) or ""
        whole = (code for sign in _SIGNS for code in table.called(name + sign))
        codes = [code for code in (*whole, *short.split()) if len(code) in _LEVELS]
        if codes:
            return _LEVELS[min(map(len, codes))], name + word
    return None


@cache
def _ranks(folder: Path) -> _Ranks:
    """The table, checked. Raises VocabularyError naming the entry."""
    content, file = load_table(TABLE, folder).content, folder / f"{TABLE}.toml"
    hosts: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    titles = {str(code): str(title) for code, title in content.get("levels", {}).items()}
    for entry in content.get("rank", []):
        code = entry.get("code")
        if not isinstance(code, str) or not isinstance(entry.get("title"), str):
            raise VocabularyError("每一级都要有 code 与 title", file=file, field="rank")
        titles[code] = entry["title"]
        for host in entry.get("hosts", []):
            if hosts.setdefault(host, code) != code:
                raise VocabularyError(f"“{host}”写了两次", file=file, field=f"rank.{code}.hosts")
        names += [(name, code) for name in entry.get("names", [])]
    if missing := [code for code in (*_LEVELS.values(), "self", "government") if code not in titles]:
        raise VocabularyError(f"缺少 {'、'.join(missing)}", file=file, field="rank")
    words = tuple(sorted(content.get("forms", {}).get("words", []), key=len, reverse=True))
    return _Ranks(hosts, names, words, titles)
