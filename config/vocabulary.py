"""Vocabularies, lexicons and code tables: data that an editor may change, checked when loaded.

A table is a TOML file in config/vocab/ with a [about] section (`title`, `version`, `date`, `source`, `licence`)
and the content the reader asks for. A word list is a UTF-8 text file of lines `word [frequency] [tag]`; lines that
begin with `#` are comments and the first comment names the source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import VocabularyError
from config.tomlfile import toml_mistake

FOLDER = Path(__file__).with_name("vocab")
ABOUT = ("title", "version", "date", "source", "licence")


@dataclass(frozen=True, slots=True)
class Table:
    """One checked TOML table; `content` is everything but [about]."""

    name: str
    version: str
    about: dict[str, str]
    content: dict[str, Any]


def load_table(name: str, folder: Path = FOLDER) -> Table:
    """Read `name`.toml. Raises VocabularyError naming the file and what is wrong."""
    file = folder / f"{name}.toml"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VocabularyError("文件不存在", file=file) from None
    except UnicodeDecodeError as error:
        raise VocabularyError("不是 UTF-8 编码", file=file) from error
    except tomllib.TOMLDecodeError as error:
        raise VocabularyError(f"不是有效的 TOML：{toml_mistake(error)}", file=file) from error
    about = content.pop("about", {})
    for key in ABOUT:
        if not isinstance(about.get(key), str):
            raise VocabularyError("缺少或不是文字", file=file, field=f"about.{key}")
    return Table(name, f"{about['version']}", about, content)


def load_words(name: str, folder: Path = FOLDER) -> Iterator[tuple[str, int | None, str | None]]:
    """The lines of word list `name`.txt as (word, frequency, tag). Raises VocabularyError with the line."""
    file = folder / f"{name}.txt"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise VocabularyError("文件不存在", file=file) from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, *rest = line.split()
        frequency = int(rest[0]) if rest and rest[0].isdigit() else None
        tags = rest[1:] if frequency is not None else rest
        if len(tags) > 1:
            raise VocabularyError("应为“词 [词频] [词性]”", file=file, row=number)
        yield word, frequency, tags[0] if tags else None
