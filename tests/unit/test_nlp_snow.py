"""The scores are SnowNLP's own, and so are the words they come from."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from snownlp import SnowNLP, seg

from nlp.snow import snow
from yujing.demo.scenario import generate

COMMON = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么"


def complaints(number: int) -> list[str]:
    orders = generate(3, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders
    return [order.content for order in random.Random(4).sample(orders, number)]


def made_up(number: int) -> list[str]:
    """Texts as nobody writes: rare characters that the model does not know, between ones that it does."""
    chance = random.Random(9)
    rare = [chr(code) for code in range(0x4E00, 0x9FA6)]
    return ["".join(chance.choice(rare if chance.random() < share else COMMON) for _ in range(25))
            for share in (0.05, 0.3, 1.0) for _ in range(number // 3)]  # fmt: skip


@pytest.mark.parametrize("texts", [complaints(80), made_up(150)], ids=["complaints", "made up"])
def test_the_same_scores_and_words(texts: list[str]) -> None:
    assert [list(snow().words(text)) for text in texts] == [seg.seg(text) for text in texts]
    assert all(abs(snow().score(text) - SnowNLP(text).sentiments) <= 1e-9 for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "我",
        "龘",
        "龘龘",
        "龘龘龘停",
        "停电",
        "OK",
        "很好 not bad，ok！",
        "一龥鿕停",
        "\x00",
        "好" * 300,
        "差" * 300,
        "𠀀停",
    ],
)
def test_odd_texts(text: str) -> None:
    assert list(snow().words(text)) == seg.seg(text)
    assert snow().score(text) == pytest.approx(SnowNLP(text).sentiments, abs=1e-9)


def test_asking_again_gives_the_same() -> None:
    (text,) = complaints(1)
    assert snow().score(text) == snow().score(text)
