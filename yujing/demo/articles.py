"""The pages of the demonstration's web: county news, a forum, the government's message board. From articles.toml."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from config.clock import as_local
from config.errors import VocabularyError
from config.vocabulary import load_table
from storage.records import Medium
from yujing.demo.county import County
from yujing.demo.texts import FOLDER, Grammar, Writer, grammar_of

SiteName = Literal["news", "forum", "government"]
# A planned outage lasts this long by its notice.
PLANNED = timedelta(hours=5)


class Happening(Protocol):
    """What an article needs to know of an incident."""

    @property
    def start(self) -> datetime:
        """When it began."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """One part of the site; `source` is the name under which its texts are kept, marked 示例."""

    name: SiteName
    title: str
    source: str
    medium: Medium


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer in a forum thread."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """One page. `path` is its address below the site's root; `at` aware UTC; `replies` oldest first."""

    site: SiteName
    path: str
    title: str
    author: str
    at: datetime
    paragraphs: tuple[str, ...]
    replies: tuple[Reply, ...]
    views: int


@cache
def load_pages(folder: Path = FOLDER) -> tuple[dict[SiteName, Site], Grammar, tuple[Mapping[str, Any], ...]]:
    """The sites, the words and the plan of the pages. Raises VocabularyError for what is not right."""
    content = load_table("articles", folder).content
    try:
        sites = {name: Site(name, **site) for name, site in content["sites"].items()}
        return sites, grammar_of("articles", content["kinds"], content["symbols"]), tuple(content["article"])
    except (KeyError, TypeError) as error:
        raise VocabularyError(f"内容不全或有误：{error}", file=folder / "articles.toml") from error


def write_articles(
    county: County, incidents: Mapping[str, Happening], start: datetime, end: datetime, rng: random.Random
) -> tuple[Article, ...]:
    """Every page that has appeared before `end`, oldest first. `start` is the first midnight."""
    _, grammar, plan = load_pages()
    written = []
    for number, entry in enumerate(plan, 1):
        at, begun = _moment(entry, incidents, start)
        if at < end - timedelta(minutes=1):
            written.append(_write(number, entry, at, begun, county, grammar, end, rng))
    return tuple(sorted(written, key=lambda article: article.at))


def _moment(entry: Mapping[str, Any], incidents: Mapping[str, Happening], start: datetime) -> tuple[datetime, datetime]:
    """When it appears, and when the incident it tells of began."""
    try:
        if "incident" in entry:
            begun = incidents[entry["incident"]].start
            return begun + timedelta(hours=entry["after"]), begun
        hour, minute = map(int, entry["at"].split(":"))
        at = start + timedelta(days=entry["day"] - 1, hours=hour, minutes=minute)
    except (KeyError, ValueError) as error:
        raise VocabularyError(f"[[article]] 时间不全或有误：{error}", file=FOLDER / "articles.toml") from error
    return at, at


def _write(
    number: int, entry: Mapping[str, Any], at: datetime, begun: datetime, county: County, grammar: Grammar,
    end: datetime, rng: random.Random,
) -> Article:  # fmt: skip
    slots = _slots(at, begun, county, rng)
    writer = Writer(grammar, rng, slots, set())
    site: SiteName = entry["site"]
    path = f"/{site}/{as_local(at):%Y%m%d}/{1000 + number * 7}.html"
    replies = _replies(entry, at, end, grammar, rng)
    return Article(
        site, path, writer.fill(entry["title"]), writer.fill(entry["author"]), at,
        tuple(writer.fill(paragraph) for paragraph in entry["body"]), replies,
        views=round(40 + (len(replies) * 38 + 90) * rng.uniform(0.7, 1.5)),
    )  # fmt: skip


def _slots(at: datetime, begun: datetime, county: County, rng: random.Random) -> dict[str, str]:
    people = county.people
    return {
        **county.names,
        "day": _day(at), "clock": _clock(at), "event_day": _day(begun), "event_clock": _clock(begun),
        "until_clock": _clock(begun + PLANNED), "surname": rng.choice(people.surnames),
        "reporter": rng.choice(people.surnames) + "".join(rng.sample(people.given, 2)),
    }  # fmt: skip


def _day(moment: datetime) -> str:
    return f"{as_local(moment).month}月{as_local(moment).day}日"


def _clock(moment: datetime) -> str:
    local = as_local(moment)
    return f"{local.hour}时" + (f"{local.minute}分" if local.minute else "")


def _replies(
    entry: Mapping[str, Any], at: datetime, end: datetime, grammar: Grammar, rng: random.Random
) -> tuple[Reply, ...]:
    """A thread is answered most in its first hours, and not after the end."""
    moments: Sequence[datetime] = sorted(
        at + timedelta(minutes=2 + rng.expovariate(1 / 110)) for _ in range(entry.get("replies", 0))
    )
    said = Writer(grammar, rng, {}, set())
    return tuple(Reply(said.write("nick"), moment, said.write(entry["reply"])) for moment in moments if moment < end)
