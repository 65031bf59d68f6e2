"""Mapping files: which column of a table is what. Checked as a whole, every mistake told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from config.clock import SHANGHAI
from config.errors import InputError
from crawler.encoding import read_toml
from crawler.layout import FIELDS, TEXTS
from storage.records import MEDIA, Medium

KEYS = ("source", "medium", "time_zone", "columns", "kinds", "regions")


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A checked mapping file; what it does not say is None or empty."""

    source: str | None = None
    medium: Medium | None = None
    zone: tzinfo = SHANGHAI
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


def read_mapping(
    file: Path, *, complete: bool, fields: Collection[str] = tuple(FIELDS), keys: Collection[str] = KEYS
) -> MappingFile:
    """Read and check. `complete` asks for all that a free table needs: source, a time column and a text column.

    `fields` may stand in [columns], `keys` at the top. Raises InputError listing every mistake.
    """
    content = read_toml(file, "映射文件")
    problems = [f"没有“{key}”这一项（可用：{'、'.join(keys)}）" for key in content if key not in keys]
    mapping = MappingFile(
        source=_text(content, "source", problems),
        medium=_medium(content, problems),
        zone=_zone(content, problems),
        columns=_table(content, "columns", problems),
        kinds=_table(content, "kinds", problems),
        regions=_table(content, "regions", problems),
    )
    problems += [
        f"[columns] 没有“{name}”这一项（可用：{'、'.join(fields)}）" for name in mapping.columns if name not in fields
    ]
    if complete:
        problems += _gaps(mapping, content)
    if problems:
        raise InputError("；".join(problems), file=file)
    return mapping


def _gaps(mapping: MappingFile, content: Mapping[str, Any]) -> list[str]:
    gaps = [] if "source" in content else ["缺少 source（来源名称）"]
    if "columns" not in content:
        return [*gaps, "缺少 [columns] 一节"]
    if "time" not in mapping.columns:
        gaps.append("[columns] 缺少 time（时间列）")
    if not any(name in mapping.columns for name in TEXTS):
        gaps.append("[columns] 缺少 body 或 title（正文列、标题列）")
    return gaps


def _text(content: Mapping[str, Any], key: str, problems: list[str]) -> str | None:
    value = content.get(key)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    problems.append(f"{key} 应为文字，现为 {value!r}")
    return None


def _medium(content: Mapping[str, Any], problems: list[str]) -> Medium | None:
    value = _text(content, "medium", problems)
    if value is None or value in MEDIA:
        return cast("Medium | None", value)
    problems.append(f"medium 应为 {'、'.join(MEDIA)} 之一，现为“{value}”")
    return None


def _zone(content: Mapping[str, Any], problems: list[str]) -> tzinfo:
    name = _text(content, "time_zone", problems)
    if name is None:
        return SHANGHAI
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        problems.append(f"time_zone 没有名为“{name}”的时区，应如 Asia/Shanghai")
        return SHANGHAI


def _table(content: Mapping[str, Any], key: str, problems: list[str]) -> dict[str, str]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        problems.append(f"{key} 应为一节 [{key}]")
        return {}
    usable: Callable[[Any], bool] = lambda entry: isinstance(entry, str) and bool(entry.strip())  # noqa: E731
    problems += [f"[{key}] {name} 应为文字，现为 {entry!r}" for name, entry in value.items() if not usable(entry)]
    return {name: entry for name, entry in value.items() if usable(entry)}
