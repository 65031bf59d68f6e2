"""Named things, by form: regions, organisations, lines, transformer areas, estates, money and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_words
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN
from storage.records import Entity

# Words that stand before a name and are no part of it. A name is cut after the last of them.
_BEFORE = re.compile(
    "在|我是|我们是|我家住|家住|住在|位于|来自|反映|投诉|举报|咨询|关于|请问|建议|希望|感谢|表扬|客户|用户|居民|村民|业主|本人|我们|"
    "我|的|了|是|到|从|由|向|对|和|与|及|给|被|让|请|找|去|至|因|为|该|本|此|这个|那个|整个|全|各|有|于|叫|称|属|经|等|一个|个|"
    "目前|现在|今天|昨天|明天|昨晚|最近|近期|来电|致电|表示|发现"
)
_NAME = f"[{HAN}A-Za-z0-9]"
_REGION = re.compile(
    rf"(?:[{HAN}]{{2,7}}?(?:省|自治区))?(?:(?:[{HAN}]{{1,6}}?|[A-Z]\d{{0,2}})(?:市|州|盟))?"
    rf"(?:(?:[{HAN}]{{1,6}}?|[A-Z]\d{{0,2}})(?:区|县|旗))?"
    rf"(?:[{HAN}]{{1,6}}?(?:镇|乡|街道))?(?:[{HAN}]{{1,6}}?(?:村|社区))?"
)
_ESTATE = re.compile(
    rf"{_NAME}{{2,10}}?(?:小区|花园|家园|花苑|新苑|雅苑|嘉苑|公寓|新村|大厦|名苑|佳苑|丽苑|馨苑|华庭|豪庭|名城|国际城|山庄|公馆|华府|新城)"
)
_LINE = re.compile(
    rf"(?:\d{{1,3}}\s?(?:kV|KV|kv|千伏)\s?{_NAME}{{1,10}}?(?:[IVXⅠⅡⅢⅣ]+|[一二三四甲乙]|\d+号?)?(?:支线|回线|专线|线路|线))"
    rf"|(?:{_NAME}{{2,6}}(?:支线|专线|馈线|[0-9]{{2,4}}线))"
)
_AREA = re.compile(rf"{_NAME}{{1,12}}?(?:\d+号)?(?:公变|专变|配变|台区)(?:台区)?")
_ORGANISATION = re.compile(
    rf"[{HAN}A-Z0-9]{{1,14}}?(?:供电所|供电公司|供电局|电力公司|电力局|电业局|供电站|供电分公司|变电站|变电所|营业厅)|国家电网|南方电网|国网公司"
)
_MONEY = re.compile(
    r"(?:[¥￥]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?(?:多|余)?\s?(?:万元|元|块钱|块|毛|角))(?:钱)?"
)
_CHINESE = "一二两三四五六七八九十"
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}\s?[年./-]\s?\d{1,2}(?:\s?[月./-]\s?\d{1,2}\s?[日号]?|月)?|\d{1,2}月\d{1,2}[日号]|\d{1,2}[日号](?=[上下凌早晚中]))"
    r"|(?:今天|昨天|前天|明天|昨晚|今晚|今早|昨日|今日|本周|上周|本月|上个?月|去年|今年)"
)
_CLOCK = re.compile(
    r"(?:凌晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜)?\s?\d{1,2}(?:[:：]\d{2}(?:[:：]\d{2})?|[点时](?:半|\d{1,2}分)?)(?!间)"
)
_DURATION = re.compile(
    rf"(?:\d+(?:\.\d+)?|[{_CHINESE}几半百]{{1,4}})(?:多|余)?个?(?:多|半)?(?:小时|分钟|钟头|天|个月|星期|年|昼夜)(?!前|后|级|代|度|轻)"
)
# Kinds whose name may begin with words that do not belong to it.
_NAMED = (("organisation", _ORGANISATION), ("line", _LINE), ("transformer_area", _AREA), ("estate", _ESTATE))
_PLAIN = (("money", _MONEY), ("date", _DATE), ("time", _CLOCK), ("duration", _DURATION))


class Entities(Analyser):
    """Gives `entities` in order of their place: offsets are code points of `clean_text`."""

    name: ClassVar[str] = "entities"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "tokens")
    provides: ClassVar[tuple[str, ...]] = ("entities",)

    def __init__(self, not_regions: Iterable[str]) -> None:
        """`not_regions`: words that end like a region and are none (小区, 城市)."""
        self._not_regions = frozenset(not_regions)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word list not_regions.txt."""
        return cls(word for word, _, _ in load_words("not_regions", folder))

    def analyse(self, facts: Facts) -> Facts:
        """The entities; each stretch of text belongs to one, the surer kind first."""
        text: str = facts["clean_text"]
        starts = _starts(facts["tokens"])
        taken: list[Entity] = []
        for kind, pattern in _NAMED:
            _take(taken, _named(text, starts, kind, pattern))
        _take(taken, _regions(text, starts, self._not_regions))
        for kind, pattern in _PLAIN:
            _take(taken, (Entity(kind, match.group(), *match.span()) for match in pattern.finditer(text)))
        return {"entities": tuple(sorted(taken, key=lambda entity: entity.start))}


def _starts(tokens: Sequence[str]) -> frozenset[int]:
    at, starts = 0, set()
    for token in tokens:
        starts.add(at)
        at += len(token)
    return frozenset(starts)


def _take(taken: list[Entity], found: Iterator[Entity]) -> None:
    """Add what does not overlap with what is taken; both are few, and a bit per character finds an overlap at once."""
    used = {at for entity in taken for at in range(entity.start, entity.end)}
    for entity in found:
        if used.isdisjoint(range(entity.start, entity.end)):
            taken.append(entity)
            used.update(range(entity.start, entity.end))


def _named(text: str, starts: frozenset[int], kind: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        start = _name_start(text, match.start(), match.end(), starts)
        name = text[start : match.end()]
        if len(name) > 2 and pattern.fullmatch(name):
            yield Entity(kind, name, start, match.end())


def _name_start(text: str, start: int, end: int, starts: frozenset[int]) -> int:
    """Where the name itself begins: after the last word that announces it, on a word boundary."""
    best = start
    for match in _BEFORE.finditer(text, start, end):
        if match.end() < end - 2 and match.start() in starts and match.end() in starts:
            best = match.end()
    while best < end and best not in starts:
        best += 1
    return best


def _regions(text: str, starts: frozenset[int], none: frozenset[str]) -> Iterator[Entity]:
    """Longest chains province … village; a part that is no name (小区, 城市) is left out."""
    at = 0
    while at < len(text):
        match = _REGION.match(text, at) if at in starts else None
        name = match.group() if match else ""
        start = _name_start(text, at, at + len(name), starts) if name else at
        name = text[start : at + len(name)]
        if (
            len(name) >= 2
            and name not in none
            and _ends_well(name, none)
            and not _continues(text, start + len(name), starts)
        ):
            yield Entity("region", name, start, start + len(name))
            at = start + len(name)
        else:
            at += 1


def _ends_well(name: str, none: frozenset[str]) -> bool:
    if any(name.endswith(word) for word in none):
        return False
    return (
        bool(re.fullmatch(rf"(?:[{HAN}]{{2,}}|[A-Z]\d{{0,2}}[市区县]|[{HAN}A-Z0-9]{{3,}})", name))
        and _REGION.fullmatch(name) is not None
    )


def _continues(text: str, end: int, starts: frozenset[int]) -> bool:
    """Whether the name would end inside a word (市 in 市场, 区 in 区域)."""
    return end < len(text) and end not in starts
