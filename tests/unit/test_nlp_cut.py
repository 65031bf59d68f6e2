"""The cutting is jieba's to the letter."""

from __future__ import annotations

import random

import pytest

from nlp.cut import Cutter
from nlp.segment import tokenizer

TEXTS = [
    "",
    "我",
    "客户来电反映，柳湾镇石板滩村三队，架线时砍了客户家15棵树，说好赔偿一直没给，跟施工负责人说，根本不理。",
    "10kV河口线2号公变，APP v1.2 报错 50% C++ #3\r\n第二行\t 末尾 ",
    "龘靐齉爩麤䯂，𠀀𠀁停电",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "停电" * 200 + "了" * 50,
    "麻木不仁，乒乓球拍卖完了，南京市长江大桥",
    "！？。\u3000\n\n——……",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_words(text: str) -> None:
    assert Cutter(tokenizer()).cut(text) == tokenizer().lcut(text)


def test_the_same_words_of_any_mixture() -> None:
    chance = random.Random(7)
    words = [word for word in tokenizer().FREQ if len(word) > 1][::997]
    signs = "的了在一不电停线，。 1aA\n龘%"
    cutter = Cutter(tokenizer())
    for _ in range(300):
        text = "".join(chance.choice(words) if chance.random() < 0.5 else chance.choice(signs) for _ in range(40))
        assert cutter.cut(text) == tokenizer().lcut(text)
