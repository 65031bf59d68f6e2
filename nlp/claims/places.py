"""Places of a sentence and how two of them lie to each other: divisions by code, others by their rank and name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from config.vocabulary import FOLDER
from nlp.analysers.entities import Entities
from nlp.claims.words import words as vocabulary
from nlp.entities.divisions import divisions
from nlp.segment import tokens
from storage.records import Entity

Relation = Literal["same", "inside", "holds", "apart", "unknown"]
_RANKS = {
    "省": 0,
    "市": 1,
    "州": 1,
    "盟": 1,
    "县": 2,
    "区": 2,
    "旗": 2,
    "镇": 3,
    "乡": 3,
    "街道": 3,
    "苏木": 3,
    "村": 4,
    "社区": 4,
}
_KINDS = frozenset(["region", "line", "transformer_area", "estate", "substation", "station"])
_PART = re.compile(r".+?(?:特别行政区|自治[区州县旗]|街道|社区|地区|苏木|[省市州区县旗盟镇乡村])(?![省市州县旗镇乡村])")
_HAN = "\u4e00-\u9fff"
_LINE = re.compile(rf"(?P<name>(?:[{_HAN}]{{1,3}}|[A-Z]|\d{{2,4}}))线(?![路缆索上下圈杆损条性芯头槽]|[\d])")
_NO_LINE = re.compile(
    "(?:高压|电|导|热|一|沿|接|户|连|专|出|进|输|配|火|零|地|裸|铁|天|无|有|在|全|主|空|旧|老|新|基|底|红|断|供|光|视|前|后|布|架|放|拉|走|引|总|支|干|直|曲|期|界|省|在|上|下|牵|母|抢|路|条|网|闲|占|防|战|阵|离|离|碰|压|跨|飞|漏|烧|的|送|停|修|穿|两|该)\\Z"
)
_LINE_START = re.compile(
    "(?:的是|发生在|位于|故障在|涉及|影响|以及|其中|目前|已|是|在|为|和|及|与|由|对|将|因|至|到|从|经|即)"
)
_ROAD = re.compile(
    rf"(?P<name>[{_HAN}]{{1,4}}?)(?P<sign>大道|大街|路|街|巷|胡同|工业园区?|开发区|产业园)(?![径线由灯过途面口段障况人政权边上坊区道])"
)
# 款项原路退回 goes along no road.
_BACK = re.compile("原路[返退折撤回]")
_HOUSE = re.compile(r"(?P<name>[\dA-Z一二三四五六七八九十]{1,4})(?P<sign>号楼|栋|幢|号院|单元)")
_FLOOR = re.compile(
    r"(?P<name>地下(?:[一二三\d]层|室)|(?<![\d一二三四五六七八九十])[\d一二三四五六七八九十]{1,2}层(?!级|次))"
)
_SITE = re.compile(
    rf"(?P<name>[{_HAN}]{{0,4}}?)(?P<sign>中心小学|小学|中学|学校|幼儿园|敬老院|养老院|卫生院|文化站|村委会|鱼塘|水库|建筑工地|工地|市场|广场|加油站|菜场|工厂|商场|酒店|火车站|车站|公园|码头|泵站)"
)
_LOOSE_SITE = frozenset(["学校", "市场", "工厂", "工地"])


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it stands at `[start, end)`. `parts` are (rank, name) from above down; `code` of the division, or "".

    Ranks: 0 province, 1 city, 2 county, 3 town, 4 village, 5 road or estate, 6 building or site, 7 floor; 9 a line.
    """

    text: str
    start: int
    end: int
    kind: str
    parts: tuple[tuple[int, str], ...]
    code: str = ""


@cache
def _finder() -> Entities:
    return Entities.from_vocabulary()


def places(text: str) -> tuple[Place, ...]:
    """Every place in order; names that follow one another directly are one place (河口镇东岸村鱼塘)."""
    found: list[Place] = []
    if _may_hold(text):
        facts = {"clean_text": text, "tokens": tuple(tokens(text))}
        for one in _finder().analyse(facts)["entities"]:
            if one.kind in _KINDS:
                found.append(_named(one))
    rest = _blanked(text, found)
    for finder in (_lines, _roads, _sites, _houses):
        found += finder(rest)
        rest = _blanked(text, found)
    return tuple(_chained(sorted(found, key=lambda it: it.start)))


_NOT_FIRST = re.compile("(?:[为仅是在对和]|限于|及其|位于)(?=..)")


def _named(one: Entity) -> Place:
    """An entity without a word before its name that was taken with it."""
    extra = _NOT_FIRST.match(one.text) if one.kind == "region" else None
    cut = extra.end() if extra else 0
    text = one.text[cut:]
    return Place(text, one.start + cut, one.end, one.kind, _parts(one.kind, text), one.value or "")


def _blanked(text: str, found: Iterable[Place]) -> str:
    """The text with what is found replaced by blanks, so that no name reaches into another."""
    signs = list(text)
    for one in found:
        signs[one.start : one.end] = " " * (one.end - one.start)
    return "".join(signs)


