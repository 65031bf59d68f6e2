"""Sentiment by lexicon: negation, degree, turns, formulas, requests, offices and the kind of order."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import VocabularyError
from config.vocabulary import Table, load_table
from nlp.feeling import read_lexicon
from nlp.pipeline import Pipeline
from storage.records import Sentiment

PIPELINE = Pipeline.from_vocabulary()


def judged(text: str, kind: str = "") -> Sentiment:
    return PIPELINE.analyse(text, kind=kind).sentiment


@pytest.mark.parametrize("text", ["满意", "服务热情", "及时", "高兴"])
def test_negation_turns_good_into_bad(text: str) -> None:
    assert judged(text).score > 0
    assert judged("不" + text).score < 0


def test_negated_bad_is_not_as_bad() -> None:
    assert judged("没有推诿").score > judged("推诿").score


def test_negation_reaches_over_degree_and_two_cancel() -> None:
    assert judged("不是很满意").label == "negative"
    assert judged("没有不满意").score > judged("不满意").score


def test_degree_strengthens_and_weakens() -> None:
    assert judged("服务非常差").score < judged("服务有点差").score < 0
    assert judged("非常失望").intensity > judged("失望").intensity > judged("有点失望").intensity


def test_what_follows_a_turn_weighs_more() -> None:
    assert judged("师傅很热情，但是抢修太慢、态度敷衍").score < judged("抢修太慢、态度敷衍，但是师傅很热情").score


def test_formulas_and_wishes_are_not_praise() -> None:
    assert judged("尊敬的领导，您好，停电了。谢谢！").score <= 0
    assert judged("希望贵公司热情服务、认真负责").score < judged("贵公司热情服务、认真负责").score
    assert judged("请问能及时处理吗？").label == "neutral"


def test_an_office_speaks_without_feeling() -> None:
    notice = "因线路故障，将于明日停电检修，给您带来不便，敬请谅解"
    assert judged(notice).label == "neutral"
    assert judged(notice, "投诉").label == "neutral"


def test_the_kind_of_order_leans() -> None:
    assert judged("停电三个小时", "投诉").label == "negative"
    assert judged("停电三个小时", "客户投诉") == judged("停电三个小时", "投诉")
    assert judged("停电三个小时", "业务咨询").label == "neutral"
    assert judged("修好了", "表扬").label == "positive"


def test_reasons_add_up_to_the_direction() -> None:
    found = judged("打电话没人接，态度恶劣")
    assert {word.word for word in found.because[:2]} == {"态度恶劣", "没人接"}
    assert all(word.weight < 0 for word in found.because[:3])
    assert abs(found.because[0].weight) >= abs(found.because[-1].weight)
    assert judged("") == judged("12345 ……") == Sentiment(0.0, "neutral")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"positive": {"推诿": 1}}, "推诿"),
        ({"negative": {"推诿": "很"}}, "写错"),
        ({"turns": None}, "写错"),
    ],
)
def test_a_wrong_lexicon_is_told(change: dict[str, Any], told: str) -> None:
    content = load_table("sentiment").content
    with pytest.raises(VocabularyError, match=told):
        read_lexicon(Table("sentiment", "1", {}, {**content, **change}))


@pytest.mark.parametrize(
    "text", ["停电一天没人管，真是服务到家", "感谢你们让我体验没电的日子，又停电了", "好一个优质服务，三天没人来"]
)
def test_irony_is_heard_and_told(text: str) -> None:
    found = judged(text)
    assert found.label == "negative"
    assert "反话" in {word.word for word in found.because}


def test_score_and_label_agree_and_an_office_is_not_below_zero() -> None:
    for text in ("太差了", "很满意", "请问几点上班", "您反映的问题已收悉，经核实，多次停电系线路故障，深表歉意"):
        found = judged(text)
        assert -1 <= found.score <= 1
        assert 0 <= found.intensity <= 1
        assert not (found.label == "negative" and found.score >= 0)
        assert not (found.label == "positive" and found.score <= 0)
    assert found.label == "neutral"
    assert 0 < found.score < 0.3


def test_intensity_is_apart_from_direction() -> None:
    assert judged("太感谢了！！非常满意！！").intensity > judged("还可以，满意").intensity
    assert judged("太气人了！！态度极其恶劣！！").intensity > judged("有点失望").intensity
    assert judged("请问电费怎么交").intensity < 0.2


def test_formulas_of_a_letter_are_left_out_of_the_model() -> None:
    polite = judged("尊敬的领导，您好！我村电压太低，水泵带不动，反映多次没人解决，恳请解决。谢谢！此致敬礼")
    assert polite.label == "negative"
    assert "谢谢" not in {word.word for word in polite.because}


def test_what_leans_neither_way_is_no_complaint() -> None:
    sentiment = judged("你好")
    assert (sentiment.label, abs(sentiment.score) < 0.1) == ("neutral", True)


def test_words_that_hardly_weighed_are_not_told() -> None:
    because = judged("去年换了新电表，平时冰箱、空调都开着，今天又停电了，太气人了").because
    heaviest = abs(because[0].weight)
    assert because[0].weight < 0
    assert all(abs(it.weight) >= 0.2 * heaviest for it in because)
