"""Three weeks in an invented county, made from a seed: the work orders of its hotline and the pages of its web.

`generate(seed, anchor)` is pure: the same seed and anchor give the same scenario, to the byte.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.clock import as_local, as_utc, local_midnight
from config.errors import VocabularyError
from config.vocabulary import load_table
from yujing.demo.articles import Article, write_articles
from yujing.demo.county import Caller, County, Town, load_county, make_caller
from yujing.demo.moments import tags_of, time_slots
from yujing.demo.rhythm import Shape, hourly, moments
from yujing.demo.texts import FOLDER, Writer, load_grammar

# A hotline order is a short note: what comes out shorter or longer is written again.
LENGTHS = (20, 250)
ATTEMPTS = 12
TRANSFORMERS = ("公变", "台区", "配变")
ELEC_TYPES = {"01": ("202", "202", "202", "401", "403"), "02": ("202", "202", "202", "501", "401"), "03": ("202",)}


@dataclass(frozen=True, slots=True)
class Order:
    """One work order. `subject` is the grammar it was written with, `topic` its class in Chinese, `at` aware UTC."""

    number: str
    subject: str
    topic: str
    kind: str
    caller: Caller
    at: datetime
    content: str
    handling: str
    elec_type: str

    @property
    def town(self) -> Town:
        """Where it is about."""
        return self.caller.town


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that happens to many at once, in event time `[start, end]`; `spots` narrow it within the towns."""

    name: str
    subject: str
    topic: str
    towns: tuple[str, ...]
    spots: tuple[str, ...]
    start: datetime
    end: datetime
    orders: int
    shape: Shape
    singles: Mapping[str, float]

    @property
    def alarming(self) -> bool:
        """Whether it is a trouble, as praise is not."""
        return self.topic != "表扬"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything of the demonstration, oldest first. `start` is a midnight in Shanghai, `anchor` the end."""

    seed: int
    start: datetime
    anchor: datetime
    county: County
    kinds: Mapping[str, str]
    incidents: Mapping[str, Incident]
    orders: tuple[Order, ...]
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    """One call before it has words: `share` 0…1 is how far its incident has come, `single` a text used once."""

    at: datetime
    subject: str
    topic: str
    town: Town
    incident: Incident | None = None
    share: float = 0.0
    single: str = ""


@cache
def load_plan(folder: Path = FOLDER) -> dict[str, Any]:
    """What happens, from scenario.toml."""
    return load_table("scenario", folder).content


def generate(seed: int, anchor: datetime) -> Scenario:
    """The scenario of `seed` that ends two to five minutes before `anchor` (aware).

    Raises VocabularyError for phrases or plans that are not right.
    """
    anchor, plan, county = as_utc(anchor), load_plan(), load_county()
    rng = random.Random(f"{seed} {anchor.isoformat()}")  # noqa: S311 - a sample, no secret
    start = local_midnight(anchor) - timedelta(days=plan["span"]["days"] - 1)
    end = anchor - timedelta(minutes=rng.uniform(*plan["span"]["last_minutes"]))
    incidents = {entry["name"]: _incident(entry, start, end) for entry in plan["incident"]}
    calls = [*_background(plan, county, start, end, rng)]
    for incident in incidents.values():
        calls += _calls(incident, county, rng)
    calls.sort(key=lambda call: (call.at, call.subject, call.town.name))
    orders = _write_orders(calls, plan, county, rng)
    articles = write_articles(county, incidents, start, end, rng)
    return Scenario(seed, start, anchor, county, plan["kinds"], incidents, orders, articles)


def _incident(entry: Mapping[str, Any], start: datetime, end: datetime) -> Incident:
    try:
        if "hours_before_end" in entry:
            begin, finish = end - timedelta(hours=entry["hours_before_end"]), end
        else:
            hour, minute = map(int, entry["at"].split(":"))
            begin = start + timedelta(days=entry["day"] - 1, hours=hour, minutes=minute)
            finish = begin + timedelta(hours=entry["hours"])
        return Incident(
            entry["name"], entry["subject"], entry["topic"], tuple(entry["towns"]), tuple(entry.get("spots", ())),
            begin, finish, entry["orders"], entry["shape"], entry.get("singles", {}),
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise VocabularyError(f"[[incident]] 不全或有误：{error}", file=FOLDER / "scenario.toml") from error


def _background(
    plan: Mapping[str, Any], county: County, start: datetime, end: datetime, rng: random.Random
) -> Iterator[_Call]:
    weights = [town.weight for town in county.towns]
    # The very last text belongs to the incident that is going on.
    until = end - timedelta(seconds=45)
    for entry in plan["background"]:
        for at in hourly(start, until, entry["per_day"], entry["weekend"], plan["rhythm"][entry["rhythm"]], rng):
            (town,) = rng.choices(county.towns, weights)
            yield _Call(at, entry["subject"], entry["topic"], town)


def _calls(incident: Incident, county: County, rng: random.Random) -> Iterator[_Call]:
    towns = [county.town(name) for name in incident.towns]
    span = incident.end - incident.start
    for at in moments(
        incident.start, incident.end, incident.orders, incident.shape, load_plan()["rhythm"]["office"], rng
    ):
        share = (at - incident.start) / span
        yield _Call(at, incident.subject, incident.topic, rng.choice(towns), incident, share)
    for symbol, share in incident.singles.items():
        at = incident.start + span * share
        yield _Call(at, incident.subject, incident.topic, rng.choice(towns), incident, share, symbol)


def _write_orders(
    calls: Sequence[_Call], plan: Mapping[str, Any], county: County, rng: random.Random
) -> tuple[Order, ...]:
    seen: set[str] = set()
    orders = []
    for position, call in enumerate(calls, 1):
        incident = call.incident
        spot = rng.choice(incident.spots) if incident and incident.spots else None
        caller = make_caller(county, call.town, rng, spot)
        grammar = load_grammar(call.subject)
        (kind,) = ("投诉",) if call.single else rng.choices([*grammar.kinds], [*grammar.kinds.values()])
        content = _write(call, kind, caller, county, plan["span"]["first_person"], seen, rng)
        slots = {"station": caller.town.station, "surname2": rng.choice(county.people.surnames)}
        handling = Writer(load_grammar("handling"), rng, slots, {kind}).write()
        # Sixteen digits beginning with 20, as the field knows work-order numbers.
        number = f"{as_local(call.at):%Y%m%d}{position:05d}{rng.randrange(1000):03d}"
        elec_type = rng.choice(ELEC_TYPES[caller.town.flag])
        orders.append(Order(number, call.subject, call.topic, kind, caller, call.at, content, handling, elec_type))
    return tuple(orders)


def _write(
    call: _Call, kind: str, caller: Caller, county: County, first_person: float, seen: set[str], rng: random.Random
) -> str:
    """The text of one call: of proper length, and no other call's text while the grammar allows it."""
    tags = tags_of(call.at) | {kind, "first" if rng.random() < first_person and not call.single else "third"}
    if call.share > 0.55:
        tags.add("late")
    content = ""
    for _ in range(ATTEMPTS):
        slots = _slots(call, caller, county, tags, rng)
        content = Writer(load_grammar(call.subject), rng, slots, tags).write()
        content = _slip(_finish(content, "first" in tags, rng), county, rng)
        once = all(content.count(number) <= 1 for number in (caller.phone, caller.customer_no))
        if LENGTHS[0] <= len(content) <= LENGTHS[1] and once and content not in seen:
            break
    seen.add(content)
    return content


