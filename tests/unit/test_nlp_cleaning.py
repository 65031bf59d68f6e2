"""Cleaning step by step, and the way back from the clean text to the one it came from."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest

from nlp.analysers.clean import Clean
from nlp.cleaning.characters import forms, settle
from nlp.cleaning.markup import without_markup
from nlp.cleaning.notes import without_notes
from nlp.cleaning.repeats import is_doubled
from nlp.cleaning.traced import IN_STEP, Traced, original_place, original_span
from nlp.cleaning.traditional import to_simplified, traditional_characters

CLEAN = Clean.from_vocabulary()
FIRST = "城南的台区上周换了变压器，晚上八点以后电压仍然只有一百八十伏。"
SECOND = "物业说线路是小区自己的，供电所说表前的才归他们管，来回推了三次。"
THIRD = "我们只想知道什么时候能量一次负荷，把结果贴在单元门口。"


def cleaned(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    facts = CLEAN.analyse({"masked_text": text})
    return facts["clean_text"], facts["clean_offsets"]


def plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


@pytest.mark.parametrize(
    "text",
    [
        "停电了，没人管。", "<p>停电<b>两天</b></p>\n\n　请１２小时内处理", "㎡㎞停电\u200b两天", "  停电  ",
        "e\u0301停电",
        "要點(diǎn)、經(jīng)濟(jì)、發(fā)展", f"{FIRST}\n{SECOND}\n{FIRST}\n猜你喜欢\n甲|乙", "", "\r\n停电\r\n",
        "停电&nbsp;&lt;两天",
    ],
)  # fmt: skip
def test_every_code_point_leads_back_to_one_that_means_the_same(text: str) -> None:
    clean, runs = cleaned(text)
    assert runs[0][0] == 0
    assert [run[0] for run in runs] == sorted({run[0] for run in runs})
    places = [original_place(runs, at) for at in range(len(clean))]
    assert places == sorted(places)
    for at, place in enumerate(places):
        alike = text[place] in "&\u3000\r<" or text[place] in traditional_characters()
        assert alike or plain(clean[at]) in plain(text[place]) or plain(text[place]) in plain(clean[at])


def test_a_word_of_the_clean_text_is_found_again() -> None:
    text = "<div>投诉：</div>台区　变压器烧坏，<b>１２</b>户停电"
    clean, runs = cleaned(text)
    start = clean.index("12户")
    assert text[slice(*original_span(runs, start, start + 3))] == "１２</b>户"
    assert original_span(runs, 3, 3)[0] == original_span(runs, 3, 3)[1]


def test_an_ordinary_text_is_the_same_object_in_step_with_itself() -> None:
    facts = CLEAN.analyse({"masked_text": FIRST})
    assert facts["clean_text"] is FIRST
    assert facts["matter"] is FIRST
    assert facts["clean_offsets"] == IN_STEP
    assert facts["apart"] == ()


def test_pieces_of_a_traced_text() -> None:
    traced = Traced("abcdef")
    assert traced.runs() == IN_STEP
    traced.substitute(re.compile("c"), "XY")
    traced.keep([(0, 1), (2, 7)])
    assert (traced.text, traced.runs()) == ("aXYdef", ((0, 0), (1, 2), (2, 2)))
    traced.put("bXYdef")
    assert traced.text == "bXYdef"
    with pytest.raises(ValueError, match="another length"):
        traced.put("x")


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        ("１０ＫＶ，８０㎡！", "10KV，80m2！"), ("⽤电⾼峰", "用电高峰"), ("（一）“停电”…～￥", "（一）“停电”…～￥"),
        ("①停电②来电", "①停电②来电"), ("35℃", "35°C"), ("停\u00ad电\u202e了", "停电了"),
        ("👨\u200d👩停\u200d电", "👨\u200d👩停电"),
        ("停电\ue415了", "停电了"), ("a\r\n\r\n b \u2028c", "a\nb\nc"), ("cafe\u0301", "café"), ("´▽`", "´▽`"),
    ],
)  # fmt: skip
def test_characters_take_their_standard_form(given: str, settled: str) -> None:
    traced = Traced(given)
    settle(traced)
    assert traced.text == settled


def test_standard_forms_are_those_of_nfkc() -> None:
    assert all(unicodedata.normalize("NFKC", chr(code)) == form for code, form in forms().items())
    assert not set("，。！？；：（）、“”【】《》…—～") & set(map(chr, forms()))


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("依据<A市物业管理条例>第五条", "依据<A市物业管理条例>第五条"), ("a<b，c>d", "a<b，c>d"),
        ("<br>停电<BR/>", "\n停电\n"),
        ("<script>停电</script >x<style type='a'>y</style>z", "xz"), ("<script>没有结尾", "没有结尾"),
        ("a<!-- b -->c<!-- d", "ac<!-- d"),
        ("&amp;nbsp;停电&#20572;&hellip;", "\xa0停电停…"), ("AT&T 和 R&D；", "AT&T 和 R&D；"),
        ("<img src='a' alt=\"b\">停电", "停电"),
    ],
)  # fmt: skip
def test_markup_goes_and_comparisons_and_titles_in_brackets_stay(given: str, left: str) -> None:
    traced = Traced(given)
    without_markup(traced)
    assert traced.text == left


def test_pinyin_notes_of_one_and_more_syllables_and_those_of_lost_characters() -> None:
    traced = Traced("電(diàn)力(lì)企業(yè)、重要(zhòng yào)因€(gè)甚至?xí)有，型号(abc)")
    without_notes(traced)
    assert traced.text == "電力企業、重要因甚至有，型号"
    two = Traced("爨(cuàn)底下和亳(bó)州")
    without_notes(two)
    assert two.text == "爨(cuàn)底下和亳(bó)州"


@pytest.mark.parametrize(
    ("given", "turned"),
    [
        ("變電站壞了", "变电站坏了"), ("昇奥公司回复，昨天的停电已经派人处理", "昇奥公司回复，昨天的停电已经派人处理"),
        ("看著電表轉得飛快", "看着电表转得飞快"), ("顯著的變化，名著與著作權", "显著的变化，名著与著作权"),
        ("停电了", "停电了"),
    ],
)  # fmt: skip
def test_traditional_texts_alone_are_turned(given: str, turned: str) -> None:
    traced = Traced(given)
    to_simplified(traced)
    assert traced.text == turned


def test_lost_characters_and_honest_question_marks() -> None:
    assert cleaned("【摘 ?要】供电服务")[0] == "【摘要】供电服务"
    assert cleaned("为什么停电 ?没有人管")[0] == "为什么停电 ?没有人管"
    assert cleaned("停电了???")[0] == "停电了???"
    assert cleaned("停电\n？？？\n■ □\n两天")[0] == "停电\n两天"


def test_lists_of_places_and_links_go_and_notices_that_list_places_stay() -> None:
    places = "| ".join(f"{sign}山县" for sign in "甲乙丙丁戊己庚辛壬癸")
    assert cleaned(FIRST + places)[0] == FIRST
    spaced = " ".join(f"{sign}水市" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳")
    assert cleaned(f"{FIRST}\n{spaced}")[0] == FIRST
    notice = "停电范围：" + "、".join(f"{sign}山县" for sign in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳") + "。"
    assert cleaned(notice)[0] == notice
    links = " ".join(f"http://www.example.com/{number}" for number in range(6))
    assert cleaned(f"{FIRST}\n友链 {links}")[0] == FIRST
    assert cleaned(f"{FIRST}\n见 http://www.example.com/1")[0].endswith("/1")


def test_short_lines_go_with_the_doubled_article_they_belong_to() -> None:
    article = f"一、经过\n{FIRST}\n二、推诿\n{SECOND}\n{THIRD}"
    assert cleaned(f"{article}\n{article}")[0] == article
    assert cleaned(f"{FIRST}{SECOND}好的。{THIRD}{FIRST}{SECOND}好的。")[0] == f"{FIRST}{SECOND}好的。{THIRD}"
    honest = f"停电了！{FIRST}停电了！"
    assert cleaned(honest)[0] is honest
    assert is_doubled(FIRST + FIRST)
    assert not is_doubled(FIRST + SECOND)


@pytest.mark.parametrize(
    "piece",
    ["?", " ?", "(", "(diàn)", "<", "<a ", "<script>", "<!--", "&", "|", "甲县 ", "【诉求】", "//@a:", "谢谢，", "您好",
     "领导，", "电话：a\n", FIRST, FIRST + "\n", "a\u0301", "㎡", "變著", "\u200d", "http://a ", "猜你喜欢\n",
        "回复@a:"],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    CLEAN.analyse({"masked_text": text})
    assert time.process_time() - begun < 5
