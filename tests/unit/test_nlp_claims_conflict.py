"""Which sentences contradict each other: charging, meters, billing, construction, attitude, weather."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from nlp.claims import Said, conflicts

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)
PAIRS = [
    (True, "小区12台充电桩全部可以正常使用。", "小区的充电桩有5台已经停用。"),
    (False, "小区12台充电桩全部可以正常使用。", "该小区充电桩共12台，运行正常。"),
    (True, "该客户8月电费为268.5元。", "客户8月的电费账单金额是628.5元。"),
    (False, "该客户8月电费为268.5元。", "该客户7月电费为190元。"),
    (True, "经现场校验，电表误差为0.6%，在合格范围内。", "现场校验发现电表误差为6%，已超差。"),
    (False, "经现场校验，电表误差为0.6%，在合格范围内。", "电表经校验计量准确。"),
    (True, "我们的工作人员没有辱骂客户。", "经查，工作人员确实辱骂了客户。"),
    (False, "工作人员服务态度确有不当之处。", "经查，当事员工服务不规范，态度生硬。"),
    (True, "台风导致全市15万户停电。", "台风造成全市5万户停电。"),
    (False, "台风导致全市约15万户停电。", "受台风影响，全市停电用户达14.8万户。"),
    (True, "抢修预计明天中午12点前结束。", "抢修预计后天晚上才能结束。"),
    (False, "抢修预计明天中午12点前结束。", "抢修力争明早10点结束。"),
    (True, "这台变压器是去年新换的。", "这台变压器从2010年投运以来没有更换过。"),
    (True, "施工没有占用基本农田。", "施工占用了部分基本农田。"),
    (False, "施工期间将占用一条车道。", "施工期间会占道，请车辆绕行。"),
    (True, "新装充电桩不收取接电费。", "用户装充电桩要交800元接电费。"),
    (False, "新装充电桩不收取接电费。", "充电桩接电免费。"),
    (True, "这次跳闸是空调负荷过大引起的。", "跳闸的原因是电缆被挖断。"),
    (False, "这次跳闸是空调负荷过大引起的。", "高温下用电负荷激增，线路过载跳闸。"),
    (True, "居民反映的噪声经测量没有超标。", "经测量，夜间噪声超过标准限值。"),
    (False, "居民反映的噪声经测量没有超标。", "噪声监测值符合国家标准。"),
    (True, "当天共有3名抢修人员受轻伤。", "抢修中没有人员受伤。"),
    (True, "故障发生后20分钟抢修人员就到了现场。", "抢修人员过了3个小时才到现场。"),
    (False, "故障发生后20分钟抢修人员就到了现场。", "故障处理共用了3个小时。"),
    (True, "用户的报装申请已经批准。", "用户的报装申请至今没有批准。"),
    (False, "用户的报装申请正在审批。", "用户的报装申请已受理。"),
    (True, "停电前一天我们给每户都发了短信。", "有几十户没有收到停电短信。"),
    (True, "河口镇的供电已于昨天晚上恢复。", "河口镇到今天上午还没有恢复供电。"),
    (False, "河口镇的供电昨天晚上还没有恢复。", "河口镇已于今天上午恢复供电。"),
    (True, "受影响的只有阳光花园一个小区。", "阳光花园和滨江苑两个小区都停了电。"),
    (True, "维修费用由用户承担。", "维修费用由供电公司承担。"),
    (False, "维修费用由供电公司承担。", "用户不需要承担维修费用。"),
    (True, "起火原因排除了电气故障。", "起火是电气线路短路引起的。"),
    (False, "起火原因目前还不清楚。", "起火是电气线路短路引起的。"),
    (True, "电价自7月1日起上调。", "电价没有上调。"),
    (False, "尖峰电价每度1.2元。", "低谷电价每度0.3元。"),
    (False, "峰段每千瓦时0.57元。", "谷段每千瓦时0.28元。"),
    (True, "该项目环评已经通过。", "该项目没有做过环评。"),
    (False, "目前网点排队约20分钟。", "网点每天接待约300人次。"),
    (False, "今天最高气温38℃。", "全市最高负荷达到920万千瓦。"),
    (True, "今天全市最高负荷920万千瓦。", "今天全市最大用电负荷为1020万千瓦。"),
    (False, "我们出动了120人、30台车。", "现场有发电车4台。"),
    (False, "客户投诉已于当日办结。", "客户对处理结果表示满意。"),
    (True, "客户投诉已于当日办结。", "该投诉拖了两个月还没办结。"),
    (False, "停电计划从8点到18点。", "实际16点就提前送电了。"),
    (False, "如遇雨天，检修顺延。", "检修按计划进行。"),
    (False, "充电桩由运营商负责维护。", "供电公司负责充电桩的电源接入。"),
    (True, "充电桩由运营商负责维护。", "充电桩的维护由物业负责。"),
    (True, "目前全市供电充足。", "目前全市供电紧张，存在缺口。"),
    (False, "客户可拨打95598查询。", "客户也可在网上国网查询。"),
    (True, "老旧小区改造今年改造8个小区。", "今年老旧小区改造共涉及18个小区。"),
    (True, "事故发生在凌晨三点左右。", "事故发生在早上七点。"),
    (False, "事故发生在凌晨三点左右。", "凌晨3时10分，事故发生。"),
    (True, "电费由系统自动算出，没有人工抄表。", "这个月的电费是抄表员上门抄的。"),
    (True, "该线路已按期完成年度检修。", "该线路今年还没有检修过。"),
    (False, "该线路已按期完成年度检修。", "该线路检修后运行良好。"),
    (True, "我们已向用户道歉。", "供电公司从没有向用户道过歉。"),
    (False, "我们已向用户道歉。", "工作人员上门致歉并取得了谅解。"),
    (True, "停电是计划内的检修。", "停电事先没有计划，是突发故障。"),
    (False, "变电站距小区围墙60米。", "变电站占地12亩。"),
    (True, "变电站距最近的居民楼60米。", "变电站离最近的居民楼只有16米。"),
    (False, "老人经抢救已脱离危险。", "老人送医后生命体征平稳。"),
    (True, "老人经抢救已脱离危险。", "老人经抢救无效死亡。"),
    (False, "此次检修共停电4小时。", "检修期间医院由发电车供电。"),
    (True, "表箱内没有发现漏电。", "检查发现表箱漏电。"),
    (False, "表箱此前存在漏电，现已处理。", "目前表箱没有漏电。"),
    (True, "充电枪故障已全部修复。", "还有3个充电枪没修好。"),
    (False, "已有85%的用户恢复供电。", "尚有15%的用户等待恢复。"),
]


@pytest.mark.parametrize(("contrary", "one", "other"), PAIRS)
def test_contradictions_are_told_and_harmless_pairs_are_not(contrary: bool, one: str, other: str) -> None:
    found = conflicts(one, NOON, [Said(other, "第 1 版口径", NOON)])
    assert bool(found) == contrary
    for conflict in found:
        assert (conflict.sentence, conflict.other, conflict.where) == (one, other, "第 1 版口径")
        assert conflict.why


def test_later_progress_contradicts_nothing() -> None:
    earlier = Said("抢修仍在进行，故障电缆尚未修复。", "第 1 版口径", NOON)
    assert conflicts("故障电缆已修复。", NOON + timedelta(hours=3), [earlier]) == ()
    (conflict,) = conflicts("故障电缆已修复。", NOON, [earlier])
    assert conflict.kind == "finished"


def test_another_event_is_compared_only_where_both_name_a_place() -> None:
    elsewhere = Said("停电影响520户。", "石桥镇另一事件的有效口径", NOON, "other")
    assert conflicts("停电影响1286户。", NOON, [elsewhere]) == ()
    here = Said("7月12日河口镇停电影响520户。", "河口镇另一事件的有效口径", NOON, "other")
    (conflict,) = conflicts("7月12日河口镇停电影响1286户。", NOON, [here])
    assert (conflict.kind, conflict.where) == ("number", "河口镇另一事件的有效口径")


def test_marks_of_facts_do_not_matter() -> None:
    (conflict,) = conflicts("停电影响1286户〔事实3〕。", NOON, [Said("停电影响986户。", "事实 4", NOON, "fact")])
    assert "1286户" in conflict.why


def test_one_text_against_fifty_others_is_quick() -> None:
    text = "7月12日14时05分，受雷击影响，河口镇近1300户停电。已派出抢修人员34人。预计21时前恢复供电。"
    others = [
        Said(f"7月{day}日石桥镇停电影响{day * 37}户。预计{day % 12 + 8}时恢复。", f"事实 {day}", NOON)
        for day in range(1, 31)
    ]
    conflicts(text, NOON, others)
    started = time.perf_counter()
    conflicts(text, NOON, others)
    # Some 10 ms on an idle machine; the bound only catches what grows with the square.
    assert time.perf_counter() - started < 1
