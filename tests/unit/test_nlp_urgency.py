"""The table of urgency is read strictly; what is feared and what is named weigh less than what happened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.analysers.urgency import Turns, UrgencyAnalyser
from storage.records import Category, UrgencyVerdict

REASONS: list[dict[str, object]] = [
    {"level": "H", "title": "危险", "fear": True, "words": ["触电"], "patterns": ["线掉在[^，]路"]},
    {"level": "H", "title": "被困", "words": ["被困"]},
]
TURNS = Turns(frozenset(["没有"]), frozenset(["可能"]), frozenset(["隐患"]), frozenset(["触电保护器"]))


def verdict(*tokens: str) -> UrgencyVerdict:
    facts = {"clean_text": "".join(tokens), "fine_tokens": tokens, "category.power8": Category("power8", "NO")}
    found: UrgencyVerdict = UrgencyAnalyser(REASONS, TURNS).analyse(facts)["urgency"]
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
    ],
)
def test_a_fear_is_no_event(tokens: tuple[str, ...], level: str) -> None:
    assert verdict(*tokens).level == level


def test_a_fear_is_told_as_one() -> None:
    assert verdict("可能", "触电").because == ("危险（尚未发生）：触电",)


def test_a_pattern_shows_what_it_found() -> None:
    assert verdict("线", "掉", "在", "大路").because == ("危险：线掉在大路",)


@pytest.mark.parametrize(("right", "wrong"), [("feared = [", "fears = ["), ("patterns = ['", "patterns = ['(")])
def test_a_wrong_table_is_told(tmp_path: Path, right: str, wrong: str) -> None:
    folder = tmp_path / "vocab"
    shutil.copytree(FOLDER, folder)
    file = folder / "urgency.toml"
    content = file.read_text(encoding="utf-8")
    assert right in content
    file.write_text(content.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"urgency\.toml"):
        UrgencyAnalyser.from_vocabulary(folder)
