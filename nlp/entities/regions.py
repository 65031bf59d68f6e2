"""Regions: chains province … village, by the table of divisions, else by form (A市A3区, 甲县青禾镇, 杨柳村)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from nlp.entities.divisions import TOWNSHIPS, Divisions
from nlp.entities.names import Scene
from nlp.segment import HAN, is_common
from storage.records import Entity

# Longest names without the sign, where the table does not tell; signs that are not here count only with the table.
_BY_FORM = {"省": 2, "市": 3, "县": 3, "区": 2, "镇": 4, "乡": 4, "街道": 4, "社区": 6, "村": 4}
_LONGEST = 12
_HAN = re.compile(f"[{HAN}]+")
# 竹坪两镇, 三县 are no names.
_COUNTED = re.compile(
    "(?:[一两二三四五六七八九十几数各多某本该全]|[一二三四五六七八九十0-9]个)(?:[省市县区镇乡村]|社区|街道)\\Z"
)
# What follows a sign that is the beginning of another word: 市场, 区别, 乡亲, 省会.
_OTHER_WORD = {
    "市": "场价值面容",
    "区": "别分间块域",
    "乡": "村镇亲下里间土音",
    "镇": "定压静痛",
    "省": "会得心钱略去事",
    "县": "域",
    "旗": "帜舰下",
}
# jieba takes 县竹 or 镇上 out of 临溪县竹坪镇 and 竹坪镇上湾村: these signs end a name inside a word too, unless it is
# a title (临水镇长).
_INSIDE = frozenset(["县", "镇", "乡", "街道"])
_BEHIND_VILLAGE = ("村", "组", "委", "支")
_TITLE = re.compile("长(?:[^\u4e00-\u9fff]|[您好的说在]|\\Z)|[级委里内域]")
# Province … village; a city may lie in a city.
_RANKS = {"省": 0, "市": 1, "县": 2, "区": 2, "旗": 2, "镇": 3, "乡": 3, "道": 3, "木": 3, "村": 4}
_SIGNS_OF_CHAIN = "省市县区州盟旗镇乡村"
_ROAD = re.compile("[路街巷道站桥港大]|人民|银行|[东西南北中一二三]路")
_MORE_OF_NAME = re.compile("[省市县区州盟旗镇乡村]|自治|地区|特别行政区")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾韦付方白邹孟熊秦邱江尹薛"
)


@dataclass(slots=True)
class Chain:
    """Names that follow one another, each with the codes of the divisions called so; `start` and `end` in the text."""

    start: int
    end: int
    parts: list[tuple[str, Sequence[str]]] = field(default_factory=list)


class Regions:
    """Finds chains in one text; `not_regions` are words that end like a region and are none (小区, 城市)."""

    def __init__(self, table: Divisions, not_regions: tuple[str, ...]) -> None:
        """Holds what it is given."""
        self._table, self._not_regions = table, frozenset(not_regions)
        self._sizes = tuple(sorted({len(word) for word in not_regions}))
        # Those that end no name of the table are left out at once.
        self._pairs = {word for word in not_regions if len(word) == 2} - {name[-2:] for name in table.codes}
        # How the names of the table end: what ends otherwise is not looked up.
        self._tails = frozenset(name[-3:] for name in table.codes)

    def likely(self, text: str, signs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those signs that do not end one of the commonest words that are no regions."""
        pairs = self._pairs
        return [hit for hit in signs if text[hit[0] - 1 : hit[1]] not in pairs]

    def find(
        self, scene: Scene, signs: Iterable[tuple[int, int]], short: Sequence[tuple[int, int]], domain: str
    ) -> Iterator[Entity]:
        """The regions with the codes that are sure, in order; `domain` is the code of the site's region or ""."""
        chains = self._chains(scene, signs, short)
        for chain, code in zip(chains, resolve(chains, domain), strict=True):
            yield Entity("region", scene.text[chain.start : chain.end], chain.start, chain.end, code)

    def _chains(self, scene: Scene, signs: Iterable[tuple[int, int]], short: Sequence[tuple[int, int]]) -> list[Chain]:
        chain = Chain(0, 0)
        chains: list[Chain] = []
        hits = [(end, start, False) for start, end in signs]
        if short:
            hits = sorted(hits + [(end, start, True) for start, end in short])
        for end, sign, is_short in hits:
            if sign < chain.end:
                continue
            found = self._short(scene, sign, end, chain.end) if is_short else self._part(scene, sign, end, chain)
            if found is None:
                continue
            start, codes = found
            name, parts = scene.text[start:end], chain.parts
            behind = bool(parts) and start == chain.end
            if behind and parts[-1][1]:
                codes = self._inside(name, codes, parts[-1][1])
            if not behind or _is_apart(name, codes, parts[-1]):
                chain = Chain(start, end)
                chains.append(chain)
            chain.parts.append((name, codes))
            chain.end = end
            if codes:
                self._county_behind(scene, chain)
        return chains

    def _inside(self, name: str, codes: Sequence[str], above: Sequence[str]) -> Sequence[str]:
        """The codes of a name within the division before it; a town may have become a 街道 since, or the reverse."""
        sign = next((sign for sign in TOWNSHIPS if name.endswith(sign)), None)
        if sign is None or any(code.startswith(tuple(above)) for code in codes):
            return codes
        others = (self._table.called(name.removesuffix(sign) + other) for other in TOWNSHIPS if other != sign)
        return [code for its in others for code in its if code.startswith(tuple(above))]

    def _short(self, scene: Scene, start: int, end: int, floor: int) -> tuple[int, Sequence[str]] | None:
        """A province or city without its sign (湖南长沙): a word of its own, and no name of a road."""
        text = scene.text
        if end not in scene.bounds or not (start == floor > 0 or self._stands_alone(scene, start)):
            return None
        if _ROAD.match(text, end) or _MORE_OF_NAME.match(text, end):
            return None
        return start, self._table.short[text[start:end]].split()

    def _stands_alone(self, scene: Scene, start: int) -> bool:
        """Whether a word begins there behind one that everybody knows (松华|河南|坪桥 is not cut right)."""
        if start == 0 or start not in scene.bounds:
            return start == 0
        word = scene.text[scene.word_before(start) : start]
        return not word.isalnum() or scene.is_stop(word, start) or is_common(word)

    def _county_behind(self, scene: Scene, chain: Chain) -> None:
        """A county without its sign counts right behind what it lies in (长沙宁乡)."""
        codes = chain.parts[-1][1]
        for end in (chain.end + 3, chain.end + 2):
            name = scene.text[chain.end : end]
            inside = [
                code for code in self._table.short_counties.get(name, "").split() if code.startswith(tuple(codes))
            ]
            if (
                inside
                and name not in self._table.short
                and end in scene.bounds
                and not _MORE_OF_NAME.match(scene.text, end)
            ):
                chain.parts.append((name, inside))
                chain.end = end
                return

    def _part(self, scene: Scene, sign: int, end: int, chain: Chain) -> tuple[int, Sequence[str]] | None:
        """Where the name begins that ends with a sign, and its codes; None where it is no name of a region."""
        text, floor = scene.text, chain.end
        mark = text[sign:end]
        if sign > floor and text[sign - 1].isascii():
            start = _anonymous(text, floor, sign)
            # A letter alone before 区 is a part of an estate, unless it stands behind a city.
            alone = mark == "区" and start == sign - 1 and not (chain.parts and start == floor)
            return (start, ()) if start < sign and mark in _BY_FORM and not alone else None
        if end < len(text) and (text[end] in _OTHER_WORD.get(mark, ()) or self._is_title(scene, mark, end)):
            return None
        known = self._known(scene, sign, end, chain) if mark not in ("村", "社区") else None
        if known is not None:
            return known
        start = self._by_form(scene, sign, end, floor) if mark in _BY_FORM else sign
        return (start, ()) if start < sign else None

    def _is_title(self, scene: Scene, mark: str, end: int) -> bool:
        return mark in _INSIDE and end not in scene.bounds and _TITLE.match(scene.text, end) is not None

    def _known(self, scene: Scene, sign: int, end: int, chain: Chain) -> tuple[int, Sequence[str]] | None:
        """The longest name of the table that ends there; of two characters only behind another or alone."""
        text, called, floor = scene.text, self._table.codes, chain.end
        longest = end - (_LONGEST if text[max(0, end - 3) : end] in self._tails else 2)
        for start in range(max(floor, longest), sign):
            name = text[start:end]
            if name in called and self._stands(scene, start, name, chain):
                return start, called[name].split()
        return None

    def _stands(self, scene: Scene, start: int, name: str, chain: Chain) -> bool:
        """Whether a name of the table means the place where it stands."""
        ordinary = name in self._not_regions
        if chain.parts and start == chain.end:
            above = tuple(chain.parts[-1][1])
            return not ordinary or any(code.startswith(above) for code in self._table.called(name) if above)
        if ordinary or (len(name) == 2 and scene.text[start - 1 : start].isalnum()):
            return False
        # Zones at the level of towns (城市新区) are known by their county alone.
        if name[-1] == "区" and self._is_zone(name):
            return False
        # A4区|东青山街道 is not 青山街道.
        gap = scene.text[chain.end : start] if chain.parts and start == chain.end + 1 else ""
        if gap.isalnum() and not scene.is_stop(gap, start):
            return False
        return len(name) > 4 or self._begins(scene, start)

    def _is_zone(self, name: str) -> bool:
        return all(len(code) == 9 for code in self._table.called(name))

    def _is_ruled_out(self, name: str, sign: int) -> bool:
        """Whether a longer word than the sign, of `sign` characters, ends the name and is no region (中心小区)."""
        return any(name[-size:] in self._not_regions for size in self._sizes if size > sign)

    def _begins(self, scene: Scene, start: int) -> bool:
        """Whether a name begins there, and no longer one a character before (深|溪口乡)."""
        if start == 0 or start not in scene.bounds or start - 1 not in scene.bounds:
            return scene.begins(start)
        sign = scene.text[start - 1]
        return not sign.isalpha() or scene.is_stop(sign, start) or sign in _SIGNS_OF_CHAIN

    def _by_form(self, scene: Scene, sign: int, end: int, floor: int) -> int:
        text, mark = scene.text, scene.text[sign:end]
        # 村到 is no word: jieba takes such for names.
        village = mark == "村" and (text[end : end + 1] in _BEHIND_VILLAGE or not is_common(scene.word_around(end)))
        if end not in scene.bounds and mark not in _INSIDE and not village:
            return sign
        start = scene.name_start(max(floor, sign - _BY_FORM[mark]), sign, floor=floor)
        if start >= sign:
            return sign
        start = self._behind_common(scene, start, sign)
        if text[start] == "原" and sign - start > 2:
            start += 1
        name = text[start:end]
        least = 1 if mark == "村" and text[start] in _SURNAMES else 2
        if mark not in ("村", "社区") and self._is_ordinary(scene, start, sign, mark):
            return sign
        if (
            sign - start < least
            or not _HAN.fullmatch(name)
            or self._is_ruled_out(name, len(mark))
            or _COUNTED.search(name)
        ):
            return sign
        return start

    def _is_ordinary(self, scene: Scene, start: int, sign: int, mark: str) -> bool:
        """Whether a name is made of common words; for 市, 县, 区, whose real names are in the table, one is enough."""
        ends = [start, *(end for end in range(start + 1, sign) if end in scene.bounds), sign]
        common = [end - begin >= 2 and is_common(scene.text[begin:end]) for begin, end in pairwise(ends)]
        return any(common) if mark in "省市县区" else all(common)

    def _behind_common(self, scene: Scene, start: int, sign: int) -> int:
        """Common words before the last word of a name are no part of it (立即组织|西龙村)."""
        ends = [start, *(end for end in range(start + 1, sign) if end in scene.bounds)]
        for begin, end in pairwise(ends):
            if end - begin >= 2 <= sign - end and is_common(scene.text[begin:end]):
                start = end
        while start < sign and scene.text[start] in _SIGNS_OF_CHAIN and sign - start > 2:
            start += 1
        return start


