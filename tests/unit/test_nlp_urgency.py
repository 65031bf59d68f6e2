"""The table of urgency is read strictly; what is feared, past, taught or said in passing weighs less than an event."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.analysers.urgency import Kinds, Turns, UrgencyAnalyser
from nlp.pipeline import Pipeline
from storage.records import Category, UrgencyVerdict

REASONS: list[dict[str, object]] = [
    {"level": "H", "title": "危险", "fear": True, "words": ["触电"], "ways": [["线", "线掉在[^，]路"]]},
    {"level": "H", "title": "被困", "words": ["被困"], "anywhere": True},
    {"level": "H", "title": "用户", "words": ["透析"], "power": True},
    {"level": "M", "title": "隐患", "words": ["老化"], "weak": True},
]
TURNS = Turns(
    harmless=frozenset(["没有"]), supposed=frozenset(["可能", "如果"]), feared=frozenset(["隐患"]),
    past=frozenset(["以前"]), settled=("后来",), taught=("演练",), names=frozenset(["触电保护器"]),
)  # fmt: skip
KINDS = Kinds(frozenset(["enquiry"]), 0.6, frozenset(["complaint"]), "诉求")


def verdict(*tokens: str, power8: str = "NO", kind: Category | None = None) -> UrgencyVerdict:
    facts = {
        "clean_text": "".join(tokens), "fine_tokens": tokens, "category.power8": Category("power8", power8),
        "category.order_kind": kind or Category("order_kind", "00"),
    }  # fmt: skip
    found: UrgencyVerdict = UrgencyAnalyser(REASONS, TURNS, KINDS).analyse(facts)["urgency"]
    return found


@pytest.mark.parametrize(
    ("tokens", "level"),
    [
        (("有人", "触电"), "H"),
        (("可能", "有人", "触电"), "M"),
        (("可能", "下雨", "，", "触电"), "H"),
        (("触电", "的", "隐患"), "M"),
        (("触电", "，", "停电", "，", "有", "隐患"), "H"),
        (("没有", "触电"), "L"),
        (("触电", "保护器"), "L"),
        (("可能", "被困"), "H"),
        (("以前", "触电", "过"), "M"),
        (("以前", "触电", "过", "，", "后来", "好", "了"), "L"),
        (("触电", "。", "后来", "再说"), "H"),
        (("演练", "触电", "急救"), "L"),
        (("如果", "线掉", "在", "大路"), "M"),
    ],
)
def test_a_fear_is_no_event(tokens: tuple[str, ...], level: str) -> None:
    assert verdict(*tokens).level == level


def test_a_fear_is_told_as_one() -> None:
    assert verdict("可能", "触电").because == ("危险（尚未发生）：触电",)


def test_a_way_shows_what_it_found() -> None:
    assert verdict("线", "掉", "在", "大路").because == ("危险：线掉在大路",)


def test_some_reasons_count_only_where_electricity_is_the_matter() -> None:
    assert verdict("等", "透析").level == "L"
    assert verdict("等", "透析", power8="TD").level == "H"


def test_a_danger_in_the_midst_of_a_letter_is_hardship() -> None:
    letter = ("说",) * 140
    assert verdict("触电", *letter, "线", *letter).level == "H"
    passing = verdict(*letter, "触电", *letter)
    assert (passing.level, passing.because) == ("M", ("危险（文中提及）：触电",))
    assert verdict(*letter, "被困", *letter).level == "H"


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (Category("order_kind", "enquiry", (), 0.9), "L"),
        (Category("order_kind", "enquiry", (), 0.5), "M"),
        (Category("order_kind", "complaint", (), 0.9), "M"),
    ],
)
def test_who_asks_is_in_no_hurry_when_it_is_known_that_he_asks(kind: Category, level: str) -> None:
    assert verdict("线路", "老化", power8="JS", kind=kind).level == level


def test_a_complaint_about_electricity_is_never_of_no_weight() -> None:
    kind = Category("order_kind", "complaint", (), 0.9)
    assert verdict("电费", "贵", power8="DF", kind=kind).because == ("诉求：",)
    assert verdict("水费", "贵", kind=kind).level == "L"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("feared = [", "fears = ["), ("calm_least = 0.8", 'calm_least = "x"'), ("  ['受 被电", "  ['', '受 被电"),
     ("(?:业主|居民|村民|群众|人)", "(?:业主|居民|村民|群众|人"), ('pressed_title = "', 'title = "')],
)  # fmt: skip
def test_a_wrong_table_is_told(tmp_path: Path, right: str, wrong: str) -> None:
    folder = tmp_path / "vocab"
    shutil.copytree(FOLDER, folder)
    file = folder / "urgency.toml"
    content = file.read_text(encoding="utf-8")
    assert right in content
    file.write_text(content.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"urgency\.toml"):
        UrgencyAnalyser.from_vocabulary(folder)


def test_kinds_of_the_table_are_kinds_of_orders() -> None:
    pipeline = Pipeline.from_vocabulary()
    assert pipeline.analyse("请问停电到几点", kind="业务咨询").urgency.level == "L"
    assert pipeline.analyse("电表一直没人抄", kind="投诉", medium="hotline").urgency.level == "M"
