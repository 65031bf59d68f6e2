"""Entities, urgency and keywords on texts of our own."""

from __future__ import annotations

import pytest

from nlp.analysers.entities import region_of
from nlp.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我是城北镇杨柳村村民", [("region", "城北镇杨柳村")]),
        ("反映甲县城北镇经常停电", [("region", "甲县城北镇")]),
        ("城北镇杨柳小区停电", [("region", "城北镇"), ("estate", "杨柳小区")]),
        ("我们小区停电，整个城市都知道", []),
        ("请立即组织杨柳村村民", [("region", "杨柳村")]),
        ("A9县安沙镇停电", [("region", "A9县安沙镇")]),
        ("大风致白鹭镇多处断线", [("region", "白鹭镇")]),
        ("竹坪两镇停电", []),
        ("党员服务队进村宣传", []),
        ("送来一面锦旗", []),
        ("甲水县竹坪镇上湾村六组", [("region", "甲水县竹坪镇上湾村")]),
        ("东麓街道停电", [("region", "东麓街道")]),
        ("这条街道停电", []),
        ("临水镇长您好", []),
        ("导致小区停电", []),
        ("2018年停电", [("date", "2018年")]),
        ("找了城北供电所", [("station", "城北供电所")]),
        ("是国家电网的事", [("organisation", "国家电网")]),
        ("10kV河口线跳闸", [("line", "10kV河口线")]),
        ("河口2号公变烧了", [("transformer_area", "河口2号公变")]),
        ("多收了300元", [("money", "300元")]),
        ("2026年11月1日停电", [("date", "2026年11月1日")]),
        ("昨晚8点半停电三个小时", [("date", "昨晚"), ("time", "8点半"), ("duration", "三个小时")]),
    ],
)
def test_by_form(pipeline: Pipeline, text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.kind, entity.text) for entity in pipeline.analyse(text).entities] == found


def test_a_station_tells_its_region(pipeline: Pipeline) -> None:
    kinds = {(entity.kind, entity.text) for entity in pipeline.analyse("城北镇供电所推诿").entities}
    assert kinds == {("station", "城北镇供电所"), ("region", "城北镇")}


def test_the_county_of_a_reporter_is_a_county(pipeline: Pipeline) -> None:
    assert region_of(pipeline.analyse("记者从甲水县供电公司获悉").entities) == "甲水县"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("甲水县竹坪镇楠木村六组停电", "竹坪镇"),
        ("楠木村停电", "楠木村"),
        ("甲水县停电", "甲水县"),
        ("柳市镇停电", "柳市镇"),
        ("竹坪镇停电，青禾镇也停了", "竹坪镇"),
        ("甲水县昨日大风，竹坪镇、青禾镇停电", "甲水县"),
        ("停电了", None),
    ],
)
def test_the_region_is_the_town_where_one_is_named(pipeline: Pipeline, text: str, region: str | None) -> None:
    assert region_of(pipeline.analyse(text).entities) == region


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("电线断落在路上，差点触电", "H", "触电"),
        ("变压器着火了", "H", "起火"),
        ("家里老人靠呼吸机，停电了", "H", "呼吸机"),
        ("全村三百多户停电", "H", "三百多户"),
        ("再不处理就找媒体曝光", "H", "媒体"),
        ("停电12个小时了", "M", "12个小时"),
        ("这个月停电5次", "M", "5次"),
        ("多次反映没人管", "M", "没人管"),
        ("停电3个小时", "L", ""),
        ("高压线太近，容易触电", "M", "触电"),
        ("存在触电隐患", "M", "触电"),
        ("万一起火怎么办", "M", "起火"),
        ("怕有一天变压器爆炸", "M", "爆炸"),
        ("变压器爆炸，怕再烧", "H", "爆炸"),
        ("不顾业主的生命安全", "M", "生命安全"),
        ("漏电保护器一推就跳", "L", ""),
        ("线掉在田里没人看着", "H", "线掉在田"),
        ("变压器太小，146户共用一台", "M", "变压器"),
        ("用电经常到第三档", "L", ""),
        ("这里经常突然停电", "M", "经常突然停电"),
        ("请问怎么过户", "L", ""),
        ("检修防止起火", "L", ""),
        ("小区有500户，请问怎么缴物业费", "L", ""),
    ],
)
def test_urgency_with_its_reason(pipeline: Pipeline, text: str, level: str, reason: str) -> None:
    verdict = pipeline.analyse(text).urgency
    assert verdict.level == level
    assert reason in "；".join(verdict.because)
    assert bool(verdict.because) == (level != "L")


def test_the_gravest_reason_stands_first(pipeline: Pipeline) -> None:
    because = pipeline.analyse("经常停电，昨天变压器爆炸").urgency.because
    assert "爆炸" in because[0]


def test_keywords_leave_out_what_everybody_says(pipeline: Pipeline) -> None:
    words = [word.word for word in pipeline.analyse("尊敬的领导您好，变压器噪音扰民，希望迁移变压器，谢谢").keywords]
    assert {"变压器噪音", "迁移"} <= set(words)
    assert not {"尊敬", "领导", "您好", "希望", "谢谢"} & set(words)
    assert pipeline.analyse("！！").keywords == ()


def test_keywords_hold_no_left_over_numbers_and_no_addresses(pipeline: Pipeline) -> None:
    text = "客户来电反映，城北镇杨柳村六组3号，电话13812345678，户号3201234567，10kV河口线变压器漏油，要打12398"
    words = {word.word for word in pipeline.analyse(text, known=["13812345678"]).keywords}
    assert {"变压器漏油", "10kV", "12398"} <= words
    assert not [word for word in words if word.isdigit() and word != "12398"]
    assert not {"客户", "来电反映", "户号", "电话", "六组", "杨柳", "城北"} & words
