"""How a sentence stands in a text that says much, and what a reader is told of what is missing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import answered
from nlp.claims.answer_context import is_thing, limits, matters, placed, spoken, spoken_of, stretches_of, telling
from nlp.claims.answer_reasons import nouns
from nlp.claims.answer_signs import exact
from nlp.claims.answers import read
from nlp.claims.questions import Question, kind_of, kinds

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)
LONG = (
    "7月3日8时起，因更换电杆，青石镇上坝村停电。原定17时送电，因吊车故障，推迟至20时15分才恢复供电。"
    "共影响312户居民。我公司已向村民致歉，并将检修时限列入考核。对损坏的家电，用户可凭发票到供电所登记，按规定赔偿。"
)


def _asked(text: str) -> Question:
    return Question(text, kind_of(text))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("请问你们到底什么时候换电杆啊", ("换", "电杆")),
        ("为什么这么久没有人来修吊车", ("久", "修", "吊车")),
        ("什么时候？", ()),
    ],
)
def test_what_a_question_is_about_is_what_is_left_of_it(question: str, words: tuple[str, ...]) -> None:
    assert set(words) <= set(matters(question))
    assert not {"什么时候", "为什么", "你们", "没有"} & set(matters(question))


def test_a_word_is_spoken_of_by_itself_by_another_for_the_same_side_or_not_at_all() -> None:
    assert spoken_of("来电", "预计18时来电。") == 1.0
    assert 0 < spoken_of("来电", "预计18时恢复供电。") < 1
    assert spoken_of("来电", "18时发生停电。") < spoken_of("来电", "预计18时恢复供电。")
    assert spoken_of("吊车", "停电影响三百户。") == 0.0


def test_a_word_in_every_sentence_tells_less_than_one_in_a_single_sentence() -> None:
    its = spoken(_asked("停电的电杆多高"), ["停电影响三百户。", "停电因电杆倾斜。", "停电已结束。"])
    weigh = dict(zip(its.words, its.weigh, strict=True))
    assert weigh["停电"] < weigh["电杆"]
    assert its.shares[1] == max(its.shares)


def test_words_that_stand_nowhere_are_missing() -> None:
    its = spoken(_asked("隧道什么时候修"), ["电杆已于8时换好。", "共影响三百户。"])
    assert "隧道" in its.missing


def test_the_value_must_stand_by_the_thing_asked_about() -> None:
    text = "吊车于6时出发，电杆于9时换好。"
    asked, other = _asked("电杆什么时候换好的"), _asked("村委会什么时候开会")
    mine, its = spoken(asked, [text]), spoken(other, [text])
    assert placed(asked, text, 0, text, mine)["typed_last_here"] > placed(other, text, 0, text, its)["typed_last_here"]


def test_a_stretch_is_a_clause_with_the_one_before() -> None:
    assert stretches_of("受雷击影响，河口镇停电，已恢复。") == (
        "受雷击影响",
        "受雷击影响，河口镇停电",
        "河口镇停电，已恢复。",
    )


def test_a_rare_word_tells_more_than_a_common_one_and_a_filler_little() -> None:
    assert telling("绝缘子") > telling("公司")
    assert telling("一共") < telling("电杆")


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("四月的钱哪天退", "4月电费尚未发放。", (1, 0)),
        ("五月的钱哪天退", "4月电费尚未发放。", (0, 1)),
        ("第三档多少钱", "第一档每度五角。", (0, 1)),
        ("夜里便宜多少", "晚间每度降两角。", (1, 0)),
        ("电费多少", "4月电费尚未发放。", (0, 0)),
    ],
)
def test_limits_of_a_question_are_looked_for(question: str, text: str, found: tuple[int, int]) -> None:
    assert limits(question, text) == found


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("抢修队的电话号码是多少", "电话号码"),
        ("师傅今年多大年纪", "年龄"),
        ("吊车租金多少钱", "金额"),
        ("通知了没有", None),
    ],
)
def test_a_value_that_has_a_form_is_known(question: str, noun: str | None) -> None:
    form = exact(question)
    assert (form and form.noun) == noun


def test_no_value_of_the_form_anywhere_is_no_answer_and_is_said() -> None:
    found = answered("抢修队的电话号码是多少", LONG, NOON)
    assert found.sentence is None
    assert "没有电话号码" in found.why


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("几点恢复供电的", 1), ("影响了多少户居民", 2), ("村里的师傅叫什么名字", None), ("吊车租金多少钱", None)],
)
def test_a_long_text_answers_by_the_sentence_about_the_thing(question: str, sentence: int | None) -> None:
    assert read(_asked(question), LONG, NOON).long
    assert answered(question, LONG, NOON).sentence == sentence


def test_the_reader_is_told_what_was_asked_and_is_missing() -> None:
    why = answered("吊车租金多少钱", LONG, NOON).why
    assert "金额" in why
    assert "口径里没有" in why
    assert "恢复供电”" in answered("几点恢复供电的", LONG, NOON).why


def test_only_whole_words_are_named_as_missing() -> None:
    assert is_thing("租金")
    assert not is_thing("能通")
    assert not is_thing("花")


def test_every_noun_is_of_a_kind_of_question() -> None:
    assert set(nouns()) <= set(kinds())


def test_an_empty_text_answers_nothing() -> None:
    found = answered("什么时候来电", "", NOON)
    assert found.sentence is None
    assert found.why
