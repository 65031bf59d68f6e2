"""What is wrong with a TOML file, in words for the one who wrote it."""

from __future__ import annotations

import re
import tomllib

_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|(end of document))\)\s*$")
# What the parser says → what a user can do about it; the first that fits.
_MEANINGS = (
    ("Invalid value", "值的写法不对，文字要放在英文双引号里"),
    ("Cannot overwrite a value", "同一项写了两次"),
    ("Cannot declare", "同一节写了两次"),
    ("Cannot mutate immutable", "同一项写了两次"),
    ("Duplicate inline table key", "同一项写了两次"),
    ("Unterminated string", "引号没有成对"),
    ("Expected ']", "方括号没有成对"),
    ("Unclosed array", "方括号没有成对"),
    ("Unclosed inline table", "花括号没有成对"),
    ("Expected '='", "缺少等号"),
    ("Unescaped '\\'", "反斜杠要写两个"),
    ("Illegal character", "有不允许的字符"),
    ("Invalid initial character", "名称以不允许的字符开头"),
    ("Expected newline", "一行里写了不止一项，或引号没有成对"),
)


def toml_mistake(error: tomllib.TOMLDecodeError) -> str:
    """Place and kind of a syntax error, in Chinese: `第 3 行第 8 列：引号没有成对`."""
    said = str(error)
    found = _PLACE.search(said)
    meaning = next((told for text, told in _MEANINGS if said.startswith(text)), "写法不对")
    if found is None:
        return meaning
    return f"{'文件末尾' if found[3] else f'第 {found[1]} 行第 {found[2]} 列'}：{meaning}"