def _anonymous(text: str, floor: int, sign: int) -> int:
    """Where an anonymised name begins (A, A3, K12) that ends at `sign`; `sign` where there is none."""
    start = sign - 1
    while start > max(floor, sign - 3) and text[start].isdigit():
        start -= 1
    return start if "A" <= text[start] <= "Z" else sign


def _is_apart(name: str, codes: Sequence[str], before: tuple[str, Sequence[str]]) -> bool:
    """Whether two names side by side are two places, neither in the other (广州深圳, 河口镇柳树镇)."""
    if codes and before[1]:
        return not any(code.startswith(tuple(before[1])) for code in codes)
    rank, above = _rank(name, codes), _rank(*before)
    return rank < above or (rank == above != 1)


def _rank(name: str, codes: Sequence[str]) -> int:
    """0 for a province … 4 for a village."""
    if codes:
        return len(codes[0]) // 2 - 1 if len(codes[0]) < 9 else 3
    return 4 if name.endswith("社区") else _RANKS.get(name[-1], 1)


def resolve(chains: Sequence[Chain], domain: str) -> list[str]:
    """The code of each chain, "" where none or several come into question.

    What else the text names and the site's region `domain` (a code or "") decide between several.
    """
    if not any(codes for chain in chains for _, codes in chain.parts):
        return [""] * len(chains)
    options = [_options(chain) for chain in chains]
    sure = {codes[0] for chain, codes in zip(chains, options, strict=True) if _is_sure(chain, codes)}
    # Where the text or the site is, no finer than a county.
    here = {code[:6] for code in (*sure, domain) if code}
    return [_choose(chain, codes, here, domain) for chain, codes in zip(chains, options, strict=True)]


