"""Figures that people read as a number and the check of claims does not, or not as the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import claims_of, clean, plainly, unreadable

NOW = datetime(2026, 7, 12, 4, 0, tzinfo=UTC)


def found(text: str) -> tuple[str, ...]:
    typed = plainly(text)
    return unreadable(clean(typed), claims_of(typed, NOW))


@pytest.mark.parametrize(
    "figure",
    [
        "1 286户", "1\u00a0286户", "1\u3000286户", "1，286户", "1’286户", "1_286户", "1 2 8 6户", "1٬286户",
        "壹仟贰佰捌拾陆户", "柒户", "①②户", "⑫户", "Ⅻ户", "1²户", "١٢٨٦户", "𝟏𝟐𝟖𝟔户", "1２8六户", "八6户",
        "1286戶", "1286⼾", "一二八六户", "壹二八六户", "l286户", "1O户", "３.５小时", "1.286千户", "3万5千户",
    ],
)  # fmt: skip
def test_what_would_slip_past_is_told(figure: str) -> None:
    assert found(f"本次故障影响{figure}，正在抢修。")


@pytest.mark.parametrize("text", ["本次停电共影响1286。", "已恢复900，其余抢修中。", "停电超过1,200；", "影响约1286"])
def test_a_figure_that_counts_nobody_knows_what_is_told(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "影响１２８６户，一千二百八十六户，近1,300户，1.2万户。", "周三8户、星期二3时恢复，第一2小时。",
        "220千伏Ⅱ段母线、Ⅱ级响应、110kV城东Ⅰ线。", "①抢修人员已到场；②正在更换设备。",
        "请拨打95598，120名抢修人员在岗。",
        "24小时服务热线95598。", "占地100m²，7月12日18:30，286户恢复。", "陆家嘴一带、伍先生、捡拾线路。",
        "三四户、两三个小时。", "请拨打95598，或12398。", "预计恢复时间为7月12日18:30。",
        "已恢复，详见编号2026071201。",
        "唯一1户未恢复，二十户已恢复。", "2026年7月12日停电三个半小时，复电率98.5%。",
    ],
)  # fmt: skip
def test_what_is_written_plainly_or_counts_nothing_is_left_alone(text: str) -> None:
    assert found(text) == ()


def test_signs_that_nobody_sees_are_taken_out_before_anything_is_read() -> None:
    assert plainly("影响1\u200b2\u00ad8\u20606\ufe0f⼾，\u202e正在\tA\n抢修") == "影响1286戶，正在\tA\n抢修"
    assert [claim.text for claim in claims_of(plainly("影响1\u200b286户。"), NOW)] == ["1286户"]


@pytest.mark.parametrize(
    ("text", "needs_fact"),
    [
        ("对1286户停电深表歉意。", True), ("18时将通报1286户的恢复情况。", True), ("对停电30分钟深表歉意。", False),
        ("每2小时通报一次进展。", False),
    ],
)  # fmt: skip
def test_how_many_needs_a_fact_in_an_apology_and_an_announcement_too(text: str, needs_fact: bool) -> None:
    assert any(claim.kind == "number" and not claim.exempt for claim in claims_of(text, NOW)) == needs_fact
