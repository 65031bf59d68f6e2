"""The invented county: its places and the people who call. Read from config/samples/demo/county.toml."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from config.errors import VocabularyError
from config.masking import id_card_is_valid
from config.vocabulary import load_table
from yujing.demo.texts import FOLDER

ROADSIDE = ("中段", "路口", "菜市场旁", "小学对面", "邮政旁边")


@dataclass(frozen=True, slots=True)
class Town:
    """One town with its supply station. `weight`: share of the background, `flag`: 01 town, 02 country, 03 remote."""

    name: str
    station: str
    station_code: str
    weight: int
    flag: str
    estates: tuple[str, ...]
    roads: tuple[str, ...]
    villages: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """What callers are made of: none of the numbers can belong to anybody."""

    surnames: str
    given: str
    mobile_prefixes: tuple[str, ...]
    id_area: str


@dataclass(frozen=True, slots=True)
class County:
    """The whole stage. `names` are the words of the county itself (name, prefecture, utility, forum …, codes)."""

    names: Mapping[str, str]
    towns: tuple[Town, ...]
    people: People
    slips: tuple[tuple[str, str], ...]
    slip_chance: float

    def town(self, name: str) -> Town:
        """The town of that name."""
        return next(town for town in self.towns if town.name == name)

    @property
    def stations(self) -> dict[str, str]:
        """Station code → town, the table by which an export's ORG_NO becomes a region."""
        return {town.station_code: town.name for town in self.towns}


@dataclass(frozen=True, slots=True)
class Caller:
    """One invented person with a home. `spot` is the village or estate, `place` the whole address below the county."""

    name: str
    woman: bool
    phone: str
    customer_no: str
    id_card: str
    town: Town
    spot: str
    place: str

    @property
    def title(self) -> str:
        """How a clerk calls the person."""
        return "女士" if self.woman else "先生"


@cache
def load_county(folder: Path = FOLDER) -> County:
    """Read county.toml. Raises VocabularyError naming the field that is missing or wrong."""
    content = load_table("county", folder).content
    try:
        return County(
            names=content["county"],
            towns=tuple(Town(**{key: _frozen(value) for key, value in town.items()}) for town in content["town"]),
            people=People(**{key: _frozen(value) for key, value in content["people"].items()}),
            slips=tuple((right, wrong) for right, wrong in content["slips"]["pairs"]),
            slip_chance=content["slips"]["chance"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise VocabularyError(f"内容不全或有误：{error}", file=folder / "county.toml") from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def make_caller(county: County, town: Town, rng: random.Random, spot: str | None = None) -> Caller:
    """Somebody who lives in `town`, at `spot` where it is given."""
    people = county.people
    given = "".join(rng.sample(people.given, rng.choice((1, 2, 2))))
    spot = spot or rng.choice((*town.estates * (2 if town.flag == "01" else 1), *town.villages, *town.roads))
    return Caller(
        name=rng.choice(people.surnames) + given,
        woman=rng.random() < 0.45,
        phone=f"{rng.choice(people.mobile_prefixes)}{rng.randrange(10**8):08d}",
        customer_no=f"{town.station_code[-4:]}{rng.randrange(10**6):06d}",
        id_card=make_id_card(people.id_area, rng),
        town=town,
        spot=spot,
        place=f"{town.name}{spot}{_below(town, spot, rng)}",
    )


def _below(town: Town, spot: str, rng: random.Random) -> str:
    """The end of an address: house, flat or group, as precise as people are."""
    if spot in town.roads:
        return f"{rng.randint(1, 260)}号" if rng.random() < 0.7 else rng.choice(ROADSIDE)
    if spot in town.estates:
        exact = f"{rng.randint(1, 28)}栋" + (f"{rng.randint(1, 3)}单元" if rng.random() < 0.5 else "")
        flat = f"{rng.randint(1, 18)}0{rng.randint(1, 4)}" if rng.random() < 0.4 else ""
        return rng.choice(("小区", "")) + exact + flat
    group = rng.choice("一二三四五六七八九")
    return rng.choice((f"{group}组", f"{group}组", f"{rng.randint(1, 12)}组{rng.randint(1, 88)}号", f"{group}队", ""))


def make_id_card(area: str, rng: random.Random) -> str:
    """Eighteen places with a right checksum (GB 11643); the area code decides whether anybody can have it."""
    born = f"{rng.randint(1945, 2004)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    first = f"{area}{born}{rng.randint(1, 999):03d}"
    return next(first + last for last in "0123456789X" if id_card_is_valid(first + last))
