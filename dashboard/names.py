"""The Chinese names of codes, from the code tables that the analysers use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from config.errors import VocabularyError
from config.vocabulary import FOLDER, Table, load_table
from storage.query import FIELDS, MISSING, PLACED
from storage.records import LABELS, MEDIA, URGENCIES

# What no table names: the answers "none of them".
_NONE = {
    "power8": {"NO": "与供电无关", "00": "未分类"},
    "class95598": {"00": "不属投诉分类", "NO": "不属投诉分类"},
    "order_kind": {"00": "未写明"},
}
_OWN = {"power8": "业务类别", "class95598": "95598 投诉分类", "order_kind": "工单类型"}
_SCHEME_OF_FIELD = {"category": "power8", "class95598": "class95598"}
_TAIL = 6  # signs of an id that tell one from another at a glance
_YES_NO = {"1": "是", "0": "否"}


@cache
def schemes() -> Mapping[str, str]:
    """Scheme → title: our own, then the tables of config/vocab/schemes, one file each."""
    return _OWN | {file.stem: load_table(file.stem, file.parent).about["title"] for file in _files()}


def _files() -> list[Path]:
    return sorted((FOLDER / "schemes").glob("*.toml"))


@cache
def codes(scheme: str) -> Mapping[str, str]:
    """Code → name of one code table; without a table of that name only what no table names."""
    try:
        content = _table(scheme).content
    except VocabularyError:
        content = {}
    none = {str(content["none"]): str(content["none_name"])} if "none_name" in content else {}
    classes = content.get("kind" if scheme == "order_kind" else "class", [])
    return {**_NONE.get(scheme, {}), **none, **{str(entry["code"]): str(entry["name"]) for entry in classes}}


def _table(scheme: str) -> Table:
    if scheme in _OWN:
        return load_table("order_kinds" if scheme == "order_kind" else scheme)
    return load_table(scheme, FOLDER / "schemes")


def code_name(scheme: str, code: str) -> str:
    """The name of a code, the code itself where the table has none."""
    return codes(scheme).get(code, code)


def value_name(field: str, value: str) -> str:
    """How a value of a field of the query language is called on a page."""
    if value == MISSING:
        return f"未注明{FIELDS[field]}"
    if field in PLACED:
        return f"…{value[-_TAIL:]}"
    if field in _SCHEME_OF_FIELD:
        return code_name(_SCHEME_OF_FIELD[field], value)
    known: Mapping[str, Mapping[str, str]] = {
        "medium": MEDIA, "label": LABELS, "urgency": URGENCIES, "late": _YES_NO, "demo": _YES_NO,
    }  # fmt: skip
    return known.get(field, {}).get(value, value)
