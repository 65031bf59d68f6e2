"""Which encoding a text file has: UTF-8, with or without BOM, or GB18030; all else is refused with what it seems."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from config.errors import InputError
from config.tomlfile import toml_mistake

# No line of a real export is longer; beyond it the file has no line ends we know and would fill the memory.
LONGEST_LINE = 4 * 1024 * 1024
_SAMPLE_LINES = 300
# Chinese prose decoded rightly is > 0.95 common characters; other bytes that happen to decode stay below 0.5.
_PLAUSIBLE = 0.7
_UTF16 = "编码是 UTF-16，应为 UTF-8 或 GB18030；请另存为“CSV UTF-8”再导入"


@dataclass(slots=True)
class _Survey:
    """What one pass over the file counted: lines with bytes beyond ASCII, and how many do not decode."""

    wide: int = 0
    not_utf8: int = 0
    not_gb18030: int = 0
    sample: list[bytes] = field(default_factory=list)


def detect_encoding(file: Path) -> str:
    """`utf-8-sig` or `gb18030`, after one pass over the whole file in bounded memory.

    A few damaged lines do not change the verdict: they are rejected later, row by row. Raises InputError for an
    empty file, a binary one, UTF-16, and bytes that are neither encoding.
    """
    _refuse_other_kinds(file)
    survey = _survey(file)
    if survey.not_utf8 * 2 <= survey.wide:
        return "utf-8-sig"
    if survey.not_gb18030 * 5 <= survey.not_utf8 and _share_of_common(survey.sample) >= _PLAUSIBLE:
        return "gb18030"
    raise InputError(
        f"编码不对：既不是 UTF-8 也不是 GB18030（含中文的 {survey.wide} 行里有 {survey.not_utf8} 行不是 UTF-8），"
        "请另存为“CSV UTF-8”再导入",
        file=file,
    )


def why_unreadable(error: OSError) -> str:
    """Why a file cannot be opened, in Chinese."""
    reasons = {
        FileNotFoundError: "文件不存在",
        IsADirectoryError: "这是文件夹，不是文件",
        PermissionError: "没有读取权限",
    }
    return reasons.get(type(error), "读不了")


def read_toml(file: Path, what: str) -> dict[str, Any]:
    """A TOML file that a person wrote; `what` names its kind in Chinese. Raises InputError."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{what}用不了：{why_unreadable(error)}", file=file) from None
    except UnicodeDecodeError:
        raise InputError(f"{what}不是 UTF-8 编码", file=file) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{what}不是有效的 TOML，{toml_mistake(error)}", file=file) from None


def read_lines(stream: BinaryIO, file: Path) -> Iterator[bytes]:
    """Lines with their ends. Raises InputError for a line longer than LONGEST_LINE bytes."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise InputError(f"一行超过 {LONGEST_LINE // 1024 // 1024} MB，换行或分隔不对", file=file, row=number)
        yield raw


def _refuse_other_kinds(file: Path) -> None:
    with file.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError("文件是空的", file=file)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(_UTF16, file=file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("是旧版 .xls 或加密的表格，请另存为不加密的 .xlsx 或 CSV", file=file)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise InputError("是网页（HTML/XML），不是表格；请用表格软件打开后另存为 .xlsx 或 CSV", file=file)
    # Every second byte of Latin text in UTF-16 is zero; a text with a stray one below its header has a damaged cell.
    fewer, more = sorted((head[::2].count(0), head[1::2].count(0)))
    if more * 10 > len(head) or 0 in head.partition(b"\n")[0]:
        seems_utf16 = more * 10 > len(head) and not fewer
        raise InputError(_UTF16 if seems_utf16 else "不是文本文件：含有空字节", file=file)
    if b"\r" in head and b"\n" not in head and len(head.split(b"\r")) > 2:
        raise InputError("换行符是旧式的回车（CR），请另存为“CSV UTF-8”再导入", file=file)


def _survey(file: Path) -> _Survey:
    survey = _Survey()
    with file.open("rb") as stream:
        for raw in read_lines(stream, file):
            if raw.isascii():
                continue
            survey.wide += 1
            if _decodes(raw, "utf-8"):
                continue
            survey.not_utf8 += 1
            survey.not_gb18030 += not _decodes(raw, "gb18030")
            if len(survey.sample) < _SAMPLE_LINES:
                survey.sample.append(raw[:1024])
    return survey


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _share_of_common(sample: list[bytes]) -> float:
    """How much of the text beyond ASCII is everyday Chinese: GB 2312 level 1 and its punctuation."""
    wide = [char for raw in sample for char in raw.decode("gb18030", "ignore") if not char.isascii()]
    return sum(map(is_common, wide)) / len(wide) if wide else 1.0


def is_common(char: str) -> bool:
    """Whether a character is in the everyday part of GB 2312: rows 1–3 (marks, full width) and 16–55 (level 1)."""
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return lead <= 0xA3 or 0xB0 <= lead <= 0xD7
