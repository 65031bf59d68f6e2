from __future__ import annotations

import tomllib

import pytest

from config.tomlfile import toml_mistake


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source = 信访\n", "第 1 行第 10 列：值的写法不对，文字要放在英文双引号里"),
        ("[[rule]", "第 1 行第 7 列：方括号没有成对"),
        ("[web\n", "第 1 行第 5 列：方括号没有成对"),
        ("a = 1\na = 2\n", "第 2 行第 6 列：同一项写了两次"),
        ("[a]\nb = 1\n[a]\n", "第 3 行第 3 列：同一节写了两次"),
        ('a = "x\n', "第 1 行第 7 列：有不允许的字符"),
        ('a = "x', "文件末尾：引号没有成对"),
        ("a\n", "第 1 行第 2 列：缺少等号"),
        ("a = [1, 2", "文件末尾：方括号没有成对"),
        ("a = 1 b = 2\n", "第 1 行第 7 列：一行里写了不止一项，或引号没有成对"),
        ("时间 = 1\n", "第 1 行第 1 列：写法不对"),
    ],
)
def test_place_and_kind_are_told_in_chinese(text: str, told: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert toml_mistake(caught.value) == told
