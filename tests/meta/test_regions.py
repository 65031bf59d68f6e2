"""The table of divisions is what its manifest says, and holds what the country consists of."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path

from nlp.entities.make_divisions import table

FOLDER = Path(__file__).parents[2] / "config" / "vocab" / "regions"
MOST_BYTES = 1_500_000


def rows() -> list[tuple[str, list[str]]]:
    lines = (FOLDER / "divisions.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line]
    return [(name, codes.split()) for name, codes in pairs]


def test_manifest_and_files_agree() -> None:
    (package,) = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))["package"]
    assert package["origin"] == f"npm:{package['name']}@{package['version']}"
    assert package["licence"] == "WTFPL"
    told = {file["name"]: file["sha256"] for file in package["file"]}
    assert told == {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in told}
    assert {file.name for file in FOLDER.iterdir() if file.is_file()} == {*told, "manifest.toml"}


def test_every_level_is_whole_and_every_code_lies_in_one_above() -> None:
    codes = Counter(len(code) for _, its in rows() for code in set(its))
    assert codes[2] == 34
    assert codes[4] == 333
    assert codes[6] == 2978
    assert codes[9] >= 41_000
    above = {code for _, its in rows() for code in its if len(code) < 9}
    assert all(code[:2] in above for _, its in rows() for code in its)
    assert all(code[:6] in above for _, its in rows() for code in its if len(code) == 9)
    assert (FOLDER / "divisions.tsv").stat().st_size <= MOST_BYTES


def test_making_leaves_fillers_out_and_names_townships_as_people_do(tmp_path: Path) -> None:
    content = {
        "provinces": [("90", "甲省")],
        "cities": [("9001", "乙市"), ("9090", "省直辖县级行政区划")],
        "areas": [("900101", "市辖区"), ("900121", "丙县")],
        "streets": [("900121100", "丁 镇"), ("900121200", "戊己彝族乡"), ("900121201", "丁镇")],
    }
    (tmp_path / "dist").mkdir()
    for name, pairs in content.items():
        listed = [{"code": code, "name": called} for code, called in pairs]
        (tmp_path / "dist" / f"{name}.json").write_text(json.dumps(listed), encoding="utf-8")
    above, townships = table(tmp_path).strip().split("\n\n")
    assert above.splitlines()[:2] == ["台湾省\t71", "香港特别行政区\t81"]
    assert above.splitlines()[3:] == ["甲省\t90", "乙市\t9001", "丙县\t900121"]
    assert townships.splitlines() == ["丁镇\t900121100 900121201", "戊己乡\t900121200", "戊己彝族乡\t900121200"]
