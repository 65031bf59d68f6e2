"""Floors on sentences of our own: sentiment, category, urgency. A change that falls below must explain itself."""

from __future__ import annotations

from collections import Counter

import pytest

from nlp.pipeline import Pipeline

# (text, sentiment, power8, urgency); "" where the text is no test of it.
GOLD = (
    ("杨柳小区三天两头停电，孩子写作业都成问题，打电话总说在修", "negative", "TD", "M"),
    ("昨晚九点停电到现在没人来修，冰箱里的东西全坏了", "negative", "TD", ""),
    ("停电通知不到位，早上洗头洗一半突然没电，太气人", "negative", "TD", "M"),
    ("又停电了，这个月第六次，夏天怎么过", "negative", "TD", ""),
    ("停电一天也没人管真是服务到家", "negative", "TD", "M"),
    ("终于来电了，感谢抢修师傅", "positive", "", "L"),
    ("请问城北今天计划停电到几点", "neutral", "TD", "L"),
    ("停电公告：因10kV河口线检修，11月3日8时至17时停电，给您带来不便，敬请谅解", "neutral", "TD", "L"),
    ("11月3日计划停电通知如下，请相互转告，提前做好准备", "neutral", "TD", "L"),
    ("台风过后全镇停电，抢修人员连夜抢修，太给力了", "positive", "TD", ""),
    ("一到晚上电压就低，空调带不动，电灯忽明忽暗", "negative", "DY", "M"),
    ("村里电压不稳，冰箱都烧坏了，找谁赔", "negative", "DY", "M"),
    ("电压太低水泵启动不了，反映多次没人解决", "negative", "DY", "M"),
    ("建议给我们组增加一台变压器，用电高峰电压不够", "", "DY", ""),
    ("请问低电压治理什么时候轮到我们村", "neutral", "DY", ""),
    ("上个月电费突然翻倍，抄表员根本没来抄过表", "negative", "DF", ""),
    ("多收电费不退，推诿扯皮，坑人", "negative", "DF", "M"),
    ("电表不准，同样的用电量电费高出一倍，要求校表", "", "DF", ""),
    ("请问阶梯电价第二档从多少度开始", "neutral", "DF", "L"),
    ("咨询一下电费发票怎么开", "neutral", "DF", "L"),
    ("电费缴了还收到催费短信，客服解释半天也说不清，失望", "negative", "DF", ""),
    ("新装电表申请一个月了没有动静，跑了好几趟营业厅", "negative", "YK", ""),
    ("充电桩报装需要什么材料", "neutral", "YK", "L"),
    ("小区一直用临时用电，什么时候能转正式用电", "", "YK", ""),
    ("请问怎么办理过户，需要带哪些用电资料", "neutral", "YK", "L"),
    ("光伏并网申请很顺利，客户经理耐心细致，点赞", "positive", "YK", "L"),
    ("门口电线杆倾斜，随时会倒，十分危险", "negative", "JS", "M"),
    ("高压线离房顶太近，坚决反对在居民区架设高压线", "negative", "JS", "M"),
    ("电线断落在路上冒火花，有小孩差点触电", "negative", "JS", "H"),
    ("施工队立杆压坏青苗不赔偿，野蛮施工", "negative", "JS", ""),
    ("变电站噪音大，晚上睡不着，多次投诉无果", "negative", "JS", "M"),
    ("配电箱门没关，漏电，孩子路过太危险", "negative", "JS", "H"),
    ("请问规划中的变电站环评公示在哪里看", "neutral", "JS", ""),
    ("供电所工作人员态度恶劣，问两句就骂人", "negative", "FW", ""),
    ("营业厅窗口没人，供电所的人都在玩手机", "", "FW", ""),
    ("供电所的电工索要好处费，不给就刁难", "negative", "FW", "M"),
    ("表扬河口供电所的师傅，冒雨抢修，服务热情", "positive", "FW", "L"),
    ("给供电公司送锦旗，感谢你们尽职尽责", "positive", "FW", "L"),
    ("95598热线打不通，客服态度差", "negative", "FW", ""),
    ("物业每度电收一块五，转供电加价，没人管", "negative", "ZG", "M"),
    ("没交物业费，物业就强行停电，还有没有王法", "negative", "ZG", "M"),
    ("房东电费收两块一度，合理吗", "", "ZG", ""),
    ("今天的服务让我很不高兴", "negative", "NO", "L"),
    ("路灯坏了半年，晚上走路看不见", "", "NO", ""),
    ("自来水又黄又臭，水厂推脱责任", "negative", "NO", ""),
    ("中国网报道，我市新增两条公交线路", "neutral", "NO", "L"),
    ("图书馆使用电脑要排队，希望增加座位", "", "NO", "L"),
    ("学校乱收费，家长意见很大", "negative", "NO", "M"),
    ("电动车停在楼道里充电，物业不管", "negative", "NO", ""),
    ("公园很美，周末带孩子去玩，开心", "positive", "NO", ""),
    ("师傅很热情，但是抢修太慢，等了十个小时", "negative", "", "M"),
    ("虽然停了一晚上电，但是抢修人员耐心解释，很满意", "positive", "TD", ""),
    ("网友您好，您反映的停电问题收悉，经核实系线路故障所致，现已恢复供电，感谢您的支持", "neutral", "TD", ""),
    ("尊敬的领导您好，我家经常停电，希望尽快处理，谢谢", "negative", "TD", "M"),
    ("从不提前通知，说停就停，一点也不负责", "negative", "", ""),
    ("收费清楚，服务不差", "", "", "L"),
    ("并没有像说的那样及时送电，欺骗用户", "negative", "TD", ""),
    ("凭什么别的村都有电就我们没电", "negative", "TD", ""),
    ("家里有病人靠制氧机，停电了怎么办，救命", "negative", "TD", "H"),
    ("三百多户停电，再不来修就去上访", "negative", "TD", "H"),
    ("变压器着火了，快来人", "", "", "H"),
    ("有人被困电梯，小区突然断电", "negative", "TD", "H"),
)
# Floors a little below what was reached when they were set: sentiment 1.0, category .98, urgency .97. The tables were
# written by the same hand, so these floors guard against loss and say nothing of new texts.
FLOORS = {"sentiment": 0.93, "category": 0.93, "urgency": 0.95}


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    pipeline = Pipeline.from_vocabulary()
    right, asked = Counter[str](), Counter[str]()
    for text, label, code, level in GOLD:
        analysis = pipeline.analyse(text)
        category = analysis.category()
        assert category is not None
        pairs = {
            "sentiment": (label, analysis.sentiment.label), "category": (code, category.code),
            "urgency": (level, analysis.urgency.level),
        }  # fmt: skip
        for measure, (wanted, found) in pairs.items():
            asked[measure] += wanted != ""
            right[measure] += wanted == found
            if wanted not in ("", found):
                print(f"{measure}: wanted {wanted}, found {found}: {text}")
    return {measure: right[measure] / asked[measure] for measure in asked}


@pytest.mark.parametrize("measure", FLOORS)
def test_not_below_the_floor(shares: dict[str, float], measure: str) -> None:
    assert shares[measure] >= FLOORS[measure]


@pytest.mark.parametrize(
    ("text", "label"),
    [("今天服务让我很不高兴", "negative"), ("终于来电了，感谢师傅", "positive"), ("请问怎么缴电费", "neutral")],
)
def test_the_plain_cases_are_always_right(text: str, label: str) -> None:
    assert Pipeline.from_vocabulary().analyse(text).sentiment.label == label
