"""Values of the type that is asked for, read widely."""

from __future__ import annotations

import pytest

from nlp.claims.answer_values import holds


@pytest.mark.parametrize(
    ("want", "question", "sentence", "there"),
    [
        ("时间", "什么时候来电", "天亮前就能送上。", True),
        ("时间", "什么时候来电", "停电发生在今天12时。", False),
        ("时间", "什么时候来电", "已全部恢复。", True),
        ("时间", "你们几点接到报修的", "14时20分接到报修。", True),
        ("时间", "什么时候来电", "抢修人员正在路上。", False),
        ("起始", "从几点开始停的", "早上七点起。", True),
        ("多久", "换表要多久", "十来分钟就好。", True),
        ("多久", "换表要多久", "换表由两名师傅上门。", False),
        ("数量", "停了多少户", "三百余户失电。", True),
        ("数量", "停了多少户", "停了四个小时。", False),
        ("数量", "坏了几根杆", "倒杆二十七基。", True),
        ("数量", "线损率多高", "百分之七点八。", True),
        ("数量", "线损率多高", "反窃电班已介入。", False),
        ("金额", "一度多少钱", "每度八毛三。", True),
        ("金额", "换表要多少钱", "用户分文不出。", True),
        ("金额", "一度多少钱", "电价由省里核定。", False),
        ("谁", "谁批的停电", "由市公司副总签发。", True),
        ("谁", "谁批的停电", "停电持续两小时。", False),
        ("哪里", "发电车停哪儿了", "守在市第二水厂。", True),
        ("哪个", "是哪条线路", "出事的是梁岗支线。", True),
        ("哪个", "是哪条线路", "跳闸线路供电半径长。", False),
        ("怎么办", "怎么改户名", "带证件到窗口当场改。", True),
    ],
)
def test_a_value_of_the_type_is_there_or_not(want: str, question: str, sentence: str, there: bool) -> None:
    assert holds(want, question, sentence) is there


def test_what_has_no_type_is_not_judged() -> None:
    assert holds("是否", "来电了吗", "已来电。") is None
