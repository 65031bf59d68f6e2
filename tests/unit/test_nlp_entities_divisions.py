"""The table of divisions: names, codes, the shortest name that is enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.entities.divisions import Divisions, divisions, short_of

TABLE = "甲省\t90\n乙市\t9001\n丙县\t900121\n丁县\t900122\n\n城关镇\t900121100 900122100\n戊镇\t900121101\n"


@pytest.fixture(scope="module")
def table() -> Divisions:
    return divisions(FOLDER)


def small(folder: Path, text: str = TABLE) -> Path:
    (folder / "regions").mkdir()
    (folder / "regions" / "divisions.tsv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("湖南省", "湖南"),
        ("长沙市", "长沙"),
        ("内蒙古自治区", "内蒙古"),
        ("新疆维吾尔自治区", "新疆"),
        ("广西壮族自治区", "广西"),
        ("恩施土家族苗族自治州", "恩施"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("大兴安岭地区", "大兴安岭"),
        ("香港特别行政区", "香港"),
        ("道县", "道县"),
        ("东乡族自治县", "东乡族"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_of(name) == short


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("长沙县", "430121"),
        ("湖南省长沙市", "4301"),
        ("湖南长沙", "4301"),
        ("长沙", "4301"),
        ("南京市鼓楼区", "320106"),
        ("江苏南京鼓楼区", "320106"),
        ("吉林", "22"),
        ("吉林市", "2202"),
        ("鼓楼区", ""),
        ("云川县", ""),
        ("甲乙长沙市", ""),
        ("", ""),
    ],
)
def test_the_region_of_a_site(table: Divisions, domain: str, code: str) -> None:
    assert table.domain_of(domain) == code


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("长沙县", True),
        ("湖南省长沙市长沙县", True),
        ("湖南长沙", True),
        ("山东省长沙县", False),
        ("第三供电所", False),
        ("", False),
    ],
)
def test_whether_a_place_is_in_the_table(place: str, known: bool) -> None:
    assert divisions(FOLDER).knows(place) is known


def test_autonomous_divisions_go_by_the_name_people_use(table: Divisions) -> None:
    assert table.called("凉山州") == table.called("凉山彝族自治州") == ("5134",)


def test_a_name_is_as_long_as_it_must_be(tmp_path: Path) -> None:
    table = divisions(small(tmp_path))
    assert table.label("900121100", "城关镇") == "丙县城关镇"
    assert table.label("900121100", "城关镇", "900121") == "城关镇"
    assert table.label("900121100", "城关镇", "9001") == "丙县城关镇"
    assert table.label("900121101", "戊镇") == "戊镇"
    assert table.label("900121100", "城关镇", "91") == "丙县城关镇"
    assert table.full_name("900121100", "城关镇") == "甲省乙市丙县城关镇"
    assert table.full_name("9001", "乙市") == "甲省乙市"
    assert table.ancestors("900121100") == ["90", "9001", "900121"]


def test_a_city_without_counties_is_named_once(table: Divisions) -> None:
    assert table.label("441900", "东莞市") == table.label("4419", "东莞市") == "东莞市"
    assert table.full_name("441900", "东莞市") == "广东省东莞市"


def test_a_line_that_is_not_right_is_told(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="第 2 行"):
        divisions(small(tmp_path, "甲省\t90\n乙市 9001\n\n"))


def test_a_missing_or_unreadable_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="不存在"):
        divisions(tmp_path / "nowhere")
    folder = small(tmp_path)
    (folder / "regions" / "divisions.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(VocabularyError, match="UTF-8"):
        divisions(folder)
