"""What is known by how its name ends: stations, organisations, lines, transformer areas, estates, persons, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlp.entities.names import Scene
from nlp.segment import HAN
from storage.records import Entity

Spans = Iterable[tuple[int, int]]
# Names of these bodies stand alone; the short ones only as words of their own (中国网 is none).
_WHOLE = frozenset(["国家电网", "南方电网", "国网公司", "国网", "南网"])
# 小学生, 中学校, 大学城 are no schools of a name.
_PUPIL = ("生", "校", "城")
_LONGEST = {"station": 12, "substation": 8, "organisation": 14, "transformer_area": 12, "estate": 9}
# A 小区 behind one of these is no name: 我们小区, 该小区, 进小区.
NO_NAME = frozenset("们该本个的到在此进出全整各了和与、，。")
# Words that say what kind of estate or line it is, not which.
_GENERIC = re.compile(
    "(?:安置|生活|居民|住宅|商业|大型|老旧|高档|新建|封闭|拆迁|还建|回迁|单位|学校|城市|农民|人才|青年|廉租|员工|职工|学生|教师|单身|公租|酒店|中心|文化|休闲|别墅|商住|电梯|"
    "高层|农村|工业|城镇|公办|私立|几|名|好多|封闭式|全封闭式|民办|普通|普惠|营利|定点|临时|基层|社区|性|制|特|一般|同一|第|文明|家属|美丽|美好|和谐|本|该|复式|平层|全市|全县|全区|公共|私家|后|空中|儿童|村民|移民|经济|适用|房|楼|无人|开放|开放式|低压|高压|架空|电力|供电|配电|输电|线路|公用|专用|变压器|以上|以下|及|的|新|旧|老|大|小|一|二|三|几|两|\\d|号)+\\Z"
)
_GENERIC_AREA = re.compile(
    "(?:公用|专用|低压|高压|配电|变压器|小区|农村|老旧|新|旧|老|大|小|的|几|两|[一二三四五六]|\\d|号|台|村里)+\\Z"
)
# What stands before the name of an estate and is no part of it.
_BEFORE_ESTATE = re.compile(
    "[A-Z]\\d{0,2}[市县区]|街道|社区|大道|路口|[省市县区镇乡村路街巷期栋段号内侧旁边]|公司|集团|地产|置业|项目|楼盘|开发|单位|部门|政府|物业"
)
_KILOVOLTS = re.compile(rf"\d{{1,3}}\s?(?:[kK][vV]|千伏)\s?(?P<name>[{HAN}A-Za-z0-9#ⅠⅡⅢⅣ]{{1,10}}?)\Z")
_NO_STATION = re.compile("移动|联通|电信|银行|燃气|自来水|邮政|证券")
_VOLTAGE = re.compile(r"\d+(?:[kK][vV]|千伏)\Z")
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(rf"(?:[{HAN}]{{2,4}}\d{{2,4}}|(?<!\d)\d{{3,4}}[{HAN}]{{2,4}})\Z")
_POWER = re.compile("[kK][vV]|千伏|电|跳闸|停|修|故障|送")
_NO_LINE = re.compile(
    "[路道年米沿]|区间|调整|交通|城市|主要|运行|高压|低压|架空|以上|以下|电缆|输电|配电|及|和|的|地铁|轨道|公交|热|电|光|天|网|专|出|进|接|导|红|曲|号\\Z"
)
_BRANCH = frozenset(["支线", "馈线", "干线", "分线"])
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "欧易文常温康殷施牛葛章安伍庞齐洪倪颜梅柳樊聂焦翁芦左柴鲁申骆谷庄纪舒宁尤阳祝涂俞欧费祁邢路项岳柏盛童包辛涂甘耿管卜"
)
_MASKED = re.compile(rf"(?:欧阳|司马|上官|诸葛|[{HAN}])[*某]{{1,3}}(?:先生|女士|师傅)?")
_REFERENCE = re.compile(r"(?:码)?\s?(?:为|是|[:：])?\s?(?P<number>[A-Za-z]{0,6}[\d*]{4,24})(?![\d*])")
_REFERENCE_KINDS = dict.fromkeys(("工单", "受理", "诉求", "流水", "单号"), "order_number")
_REFERENCE_KINDS |= {"事件": "event_number"} | dict.fromkeys(("电表", "表号", "资产"), "meter_number")


def bodies(scene: Scene, kind: str, signs: Spans) -> Iterator[Entity]:
    """Stations, substations and organisations; the name of a region before them belongs to theirs."""
    found: list[tuple[int, int]] = []
    for sign, after in signs:
        start = _body_start(scene, kind, sign, after, found[-1][1] if found else 0)
        if start is None:
            continue
        if found and found[-1][1] == start and scene.text[slice(*found[-1])] in _WHOLE:
            # 国网|南京供电公司 is one.
            start = found.pop()[0]
        found.append((start, after))
    return (Entity(kind, scene.text[start:end], start, end) for start, end in found)


def _body_start(scene: Scene, kind: str, sign: int, after: int, floor: int) -> int | None:
    """Where the name begins, not before `floor`; None where there is none."""
    text = scene.text
    if text[sign:after] in _WHOLE:
        return sign if scene.begins(sign) else None
    start = scene.name_start(max(floor, sign - _LONGEST[kind]), sign, "第", floor)
    name = text[start:sign]
    pupil = text[after - 1] == "学" and text[after : after + 1] in _PUPIL
    if len(name) < 2 or pupil or (name[0] != "第" and _GENERIC.match(name)) or _VOLTAGE.match(name):
        return None
    return None if kind == "station" and _NO_STATION.search(name) else start


def places(scene: Scene, kind: str, signs: Spans, taken: bytearray) -> Iterator[Entity]:
    """Estates and transformer areas, without the region or road before them; not into what is `taken`."""
    through = "号" if kind == "transformer_area" else ""
    for sign, after in signs:
        low = taken.rfind(1, 0, sign) + 1
        start = scene.name_start(max(low, sign - _LONGEST[kind]), sign, through, low)
        if kind == "estate":
            start = _after_place(scene, start, sign)
        generic = _GENERIC if kind == "estate" else _GENERIC_AREA
        if sign - start >= 2 and not generic.match(scene.text[start:sign]):
            yield Entity(kind, scene.text[start:after], start, after)


def _after_place(scene: Scene, start: int, sign: int) -> int:
    """Where the name begins when the places before it are left out, as long as two characters stay."""
    for match in _BEFORE_ESTATE.finditer(scene.text, start, sign):
        end = match.end()
        sure = (
            end in scene.bounds or match.group()[0].isascii() or match.group()[-1] in "县镇道路街" or end == start + 1
        )
        if sign - end >= 2 and sure:
            start = end
    return start


def lines(scene: Scene, signs: Spans) -> Iterator[Entity]:
    """Power lines: with their voltage (10kV河口线), with a number (河口923线) or as a branch (河口支线)."""
    text, end = scene.text, 0
    # Lines of buses and roads stand in texts about these.
    for sign, after in signs if _POWER.search(text) else ():
        low, end = max(end, sign - 18), after
        found = _numbered(text, low, sign)
        if found and not _NO_LINE.search(found.groupdict().get("name") or found.group()):
            yield Entity("line", text[found.start() : after], found.start(), after)
        elif text[sign:after] in _BRANCH:
            start = scene.name_start(max(0, sign - 6), sign)
            name = text[start:sign]
            if len(name) >= 2 and not _NO_LINE.search(name) and not _GENERIC.match(name):
                yield Entity("line", text[start:after], start, after)


def _numbered(text: str, low: int, sign: int) -> re.Match[str] | None:
    """The voltage or number with the name between `low` and `sign`."""
    if not _DIGIT.search(text, low, sign):
        return None
    return _KILOVOLTS.search(text, low, sign) or _NUMBERED.search(text, low, sign)


def persons(text: str, signs: Spans) -> Iterator[Entity]:
    """Names as they are masked (张*, 张某) or addressed (王先生)."""
    for sign, after in signs:
        start = sign - 1
        if start < 0 or text[start] not in _SURNAMES or text[after : after + 1] in ("些", "个", "种"):
            continue
        if text[start - 1 : start] in (text[start], "师"):  # 谢谢师傅, 师傅师傅
            continue
        if text[max(0, start - 1) : sign] in ("欧阳",):
            start -= 1
        masked = _MASKED.match(text, start)
        end = masked.end() if masked else after
        yield Entity("person", text[start:end], start, end)


def references(text: str, signs: Spans) -> Iterator[Entity]:
    """Customer, order, event and meter numbers behind their labels; what is masked keeps its last four digits."""
    for sign, after in signs:
        match = _REFERENCE.match(text, after)
        if match:
            label, number = text[sign:after], match.group("number")
            kind = _REFERENCE_KINDS.get(label[:2], "customer_number")
            start, end = match.span("number")
            yield Entity(kind, number, start, end, number.rsplit("*", 1)[-1])
