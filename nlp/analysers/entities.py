"""Named things, by form and by the table of divisions: regions, bodies, lines, areas, estates, persons, times, numbers.

One pass finds how names end (供电所, 小区, 镇); only where something is found is it followed back to where it begins.
Cost grows with the length of the text alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar, Self

from config.vocabulary import FOLDER, load_words
from nlp.entities.divisions import divisions
from nlp.entities.names import Scene
from nlp.entities.numbers import days, numeric
from nlp.entities.place import domain_code, region_of
from nlp.entities.regions import Regions
from nlp.entities.signs import Hits, signs
from nlp.entities.things import NO_NAME, bodies, lines, persons, places, references
from nlp.pipeline import Analyser, Facts
from storage.records import Entity

__all__ = ["Entities", "region_of"]
_BODIES = frozenset(["station", "substation", "organisation"])
_LISTS = ("not_regions", "not_names")
_start = attrgetter("start")


class Entities(Analyser):
    """Gives `entities` in order of their place: offsets are code points of `clean_text`.

    Kinds: region, station, substation, organisation, line, transformer_area, estate, person, customer_number,
    order_number, event_number, meter_number, date, time, duration, money, quantity.
    """

    name: ClassVar[str] = "entities"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "tokens")
    provides: ClassVar[tuple[str, ...]] = ("entities",)
    version: str = "3"

    def __init__(self, not_regions: Iterable[str], not_names: Iterable[str], folder: Path = FOLDER) -> None:
        """`not_regions`: words that end like a region and are none (小区, 城市); `not_names`: words no name holds."""
        self._not_regions, self._not_names, self._folder = tuple(not_regions), frozenset(not_names), folder
        self._regions = Regions(divisions(folder), self._not_regions)
        self._domain = ""

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word lists not_regions.txt and not_names.txt and the table of divisions."""
        not_regions, not_names = ([word for word, _, _ in load_words(name, folder)] for name in _LISTS)
        signs(folder)
        return cls(not_regions, not_names, folder)

    def __reduce__(self) -> tuple[Callable[..., Entities], tuple[Any, ...]]:
        # The table is megabytes: another process is told where to find it.
        return _made, (self._not_regions, self._not_names, self._folder, self._domain)

    def at(self, domain: str) -> Entities:
        """The same for a site that answers for the region `domain`: names that mean several places mean those there."""
        code = domain_code(domain, self._folder)
        return self if code == self._domain else _made(self._not_regions, self._not_names, self._folder, code)

    def analyse(self, facts: Facts) -> Facts:
        """The entities; each stretch of text belongs to one, the surer kind first (bodies apart)."""
        text: str = facts["clean_text"]
        taken = bytearray(len(text))
        found: list[Entity] = []
        hits = signs(self._folder).find(text)
        if "region" in hits:
            hits["region"] = self._regions.likely(text, hits["region"])
        if "estate" in hits:
            hits["estate"] = [hit for hit in hits["estate"] if text[hit[0] - 1 : hit[0]] not in NO_NAME]
        day = hits.pop("day", ())
        if any(hits.values()):
            self._signed(Scene(text, facts["tokens"], self._not_names), hits, taken, found)
        _add(numeric(text), taken, found)
        if day:
            _add(days(text, day), taken, found)
        found.sort(key=_start)
        return {"entities": tuple(found)}

    def _signed(self, scene: Scene, hits: Hits, taken: bytearray, found: list[Entity]) -> None:
        """Adds what signs tell to `found`, the surer kind first."""
        # A body may hold the name of its region, so it neither takes a place nor needs a free one.
        for kind in hits.keys() & _BODIES:
            found += bodies(scene, kind, hits[kind])
        if "person" in hits:
            _add(persons(scene.text, hits["person"]), taken, found)
        if "number" in hits:
            _add(references(scene.text, hits["number"]), taken, found)
        if "line" in hits:
            _add(lines(scene, hits["line"]), taken, found)
        if "transformer_area" in hits:
            _add(places(scene, "transformer_area", hits["transformer_area"], taken), taken, found)
        if "estate" in hits:
            _add(places(scene, "estate", hits["estate"], taken), taken, found)
        if "region" in hits or "short" in hits:
            free = [hit for hit in hits.get("region", ()) if not taken[hit[0]]]
            _add(self._regions.find(scene, free, hits.get("short", ()), self._domain), taken, found)


def _add(new: Iterable[Entity], taken: bytearray, found: list[Entity]) -> None:
    """Those that do not overlap what is taken; `taken` holds one byte per character."""
    for entity in new:
        start, end = entity.start, entity.end
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            found.append(entity)


def _made(not_regions: Iterable[str], not_names: Iterable[str], folder: Path, domain: str) -> Entities:
    made = Entities(not_regions, not_names, folder)
    made._domain = domain
    if domain:
        made.version = f"{Entities.version}@{domain}"
    return made
