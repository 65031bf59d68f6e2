"""Names of persons: how likely the characters are in one, what stands around them, and what the dictionary says.

The weight of a candidate is the sum of its characters' weights and of the words on both sides, in tenths of the natural
logarithm. A label (联系人：) needs little else; without any word around, the characters must be plain and the
dictionary must not know them as another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import rjieba

from config.masking import DOUBLE_SURNAMES
from nlp.personal.tables import UNKNOWN, NameTables

# What each kind of word beside a name adds.
_LABEL, _ROLE, _LINK, _TITLE, _ACT, _EDGE = 90, 72, 12, 72, 25, 10
# Who holds a public office is named in public.
_PUBLIC = -200
# A name that stands alone between marks, or is followed by 男 or 女 between marks.
_ALONE, _SEX = 35, 60
# From here on it is a name.
_ENOUGH = 100
# Two characters that together are a common given name (建国), each of which is common in all texts.
_PAIR = 45
# What the dictionary adds where it knows the candidate as a name, and takes where as another word.
_IS_NAME, _IS_WORD = 30, -60
# Two characters that the dictionary calls a name are one if they are this heavy, or a word beside them says so.
_SURE_OF_TWO, _DOUBTFUL = 90, -50
# A candidate this far below enough may still be one of a list whose end is sure (张伟、李娜等村民).
_LISTED = 50
# Characters lighter than this become a name by a label alone.
_LEAST = 15
# Lighter ones are weighed only where a role or a title stands beside them.
_LIGHT = 35
# The first character of a given name is at least so likely where no label stands before the name.
_LIKELY = -20
_NONE = (UNKNOWN, UNKNOWN, UNKNOWN)
# Between a label and its name; a colon makes a label of a role too.
_BETWEEN = " \u3000:：是为為叫“\"'‘（([【"
_MOST_BETWEEN = 3
_LIST_MARKS = "、和与及,，/"
_EDGES = frozenset("，。,.、；;：:！!？?）)】」”\"' \u3000\n\r\t（(【")
_EDGES_OR_END = _EDGES | {""}
# A place, a line or a firm goes on so: 张庄村, 李家桥, 高桥变.
_PLACE = re.compile(
    "[村镇鎮乡鄉县縣市区區路街巷庄莊桥橋湾灣坪冲沖塘屯店沟溝寨垸站线線变變岭嶺坡堰坝壩港洲岛島苑园園府院厂廠矿礦湖江河组組队隊社]|家(?:[村庄湾坪冲塘屯店沟寨垸岭坡坝桥河坳咀嘴院]|大院)"
    "|大道|公司|小区|花园|广场|大厦|集团|超市|支线|专线|台区|公变|中学|小学|医院|酒店|饭店"
)
# 李总, 王工, 张家: no given names.
_CALLED = frozenset("家总總工哥姐嫂叔婶嬸爷爺伯妈媽爸")
# No given name ends so, or only one in thousands.
_PLACE_ENDS = frozenset("村镇乡县区路街站线井岭冲塘垅垄坳堆港湖溪桥渡铺埠峡关口苑园茅栋树楼寺庙殿厅馆巷坊墩坡坝闸郡府")
# 杨柳青镇 is no person called 杨柳.
_TOWNS = frozenset("镇乡村县市区路街")
_HOMESTEAD = re.compile("家[山田湾坪台嘴咀河沟洲洞屋院]")
_HAN = re.compile("[\u3400-\u9fff]{1,2}")
# A label followed by something that ends soon: names of other forms too (阿依古丽, 买买提·艾力).
_FREE_NAME = re.compile("[\u3400-\u9fff]{2,4}(?:[·•][\u3400-\u9fff]{1,6})?(?=[，。,.、；;！!？?）)】 \u3000\n\r]|\\Z)")
_DOTTED = re.compile("[\u3400-\u9fff]{2,6}(?:[·•・][\u3400-\u9fff]{2,8}){1,2}")
_COLON = re.compile("[:：] ?")
_SEXES = ("男", "女")
_PERSON_TAGS = ("nr", "nrfg")
# Many given names are words (繁荣, 建设).
_IS_GIVEN_WORD = -10
# Characters on either side that the dictionary sees as well.
_AROUND = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`own` is the weight of its characters, `around` that of what stands on both sides."""

    start: int
    end: int
    own: int
    around: int

    @property
    def weight(self) -> int:
        return self.own + self.around


