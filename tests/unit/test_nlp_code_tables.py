"""A code table more is a file more: mapped from decisions already made, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.analysers.code_tables import CodeTables
from nlp.pipeline import Pipeline
from nlp.schemes import read_classes
from storage.records import Category

ABOUT = '[about]\ntitle = "表"\nversion = "3"\ndate = "2026-11-22"\nsource = "x"\nlicence = "x"\n'
MINE = f"""
from = "power8"
none = "0"
none_name = "无"
{ABOUT}
[[class]]
code = "1"
name = "装"
of = ["YK", "DF"]
words = ["电表"]
[[class]]
code = "2"
name = "钱"
of = ["DF"]
"""


def tables(tmp_path: Path, content: str, name: str = "mine") -> CodeTables:
    (tmp_path / "schemes").mkdir(exist_ok=True)
    (tmp_path / "schemes" / f"{name}.toml").write_text(content, encoding="utf-8")
    return CodeTables.from_vocabulary(tmp_path)


@pytest.mark.parametrize(
    ("code", "text", "mapped"),
    [("DF", "电费贵", "2"), ("DF", "电表和电费", "1"), ("YK", "电表", "1"), ("YK", "报装", "0"), ("NO", "电表", "0")],
)
def test_maps_by_code_and_words(tmp_path: Path, code: str, text: str, mapped: str) -> None:
    analyser = tables(tmp_path, MINE)
    known = Category("power8", code, ("因",), 0.7)
    found = analyser.analyse({"clean_text": text, "category.power8": known})
    assert found == {"category.mine": Category("mine", mapped, () if mapped == "0" else ("因",), 0.7)}


def test_tells_what_it_needs_and_gives_by_its_files(tmp_path: Path) -> None:
    tables(tmp_path, MINE)
    analyser = tables(tmp_path, MINE.replace('"power8"', '"order_kind"'), "other")
    assert analyser.requires == ("clean_text", "category.power8", "category.order_kind")
    assert analyser.provides == ("category.mine", "category.other")
    assert analyser.version == "mine-3 other-3"
    assert CodeTables.from_vocabulary(tmp_path / "nowhere").provides == ()


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('from = "power8"', 'from = "mine"', "from"),
        ('none = "0"', "", "none"),
        ('code = "2"', 'code = "1"', "重复的代码"),
        ('name = "钱"', "", "class 2"),
        ('of = ["DF"]', "of = 3", "class 2"),
    ],
)
def test_a_wrong_table_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in MINE
    with pytest.raises(VocabularyError, match=told):
        tables(tmp_path, MINE.replace(right, wrong, 1))


def test_a_table_may_not_take_the_name_of_ours(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="同名"):
        tables(tmp_path, MINE, "power8")


@pytest.mark.parametrize("file", sorted((FOLDER / "schemes").glob("*.toml")), ids=lambda file: file.stem)
def test_a_table_that_ships_maps_codes_that_exist(file: Path) -> None:
    table = load_table(file.stem, file.parent)
    source = table.content["from"]
    known = {it.code for it in read_classes(load_table(source))}
    used = {code for entry in table.content["class"] for code in entry["of"]}
    assert used <= known


def test_the_pipeline_decides_in_every_table() -> None:
    analysis = Pipeline.from_vocabulary().analyse("抄表员估抄，电费多收了一倍")
    found = analysis.category("neimenggu")
    assert found is not None
    assert found.code in ("07", "08")
    assert found.because
