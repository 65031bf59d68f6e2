"""The cutting is jieba's to the letter."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import jieba
import pytest

from config.vocabulary import load_words
from nlp.cut import Cutter, reference
from yujing.demo.scenario import generate

TEXTS = [
    "",
    "我",
    "客户来电反映，柳湾镇石板滩村三队，架线时砍了客户家15棵树，说好赔偿一直没给，跟施工负责人说，根本不理。",
    "10kV河口线2号公变，APP v1.2 报错 50% C++ #3\r\n第二行\t 末尾 ",
    "龘靐齉爩麤䯂，𠀀𠀁停电，𠮷野家㐂㐂停㐀电",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "停电" * 200 + "了" * 50,
    "麻木不仁，乒乓球拍卖完了，南京市长江大桥",
    "！？。\u3000\n\n——……",
    "电话0731-55001234转8，网址t.cn/ab_c.d#1，1-3楼，3.5%，A.b.c，AT&T，-_-，.停.电",
    "速度快，太差，步道，好好好好好好，哈哈哈哈哈，啊啊啊啊啊啊啊",
    "停\x00电\ud800了\udfff吗，\x1c\x85\u2028",
]
PIECES = [
    "138-0013-8000", "www.example.com/a?b=1&c=2", "3.14%", "10kV", "#停电#", "//@张三:", "Ａ１２", "😀", "👨\u200d👩",
    "電線桿", "龘", "𠮷", "\ud83d", "\x00", "\r\n", "\t", "\u3000", " ", "哈哈哈哈哈", "ok", "C++", "x-y_z", "1号店",
    "T恤", "①", "…",
]  # fmt: skip


@pytest.fixture(scope="module")
def cutter() -> Cutter:
    return Cutter(load_words("power"))


@pytest.fixture(scope="module")
def peer() -> jieba.Tokenizer:
    return reference(load_words("power"))


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_words(text: str, cutter: Cutter, peer: jieba.Tokenizer) -> None:
    assert cutter.cut(text) == peer.lcut(text)
    assert "".join(cutter.cut(text)) == text


def test_the_same_words_of_any_mixture(cutter: Cutter, peer: jieba.Tokenizer) -> None:
    """Generated complaints with odd pieces put in, and words of the dictionary thrown together."""
    chance = random.Random(7)
    complaints = [it.content for it in generate(5, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders]
    words = [word for word in peer.FREQ if len(word) > 1][::997]
    signs = "的了在一不电停线，。 1aA.-\n龘%㐀"
    mixed = ["".join(chance.choice(words) if chance.random() < 0.5 else chance.choice(signs) for _ in range(40))
             for _ in range(500)]  # fmt: skip
    odd = [spoiled(text, chance) for text in complaints]
    different = [text for text in [*complaints, *odd, *mixed] if cutter.cut(text) != peer.lcut(text)]
    assert len(complaints) > 1000
    assert different == []


def spoiled(text: str, chance: random.Random) -> str:
    """`text` with three odd pieces in it."""
    for _ in range(3):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(PIECES) + text[at:]
    return text


def test_words_without_a_frequency_get_jiebas(cutter: Cutter, peer: jieba.Tokenizer) -> None:
    """One more or less turns the cut of texts in which two cuts are nearly as likely."""
    wrong = {
        word: (number, peer.FREQ[word]) for word, number in cutter.frequencies.items() if peer.FREQ[word] != number
    }
    assert wrong == {}


def test_every_word_stands_in_words_wherever_it_is(cutter: Cutter, peer: jieba.Tokenizer) -> None:
    text = "南京市长江大桥停电了，供电所龘不管㐂"
    expected = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)
                if peer.FREQ.get(text[start:end])}  # fmt: skip
    assert expected <= set(cutter.words(text))
    assert cutter.rare(text) == ["龘", "㐂"]


def test_common_words_weigh_more(cutter: Cutter) -> None:
    assert cutter.weight("中国") > 10 * cutter.weight("石板")
    assert cutter.is_word("停电")
    assert not cutter.is_word("石板滩")
