"""The format of learnt models: what they read, what they say, and that nothing but a whole model is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.errors import VocabularyError
from nlp import segment
from nlp.models.features import MOST_CHARACTERS, NEGATED, features, read_together, word_row, words
from nlp.models.fitting import Fit, fit
from nlp.models.linear import LinearModel

GOOD = ["很好用，满意", "服务热情，满意", "质量好，喜欢", "非常好，推荐", "好吃，喜欢", "态度好，点赞"]
BAD = ["很差，失望", "服务恶劣，失望", "质量差，退货", "非常差，后悔", "难吃，恶心", "态度差，投诉"]
ASKS = ["请问几点开门", "请问怎么退货", "请问多少钱", "请问在哪里", "请问有没有货", "请问谁负责"]
SMALL = Fit(bits=14, word_bits=12)


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return fit([*GOOD, *BAD] * 2, ["good"] * 6 + ["bad"] * 6 + ["good"] * 6 + ["bad"] * 6, how=SMALL)


def cut(text: str) -> tuple[str, ...]:
    return segment.fine_tokens(tuple(segment.tokens(text)))


def test_alike_texts_have_the_same_features() -> None:
    for one, other in (
        ("Ａpp１２！", "app98!"),
        ("停电！！！！！！", "停电！！"),
        ("@张三 停电", "@李四五 停电"),
        ("看 http://t.cn/abc", "看 https://x.com/1?b=2"),
        ("“好”。", '"好".'),
    ):
        assert np.array_equal(features(one).hashes, features(other).hashes)


def test_a_piece_has_the_same_hash_wherever_it_stands() -> None:
    whole, part = features("我家经常停电啊"), features("经常停电")
    shared = set(whole.hashes.ravel().tolist()) & set(part.hashes.ravel().tolist())
    # Four characters, three pairs and two triples.
    assert len(shared) >= 9
    assert not set(features("停电").hashes[1].tolist()) & set(features("电停").hashes[1, 1:2].tolist())


ODD = ("", " ", "\ud800", "😀停电", "哈" * 5000, "@" * 50, "1" * 99, "http://", "\x00\x01\x03\x04")


def test_texts_read_together_are_read_as_each_alone(model: LinearModel) -> None:
    texts = [*GOOD, *ODD, "看 http://t.cn/abc 满意", "", "没有电@张三 了！！！！\x04", "停电" * 1500]
    tokens = [cut(text) for text in texts]
    read = read_together(texts)
    for number, text in enumerate(texts):
        own = slice(read.firsts[number], read.firsts[number] + read.sizes[number])
        assert np.array_equal(read.hashes[:, own], features(text).hashes)
    bias, weights = model.weighed_of(read, tokens)
    alone = [model.weighed(text, one) for text, one in zip(texts, tokens, strict=True)]
    assert [(bias, found) for found in weights] == alone
    alike = [model.probabilities(text, one) for text, one in zip(texts, tokens, strict=True)]
    assert model.probabilities_of(read, tokens) == alike


def test_a_link_is_one_sign_and_belongs_to_the_token_it_begins_in() -> None:
    text, tokens = "看http://t.cn/a好", ["看", "http", "://t.cn/a", "好"]
    bounds = read_together(["", text]).bounds([(), tokens])
    # The edges of the empty text are signs 0 to 3.
    assert bounds.starts.tolist() == [4, 6, 7, 7]
    assert bounds.ends.tolist() == [6, 7, 7, 8]
    assert bounds.counts.tolist() == [0, 4]


@pytest.mark.parametrize("text", ODD)
def test_any_text_can_be_read(text: str, model: LinearModel) -> None:
    assert features(text).hashes.shape[1] <= MOST_CHARACTERS + 1
    assert sum(model.probabilities(text, cut(text)).values()) == pytest.approx(1)
    bias, weights = model.weighed(text, cut(text))
    assert len(weights) == len(cut(text))
    if text:
        assert bias + sum(weights) == pytest.approx(float(model.margins(text, cut(text))[0]), abs=1e-3)


def test_a_negated_word_is_another() -> None:
    assert words(["不", "满意"]) == ["不", NEGATED + "满意"]
    assert words(["没有", "得到", "解决", "满意"]) == ["没有", NEGATED + "得到", NEGATED + "解决", "满意"]
    assert words(["不", "，", "满意"]) == ["不", "，", "满意"]
    assert words(["满意"]) == ["满意"]
    assert word_row("App", 12) == word_row("app", 12) < 1 << 12


def test_what_was_taught_is_known(model: LinearModel) -> None:
    assert model.classes == ("bad", "good")
    assert [model.best(text)[0] for text in GOOD + BAD] == ["good"] * 6 + ["bad"] * 6
    assert model.best("味道好，喜欢")[0] == "good"
    told = dict(zip(cut("服务失望"), model.weighed("服务失望", cut("服务失望"))[1], strict=True))
    assert told["失望"] < 0
    other = dict(zip(cut("服务失望"), model.weighed("服务失望", cut("服务失望"), "bad")[1], strict=True))
    assert other["失望"] == pytest.approx(-told["失望"])
    assert model.weighed("", ())[1] == []


def test_three_classes_each_have_an_output() -> None:
    model = fit([*GOOD, *BAD, *ASKS], ["good"] * 6 + ["bad"] * 6 + ["asks"] * 6, how=Fit(bits=12, word_bits=0))
    assert model.classes == ("asks", "bad", "good")
    assert model.words is None
    assert [model.best(text)[0] for text in ("请问几点", "太差，失望", "很好，喜欢")] == ["asks", "bad", "good"]
    with pytest.raises(ValueError, match="two classes"):
        fit(GOOD, ["good"] * 6)


def test_weights_of_texts_and_what_is_known_beforehand_count() -> None:
    texts, labels = ["东西好", "东西好"] * 10, ["good", "bad"] * 10
    heavy = fit(texts, labels, [9.0, 1.0] * 10, SMALL)
    assert heavy.best("东西好")[0] == "good"
    known = np.zeros((1 << 12, 2), dtype=np.int8)
    known[word_row("棒", 12)] = 127
    for text in ("好", "满意"):
        known[word_row(text, 12)] = 100
    for text in ("差", "失望"):
        known[word_row(text, 12)] = -100
    taught = fit([*GOOD, *BAD], ["good"] * 6 + ["bad"] * 6, how=Fit(bits=14, word_bits=12, known=known))
    blank = fit([*GOOD, *BAD], ["good"] * 6 + ["bad"] * 6, how=SMALL)
    assert taught.probabilities("棒")["good"] > blank.probabilities("棒")["good"]


def test_what_several_sources_agree_on_is_learnt_more_readily() -> None:
    rows = [(source, f"{word}{source}{at}", word) for source in "甲乙丙" for at in "东西南北" for word in ("棒", "糟")]
    # As often as 棒 and 糟, but only in one source.
    rows += [("丁", f"{word}丁{at}{turn}", word) for at in "东西南北" for turn in "早中晚" for word in ("蓝", "绿")]
    texts, labels = [text for _, text, _ in rows], ["good" if word in "棒蓝" else "bad" for *_, word in rows]
    sources = [source for source, *_ in rows]

    def lead(model: LinearModel) -> float:
        return float((model.margins("棒") - model.margins("糟"))[0] / (model.margins("蓝") - model.margins("绿"))[0])

    how = Fit(bits=14, word_bits=0, strength=0.05)
    alike, told = fit(texts, labels, how=how), fit(texts, labels, how=how, groups=sources)
    assert lead(told) > 1.2 * lead(alike)
    assert told.best("棒")[0] == "good"
    with pytest.raises(ValueError, match="two classes"):
        fit(["a", "b", "c"], ["a", "b", "c"], groups=["x"] * 3)


def test_a_source_of_one_class_tells_nothing() -> None:
    texts, labels = [*GOOD, *BAD], ["good"] * 6 + ["bad"] * 6
    model = fit(texts, labels, how=SMALL, groups=labels)
    assert [model.best(text)[0] for text in (GOOD[0], BAD[0])] == ["good", "bad"]


def test_saved_and_loaded_it_is_the_same_to_the_byte(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path / "a", {"name": "m"})
    again = fit([*GOOD, *BAD] * 2, ["good"] * 6 + ["bad"] * 6 + ["good"] * 6 + ["bad"] * 6, how=SMALL)
    again.save(tmp_path / "b", {"name": "m"})
    for file in ("card.json", "weights.npy", "words.npy"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    loaded = LinearModel.load(tmp_path / "a")
    assert loaded.card["name"] == "m"
    assert loaded.probabilities("满意") == model.probabilities("满意")
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == ["card.json", "weights.npy", "words.npy"]


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("card.json", b"{", "不是有效的 JSON"),
        ("card.json", b"[]", "应为一个对象"),
        ("card.json", b"{}", "缺少内容"),
        ("card.json", b"\xff", "不是有效的 JSON"),
        ("weights.npy", b"PK", "不是有效的权重文件"),
        ("words.npy", None, "模型文件不存在"),
        ("card.json", None, "模型文件不存在"),
    ],
)
def test_a_broken_folder_is_told(
    model: LinearModel, tmp_path: Path, file: str, content: bytes | None, told: str
) -> None:
    model.save(tmp_path, {})
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(VocabularyError, match=told) as error:
        LinearModel.load(tmp_path)
    assert file in str(error.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"features": 99}, "重新训练"), ({"slope": []}, "写错"), ({"classes": ["one"]}, "写错"), ({"sha256": {}}, "写错")],
)
def test_a_card_that_does_not_fit_is_told(
    model: LinearModel, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    model.save(tmp_path, {})
    card = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    card["model"] |= change
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(VocabularyError, match=told):
        LinearModel.load(tmp_path)


def test_weights_of_another_model_and_pickles_are_refused(model: LinearModel, tmp_path: Path) -> None:
    model.save(tmp_path, {})
    np.save(tmp_path / "weights.npy", np.zeros_like(model.weights))
    with pytest.raises(VocabularyError, match="校验和不同"):
        LinearModel.load(tmp_path)
    np.save(tmp_path / "weights.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(VocabularyError, match="不是有效的权重文件"):
        LinearModel.load(tmp_path)