_SIGNS = re.compile(
    "[省市州县区旗镇乡村站所线园苑府城庭居里湾]|小区|街道|社区|花园|台区|变|[湖河山广江浙安福云贵四陕甘青海黑吉辽重天上北]"
)


def _may_hold(text: str) -> bool:
    return _SIGNS.search(text) is not None


def _parts(kind: str, text: str) -> tuple[tuple[int, str], ...]:
    if kind != "region":
        return ((9 if kind == "line" else 5, text),)
    names = _PART.findall(text) or [text]
    return tuple((_rank(name), name) for name in names)


def _rank(name: str) -> int:
    return next((_RANKS[name[-size:]] for size in (2, 1) if name[-size:] in _RANKS), 1)


def _lines(text: str) -> Iterable[Place]:
    for match in _LINE.finditer(text):
        name = match["name"]
        if cut := [found.end() for found in _LINE_START.finditer(name)]:
            name = name[cut[-1] :]
        if name and not _NO_LINE.search(name):
            start = match.end() - len(name) - 1
            yield Place(text[start : match.end()], start, match.end(), "line", ((9, f"{name}线"),))


def _trimmed(name: str) -> str:
    """Without the words before a name that a pattern took with it."""
    stops = vocabulary("places", "stops")
    parts = tokens(name)
    while parts and parts[0] in stops:
        parts = parts[1:]
    return "".join(parts)


def _roads(text: str) -> Iterable[Place]:
    for match in _ROAD.finditer(text):
        name = _trimmed(match["name"])
        if (
            not name
            or name[-1] in "线电道公铁网思出走上开短通来马一这那该条铺半"
            or (match["sign"] in ("路", "街") and not name)
            or _BACK.match(text, match.end("sign") - 2)
        ):
            continue
        start = match.start("sign") - len(name)
        yield Place(text[start : match.end()], start, match.end(), "road", ((5, name + match["sign"]),))


def _sites(text: str) -> Iterable[Place]:
    for match in _SITE.finditer(text):
        name = _trimmed(match["name"])
        start = match.start("sign") - len(name)
        if not name and match["sign"] in _LOOSE_SITE:
            continue
        yield Place(text[start : match.end()], start, match.end(), "site", ((6, match["sign"]),))


def _houses(text: str) -> Iterable[Place]:
    for match in _HOUSE.finditer(text):
        yield Place(match.group(), match.start(), match.end(), "building", ((6, match.group()),))
    for match in _FLOOR.finditer(text):
        yield Place(match.group(), match.start(), match.end(), "floor", ((7, match.group()),))


def _chained(found: list[Place]) -> list[Place]:
    chained: list[Place] = []
    for one in found:
        last = chained[-1] if chained else None
        if (
            last
            and last.end == one.start
            and last.kind != "line"
            and one.kind != "line"
            and last.parts[-1][0] < one.parts[0][0]
        ):
            chained[-1] = Place(
                last.text + one.text, last.start, one.end, one.kind, (*last.parts, *one.parts), last.code
            )
        else:
            chained.append(one)
    return chained


def relation(one: Place, other: Place) -> Relation:
    """How `one` lies to `other`: inside it, holding it, the same, apart; unknown where neither table nor name tells."""
    if (one.kind == "line") != (other.kind == "line"):
        return "unknown"
    if one.kind == "line":
        return "same" if _core(one.text) == _core(other.text) else "apart"
    mine, theirs = dict(one.parts), dict(other.parts)
    known = _by_code(one, other)
    if known is not None and not (mine.keys() & theirs.keys() - {0, 1, 2}):
        return known
    for rank in sorted(mine.keys() & theirs.keys()):
        if not _alike(mine[rank], theirs[rank]):
            return "apart"
    if not mine.keys() & theirs.keys():
        return "unknown" if known is None else known
    lowest, lowest_other = max(mine), max(theirs)
    if lowest == lowest_other:
        return "same"
    return "inside" if lowest > lowest_other else "holds"


def _core(line: str) -> str:
    return re.sub(r"^\d+\s?(?:千伏|[kK][vV])", "", line)


def _alike(one: str, other: str) -> bool:
    return one == other or one.endswith(other) or other.endswith(one)


def _by_code(one: Place, other: Place) -> Relation | None:
    first, second = one.code, other.code
    if not first or not second:
        return None
    if first == second:
        return "same" if max(dict(one.parts)) == max(dict(other.parts)) else None
    if first.startswith(second):
        return "inside"
    return "holds" if second.startswith(first) else "apart"


def full_name(one: Place) -> str:
    """The canonical value: names from the province down where the table knows it, else as it stands."""
    if not one.code:
        return one.text
    table = divisions(FOLDER)
    lowest = [name for rank, name in one.parts if rank <= 3]
    rest = "".join(name for rank, name in one.parts if rank > 3)
    return table.full_name(one.code, table.above.get(one.code, lowest[-1] if lowest else one.text)) + rest