def _slots(call: _Call, caller: Caller, county: County, tags: set[str], rng: random.Random) -> dict[str, str]:
    first = "first" in tags
    town = caller.town
    since = None
    if call.incident is not None and call.incident.shape != "daytime":
        # Not everybody loses power, or notices it, in the first minute.
        passed = call.at - call.incident.start
        since = call.incident.start - timedelta(minutes=8) + passed * (rng.random() ** 2 if passed else 0)
    grammar = load_grammar(call.subject)
    slots = {
        **county.names,
        "place": caller.place, "spot": caller.spot, "town": town.name, "station": town.station,
        "line": rng.choice(town.lines), "area": f"{caller.spot}{rng.randint(1, 6)}号{rng.choice(TRANSFORMERS)}",
        "surname": caller.name[0], "title": caller.title, "name": caller.name, "phone": caller.phone,
        "custno": caller.customer_no, "idcard": caller.id_card, "surname2": rng.choice(county.people.surnames),
        "my_home": "我家" if first else "客户家",
        **time_slots(call.at, rng, since),
    }  # fmt: skip
    if call.single:
        slots["core"] = Writer(grammar, rng, slots, tags).write(call.single)
    return slots


def _finish(content: str, own_words: bool, rng: random.Random) -> str:
    """Marks as people set them: none doubled, the last one sometimes missing."""
    for wrong, right in (
        ("，，", "，"),
        ("。，", "，"),
        ("，。", "。"),
        ("。。", "。"),
        ("：，", "："),
        ("，【", "。【"),
        ("、，", "，"),
    ):
        content = content.replace(wrong, right)
    content = content.strip("，。 ")
    if rng.random() < 0.8:
        return f"{content}。"
    return content + (rng.choice(("", "！", "，谢谢。", "！！")) if own_words else "")


def _slip(content: str, county: County, rng: random.Random) -> str:
    if rng.random() >= county.slip_chance:
        return content
    pairs = [pair for pair in county.slips if pair[0] in content]
    if not pairs:
        return content
    right, wrong = rng.choice(pairs)
    return content.replace(right, wrong, 1)
