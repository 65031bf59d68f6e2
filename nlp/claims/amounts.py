"""Numbers with their units, as the range of values that the wording allows.

A wording rounds honestly when the true value lies in its range. With `step` the last place that is written (100 for
1300, 1000 for 1.3万):

- 约N, N左右: half a step to both sides, at most a tenth of N (a quarter below 10);
- 近N: a step below N, at most a tenth (a quarter below 10), never above N;
- N余, N多: from N to a step above;
- 超过, 至少, 以上: N and more; 不足, 最多, 以内: N and less; 甲至乙: all between.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp.claims.words import either, units, words
from nlp.entities.numbers import number_of

_CN = "零〇一二两三四五六七八九十百千"
# 户数百分之三 and 次数十次 speak of a number, 数百户 of some hundreds.
_VAGUE = "(?:几[十百千]|(?<![户人次倍总指参度岁分个件])数(?:[十百千]|(?=[万亿])))"
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|"
    rf"[{_CN}]{{1,9}}(?:点[零一二三四五六七八九]{{1,4}})?|半|{_VAGUE}|几)"
)
_SOME = "几数"
_TIMES = {
    "": 1.0,
    "十": 10.0,
    "百": 100.0,
    "千": 1000.0,
    "万": 10_000.0,
    "十万": 1e5,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
}
_TO = "(?:至|到|—+|－|-|~|～)"
SHARE = "比例"
DURATION = "时长"
_MANY = 10


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it stands at `[start, end)`: all values in `[low, high]` of `unit`'s base unit fit it.

    `unit` is what is measured (户, 金额, 时长 in minutes, 比例 in per cent); `loose` whether the wording is no exact
    value; `round` whether it is written in 万 or 亿 with few places, so that it may be rounded without saying so.
    """

    text: str
    start: int
    end: int
    unit: str
    low: float
    high: float
    loose: bool = False
    round: bool = False
    note: str = ""

    @property
    def value(self) -> str:
        """How it is compared: 1286户, 1200~1300户, ≥1000户."""
        low, high = _plain(self.low), _plain(self.high)
        name = {SHARE: "%", DURATION: "分钟", "金额": "元", "电量": "千瓦时", "长度": "米"}.get(self.unit, self.unit)
        if self.low == self.high:
            return f"{low}{name}"
        if math.isinf(self.high):
            return f"≥{low}{name}"
        return f"≤{high}{name}" if self.low == 0 else f"{low}~{high}{name}"

    def fits(self, other: Amount) -> bool:
        """Whether one value may be meant by both."""
        if self.unit != other.unit:
            return False
        slack = 1e-6 * max(1.0, abs(self.low), abs(other.low))
        return self.low <= other.high + slack and other.low <= self.high + slack

    def widened(self) -> Amount:
        """With half a step to both sides where it may be rounded without saying so."""
        if not self.round or self.loose:
            return self
        half = _step(self.low) / 2
        return Amount(self.text, self.start, self.end, self.unit, self.low - half, self.high + half, True)


