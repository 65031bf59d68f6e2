from __future__ import annotations

import random
from pathlib import Path

import pytest

from config.errors import VocabularyError
from yujing.demo.texts import FOLDER, Writer, grammar_of, load_grammar, pieces, split_alternatives

ABOUT = '[about]\ntitle = "t"\nversion = "1"\ndate = "2026-01-01"\nsource = "s"\nlicence = "l"\n'
SLOTS = {
    "place", "spot", "town", "station", "line", "area", "surname", "title", "name", "phone", "custno", "idcard",
    "surname2", "my_home", "just_now", "earlier", "yesterday", "days_ago", "last_month",
}  # fmt: skip
FILES = sorted(file.stem for file in (FOLDER / "phrases").glob("*.toml") if file.stem != "shared")


def writer(symbols: dict[str, list[str]], *, tags: set[str] | None = None, seed: int = 1, **slots: str) -> Writer:
    return Writer(grammar_of("test", {"*": 1}, symbols), random.Random(seed), slots, tags or set())


def test_pieces_keep_nested_braces_together() -> None:
    assert list(pieces("a{b|{c}}d")) == [("a", False), ("b|{c}", True), ("d", False)]


def test_open_brace_is_an_error_naming_the_phrase() -> None:
    with pytest.raises(VocabularyError, match="不成对"):
        list(pieces("停电{刚才"))


def test_alternatives_split_at_outer_bars_only() -> None:
    assert split_alternatives("a|{b|c}|") == ["a", "{b|c}", ""]


def test_slots_win_over_symbols() -> None:
    assert writer({"text": ["{place}停电"], "place": ["别处"]}, place="柳湾镇").write() == "柳湾镇停电"


def test_range_gives_numbers_within_both_ends() -> None:
    found = {writer({"text": ["{#3-5}"]}, seed=seed).write() for seed in range(60)}
    assert found == {"3", "4", "5"}


def test_option_comes_about_as_often_as_told() -> None:
    rng = random.Random(5)
    grammar = grammar_of("test", {"*": 1}, {"text": ["{more?20}"], "more": ["x"]})
    there = sum(Writer(grammar, rng, {}, set()).write() == "x" for _ in range(2000))
    assert 330 < there < 470


def test_weight_makes_a_phrase_likelier() -> None:
    rng = random.Random(5)
    grammar = grammar_of("test", {"*": 1}, {"text": ["*9 a", "b"]})
    often = sum(Writer(grammar, rng, {}, set()).write() == "a" for _ in range(1000))
    assert 850 < often < 950


def test_tagged_phrases_only_where_the_tag_holds() -> None:
    symbols = {"text": ["白天"], "text@night": ["半夜"]}
    assert {writer(symbols, seed=seed).write() for seed in range(30)} == {"白天"}
    assert {writer(symbols, tags={"night"}, seed=seed).write() for seed in range(30)} == {"白天", "半夜"}


def test_a_phrase_is_not_said_twice_while_others_are_left() -> None:
    for seed in range(20):
        assert sorted(writer({"text": ["{w}{w}{w}"], "w": ["a", "b", "c"]}, seed=seed).write()) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("symbols", "reason"), [({"text": ["{nothing}"]}, "没有可用的说法"), ({"text": ["{text}{text}"]}, "没有尽头")]
)
def test_what_cannot_be_written_names_file_and_symbol(symbols: dict[str, list[str]], reason: str) -> None:
    with pytest.raises(VocabularyError, match=reason) as told:
        writer(symbols).write()
    assert "test.toml" in str(told.value)


def test_own_symbol_replaces_every_tag_of_the_shared_one(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(f'{ABOUT}[symbols]\n"close@third" = ["s"]\nopen = ["o"]\n', encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        f'{ABOUT}[kinds]\n"投诉" = 1\n[symbols]\nclose = ["m"]\ntext = ["{{open}}{{close}}"]\n', encoding="utf-8"
    )
    grammar = load_grammar("own", tmp_path)
    assert set(grammar.symbols) == {"open", "close", "text"}
    assert Writer(grammar, random.Random(1), {}, {"third"}).write() == "om"


def test_a_symbol_that_is_no_list_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f'{ABOUT}[kinds]\n"投诉" = 1\n[symbols]\ntext = "x"\n', encoding="utf-8")
    with pytest.raises(VocabularyError, match="文字列表"):
        load_grammar("own", tmp_path)


def test_kinds_are_needed(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f'{ABOUT}[symbols]\ntext = ["x"]\n', encoding="utf-8")
    with pytest.raises(VocabularyError, match="kinds"):
        load_grammar("own", tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_name_is_explained(name: str) -> None:
    load_grammar(name).check(SLOTS)


def test_check_finds_an_unknown_name() -> None:
    grammar = grammar_of("test", {"*": 1}, {"text": ["{a|{missing}}"]})
    with pytest.raises(VocabularyError, match="missing"):
        grammar.check(set())
