"""Cleaning: what got into a text on the way goes, what the writer wrote stays."""

from __future__ import annotations

import pytest

from nlp.analysers.clean import Clean

FIRST = "城北镇的线路从上周开始改造，施工期间每天上午停电三个小时。"
SECOND = "供电所在村口贴了通知，不过很多住得远的人家没有看到通知。"
THIRD = "大家希望下一次停电能提前发短信，让每一户人家都知道。"


CLEAN = Clean.from_vocabulary()


def clean(text: str) -> str:
    result: str = CLEAN.analyse({"masked_text": text})["clean_text"]
    return result


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<p>停电<br/>两天</p>", "停电\n两天"),
        ("<script>var a = '停电';</script>停电<!-- 注 -->", "停电"),
        ("a&nbsp;b &amp; c", "a b & c"),
        ("电压&lt;198V", "电压<198V"),
        ("5<6 且 7>6", "5<6 且 7>6"),
        ("停电_x000D_\r\n两天", "停电\n两天"),
        ("　停电\t\t两天  ", "停电 两天"),
        ("停\u200b电\ufeff", "停电"),
        ("１０ＫＶ线路，停电！", "10KV线路，停电！"),
        ("停电\ud800", "停电\ufffd"),
        ("停电\n• \n?\n两天", "停电\n两天"),
        ("", ""),
    ],
)
def test_residue_goes(text: str, left: str) -> None:
    assert clean(text) == left


def test_traditional_becomes_simplified_and_names_in_simplified_text_stay() -> None:
    assert clean("變壓器燒壞了，接著電壓過低") == "变压器烧坏了，接着电压过低"
    assert clean("顯著改善，著名專家") == "显著改善，著名专家"
    mixed = "村民張先生说，" + FIRST * 5
    assert "張" in clean(mixed + SECOND + THIRD)


def test_pinyin_notes_go_where_there_are_many() -> None:
    noted = "要點(diǎn)、經(jīng)濟(jì)、發(fā)展、動(dòng)力、營銷(xiāo)"
    assert clean(noted) == "要点、经济、发展、动力、营销"
    assert clean("爨(cuàn)底下村停电") == "爨(cuàn)底下村停电"
    assert clean("型号(a)(b)(c)(d)(e)(f)") == "型号(a)(b)(c)(d)(e)(f)"


def test_repeated_paragraphs_stand_once() -> None:
    assert clean("\n".join([FIRST, SECOND, FIRST, THIRD])) == "\n".join([FIRST, SECOND, THIRD])
    assert clean("停电了！\n停电了！") == "停电了！\n停电了！"


def test_a_doubled_article_stands_once_even_when_cut_differently() -> None:
    assert clean(FIRST + SECOND + THIRD + "\n" + FIRST + "\n" + SECOND + THIRD) == FIRST + SECOND + THIRD
    headed = f"一、经过\n{FIRST}\n二、结果\n{SECOND}{THIRD}"
    assert clean(headed + "\n" + headed.replace(SECOND + THIRD, SECOND + "\n" + THIRD)) == headed


def test_the_title_joined_to_the_body_is_not_repeated() -> None:
    title = "城北镇线路改造期间每天停电三小时"
    assert clean(f"{title}。{title}\n{SECOND}") == f"{title}。\n{SECOND}"
    assert clean(f"{title}。{SECOND}\n{title}\n{THIRD}") == f"{title}。{SECOND}\n{THIRD}"


def test_link_lists_and_what_follows_the_article_go() -> None:
    names = "|".join(f"甲{number}县" for number in range(9))
    assert clean(f"{FIRST}\n{names}") == FIRST
    assert clean(f"{FIRST}{SECOND}\n猜你喜欢\n配网改造\n节约用电") == FIRST + SECOND
    assert clean("猜你喜欢\n" + FIRST) == "猜你喜欢\n" + FIRST


def test_numbers_brought_together_are_masked() -> None:
    assert clean("电话138<b>1234</b>5678") == "电话138****5678"