class NameFinder:
    """Finds names in a text; the same text gives the same names."""

    def __init__(self, tables: NameTables) -> None:
        self._tables = tables
        self._double = {name for name in tables.surnames if len(name) == 2}
        # Characters that are surnames far less often than parts of words are looked for behind labels alone.
        usual = [name for name, weight in tables.surnames.items() if weight > -22]
        likely = {sign for sign, (first, _, alone) in tables.given.items() if max(first, alone) >= _LIKELY}
        likely |= {name[1] for name in self._double}
        firsts = "".join(sorted({name[0] for name in usual}))
        self._surname = re.compile(f"[{firsts}](?=[{''.join(sorted(likely))}])")
        labels = sorted(tables.labels, key=len, reverse=True)
        self._label = re.compile(f"(?:{'|'.join(labels)})[{re.escape(_BETWEEN)}]{{0,{_MOST_BETWEEN}}}")

    def find(self, text: str) -> list[tuple[int, int]]:
        """The places of names in `text`, in order, not overlapping."""
        found = self._labelled(text)
        taken = {at for start, end in found for at in range(start, end)}
        found += self._unlabelled(text, taken)
        if found:
            found += _again(text, found)
        return _longest(found)

    def is_name(self, value: str) -> bool:
        """Whether `value` as a whole is likely to be a person's name (张伟) and no other word (市民)."""
        best = self._best(value, 0, _ROLE)
        return best is not None and best.end == len(value) and _judged(value, best).weight >= _ENOUGH

    def _labelled(self, text: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for at, marked in self._label_ends(text):
            if (best := self._best(text, at, _LABEL)) and best.weight >= _ENOUGH:
                found.append((best.start, best.end))
            elif marked and (free := self._free(text, at)):
                found.append(free)
        return found

    def _label_ends(self, text: str) -> Iterator[tuple[int, bool]]:
        """Where a label ends, and whether a mark follows it; before a colon a role is a label too (业主：)."""
        for match in self._label.finditer(text):
            yield match.end(), match.group()[-1] in _BETWEEN
        for match in _COLON.finditer(text):
            at = match.start()
            if any(text[max(0, at - size) : at] in self._tables.roles for size in (4, 3, 2)):
                yield match.end(), False

    def _free(self, text: str, at: int) -> tuple[int, int] | None:
        """A name that begins with no surname we know, behind a label and a colon."""
        match = _DOTTED.match(text, at) or _FREE_NAME.match(text, at)
        if match is None or self._is_other_word(match.group()):
            return None
        return match.span()

    def _is_other_word(self, name: str) -> bool:
        """Whether `name` or a part of it is a word of its own (匿名, 供电公司, 李女士)."""
        tables = self._tables
        if any(name.startswith(word) or name.endswith(word) for word in tables.never | tables.titles | tables.roles):
            return True
        return any(len(word) > 1 and not tag.startswith("nr") for word, tag in rjieba.tag(name))

    def _unlabelled(self, text: str, taken: set[int]) -> Iterator[tuple[int, int]]:
        """Candidates from left to right; those below enough wait for the end of their list."""
        waiting: list[_Candidate] = []
        end = listed = -1
        for at, own in self._plain(text):
            if at < end or at in taken:
                continue
            before = _ROLE if at == listed else self._before(text, at)
            # Characters so light need a role before them or a title behind; looking ahead is cheaper than weighing.
            if own < _LIGHT and before < _ROLE and not self._is_titled(text, at):
                continue
            best = self._best(text, at, before)
            if best is None:
                continue
            best = _judged(text, best)
            if best.weight >= _ENOUGH:
                yield from _list_before(text, best, waiting)
                yield best.start, best.end
                waiting.clear()
                end = best.end
                listed = end + 1 if text[end : end + 1] in _LIST_MARKS else -1
            elif best.weight >= _ENOUGH - _LISTED:
                waiting.append(best)

    def _plain(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the characters alone are likely enough for what stands around them to matter, and how likely."""
        surnames, given, pairs, double = self._tables.surnames, self._tables.given, self._tables.pairs, self._double
        for match in self._surname.finditer(text):
            at = match.start()
            first, second, alone = given.get(text[at + 1], _NONE)
            second = given.get(text[at + 2 : at + 3], _NONE)[1] + first
            own = surnames.get(text[at], UNKNOWN) + (second if second > alone else alone)
            if own >= _LIGHT:
                yield at, own
            elif text[at : at + 2] in double or text[at + 1 : at + 3] in pairs:
                yield at, _LIGHT
            elif own >= _LEAST:
                yield at, own

    def _is_titled(self, text: str, at: int) -> bool:
        titles = self._tables.titles
        return text[at + 2 : at + 4] in titles or text[at + 3 : at + 5] in titles

    def _best(self, text: str, at: int, before: int) -> _Candidate | None:
        """The heaviest name that begins at `at`, with what stands around it."""
        surnames, given = self._tables.surnames, self._tables.given
        best: _Candidate | None = None
        set_off = before >= _ROLE or at == 0 or text[at - 1] in _EDGES
        for size in (2, 1):
            weight = surnames.get(text[at : at + size])
            if weight is None or (size == 2 and text[at : at + size] not in self._double):
                continue
            first = given.get(text[at + size : at + size + 1], _NONE)
            second = given.get(text[at + size + 1 : at + size + 2], _NONE)
            pair = weight + first[0] + second[1]
            if text[at + size : at + size + 2] in self._tables.pairs:
                pair = max(pair, weight) + _PAIR
            for length, own in ((2, pair), (1, weight + first[2])):
                end = at + size + length
                if own + before < 0 or end > len(text) or not self._may_be(text, at + size, end):
                    continue
                around = before + self._after(text, end)
                if set_off and text[end : end + 1] in _EDGES_OR_END:
                    around += _ALONE
                if best is None or own + around > best.weight:
                    best = _Candidate(at, end, own, around)
        return best

    def _may_be(self, text: str, start: int, end: int) -> bool:
        """Whether a given name may stand there: Han characters, no title, not the beginning of a place's name."""
        tables = self._tables
        given = text[start:end]
        if given[0] in "某氏姓" or given in _CALLED or not _HAN.fullmatch(given):
            return False
        if text[start : start + 2] in tables.titles or not tables.never.isdisjoint(
            (text[start - 1 : end], text[start - 1 : start + 1], text[max(0, start - 2) : start])
        ):
            return False
        if len(given) == 1 and text[end + 1 : end + 2] in _TOWNS and text[end] not in tables.acts:
            return False
        return not _PLACE.match(text, end) and given[-1] not in _PLACE_ENDS and not _HOMESTEAD.fullmatch(given)

    def _before(self, text: str, at: int) -> int:
        """What the words before a candidate add."""
        roles, links, public = self._tables.roles, self._tables.links, self._tables.public
        for size in (4, 3, 2):
            word = text[max(0, at - size) : at]
            if word in roles:
                return _ROLE
            if word in public:
                return _PUBLIC
        high = at
        while high > 0 and at - high < _MOST_BETWEEN and text[high - 1] in _BETWEEN:
            high -= 1
        if high < at:
            for size in (4, 3, 2):
                if text[max(0, high - size) : high] in roles:
                    return _ROLE
        if text[at - 1 : at] in roles:
            return _ROLE // 2
        if text[max(0, at - 2) : at] in links or text[at - 1 : at] in links:
            return _LINK
        return _EDGE if at == 0 or text[at - 1] in _EDGES else 0

    def _after(self, text: str, end: int) -> int:
        """What the words behind a candidate add."""
        tables = self._tables
        if end == len(text):
            return _EDGE
        if text[end] in "（(，, ：:":
            if text[end + 1 : end + 2] in _SEXES and text[end + 2 : end + 3] in _EDGES:
                return _SEX
            if text[end + 1 : end + 3] in tables.acts or text[end + 1 : end + 3] in tables.titles:
                return _ACT + _EDGE
        for size in (3, 2):
            word = text[end : end + size]
            if word in tables.titles:
                return _TITLE
            if word in tables.acts:
                return _ACT
        if text[end] in tables.acts:
            return _ACT // 2
        return _EDGE if text[end] in _EDGES else 0


def _judged(text: str, found: _Candidate) -> _Candidate:
    """With the opinion of the dictionary, where it can matter."""
    if found.weight < _ENOUGH - _LISTED:
        return found
    return _Candidate(found.start, found.end, found.own, found.around + _opinion(text, found))


def _opinion(text: str, found: _Candidate) -> int:
    """What the dictionary says of a candidate in its place: a name, another word, or parts of other words."""
    start, end = found.start, found.end
    at = max(0, start - _AROUND)
    opinion = 0
    for word, tag in rjieba.tag(text[at : end + _AROUND]):
        begin, at = at, at + len(word)
        if at <= start or len(word) == 1 or word in DOUBLE_SURNAMES:
            continue
        if begin >= end:
            break
        person, known = tag in _PERSON_TAGS, rjieba.has_word(word)
        if begin == start and at == end and (person or known):
            return _whole(found, person=person, known=known)
        # What the dictionary does not hold it made up itself, from characters that often begin and end words.
        if person:
            opinion += _IS_NAME if begin >= start and at <= end else 0
        elif known:
            opinion += _IS_GIVEN_WORD if begin > start and at <= end else _IS_WORD
    return opinion


def _whole(found: _Candidate, *, person: bool, known: bool) -> int:
    """What it adds that the dictionary takes the candidate for one word; it calls many words names (杜绝, 范畴)."""
    if not person:
        return _IS_WORD
    if known and found.end - found.start == 2:
        sure = found.own >= _SURE_OF_TWO or (found.around >= _ROLE and found.own >= _PAIR)
        return 0 if sure else _DOUBTFUL
    return _IS_NAME


def _list_before(text: str, last: _Candidate, waiting: list[_Candidate]) -> Iterator[tuple[int, int]]:
    """The candidates that stand right before `last` as parts of one list."""
    start = last.start
    for candidate in reversed(waiting):
        if candidate.end + 1 != start or text[candidate.end] not in _LIST_MARKS:
            return
        start = candidate.start
        yield candidate.start, candidate.end


def _longest(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without those that overlap a longer one or one before them."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _again(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where names already found stand once more."""
    taken = set(found)
    for name in dict.fromkeys(text[start:end] for start, end in found):
        at = text.find(name)
        while at >= 0:
            if (at, at + len(name)) not in taken and not _PLACE.match(text, at + len(name)):
                yield at, at + len(name)
            at = text.find(name, at + len(name))
