"""What a question asks for, what a sentence gives, and what both speak of."""

from __future__ import annotations

import pytest

from nlp.claims.answer_signs import all_offers, all_wants, aspects, events, offers, wants
from nlp.claims.questions import kind_of
from nlp.claims.slots import NEEDED


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("几点能来电", {"时间"}),
        ("这事儿谁负责", {"谁", "责任"}),
        ("停了多少户", {"数量"}),
        ("装表要不要钱", {"收费", "是否", "可否"}),
        ("网传要涨价，属实吗", {"真假", "是否"}),
        ("家电烧了去哪儿登记", {"怎么办", "哪里"}),
    ],
)
def test_what_is_asked_for(question: str, wanted: set[str]) -> None:
    assert wanted <= wants(question, kind_of(question))


def test_a_question_why_is_not_one_of_yes_or_no() -> None:
    question = "怎么对门有电我家没有？"
    found = wants(question, kind_of(question))
    assert "原因" in found
    assert not any(all_wants()[name].open for name in found)


def test_the_kind_tells_what_the_words_do_not() -> None:
    assert "多久" not in wants("随便问问", "其他")
    assert "多久" in wants("随便问问", "时长")


@pytest.mark.parametrize(
    ("sentence", "given"),
    [
        ("预计今晚十点前送电。", "将来"),
        ("线路由物业维护。", "有人办"),
        ("凭身份证到营业厅登记。", "办法"),
        ("帖子里的截图系伪造。", "不可以"),
        ("我们高度重视，感谢您的监督。", "空话"),
        ("结果以官方公布为准。", "下次发布"),
    ],
)
def test_what_a_sentence_gives(sentence: str, given: str) -> None:
    assert given in offers(sentence)


def test_both_sides_of_a_matter_are_one_aspect() -> None:
    assert aspects("有没有人受伤").keys() & aspects("作业人员全部平安撤离。").keys()
    assert not aspects("有没有人受伤").keys() & aspects("线路建于去年。").keys()


def test_events_are_told_apart() -> None:
    assert "恢复" in events("几点来电")
    assert "恢复" not in events("抢修车已抵达。")
    assert "到场" in events("抢修车已抵达。")


def test_needs_and_offers_of_the_table_exist() -> None:
    assert all(set(it.needs) <= NEEDED.keys() for it in all_wants().values())
    assert all(it.met_by <= all_offers().keys() for it in all_wants().values())
    assert all(it.needs or it.met_by or name in ("哪个", "什么", "再次") for name, it in all_wants().items())
