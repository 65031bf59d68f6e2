"""Floors of the three classes on 608 sentences of our own: complaints plain, polite and ironic, praise, questions,
notices, answers, news, reposts, reviews, posts. No model was taught any of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlp.learning.sentences import read_sentences
from nlp.measure import macro_f1
from nlp.pipeline import Pipeline

FILE = Path(__file__).with_name("sentences.tsv")
# A little below what was reached when they were set: accuracy .888, macro-F1 .882. How much the model, the lexicon and
# the voice count was chosen with the first 440 in sight; the other 168, read by nobody before, gave .839 and .833.
FLOORS = {"all": 0.86, "fresh": 0.80}
RECALL = {"negative": 0.90, "neutral": 0.84, "positive": 0.75}
# Share of a kind that may be called negative.
MOST_NEGATIVE = {"reply": 0.05, "notice": 0.15, "suggestion": 0.1, "enquiry": 0.15}
_CHOSEN = 440


def rows() -> list[tuple[str, str, str]]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    found = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(label, kind, text) for label, kind, text in found]


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str]]:
    pipeline = Pipeline.from_vocabulary()
    return [(label, kind, pipeline.analyse(text).sentiment.label) for label, kind, text in rows()]


def test_there_are_enough_of_every_kind_and_none_is_taught() -> None:
    sentences = rows()
    texts = {text for *_, text in sentences}
    assert len(texts) == len(sentences) >= 600
    assert not texts & {sentence.text for sentence in read_sentences()}
    assert {kind for _, kind, _ in sentences} == {
        "complaint", "polite", "hard", "weibo", "review", "praise", "enquiry", "suggestion", "fault", "reply",
        "notice", "news", "repost", "other",
    }  # fmt: skip


def test_macro_f1_is_not_below_the_floor(judged: list[tuple[str, str, str]]) -> None:
    assert macro_f1((label, found) for label, _, found in judged).value >= FLOORS["all"]
    assert macro_f1((label, found) for label, _, found in judged[_CHOSEN:]).value >= FLOORS["fresh"]


@pytest.mark.parametrize("label", RECALL)
def test_every_class_is_found(judged: list[tuple[str, str, str]], label: str) -> None:
    found = Counter(given == label for wanted, _, given in judged if wanted == label)
    assert found[True] / found.total() >= RECALL[label]


@pytest.mark.parametrize("kind", MOST_NEGATIVE)
def test_who_does_not_complain_is_not_called_negative(judged: list[tuple[str, str, str]], kind: str) -> None:
    found = Counter(given == "negative" for _, each, given in judged if each == kind)
    assert found[True] / found.total() <= MOST_NEGATIVE[kind]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我今天很不高兴", "negative"),
        ("终于来电了", "positive"),
        ("停电一天也没人管真是服务到家", "negative"),
        ("停电一天也没人管，真是服务到家", "negative"),
        ("师傅半夜上门抢修，真是服务到家", "positive"),
        ("尊敬的领导您好，我们这里天天停电，恳请解决，谢谢", "negative"),
        ("您好，您反映的停电问题已收悉，经核实系线路故障，现已恢复供电", "neutral"),
        ("停电公告：因设备检修，明日8时至18时停电，敬请谅解", "neutral"),
        ("请问明天停不停电", "neutral"),
        ("感谢供电公司连夜抢修", "positive"),
    ],
)
def test_cases_that_must_be_right(text: str, label: str) -> None:
    assert Pipeline.from_vocabulary().analyse(text).sentiment.label == label
