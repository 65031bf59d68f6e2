"""The signs of names: a table, one pass, the longer of two."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from nlp.entities.names import Scene
from nlp.entities.signs import GROUPS, Signs, signs
from nlp.entities.things import bodies, lines, persons, places, references
from nlp.segment import tokens

ABOUT = '[about]\ntitle="a"\nversion="1"\ndate="d"\nsource="s"\nlicence="l"\n'


def scene(text: str) -> Scene:
    return Scene(text, tokens(text), frozenset(["停电"]))


def test_the_longer_sign_counts() -> None:
    found = Signs({"region": ["县", "自治县"], "station": ["供电所"]}, ["长沙"]).find("长沙某自治县供电所")
    assert found == {"short": [(0, 2)], "region": [(3, 6)], "station": [(6, 9)]}


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_is_checked(tmp_path: Path, group: str) -> None:
    lists = "\n".join(f'{name} = ["字"]' for name in GROUPS if name != group)
    (tmp_path / "name_signs.toml").write_text(f"{ABOUT}[signs]\n{lists}\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=f"signs.{group}"):
        signs(tmp_path)


def test_a_name_begins_behind_what_no_name_holds() -> None:
    text = "我们反映停电河口镇"
    assert text[scene(text).name_start(0, 8) : 8] == "河口"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("从国网打听", ["国网"]), ("国网青禾供电公司", ["国网青禾供电公司"]),
        ("中国网消息", []), ("中学生", []), ("第一中学停电", ["第一中学"]),
        ("河口大学城", []),
    ],
)  # fmt: skip
def test_bodies(text: str, found: list[str]) -> None:
    words = {"organisation": ["国网", "供电公司", "中学", "大学"]}
    hits = Signs(words, []).find(text).get("organisation", [])
    assert [entity.text for entity in bodies(scene(text), "organisation", hits)] == found


def test_estates_leave_out_the_road_before_them() -> None:
    text = "解放路桂花小区"
    (found,) = places(scene(text), "estate", [(5, 7)], bytearray(len(text)))
    assert found.text == "桂花小区"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10kV河口线跳闸", ["10kV河口线"]), ("10kV河口线、10kV石桥线停电", ["10kV河口线", "10kV石桥线"]),
        ("102路公交线", []),
        ("220千伏以上高压线", []), ("河口支线停电", ["河口支线"]), ("交通干线停电", []),
    ],
)  # fmt: skip
def test_lines(text: str, found: list[str]) -> None:
    hits = Signs({"line": ["线", "支线", "干线"]}, []).find(text)["line"]
    assert [entity.text for entity in lines(scene(text), hits)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("张*来电", ["张*"]), ("李**女士来电", ["李**女士"]), ("欧阳先生来电", ["欧阳先生"]),
        ("王某某来电", ["王某某"]),
        ("由于某些", []), ("谢谢师傅", []),
        ("138****5678", []),
    ],
)  # fmt: skip
def test_persons(text: str, found: list[str]) -> None:
    hits = Signs({"person": ["先生", "女士", "师傅", "*", "某"]}, []).find(text)["person"]
    assert list(dict.fromkeys(entity.text for entity in persons(text, hits))) == found


@pytest.mark.parametrize(
    ("text", "kind", "number", "value"),
    [
        ("户号：4301234567", "customer_number", "4301234567", "4301234567"),
        ("户号为******4567", "customer_number", "******4567", "4567"),
        ("工单号:GD20261101", "order_number", "GD20261101", "GD20261101"),
        ("事件编号 202611010001", "event_number", "202611010001", "202611010001"),
        ("电表号码是00123456", "meter_number", "00123456", "00123456"),
    ],
)
def test_references(text: str, kind: str, number: str, value: str) -> None:
    words = {"number": ["户号", "工单号", "事件编号", "电表号"]}
    (found,) = references(text, Signs(words, []).find(text)["number"])
    assert (found.kind, found.text, found.value) == (kind, number, value)
    assert text[found.start : found.end] == number
