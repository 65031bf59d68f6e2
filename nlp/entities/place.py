"""Where a text is about: one region out of those it names, in the words that the site uses for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from config.vocabulary import FOLDER
from nlp.entities.divisions import Divisions, divisions
from storage.records import Entity

# The parts of a chain; a sign right before another one belongs to the name (柳市镇).
_PART = re.compile(
    r".+?(?:特别行政区|自治[区州县旗]|街道|社区|地区|苏木|[省市州区县旗盟镇乡村])(?![省市州区县旗镇乡村])"
)
_TOWNS, _COUNTIES = ("镇", "乡", "街道", "苏木"), ("县", "区", "旗")
_CITIES = ("市", "州", "盟", "地区")
_VILLAGES = ("村", "社区")


def region_of(entities: Iterable[Entity], domain: str = "", folder: Path = FOLDER) -> str | None:
    """The place a text is about: a town (镇, 乡, 街道) rather than a county, a county rather than a city.

    Of several towns it is the first one, unless the text names their county first (a county's news lists its towns).
    A region of the code table is told by the shortest name that means only it within `domain` (the site's region as
    its settings name it); any other as the text names it.
    """
    parts = [part for entity in entities if entity.kind == "region" for part in _parts(entity)]
    if not parts:
        return None
    name, code = _chosen(parts)
    return divisions(folder).label(code, *_named(name, code, folder), domain_code(domain, folder)) if code else name


def full_name(entity: Entity, folder: Path = FOLDER) -> str:
    """The names from the province down of a region in the table (湖南省长沙市长沙县); "" for anything else."""
    if entity.kind != "region" or not entity.value:
        return ""
    name, code = next((part for part in reversed(_parts(entity)) if part[1]), ("", ""))
    return divisions(folder).full_name(code, *_named(name, code, folder)) if code else ""


@lru_cache(maxsize=64)
def domain_code(domain: str, folder: Path = FOLDER) -> str:
    """The code of the site's region, "" where it is not set or not in the table."""
    return divisions(folder).domain_of("".join(domain.split())) if domain.strip() else ""


def _chosen(parts: list[tuple[str, str]]) -> tuple[str, str]:
    towns = list(dict.fromkeys(part for part in parts if part[0].endswith(_TOWNS)))
    counties = [part for part in parts if part[0].endswith(_COUNTIES) and not part[0].endswith("自治区")]
    cities = [part for part in parts if part[0].endswith(_CITIES)]
    if towns and (len(towns) == 1 or not counties or parts.index(towns[0]) < parts.index(counties[0])):
        return towns[0]
    return next(found[0] for found in (counties, towns, cities, parts) if found)


def _parts(entity: Entity) -> list[tuple[str, str]]:
    """The names of a chain from above down, the lowest division with the code of the chain."""
    names = _PART.findall(entity.text) or [entity.text]
    divided = [name for name in names if not name.endswith(_VILLAGES)]
    lowest = divided[-1] if divided else ""
    return [(name, _code(name, entity.value, name == lowest)) for name in names]


def _code(name: str, value: str, lowest: bool) -> str:
    """The code of one name of a chain whose lowest division has the code `value`."""
    if not value or name.endswith(_VILLAGES):
        return ""
    if lowest:
        return value
    table: Divisions = divisions(FOLDER)
    return next((code for code in table.called(name) if value.startswith(code)), "")


def _named(name: str, code: str, folder: Path) -> tuple[str]:
    """The name of the table for what a text names without its sign (长沙: 长沙市)."""
    return (divisions(folder).above.get(code, name),)
