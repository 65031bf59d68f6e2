"""Detailed addresses: from the first region or road down to the room, found by their last parts.

A house number behind a road or a village, or building, unit and room, make an address a detailed one; an estate or a
building alone does not, unless the text says that somebody lives there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.masking.digits import VALUES

_D = "".join(VALUES) + "十百"
_L = "A-Za-zＡ-Ｚａ-ｚ"
_GAP = "[ \u3000，,\\-－—–、]?"
# The number of a building, unit or room: 3, 12, 十二, A, A3, 3A, 东3, 甲.
_NO = f"(?:第)?(?:[{_L}东西南北甲乙丙丁]?[{_D}]{{1,5}}[{_L}]?|[{_L}]{{1,2}}[{_D}]{{0,3}}|[甲乙丙丁东西南北])"
_NUMBER = f"[{_L}]?[{_D}]{{1,5}}[{_L}]?"
_BUILDING = f"{_NO}(?:[#＃]{_GAP}?(?:号楼|楼|栋|幢)?|号楼|號樓|号栋|栋楼?|棟|幢楼?|座|楼栋|号院|号公寓)"
_UNIT = f"{_NO}(?:单元|單元|门洞|梯|门(?!口|面|前|外|诊))"
_FLOOR = f"{_NO}(?:楼|层|樓|層)"
# A number of households (460户) ends in 户 too; of a flat the last but one digit is 0.
_FLAT = f"[{_D}]{{1,2}}[0０零〇][{_D}]户(?![号主型口居业村])"
_ROOM = f"(?:{_NUMBER}(?:室|号房间?|房间?|號房|號|号(?![楼樓院线线變变杆台机表栋]))|{_FLAT})"
_DASHES = "[\\-－—–/]"
_STAR = f"(?<![，,、])[{_D}]{{3,4}}(?![{_D}{_L}户元平米度个人年月])"
_DASHED = f"[{_L}]?[{_D}]{{1,3}}{_DASHES}(?:[{_D}]{{1,2}}{_DASHES})?[{_D}]{{3,4}}(?![{_D}{_DASHES[1:-1]}])"
# Two levels at least, the last one a unit, floor or room; or a building and three to four digits.
_HOME = re.compile(
    f"(?:{_BUILDING}{_GAP}(?:{_UNIT}{_GAP})?(?:{_FLOOR}{_GAP})?(?:{_ROOM}|{_STAR})"
    f"|{_BUILDING}{_GAP}{_UNIT}(?:{_GAP}{_FLOOR})?"
    f"|{_UNIT}{_GAP}(?:{_FLOOR}{_GAP})?(?:{_ROOM}|{_STAR})"
    f"|{_BUILDING}{_GAP}{_DASHED}"
    f"|(?<=[区园苑寓庭城邸墅郡湾府院里舍村居庄楼厦场馆心坊])[ ]?{_DASHED}(?:室|号|房)?"
    f"|(?<=[区园苑寓庭城邸墅郡府院舍])[{_D}]{{3,4}}(?:室|号房|房))"
)
# How `_HOME` may begin: most characters need no look at its alternatives.
_HOME_BEGINS = re.compile(f"[第 甲乙丙丁东西南北{_D}{_L}]")
# A house number right behind a road or lane.
_INNER = f"(?:{_GAP}(?:{_BUILDING}{_GAP})?(?:{_UNIT}{_GAP})?(?:{_FLOOR}{_GAP})?(?:{_ROOM}|{_STAR}))?"
# What a number in a street or a village is not: a line, a transformer, a station's exit, a document.
_NOT_HOUSE = "(?![线線变變杆台机機表令文站口地公通楼樓院])"
# What stands before an estate stays readable when the rest was masked.
_NOT_MASKED = "(?![\u4e00-\u9fff]{1,12}\\*)"
_STREET = re.compile(
    f"(?<=[路街道巷弄里段胡同坊])[ ]?(?:{_NO}弄)?{_NO}(?:[ ]?[号號]{_NOT_HOUSE}|号院)"
    f"(?:附[{_D}]{{1,3}}号|之[{_D}]{{1,2}}|-[{_D}]{{1,4}}(?:号|室)?)?{_INNER}{_NOT_MASKED}"
)
_GROUP = f"第?[{_D}]{{1,3}}(?:村民小组|组|队|社|屯)"
# A house number in a village, behind its group.
_VILLAGE = re.compile(
    f"(?<=[村屯庄寨湾坪冲塘社队组区])[ ]?(?:{_GROUP}{_GAP})?[{_D}]{{1,4}}(?:[ ]?[号號]{_NOT_HOUSE}|号附[{_D}]{{1,2}}号)"
)
_LONE_BUILDING = re.compile(f"(?<=[区园苑寓庭城邸墅郡府院舍村居]){_GAP}{_BUILDING}")
_LIVES = re.compile("(?:[家我现]住|住[在址所于]|居住[在于]|地址|家在|户籍地)[:：是为 在]*[^，。,；;！？!?\n]{0,40}\\Z")
_ANY = re.compile(f"[{_D}{_L}][ ]?(?:[号號栋棟幢座#＃室房户层楼樓层層]|单元|單元|{_DASHES}[{_D}])")
_ANY_HOME = re.compile(
    f"[{_D}{_L}][ ]?(?:[栋棟幢座#＃]|单元|單元|[号號][楼樓栋院公]|[门梯][{_D}])|{_DASHES}[{_D}]{{3}}"
    f"|[{_D}]{{3}}(?:室|房|[号號]房)|[甲乙丙丁东西南北][栋座幢]"
)
# How far before its numbers an address may begin.
_REACH = 45
_STOP = re.compile("[。！？!?；;\n\r\t，,“”\"'（(【\\[）)】\\]：:、~～<>《》|]")
# Numbers and accounts are no part of an address.
_OTHER = re.compile(f"[{_D}]{{6,}}[XxＸｘ]?|[\\w.@-]{{8,}}", re.A)
# Words behind which an address begins.
_OPENING = re.compile(
    "(?:家庭|身份证)住址|(?:用电|详细|具体|联系|户籍|身份证|收货|通讯|报修|安装)?地址|住[址所]|我?家住|[现我]住|居住[在于]?|租住在?"
    "|住[在于]|位于|坐落于?|我?家在|来自|送到|[寄搬]到|[发寄]往|就是|[业户]主|[客用]户|居民|村民|我[是们在家]|本人|反映|[的在为是至到于去从由]"
)
_REGION_START = re.compile("[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,7}?自治区|(?:北京|上海|天津|重庆)市?")
_LEADING = frozenset(" \u3000住在到从")


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """The places of detailed addresses in `text`; in order."""
    if not _ANY.search(text):
        return
    found: list[tuple[int, int]] = list(_homes(text)) if _ANY_HOME.search(text) else []
    for pattern in (_STREET, _VILLAGE):
        found += [match.span() for match in pattern.finditer(text)]
    found += [
        match.span()
        for match in _LONE_BUILDING.finditer(text)
        if _LIVES.search(text, max(0, match.start() - _REACH), match.start())
    ]
    yield from _merged(sorted((_begin(text, start), end) for start, end in found))


def _homes(text: str) -> Iterator[tuple[int, int]]:
    free = 0
    for begins in _HOME_BEGINS.finditer(text):
        start = begins.start()
        if start >= free and (match := _HOME.match(text, start)):
            free = match.end()
            yield start, free


def _begin(text: str, start: int) -> int:
    """Where the address whose numbers begin at `start` begins."""
    low = max(0, start - _REACH)
    for pattern in (_STOP, _OTHER):
        for match in pattern.finditer(text, low, start):
            low = match.end()
    for match in _OPENING.finditer(text, low, start):
        if start - match.end() >= 2:
            low = match.end()
    if region := _REGION_START.search(text, low, start):
        low = max(low, region.start())
    while low < start and text[low] in _LEADING:
        low += 1
    return low


def _merged(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Parts of one address joined: 建设路88号 and 3栋2单元."""
    start, end = -1, -1
    for begin, stop in places:
        if end >= 0 and begin <= end:
            end = max(end, stop)
            continue
        if end >= 0:
            yield start, end
        start, end = begin, stop
    if end >= 0:
        yield start, end
