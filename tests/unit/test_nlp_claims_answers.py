"""Which questions a text asks, which sentence answers, and what a statement lacks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import answered, quality_of, questions_of
from nlp.claims.quality import phrases
from nlp.claims.questions import kind_of, kinds

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("为什么又停电了", "原因"),
        ("到底几点来电", "时间"),
        ("一共停了多少户", "数量"),
        ("一度电多少钱", "金额"),
        ("出了事谁负责", "责任"),
        ("冰箱里的肉坏了谁赔", "赔偿"),
        ("充电桩能不能装到车位上", "能否申请"),
        ("网传要涨价，是真的吗", "真假"),
        ("触电的工人受伤重不重", "伤亡"),
        ("连个道歉都没有", "道歉"),
        ("赔偿款哪天能打到我账上", "时间"),
        ("你们几点接到报修的", "开始时间"),
        ("这次一共停了多久", "时长"),
        ("报装要带哪些证件", "材料"),
        ("怎么对门有电我家没有", "原因"),
        ("路灯灭了一周，没人来修", "处理"),
    ],
)
def test_questions_have_a_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_a_complaint_asks_each_kind_once_in_order() -> None:
    found = questions_of("停电三个小时了。什么时候来电？到底几点能好？为什么不通知？请尽快。")
    assert [one.kind for one in found] == ["时间", "原因"]


@pytest.mark.parametrize(
    ("question", "text", "sentence"),
    [
        ("什么时候来电？", "抢修正在进行。预计今天21时前恢复供电。", 1),
        ("什么时候来电？", "抢修正在进行。下一次进展将于21时发布。", None),
        ("什么时候来电？", "恢复时间正在核实。", None),
        ("停电是什么原因？", "停电原因正在核查。", 0),
        ("影响多少户？", "停电户数正在统计。", None),
        ("影响多少户？", "目前已恢复900户。", None),
        ("影响多少户？", "停电影响1286户，其中900户已恢复。", 0),
        ("工作人员骂人，你们管不管？", "我们历来要求员工文明服务。", None),
        ("你们几点接到报修的？", "抢修正在进行。我们于14时20分接到报修。", 1),
        ("你们几点接到报修的？", "预计21时前恢复供电。", None),
        ("这次一共停了多久？", "停电持续了3小时20分钟。", 0),
        ("这次一共停了多久？", "停电影响了3个小区。", None),
        ("变电站占地多少亩？", "变电站占地15亩。", 0),
        ("变电站占地多少亩？", "变电站有主变2台。", None),
        ("还剩多少户没来电？", "共影响1286户。", None),
        ("还剩多少户没来电？", "尚有86户未恢复。", 0),
        ("换表要多少钱？", "更换电表不收取任何费用。", 0),
        ("怎么对门有电我家没有？", "您家进线端子烧坏，对门不受影响。", 0),
        ("怎么对门有电我家没有？", "师傅预计18时到达。", None),
        ("路灯灭了一周，没人来修", "您的报修已登记。", None),
        ("路灯灭了一周，没人来修", "路灯已于今天上午更换。", 0),
        ("小区有没有备用电源？", "小区备用发电机有两台。", 0),
        ("小区有没有备用电源？", "小区共有住户两百户。", None),
        ("工作人员骂人，你们管不管？", "涉事人员已停岗，我们将当面致歉。", 0),
    ],
)
def test_a_question_points_to_the_sentence_that_answers(question: str, text: str, sentence: int | None) -> None:
    found = answered(question, text, NOON)
    assert found.sentence == sentence
    assert found.why


GOOD = (
    "7月12日14时05分，受雷击影响，河口镇1286户停电。我们已派出抢修人员34人，预计今天21时前恢复供电。"
    "下一次进展将于19时发布。对给您带来的不便深表歉意，如有疑问可拨打95598。"
)


def test_a_good_text_meets_every_point() -> None:
    assert [point.word for point in quality_of(GOOD, ["什么时候来电？"], NOON) if not point.met] == []


def test_a_poor_text_is_told_what_it_lacks() -> None:
    points = quality_of("与我公司无关，绝对不会再发生。", ["什么时候来电？"], NOON)
    unmet = {point.kind for point in points if not point.met}
    assert unmet == {"question", "time", "area", "cause", "update", "contact", "phrase", "blaming", "length"}
    (phrase,) = [point for point in points if point.kind == "phrase"]
    assert "建议" in phrase.note
    assert phrase.end - phrase.start == len(phrase.word)


def test_being_checked_stands_for_the_cause() -> None:
    points = {point.kind: point for point in quality_of("停电原因正在核查。", [], NOON)}
    assert points["cause"].met
    assert "核查" in points["cause"].note


def test_the_lists_load() -> None:
    assert len(phrases()) >= 15
    assert len(kinds()) >= 20


def test_when_power_comes_back_is_answered_in_a_statement_that_tells_it_and_by_that_sentence() -> None:
    statement = (
        "11月22日8:00起，云川县河口镇因线路检修停电，影响1286户。目前正在抢修，预计18:30前恢复供电。"
        "本次停电提前告知不到位，给您带来不便，我们深表歉意。如需帮助请拨打95598。下一次通报时间：17:00。"
    )
    for question in ("什么时候来电？", "河口镇西街今天早上八点停电，没有收到停电通知，什么时候来电？"):
        assert answered(question, statement, NOON).sentence == 1
        assert answered(question, "目前正在抢修，预计18:30前恢复供电。", NOON).sentence == 0
    assert answered("什么时候来电？", statement.replace("，预计18:30前恢复供电", ""), NOON).sentence is None


def test_why_nobody_was_told_is_not_answered_by_the_cause_of_the_outage() -> None:
    cause, told = "停电因线路检修。", "因短信平台故障，停电通知没有及时发出。"
    for question in ("停电了，为什么不提前说？", "为什么没有通知我们？"):
        assert answered(question, cause, NOON).sentence is None
        assert answered(question, cause + told, NOON).sentence == 1