def _lies_in(code: str, places: Set[str]) -> bool:
    """Whether `code` lies in one of `places` (codes), or is a township of one."""
    return any(code[:size] in places for size in (2, 4, 6) if size < len(code))


def _is_sure(chain: Chain, codes: Sequence[str]) -> bool:
    return len(codes) == 1 and (len(codes[0]) < 9 or len(chain.parts) > 1)


def _options(chain: Chain) -> Sequence[str]:
    """The codes its lowest division may have, given the names before it; villages are in no table."""
    parts = [part for part in chain.parts if not part[0].endswith(("村", "社区"))]
    if not parts:
        return ()
    codes = parts[-1][1]
    for _, above in parts[:-1]:
        codes = [code for code in codes if code.startswith(tuple(above))] if above else ()
    return codes


def _choose(chain: Chain, codes: Sequence[str], here: Set[str], domain: str) -> str:
    if domain and any(code.startswith(domain) for code in codes):
        codes = [code for code in codes if code.startswith(domain)]
    if len(codes) > 1:
        codes = [code for code in codes if _lies_in(code, here)] or codes
    if len(codes) > 1:
        # 吉林 alone is the province.
        codes = [code for code in codes if len(code) == 2]
    if len(codes) != 1:
        return ""
    # A town that only its name tells may lie where the text or the site is, though the table does not hold it there.
    alone = len(codes[0]) == 9 and len(chain.parts) == 1
    return "" if alone and here and not _lies_in(codes[0], here) else codes[0]
