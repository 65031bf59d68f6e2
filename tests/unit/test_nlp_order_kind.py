"""The kind of order: the source's word first, else the text; with reasons and a confidence that means something."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.analysers.order_kind import NONE, OrderKind
from storage.records import Category


@pytest.fixture(scope="module")
def order_kind() -> OrderKind:
    return OrderKind.from_vocabulary()


def judged(analyser: OrderKind, text: str, kind: str = "", power8: str = "NO") -> Category:
    facts = {"clean_text": text, "kind": kind, "category.power8": Category("power8", power8)}
    found: Category = analyser.analyse(facts)["category.order_kind"]
    return found


@pytest.mark.parametrize(("kind", "code"), [("投诉", "complaint"), (" 客户催办 ", "chaser"), ("行风举报", "report")])
def test_what_the_source_says_stands(order_kind: OrderKind, kind: str, code: str) -> None:
    found = judged(order_kind, "请问电费怎么交", kind)
    assert (found.code, found.confidence) == (code, 1.0)
    assert found.because == (f"来源写明：{kind.strip()}",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我要投诉营业厅的人", "complaint"),
        ("实名举报有人收红包", "report"),
        ("建议把缴费页面做大字版", "suggestion"),
        ("请问过户要带什么材料", "enquiry"),
        ("帮我查一下这个月用了多少", "lookup"),
        ("表扬师傅，冒雨抢修", "praise"),
        ("我想申请新装一块表", "application"),
        ("上次报的单子麻烦催一下", "chaser"),
        ("家里没电了，请派人来看看", "repair"),
        ("对这次检修有意见", "opinion"),
    ],
)
def test_the_text_tells(order_kind: OrderKind, text: str, code: str) -> None:
    found = judged(order_kind, text)
    assert found.code == code
    assert found.because
    assert 0 < (found.confidence or 0) < 1


@pytest.mark.parametrize("text", ["", "今天天气不错", "投诉电话贴在门口", "特此通知，不便之处敬请谅解"])
def test_what_nothing_tells_is_none(order_kind: OrderKind, text: str) -> None:
    assert judged(order_kind, text).code == NONE


def test_thanks_at_the_end_are_politeness(order_kind: OrderKind) -> None:
    letter = "我家门前的电杆歪了半年，请求移走，孩子上学天天从下面过，实在让人放心不下，望尽快解决，感谢！"
    assert judged(order_kind, letter, power8="JS").code != "praise"
    assert judged(order_kind, "感谢两位师傅连夜把线接好").code == "praise"


def test_a_grievance_about_current_is_a_complaint_unless_it_is_news(order_kind: OrderKind) -> None:
    assert judged(order_kind, "冰箱里的东西隔几天就要扔，日子没法过", power8="FW").code == "complaint"
    assert judged(order_kind, "冰箱里的东西隔几天就要扔，日子没法过").code != "complaint"
    assert judged(order_kind, "本台消息，线路检修今日完成", power8="TD").code == NONE


def test_more_and_stronger_words_make_it_surer(order_kind: OrderKind) -> None:
    weak, strong = judged(order_kind, "能不能把灯修好"), judged(order_kind, "提个建议，希望能把页面改进得更好")
    assert (weak.confidence or 0) < (strong.confidence or 0)


def test_survives_pickling(order_kind: OrderKind) -> None:
    again = pickle.loads(pickle.dumps(order_kind))
    assert judged(again, "建议多开一个窗口") == judged(order_kind, "建议多开一个窗口")


def test_a_site_changes_the_table(tmp_path: Path) -> None:
    folder = tmp_path / "vocab"
    shutil.copytree(FOLDER, folder)
    with (folder / "order_kinds.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[kind]]\ncode = "visit"\nname = "回访"\nnames = ["回访"]\ncues = { "回访" = 4 }\n')
    own = OrderKind.from_vocabulary(folder)
    assert judged(own, "这是一次回访").code == "visit"
    assert judged(own, "x", "回访").code == "visit"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("least = 1.0", "leest = 1.0"), ("softness = 1.1", 'softness = "x"'), ("[notice]", "[notices]"),
     ("'^(?:强烈)?希望'", "'^(?:强烈希望'")],
)  # fmt: skip
def test_a_wrong_table_is_told(tmp_path: Path, right: str, wrong: str) -> None:
    folder = tmp_path / "vocab"
    shutil.copytree(FOLDER, folder)
    file = folder / "order_kinds.toml"
    content = file.read_text(encoding="utf-8")
    assert right in content
    file.write_text(content.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"order_kinds\.toml"):
        OrderKind.from_vocabulary(folder)


def test_a_kind_that_the_matter_decided_names_the_matter(order_kind: OrderKind) -> None:
    power8 = Category("power8", "DF", ("电费", "电表", "电价"))
    found = order_kind.analyse({"clean_text": "电费、电表、电价", "kind": "", "category.power8": power8})
    assert found["category.order_kind"].because == ("电费", "电表")
