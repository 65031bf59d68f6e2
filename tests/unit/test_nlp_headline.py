from __future__ import annotations

import pytest

from nlp.events.headline import MOST, headline


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("客户来电反映：白鹭镇湖东村三组，申请退费。多交了94元。", "白鹭镇湖东村三组，申请退费"),
        ("接石先生来电，竹坪镇新街停电两天没人修。", "竹坪镇新街停电两天没人修"),
        ("来电人汪**反映，柳湾镇石板滩村三队单户无电。", "柳湾镇石板滩村三队单户无电"),
        ("尊敬的供电公司：望岭乡云顶村缴费后没到账", "望岭乡云顶村缴费后没到账"),
        ("【故障报修】在白鹭镇湖滨路，单户无电，电表不走字。", "在白鹭镇湖滨路，单户无电，电表不走字"),
        ("你好！河口镇老街又停电了，求解释。", "河口镇老街又停电了，求解释"),
        ("在吗？河口镇老街什么时候来电啊？", "河口镇老街什么时候来电啊"),
        ("喂，你好，家住白鹭镇荷叶村*组**号，又停电了。", "白鹭镇荷叶村又停电了"),
        ("石桥镇石桥花苑**栋***室，户号******6961，电表烧了，要求赔偿。", "石桥镇石桥花苑电表烧了，要求赔偿"),
        ("客户致电95598反映，家住竹坪镇上湾村，电压低得灯都不亮。", "竹坪镇上湾村，电压低得灯都不亮"),
        ("停电了", "停电了"),
        ("客户来电，", "客户来电，"),
        ("", ""),
        ("。。。", ""),
    ],
)
def test_a_text_without_title_is_told_by_how_its_matter_begins(text: str, told: str) -> None:
    assert headline("", text) == told


def test_a_title_stands_for_the_text() -> None:
    assert headline(" 河口镇  停电 ", "别的话") == "河口镇 停电"


def test_a_long_one_ends_at_a_pause_and_says_that_more_was_said() -> None:
    text = "柳湾镇沿江路三号院昨天晚上八点开始停电，到今天早上还没有来电，冰箱里的东西都坏了"
    assert headline("", text) == "柳湾镇沿江路三号院昨天晚上八点开始停电…"
    assert headline("", "长" * 100) == "长" * (MOST - 1) + "…"
    assert len(headline("，".join(["字"] * 90), "")) <= MOST + 1
