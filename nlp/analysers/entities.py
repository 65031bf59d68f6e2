"""Named things, by form: regions, organisations, lines, transformer areas, estates, money and times.

A name is found by how it ends (供电所, 小区, 镇) and followed back to where it begins: a word boundary after the last
word that announces it (在, 我是, 反映 …). Cost grows with the length of the text alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_words
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN, is_common
from storage.records import Entity

# Words that stand before a name and are no part of it.
_BEFORE = re.compile(
    "我们|你们|他们|咱们|我是|我家|家住|住在|位于|来自|反映|投诉|举报|咨询|关于|请问|建议|希望|感谢|表扬|客户|用户|居民|村民|业主|"
    "针对|部分|反对|面对|导致|致使|造成|影响|涉及|波及|包括|获悉|得知|记者|进入|所有|多个|部分|许多|很多|不少|其他|其它|几个|各个|每个|周围|隔壁|对面|老旧|包庇|"
    "其位于|地址|北部|南部|东部|西部|中部|本人|这个|那个|整个|一个|目前|现在|今天|昨天|明天|昨晚|最近|近期|来电|致电|表示|发现|附近|周边|以及|所在|就是|因为|"
    "在|我|的|了|是|到|从|由|向|对|和|与|及|给|被|让|请|找|去|至|因|为|该|本|此|全|各|有|于|叫|称|属|经|等|个|住|路"
)
# Characters of such words that no name of a place holds: a name begins behind them even where jieba took them for part
# of a word (大|风致|白鹭|镇, 记者|从县).
_NEVER = re.compile("[致从据对的了是被把将与及给在到至您你]")
_NAME = re.compile(rf"[{HAN}A-Za-z0-9#]+\Z")
_HAN_NAME = re.compile(rf"(?:[{HAN}]+|[A-Z]\d{{0,2}})\Z")
_ORGANISATION = re.compile(
    "供电所|供电公司|供电分公司|供电局|供电站|供电服务中心|电力公司|电力局|电业局|电管站|变电站|变电所|营业厅|国家电网|南方电网|国网公司"
)
_WHOLE = frozenset(["国家电网", "南方电网", "国网公司"])
_ESTATE = re.compile(
    "小区|花园|家园|花苑|新苑|雅苑|嘉苑|佳苑|丽苑|馨苑|名苑|公寓|新村|华庭|豪庭|名城|国际城|山庄|公馆|华府|安置区"
)
_AREA = re.compile("公变|专变|配变|台区")
_LINE = re.compile(
    rf"\d{{1,3}}\s?(?:kV|KV|kv|千伏)\s?[{HAN}A-Za-z0-9#]{{1,10}}?(?:支线|回线|专线|线路|线)|[{HAN}]{{2,6}}?(?:支线|专线|馈线)"
)
_REGION = re.compile("自治区|自治州|自治县|省|市|州|区|县|旗|街道|镇|乡|社区|村")
_MONEY = re.compile(
    r"(?<!\d)[¥￥]\s?\d[\d,]*(?:\.\d+)?|(?<![\d.])\d[\d,]*(?:\.\d+)?\s?(?:多|余)?\s?(?:万元|元|块钱|块|毛钱)"
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d{2}\s?[年./-]\s?\d{1,2}(?:\s?[月./-]\s?\d{1,2}\s?[日号]?|月)?|\d{1,2}月\d{1,2}[日号])"
    r"|今天|昨天|前天|明天|昨晚|今晚|今早|昨日|今日|本周|上周|本月|上个?月|去年|今年"
)
_CLOCK = re.compile(r"(?<![\d.:：])\d{1,2}(?:[:：]\d{2}(?:[:：]\d{2})?|[点时](?:半|\d{1,2}分)?)(?![间\d%钟])")
_DURATION = re.compile(
    r"(?<![\d.])(?!(?:19|20)\d\d年)(?:\d+(?:\.\d+)?|[一二两三四五六七八九十几百半]{1,4})(?:多|余)?个?(?:多|半)?(?:小时|分钟|钟头|天|个月|星期|年|昼夜)"
    r"(?![前后级代度轻份])"
)
# (kind, how it ends, longest name before the ending)
_NAMED = (("transformer_area", _AREA, 12), ("estate", _ESTATE, 8))
_PLAIN = (("money", _MONEY), ("date", _DATE), ("time", _CLOCK), ("duration", _DURATION))
_LONGEST_REGION, _LONGEST_ORGANISATION = 6, 12
# 竹坪两镇, 三县 are no names.
_COUNTED = re.compile("[一两二三四五六七八九十几数各多某本该全][省市县区镇乡]\\Z")
# jieba takes 县竹 or 镇上 out of 临溪县竹坪镇 and 竹坪镇上湾村: these signs end a name inside a word too, if two
# characters stand before them and it is no title.
_INNER_SIGN = re.compile(
    rf"(?<=[{HAN}]{{2}})(?:县|镇|乡(?![镇村亲下里间])|街道)(?!长(?:[^\u4e00-\u9fff]|[您好的说在]|\Z)|[级委里内域])"
)
# What is left over of a longer region (…县|双凫镇); a few districts really begin so.
_REGION_SIGNS, _CITY_DISTRICTS = frozenset("省市县区州"), frozenset(["市中区", "市南区", "市北区"])
# The parts of a chain; a sign right before another one belongs to the name (柳市镇).
_PART = re.compile(r".+?(?:自治[区州县]|街道|社区|[省市州区县旗镇乡村])(?![省市州区县旗镇乡村])")
_TOWNS, _COUNTIES = ("镇", "乡", "街道"), ("县", "区", "旗")
# A region before the name of an estate or a transformer area is no part of it.
_REGION_BEFORE = re.compile("[省市县区镇乡村]|街道|社区")


class Entities(Analyser):
    """Gives `entities` in order of their place: offsets are code points of `clean_text`."""

    name: ClassVar[str] = "entities"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "tokens")
    provides: ClassVar[tuple[str, ...]] = ("entities",)
    version: str = "2"

    def __init__(self, not_regions: Iterable[str]) -> None:
        """`not_regions`: words that end like a region and are none (小区, 城市)."""
        self._not_regions = tuple(not_regions)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word list not_regions.txt."""
        return cls(word for word, _, _ in load_words("not_regions", folder))

    def analyse(self, facts: Facts) -> Facts:
        """The entities; each stretch of text belongs to one, the surer kind first (organisations apart)."""
        text: str = facts["clean_text"]
        starts = {0, *accumulate(map(len, facts["tokens"]))}
        starts.update(match.end() for match in _INNER_SIGN.finditer(text))
        taken = bytearray(len(text))
        # An organisation may hold the name of its region, so it neither takes a place nor needs a free one.
        found = list(_named(text, starts, "organisation", _ORGANISATION, _LONGEST_ORGANISATION))
        found += _free(_plain(text, "line", _LINE), taken)
        for kind, pattern, longest in _NAMED:
            found += _free(_named(text, starts, kind, pattern, longest), taken)
        found += _free(self._regions(text, starts), taken)
        for kind, pattern in _PLAIN:
            found += _free(_plain(text, kind, pattern), taken)
        return {"entities": tuple(sorted(found, key=lambda entity: entity.start))}

    def _regions(self, text: str, starts: Collection[int]) -> Iterator[Entity]:
        """Chains province … village: a part that begins where the last one ended belongs to the same region."""
        begin = end = 0
        for match in _REGION.finditer(text):
            if match.end() not in starts:
                continue
            start = _region_start(text, max(end, match.start() - _LONGEST_REGION), match.start(), starts)
            name = text[start : match.end()]
            if start == match.start() or len(name) < 2 or name.endswith(self._not_regions) or _COUNTED.search(name):
                continue
            if start != end:
                if end:
                    yield Entity("region", text[begin:end], begin, end)
                begin = start
            end = match.end()
        if end:
            yield Entity("region", text[begin:end], begin, end)


