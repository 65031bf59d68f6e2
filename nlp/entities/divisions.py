"""The administrative divisions of China: which places are called so, and where they lie.

A code has 2 digits for a province, 4 for a city, 6 for a county, 9 for a township, each beginning with that of the
division it belongs to. Read once per process, about 30 ms and 9 MB; analysers hold only the folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.errors import VocabularyError

FILE = Path("regions") / "divisions.tsv"
TOWNSHIPS = ("镇", "乡", "街道", "苏木")
_PROVINCE, _CITY, _COUNTY = 2, 4, 6
_SUFFIX = re.compile("(?:特别行政区|自治[区州县旗]|地区|[省市盟县区旗])\\Z")
# The nationalities in names of autonomous divisions (恩施土家族苗族自治州).
_PEOPLES = re.compile(
    "(?:汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|"
    "毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各)族"
)
_TITULAR = re.compile("(?<=..)(?:维吾尔|哈萨克|蒙古|柯尔克孜)\\Z")
# Short names that mean something else as often (阿里 the company, 大同 the idea, 朝阳 the sun).
_ORDINARY = re.compile(
    "朝阳|白山|白银|安康|海东|海北|海西|海南|大同|中山|吉安|安顺|长治|文山|红河|日照|普洱|山南|阿里|吴忠|来宾|"
    "东营|和田|保山|六安|阜新|四平|通化"
)


@dataclass(frozen=True, slots=True)
class Divisions:
    """`above` the names of provinces, cities and counties by code; `codes` by name, several with blanks between.

    `short` are names of provinces and cities without their endings (长沙), `short_counties` those of counties, which
    mean a place only behind one they lie in (长沙宁乡).
    """

    above: Mapping[str, str]
    codes: Mapping[str, str]
    short: Mapping[str, str]
    short_counties: Mapping[str, str]

    def called(self, name: str) -> tuple[str, ...]:
        """The codes of the divisions of that full name, in order; empty where there is none."""
        return tuple(self.codes.get(name, "").split())

    def full_name(self, code: str, name: str) -> str:
        """The names from the province down to the division `code`, which is called `name`."""
        return "".join(dict.fromkeys([*(self.above[parent] for parent in self.ancestors(code)), name]))

    def label(self, code: str, name: str, domain: str = "") -> str:
        """The shortest name that means only this division within `domain` (a code, "" for the country)."""
        scope = domain if code.startswith(domain) else ""
        label, ancestors = name, self.ancestors(code)
        rivals = [other for other in self.called(name) if other.startswith(scope) and not code.startswith(other)]
        rivals = [other for other in rivals if not other.startswith(code)]
        while rivals and ancestors:
            parent = ancestors.pop()
            above = self.above[parent]
            label = above + label
            rivals = [other for other in rivals if self.above.get(other[: len(parent)]) == above]
        return label

    def ancestors(self, code: str) -> list[str]:
        """The codes of the divisions it lies in, the province first."""
        above = (code[:size] for size in (_PROVINCE, _CITY, _COUNTY) if size < len(code))
        return [parent for parent in above if parent in self.above]

    def domain_of(self, text: str) -> str:
        """The code of a place as a site names it: 长沙县, 湖南长沙市, 湖南长沙; "" unless exactly one is meant."""
        for start in range(len(text)):
            name, before = text[start:], text[:start]
            codes = self.called(name) or tuple(self.short.get(name, "").split())
            inside = [code for code in codes if self._reaches(code, before)]
            if len(inside) == 1 or (inside and not before and name in self.short):
                return inside[0]
        return ""

    def knows(self, text: str) -> bool:
        """Whether a place is in the table, written with what lies above it or not (河口镇, 长沙县, 湖南省长沙市)."""
        for start in range(len(text)):
            codes = self.called(text[start:]) or tuple(self.short.get(text[start:], "").split())
            if any(self._reaches(code, text[:start]) for code in codes):
                return True
        return False

    def _reaches(self, code: str, before: str) -> bool:
        """Whether `before` holds nothing but names of divisions in which `code` lies."""
        for parent in self.ancestors(code):
            name = self.above[parent]
            before = before.removeprefix(name) if before.startswith(name) else before.removeprefix(short_of(name))
        return not before


def short_of(name: str) -> str:
    """The name without its ending and nationalities (恩施土家族苗族自治州: 恩施); itself where no two signs remain."""
    short = _SUFFIX.sub("", name)
    plain = _TITULAR.sub("", _PEOPLES.sub("", short) if "族" in short else short)
    return next((it for it in (plain, short) if len(it) >= 2), name)


@cache
def divisions(folder: Path) -> Divisions:
    """The table below the vocabulary folder `folder`. Raises VocabularyError naming file and line."""
    file = folder / FILE
    try:
        upper, _, townships = file.read_text(encoding="utf-8").partition("\n\n")
    except FileNotFoundError:
        raise VocabularyError("文件不存在", file=file) from None
    except UnicodeDecodeError as error:
        raise VocabularyError("不是 UTF-8 编码", file=file) from error
    lines = upper.splitlines()
    try:
        codes = dict(line.split("\t") for line in (*lines, *townships.splitlines()))
    except ValueError:
        every = f"{upper}\n\n{townships}".splitlines()
        bad = next(number for number, line in enumerate(every, 1) if line and line.count("\t") != 1)
        raise VocabularyError("应为“名称<TAB>代码”", file=file, row=bad) from None
    above = {code: name for name, _, its in (line.partition("\t") for line in lines) for code in its.split()}
    for line in lines:
        # A county may be called like a township: the second line of that name must not hide the first.
        name, its = line.split("\t")
        if codes[name] != its:
            codes[name] = f"{its} {codes[name]}"
    upper_short, counties = _short(above)
    for name, its in [line.split("\t") for line in lines if "自治" in line]:
        # 凉山州, 靖州县 and the like are how people write autonomous ones.
        codes.setdefault(short_of(name) + name[-1], its)
    return Divisions(above, codes, upper_short, counties)


def _short(above: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    upper: dict[str, str] = {}
    counties: dict[str, str] = {}
    for code, name in above.items():
        short = short_of(name)
        if short != name:
            names = counties if len(code) == _COUNTY else upper
            names[short] = f"{names[short]} {code}" if short in names else code
    return {name: code for name, code in upper.items() if not _ORDINARY.fullmatch(name)}, counties
