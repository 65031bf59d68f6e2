"""Vocabularies: what is wrong in one is told with file, key or line; those that ship are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import ABOUT, FOLDER, load_table, load_words

ABOUT_TEXT = "[about]\n" + "\n".join(f'{key} = "x"' for key in ABOUT)


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.toml")))
def test_tables_that_ship_name_their_source(name: str) -> None:
    table = load_table(name)
    assert table.version
    assert all(table.about[key].strip() for key in ABOUT)


# Lists with numbers of their own, which their readers check.
OTHER_FORMS = {"given_names", "surnames"}


@pytest.mark.parametrize("name", sorted({file.stem for file in FOLDER.glob("*.txt")} - OTHER_FORMS))
def test_word_lists_that_ship_name_their_source_and_hold_no_doubles(name: str) -> None:
    assert (FOLDER / f"{name}.txt").read_text(encoding="utf-8").startswith("# 来源：")
    words = [word for word, _, _ in load_words(name)]
    assert words
    assert len(words) == len(set(words))


def test_a_table_is_content_without_about(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f"a = 1\n{ABOUT_TEXT}", encoding="utf-8")
    table = load_table("mine", tmp_path)
    assert (table.name, table.version, table.content) == ("mine", "x", {"a": 1})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = ", "mine.toml"),
        (b"\xff", "mine.toml"),
        (b"a = 1", "about.title"),
        (ABOUT_TEXT.replace('source = "x"', "source = 1").encode(), "about.source"),
    ],
)
def test_a_wrong_table_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(VocabularyError, match=told):
        load_table("mine", tmp_path)


def test_words_with_frequency_and_tag(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("# 来源\n\n停电\n台区 30 n\n户号 n\n专变 5\n", encoding="utf-8")
    assert list(load_words("mine", tmp_path)) == [
        ("停电", None, None), ("台区", 30, "n"), ("户号", None, "n"), ("专变", 5, None),
    ]  # fmt: skip


def test_a_wrong_line_and_a_missing_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("停电\n台区 30 n x\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="第 2 行"):
        list(load_words("mine", tmp_path))
    for load in (load_table, lambda name, folder: list(load_words(name, folder))):
        with pytest.raises(VocabularyError, match="不存在"):
            load("absent", tmp_path)