def region_of(entities: Iterable[Entity]) -> str | None:
    """The place a text is about: a town (镇, 乡, 街道) rather than a county, a county rather than a village.

    Of several towns it is the first one, unless the text names their county first (a county's news lists its towns).
    """
    parts: list[str] = [part for entity in entities if entity.kind == "region" for part in _PART.findall(entity.text)]
    towns = list(dict.fromkeys(part for part in parts if part.endswith(_TOWNS)))
    counties = [part for part in parts if part.endswith(_COUNTIES)]
    if towns and (len(towns) == 1 or not counties or parts.index(towns[0]) < parts.index(counties[0])):
        return towns[0]
    return next((found[0] for found in (counties, towns, parts) if found), None)


def _free(found: Iterable[Entity], taken: bytearray) -> Iterator[Entity]:
    """Those that do not overlap what is taken; `taken` holds one byte per character."""
    for entity in found:
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
            yield entity


def _named(text: str, starts: Collection[int], kind: str, ending: re.Pattern[str], longest: int) -> Iterator[Entity]:
    for match in ending.finditer(text):
        start = _name_start(text, max(0, match.start() - longest), match.start(), starts, _NAME)
        if kind != "organisation":
            start = _after_region(text, start, match.start(), starts)
        if match.start() - start >= 2 or match.group() in _WHOLE:
            yield Entity(kind, text[start : match.end()], start, match.end())


def _region_start(text: str, low: int, high: int, starts: Collection[int]) -> int:
    """Where a region's name begins: common words before its last word are no part of it (立即组织|西龙村)."""
    start = _name_start(text, low, high, starts, _HAN_NAME)
    ends = [end for end in range(start + 1, high) if end in starts]
    for begin, end in itertools.pairwise([start, *ends]):
        # 甲县城北镇 is cut 甲|县城|北镇: a word that holds a region's sign may be part of two names.
        if end - begin >= 2 <= high - end and is_common(text[begin:end]) and _REGION_SIGNS.isdisjoint(text[begin:end]):
            start = end
    while start < high and text[start] in _REGION_SIGNS and text[start : high + 1] not in _CITY_DISTRICTS:
        start += 1
    return start


def _plain(text: str, kind: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    return (Entity(kind, match.group(), *match.span()) for match in pattern.finditer(text))


def _after_region(text: str, start: int, high: int, starts: Collection[int]) -> int:
    """Where the name begins when the regions before it are left out, as long as two characters stay."""
    ends = [match.end() for match in _REGION_BEFORE.finditer(text, start, high)]
    return max((end for end in ends if end in starts and high - end >= 2), default=start)


def _name_start(text: str, low: int, high: int, starts: Collection[int], form: re.Pattern[str]) -> int:
    """Where the name that stands right before `high` begins, not before `low`; `high` where there is none."""
    run = form.search(text, low, high)
    if run is None:
        return high
    start = run.start()
    sure = -1
    for match in _BEFORE.finditer(text, start, high):
        if match.start() in starts and match.end() in starts:
            start = match.end()
    for match in _NEVER.finditer(text, start, high):
        start = sure = match.end()
    while start < high and start != sure and start not in starts:
        start += 1
    return start
