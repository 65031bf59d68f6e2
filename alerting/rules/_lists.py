"""What lists of values are read from: the rule itself and files beside the rule file."""

from __future__ import annotations

from alerting.options import Options
from storage.query import FIELDS, LONGEST_VALUE, field_value
from storage.records import Document

_FILE = "!file "


def listed(options: Options, key: str) -> frozenset[str]:
    """The values of a list; `!file NAME` stands for the lines of a file beside the rule file, # begins a comment."""
    values: set[str] = set()
    for entry in options.words(key):
        values |= _lines(options, key, entry.removeprefix(_FILE).strip()) if entry.startswith(_FILE) else {entry}
    return frozenset(value[:LONGEST_VALUE] for value in values)


def compared(doc: Document, field: str) -> str:
    """The value of a field of the query language in one text."""
    return field_value(doc, field)


def compare_key(options: Options) -> str:
    """The field that is looked at."""
    return options.choice("compare_key", tuple(FIELDS))


def _lines(options: Options, key: str, name: str) -> set[str]:
    folder = options.folder
    if folder is None:
        options.problem(key, "这里不能引用文件，请直接写出各值")
        return set()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        options.problem(key, f"文件“{name}”应与规则文件在同一目录内")
        return set()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        options.problem(key, f"文件“{name}”不存在或不是 UTF-8 文本")
        return set()
    return {line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")}
