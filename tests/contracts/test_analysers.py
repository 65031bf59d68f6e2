"""What every analyser of `nlp/analysers` promises: pure, honest about what it takes and gives, and never raising."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from nlp.pipeline import GIVEN, Analyser, Given, Pipeline, analysers

NAMES = sorted(analysers())
TEXTS = {
    "complaint": "尊敬的领导：城北镇杨柳小区从昨晚8点停电到现在，打95598没人接，户号：3201234567，请尽快处理，谢谢！",
    "traditional": "<p>變壓器燒壞，電壓過低，居民無法用電</p>&nbsp;供電所(suǒ)",
    "latin": "APP cannot log in, 10kV line, www.example.cn?a=1&b=2",
    "empty": "",
    "spaces": " \t\u3000\n\r\n",
    "emoji": "停电了😡😡👨‍👩‍👧‍👦🇨🇳",
    "NUL": "停\x00电\x00",
    "lone surrogates": "停电\ud800了\udfff",
    "punctuation": "！？。，、；：…—（）【】《》",
    "markup": "<<<><a <b>&#0;&#xD800;&amp;&lt;</script><!--",
    "numbers": "1381234567" * 50 + " 0.13812345678 ＋86 １３８１２３４５６７８",
    "endings": "市县区镇乡村小区供电所公变" * 20,
    "combining": "e\u0301\u0323 \u202e停电\u202c ﷽ ㍿",
}


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


def facts_for(pipeline: Pipeline, wanted: str, text: str) -> dict[str, Any]:
    """The facts as they stand when the analyser called `wanted` has its turn."""
    facts: dict[str, Any] = {"text": text, "kind": "投诉", "medium": "hotline", "known": ("0731-88886666",)}
    for analyser in pipeline.analysers:
        if analyser.name == wanted:
            break
        facts.update(analyser.analyse(facts))
    return facts


def named(pipeline: Pipeline, name: str) -> Analyser:
    return next(analyser for analyser in pipeline.analysers if analyser.name == name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_gives_exactly_what_it_says_from_what_it_asks_for(pipeline: Pipeline, name: str, text: str) -> None:
    analyser = named(pipeline, name)
    facts = facts_for(pipeline, name, text)
    asked_for = {fact: facts[fact] for fact in analyser.requires}
    first = analyser.analyse(asked_for)
    assert set(first) == set(analyser.provides)
    assert analyser.analyse(asked_for) == first
    assert {fact: facts[fact] for fact in analyser.requires} == asked_for


@pytest.mark.parametrize("name", NAMES)
def test_survives_pickling_with_the_same_answers(pipeline: Pipeline, name: str) -> None:
    facts = facts_for(pipeline, name, TEXTS["complaint"])
    analyser = named(pipeline, name)
    again: Analyser = pickle.loads(pickle.dumps(analyser))
    assert again.analyse(facts) == analyser.analyse(facts)


@pytest.mark.parametrize("name", NAMES)
def test_many_together_get_the_answers_that_each_gets_alone(pipeline: Pipeline, name: str) -> None:
    analyser = named(pipeline, name)
    texts = [*TEXTS.values(), TEXTS["complaint"], "谢谢师傅，很快就修好了！！！" * 200, "没有停电。"]
    batch = [
        {fact: found[fact] for fact in analyser.requires} for found in (facts_for(pipeline, name, it) for it in texts)
    ]
    alone = [analyser.analyse(facts) for facts in batch]
    assert list(analyser.analyse_many(batch)) == alone
    assert list(analyser.analyse_many(batch[::-1])) == alone[::-1]
    assert list(analyser.analyse_many([])) == []


def test_a_batch_says_what_each_text_says_alone(pipeline: Pipeline) -> None:
    given = [Given(text, kind, "hotline", ("13812345678",)) for text in TEXTS.values() for kind in ("", "投诉")]
    alone = [pipeline.run(one.text, kind=one.kind, medium=one.medium, known=one.known) for one in given]
    assert list(pipeline.run_many(given * 4)) == alone * 4
    assert pipeline.analyse_many(given) == [pipeline.analysis(facts) for facts in alone]


@pytest.mark.parametrize("name", NAMES)
def test_says_who_it_is(pipeline: Pipeline, name: str) -> None:
    analyser = named(pipeline, name)
    assert analyser.name == name
    assert analyser.version
    assert analyser.provides
    assert not set(analyser.provides) & set(GIVEN)


def test_a_megabyte_goes_through_all_of_them(pipeline: Pipeline) -> None:
    text = ("城北镇杨柳小区经常停电，没人管。<b>" + "x" * 3000 + "</b>\n") * 300 + "停电" * 20_000
    assert len(text.encode()) > 1_000_000
    facts = pipeline.run(text)
    assert "".join(facts["tokens"]) == facts["clean_text"]
    assert facts["category.power8"].code == "TD"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_answers_fit_together(pipeline: Pipeline, text: str) -> None:
    facts: Mapping[str, Any] = pipeline.run(text)
    clean: str = facts["clean_text"]
    assert "".join(facts["tokens"]) == clean
    assert "".join(facts["fine_tokens"]) == clean
    assert len(facts["masked_text"]) == len(text)
    assert -1 <= facts["sentiment"].score <= 1
    assert facts["urgency"].level in ("H", "M", "L")
    for entity in facts["entities"]:
        assert clean[entity.start : entity.end] == entity.text
    clean.encode("utf-8")