def _plain(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if not math.isinf(value) else "∞"


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(units(), key=len, reverse=True)
    before = either([w for key in ("about", "near", "more", "less") for w in words("amounts", key)])
    behind = either([*words("amounts", "above"), *words("amounts", "below"), "左右", "上下", "之间"])
    unit = "|".join(re.escape(name) for name in names)
    return re.compile(
        rf"(?P<before>(?:{before})(?:为|有|是|达|至|了)?)?\s?(?P<one>{_NUMBER})(?P<size>[百千]?[万亿])?(?P<odd>[多余来几])?"
        rf"(?:\s?(?:{unit})?{_TO}(?P<two>{_NUMBER})(?P<size2>[百千]?[万亿])?)?(?P<odd2>[多余来几])?"
        rf"\s?(?P<unit>个(?P<odd3>[多半])?(?=小时|钟头|月|星期|礼拜|工作日|台区)(?:小时|钟头|月|星期|礼拜|工作日|台区)|{unit})"
        rf"(?P<half>(?<=[时头天月年周])半|零)?(?P<odd4>[多余])?\s?(?P<behind>{behind})?"
    )


_SHARE = re.compile(
    rf"(?P<before>约|近|将近|接近|超过|超|逾|不足|不到|至少|最多|不低于|不超过|大约)?(?:为|达|至)?\s?"
    rf"(?:(?P<sign>[正负])?百分之(?P<hundred>[{_CN}百点\d.]+)|(?P<per>\d+(?:\.\d+)?)(?:(?:{_TO})(?P<per2>\d+(?:\.\d+)?))?\s?[%％]"
    rf"|(?P<tenths>[一二两三四五六七八九\d])成(?P<more>[一二三四五六七八九半])?(?![为立本功员果分绩交都])|(?P<half>一半|半数))"
    rf"(?P<odd>多)?(?P<behind>左右|以上|以下|以内|上下)?"
)
_RATE = re.compile(
    rf"(?:每(?:千瓦时|度电?)|一度电?)[^\d，。{_CN}]{{0,3}}(?P<sum>\d+(?:\.\d+)?元|[{_CN}]+[块毛角元][{_CN}]*[分角毛]?|\d+(?:\.\d+)?[角毛分])"
    rf"|(?P<sum2>\d+(?:\.\d+)?元|[{_CN}]+[块毛角][{_CN}]*)(?:[/每]|一)(?:千瓦时|度|kWh)"
)
# A clock time, a date and an ordinal are no amounts.
_NO_AMOUNT_BEFORE = re.compile(r"(?:第|[\d一二三四五六七八九十零][点时:：]|\d[.\-/]|[A-Za-z#])\Z")
_WORDS_WITH_NUMERALS = re.compile(
    "一些|一定|一直|一度(?!电)|一切|一样|一般|一起|一体|一线|一级|一次性|一方面|一家人|"
    "统一|唯一|第一|一律|一经|一并|一旦|万一|进一步|十分(?!钟)|百姓|千万(?!元|户|千)|四处|"
    "五一|三方|一名义|两会|一天到晚|三天两头|半夜|夜半|一回事|一个劲|下一次|下一步|下一|"
    "上一次|上一|再一次|又一次|这一|那一|哪一|某一|同一|另一|每一|任何一|一套|一步|一下|"
    "一层|一条龙|一把手|一时|一通|两边|一件事|一项|一处处"
)
_HOURS_MINUTES = re.compile(r"\s?[零又]?(?P<n>\d+|[一二三四五六七八九十]+)分钟?")


def amounts(text: str) -> tuple[Amount, ...]:
    """Every number with a unit, in order; those that overlap a surer one are left out."""
    found: list[Amount] = [*_rates(text)]
    taken = [(one.start, one.end) for one in found]
    for one in (*_shares(text), *_sums(text), *_counted(text)):
        if all(one.end <= start or end <= one.start for start, end in taken):
            found.append(one)
            taken.append((one.start, one.end))
    return tuple(sorted(_joined(text, sorted(found, key=lambda it: it.start)), key=lambda it: it.start))


def number(text: str) -> float | None:
    """The value of 1,286 / 八十六 / 半 / 一点五; None for 几 and what is no number."""
    whole, point, part = text.partition("点")
    if point and part and not text[0].isascii():
        digits = "".join(str(int(number_of(sign) or 0)) for sign in part)
        base = number_of(whole)
        return None if base is None else base + float(f"0.{digits}")
    if text[:1].isascii() and text[-1:] in ("百", "千"):
        return None
    return number_of(text)


def _rates(text: str) -> Iterator[Amount]:
    for match in _RATE.finditer(text):
        value = money(match["sum"] or match["sum2"])
        if value is not None:
            yield Amount(match.group(), match.start(), match.end(), "电价", value, value)


def money(text: str) -> float | None:
    """The yuan of 0.53元, 五毛三, 三块五."""
    match = re.fullmatch(
        rf"(?:(?P<yuan>\d+(?:\.\d+)?|[{_CN}]+)[元块])?(?:(?P<jiao>\d|[{_CN}])[角毛]?)?(?:(?P<fen>\d|[{_CN}])分?)?", text
    )
    if match is None or not text:
        return None
    total = 0.0
    for part, worth in (("yuan", 1.0), ("jiao", 0.1), ("fen", 0.01)):
        if match[part]:
            its = number_of(match[part])
            if its is None:
                return None
            total += its * worth
    return round(total, 4)


_COLLOQUIAL = re.compile(rf"[{_CN}\d]+块[{_CN}](?![{_CN}个台户条块只名天月])|[{_CN}]+[毛角][{_CN}](?:分)?(?![{_CN}个])")


def _sums(text: str) -> Iterator[Amount]:
    for match in _COLLOQUIAL.finditer(text):
        value = money(match.group())
        if value is not None:
            yield Amount(match.group(), match.start(), match.end(), "金额", value, value)


def _shares(text: str) -> Iterator[Amount]:
    for match in _SHARE.finditer(text):
        if match["hundred"]:
            value = number(match["hundred"])
        elif match["per"]:
            value = float(match["per"])
        elif match["tenths"]:
            more = match["more"]
            value = (number_of(match["tenths"]) or 0) * 10 + (5 if more == "半" else number_of(more or "零") or 0)
        else:
            value = 50.0
        if value is None:
            continue
        high = float(match["per2"]) if match["per2"] else value
        step = 10.0 if match["tenths"] else _step(value)
        low, high, loose = _range(value, high, step, match["before"] or "", match["behind"] or "", bool(match["odd"]))
        yield Amount(match.group(), match.start(), match.end(), SHARE, low, high, loose)


def _counted(text: str) -> Iterator[Amount]:
    table = units()
    blocked = [match.span() for match in _WORDS_WITH_NUMERALS.finditer(text)]
    for match in _pattern().finditer(text):
        at = match.start("one")
        if any(start < match.end("one") and at < end for start, end in blocked) or _is_other(text, match):
            continue
        unit = match["unit"]
        plain = unit.removeprefix("个").removeprefix("多").removeprefix("半") if len(unit) > 1 else unit
        name, worth = table.get(plain, table["个"])
        one = _read(text, match, name, worth)
        if one is not None:
            yield one


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Whether it is a date, a clock time, an ordinal, a name: 8月, 14时05分, 3号楼, 第二次."""
    at, end, unit, plain = match.start("one"), match.end(), match["unit"], match["one"]
    if _NO_AMOUNT_BEFORE.search(text[max(0, at - 2) : at]):
        return True
    if unit == "月" or (unit == "年" and (plain.isdecimal() and len(plain) in (2, 4) and int(plain) > 31)):
        return True
    behind = text[end : end + 1]
    if unit == "分" or (plain == "半" and unit == "年" and text[at - 1 : at] in ("上", "下", "前", "后")):
        return True
    if (unit == "个" and (match["one"] == "半" or behind in ("别", "人", "性", "体"))) or (
        unit == "级" and match["one"] == "几"
    ):
        return behind != "人"
    if unit == "年" and (
        behind in ("级", "度", "代", "底", "初", "来", "前", "月") and plain.isdecimal() and len(plain) > 1
    ):
        return True
    return (unit, behind) in {
        ("户", "号"), ("户", "口"), ("人", "民"), ("天", "气"), ("天", "然"), ("块", "地"), ("人", "员"),
        ("处", "理"), ("处", "置"),
        ("家", "庭"), ("分", "局"), ("条", "件"), ("单", "位"), ("单", "元"), ("位", "于"), ("月", "份"),
        ("里", "面"), ("通", "知"),
        ("级", "建"), ("周", "边"), ("名", "单"), ("起", "来"), ("批", "次"), ("安", "全"), ("度", "假"),
        ("回", "复"), ("支", "线"),
    }  # fmt: skip


def _read(text: str, match: re.Match[str], name: str, worth: float) -> Amount | None:
    """The amount of one match; None for what is no number. 几个 is 2 to 9, 数百 200 to 900, with a note."""
    size = _TIMES.get(match["size"] or "", 1.0)
    end = match.end() - (1 if match["half"] == "零" else 0)
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    said = text[start:end].rstrip()
    if match["one"][0] in _SOME:
        some = size * worth * _TIMES.get(match["one"][1:], 1.0)
        return Amount(said, start, end, name, 2 * some, 9 * some, True, note=f"“{match['one']}”没有确数")
    value = number(match["one"])
    other = number(match["two"]) if match["two"] else value
    if value is None or other is None:
        return None
    if "半" in (match["odd3"], match["half"]):
        value = other = value + 0.5
    size2 = _TIMES.get(match["size2"] or "", 1.0) if match["two"] else size
    low, high = value * (size if match["size"] else size2) * worth, other * size2 * worth
    odd = any(match[key] not in (None, "半") for key in ("odd", "odd2", "odd3", "odd4"))
    few = value < _MANY and not match["size"]
    step = _written_step(match["one"]) * size * worth
    low, high, loose = _range(low, high, step, match["before"] or "", match["behind"] or "", odd, few=few)
    rounded = bool(match["size"]) and "." in match["one"]
    return Amount(said, start, end, name, low, high, loose, rounded)


def _written_step(text: str) -> float:
    """The last place that is written: 100 of 1300, 0.1 of 1.3."""
    plain = text.replace(",", "")
    if "." in plain:
        return float(10 ** -len(plain.partition(".")[2]))
    value = number(plain) or 0.0
    return _step(value)


def _step(value: float) -> float:
    """The largest power of ten that divides it; of fractions the last decimal."""
    if value <= 0:
        return 1.0
    if value != int(value):
        return float(10 ** -len(f"{value:.4f}".rstrip("0").partition(".")[2]))
    step = 1.0
    while value % (step * 10) == 0:
        step *= 10
    return step


def _range(
    low: float, high: float, step: float, before: str, behind: str, odd: bool, *, few: bool = False
) -> tuple[float, float, bool]:
    """The range that a number from `low` to `high` has with the words around it, and whether it is no exact one."""
    most = (0.25 if few else 0.1) * high
    word = before.rstrip("为有是达至了") or before
    if odd:
        return low, high + step, True
    if word in words("amounts", "less") or behind in words("amounts", "below"):
        return 0.0, high, True
    if word in words("amounts", "more") or behind in words("amounts", "above"):
        return low, math.inf, True
    if word in words("amounts", "near"):
        return low - min(step, most), high, True
    if word in words("amounts", "about") or behind in ("左右", "上下"):
        width = most if few else min(step / 2, most) if step > 1 else most
        return low - width, high + width, True
    return low, high, low != high


def _joined(text: str, found: list[Amount]) -> Iterator[Amount]:
    """4小时50分 and 一年零两个月 are one duration."""
    held: Amount | None = None
    for one in found:
        gap = text[held.end : one.start] if held else None
        if held and gap in ("", "零", "又", " ") and held.unit == one.unit == DURATION and not held.loose:
            text_ = text[held.start : one.end]
            held = Amount(text_, held.start, one.end, DURATION, held.low + one.low, held.high + one.high, one.loose)
            continue
        if held:
            yield _with_minutes(text, held)
        held = one
    if held:
        yield _with_minutes(text, held)


def _with_minutes(text: str, one: Amount) -> Amount:
    match = _HOURS_MINUTES.match(text, one.end) if one.unit == DURATION and one.text.endswith(("时", "头")) else None
    more = number_of(match["n"]) if match else None
    if match is None or more is None:
        return one
    return Amount(text[one.start : match.end()], one.start, match.end(), DURATION, one.low + more, one.high + more)
