"""The matter: what the writer says about the thing itself, without form, courtesy and other people's words."""

from __future__ import annotations

import pickle

import pytest

from config.errors import VocabularyError
from config.vocabulary import Table, load_table
from nlp.cleaning.matter import Matter, read_formulas
from nlp.cleaning.reposts import Said, chain

MATTER = Matter(read_formulas(load_table("formulas")))


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("尊敬的领导：您好！小区停电三天，请尽快处理，谢谢！", "小区停电三天，请尽快处理"),
        ("电压太低。尊敬的王书记，您好：我是东村的村民，望解决。此致敬礼", "电压太低。我是东村的村民，望解决。"),
        ("领导好：请问什么时候来电？万分感谢", "请问什么时候来电？"),
        ("各位领导，大家好！电表坏了，请来换一下。", "电表坏了，请来换一下。"),
        ("网友“听雨”您好！您反映的问题已经处理，感谢您的关注。", "您反映的问题已经处理"),
        ("停电了，谢谢，请处理", "停电了，请处理"),
        ("网友：你好，留言已阅，正在核实。", "留言已阅，正在核实。"),
        ("请尽快修好（三组）感谢！", "请尽快修好（三组）"),
        ("请解决停电，不胜感激！盼复。", "请解决停电"),
        ("你好 我家停电了 请问怎么办 谢谢", "我家停电了 请问怎么办"),
    ],
)
def test_greetings_and_thanks_stand_apart(text: str, matter: str) -> None:
    found, apart = MATTER.find(text)
    assert found == matter
    assert {kind for kind, _, _ in apart} <= {"greeting", "thanks"}


@pytest.mark.parametrize(
    "text",
    [
        "感谢抢修师傅连夜来电，非常感谢！", "师傅态度好，修得快，谢谢！", "谢谢！", "您好，",
        "领导来了也没用，电还是没来。",
        "供电公司：昨天说来电，今天又停", "请领导，尽快处理", "停电了", "", "找过书记，书记说没钱",
        "【停电通知】明天检修",
        "说是先生活用电后生产用电", "[泪][泪]又停电", "他说：停电了", "停电@供电公司",
    ],
)  # fmt: skip
def test_what_says_something_stays_as_the_same_object(text: str) -> None:
    found, apart = MATTER.find(text)
    assert found is text
    assert apart == ()


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("【客户诉求】变压器烧了【联系电话】138****1111【备注】夜里没人接", "变压器烧了夜里没人接"),
        ("【诉求内容】：停电两天。", "停电两天。"),
        ("诉求内容：停电\n联系电话：0000，晚上在家\n地址：三组", "停电\n晚上在家\n地址：三组"),
        ("[业务类型]投诉\n[来电内容]电表走得快", "电表走得快"),
        ("【回复要求】需要回电。请尽快修", "。请尽快修"),
    ],
)
def test_labels_go_and_with_those_of_the_form_their_values(text: str, matter: str) -> None:
    assert MATTER.find(text)[0] == matter


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("慌了//@城南老李:我们小区又停电", "慌了"), ("//@城南老李:我们小区又停电//@乙:真的吗", "我们小区又停电"),
        ("转发微博//@城南老李:又停电", "又停电"), ("[泪][泪]//@甲://@乙:又停电", "又停电"),
        ("回复@甲:早修好了//@甲:还没来电", "早修好了"),
        ("yz //@甲 :又停电", "又停电"), ("难受 转自@甲 又停电", "难受"), ("//@甲:", "//@甲:"),
    ],
)  # fmt: skip
def test_the_writers_own_words_in_a_chain_else_the_nearest_quoted(text: str, matter: str) -> None:
    assert MATTER.find(text)[0] == matter


def test_who_speaks_in_a_chain() -> None:
    text = "早修好了//@甲:回复@乙:还没来电//@丙：停电"
    assert chain(text) == (Said("", 0, 4), Said("甲", 14, 18), Said("丙", 23, 25))
    assert [text[said.start : said.end] for said in chain(text)] == ["早修好了", "还没来电", "停电"]
    assert chain("停电") == (Said("", 0, 2),)


def test_what_stands_apart_is_told_with_its_place() -> None:
    text = "您好！【诉求】停电，请处理，谢谢"
    matter, apart = MATTER.find(text)
    assert matter == "停电，请处理"
    assert [(kind, text[start:end]) for kind, start, end in apart] == [
        ("greeting", "您好！"), ("label", "【诉求】"), ("thanks", "，谢谢"),
    ]  # fmt: skip


def test_it_travels_and_says_what_is_missing_in_its_table() -> None:
    again: Matter = pickle.loads(pickle.dumps(MATTER))
    assert again.find("您好！停电") == MATTER.find("您好！停电") == ("停电", (("greeting", 0, 3),))
    with pytest.raises(VocabularyError, match="缺少或写错"):
        read_formulas(Table("formulas", "1", {}, {"greeting": {}, "thanks": {}}))
