"""The sources file: which sites are visited, how and how often. Checked as a whole, every mistake told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator

from config.errors import NotFoundError, SettingsError
from config.registry import Registry, discover
from crawler.encoding import read_toml
from storage.records import MEDIA, Medium, SourceReport

if TYPE_CHECKING:
    from crawler.source_spider import SourceSpider

REQUIRED = ("name", "kind", "url")
_SEVERAL = "来源"


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `name` is also the source of its documents.

    `every_minutes`: None = the settings' interval. `max_articles`: most articles fetched in one run.
    `recheck_hours`: an article whose page gives neither ETag nor Last-Modified is fetched again when it was last
    fetched so long ago and is still listed; with either of them it is asked for changes on every run, which moves no
    text while nothing changed. `selectors` are CSS, `options` belong to the kind. `demo` marks everything as 示例.
    """

    name: str
    kind: str
    url: str
    medium: Medium = "news"
    region: str | None = None
    every_minutes: int | None = None
    max_articles: int = 100
    recheck_hours: float = 6.0
    demo: bool = False
    selectors: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """This source as plain values."""
        return asdict(self)

    def option(self, key: str) -> Any:
        """The value of one of the kind's own keys, its default where the file says nothing."""
        return self.options.get(key, kinds()[self.kind].options[key])


_COMMON = tuple(part.name for part in fields(Source) if part.name != "options")
_WHOLE = {"every_minutes": (1, 7 * 24 * 60), "max_articles": (1, 10_000)}


@cache
def kinds() -> Registry[SourceSpider]:
    """Every kind of source there is, by name."""
    import crawler.spiders  # noqa: PLC0415 - loads Scrapy, which a look at a mapping or a table does not need
    from crawler.source_spider import SourceSpider  # noqa: PLC0415

    return discover(crawler.spiders, SourceSpider, "来源类型")  # type: ignore[type-abstract]


def load_sources(file: Path) -> list[Source]:
    """Read and check a sources file.

    Raises InputError when it cannot be read as TOML, SettingsError listing every mistake in it by source and key.
    """
    content = read_toml(file, "来源文件")
    problems = [f"{file.name}：没有“{key}”这一项，只有 [[source]]" for key in content if key != "source"]
    entries = content.get("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError([*problems, f"{file.name}：来源应写成 [[source]]"])
    sources = [_Entry(file.name, number, entry, problems).source() for number, entry in enumerate(entries, 1)]
    names = [source.name for source in sources]
    problems += [f"{file.name}：来源“{name}”重名" for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if problems:
        raise SettingsError(problems)
    return sources


def choose(sources: Sequence[Source], only: Sequence[str]) -> list[Source]:
    """The sources called so, all where `only` is empty. Raises NotFoundError for an unknown name."""
    known = {source.name: source for source in sources}
    for name in only:
        if name not in known:
            raise NotFoundError(_SEVERAL, name, known)
    return [known[name] for name in dict.fromkeys(only)] if only else list(sources)


def due(sources: Sequence[Source], latest: Sequence[SourceReport], now: datetime, default_minutes: int) -> list[Source]:
    """The sources whose interval has passed since their last run began, those never visited included."""
    begun = {report.source: report.started_at for report in latest}
    return [
        source
        for source in sources
        if source.name not in begun
        or begun[source.name] + timedelta(minutes=source.every_minutes or default_minutes) <= now
    ]


class _Entry:
    """One [[source]] being checked; what is wrong goes to `problems`."""

    def __init__(self, file: str, number: int, content: Mapping[str, Any], problems: list[str]) -> None:
        self._content, self._problems = content, problems
        name = content.get("name")
        self._where = f"{file} 来源“{name}”" if isinstance(name, str) and name else f"{file} 第 {number} 个来源"

    def source(self) -> Source:
        """The source as far as it could be read; it is only used when there were no problems."""
        content = self._content
        for key in REQUIRED:
            if not isinstance(content.get(key), str) or not content[key].strip():
                self._tell(key, "缺少，或不是文字")
        kind = self._kind()
        options = dict(kind.options) if kind else {}
        for key in content:
            if kind and key not in _COMMON and key not in options:
                self._tell(key, f"没有这一项；可用：{'、'.join([*_COMMON, *options])}")
        self._check_url()
        return Source(
            name=str(content.get("name", "")), kind=str(content.get("kind", "")), url=str(content.get("url", "")),
            medium=self._medium(), region=self._typed("region", str, None),
            every_minutes=self._whole("every_minutes", None), max_articles=self._whole("max_articles", 100) or 100,
            recheck_hours=float(self._typed("recheck_hours", (int, float), 6.0)),
            demo=self._typed("demo", bool, False), selectors=self._selectors(kind),
            options={key: self._option(key, default) for key, default in options.items() if key in content},
        )  # fmt: skip

    def _tell(self, key: str, reason: str) -> None:
        self._problems.append(f"{self._where}的 {key}：{reason}")

    def _kind(self) -> type[SourceSpider] | None:
        kind = self._content.get("kind")
        if not isinstance(kind, str) or not kind.strip():
            return None
        if kind not in kinds():
            self._tell("kind", f"没有名为“{kind}”的类型；现有：{'、'.join(kinds())}")
            return None
        return kinds()[kind]

    def _check_url(self) -> None:
        url = self._content.get("url")
        if isinstance(url, str) and url.strip():
            try:
                parts = urlsplit(url)
                usable = parts.scheme in ("http", "https") and bool(parts.hostname)
            except ValueError:
                usable = False
            if not usable:
                self._tell("url", f"应是 http:// 或 https:// 开头的网址，现为“{url}”")

    def _medium(self) -> Medium:
        medium = self._content.get("medium", "news")
        if medium not in MEDIA:
            self._tell("medium", f"应为 {'、'.join(MEDIA)} 之一，现为 {medium!r}")
        return medium  # type: ignore[no-any-return]

    def _typed(self, key: str, wanted: Any, default: Any) -> Any:
        value = self._content.get(key, default)
        if value is default:
            return default
        if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)) or value == "":
            self._tell(key, f"类型不对，现为 {value!r}")
            return default
        if isinstance(value, (int, float)) and value < 0:
            self._tell(key, f"不能小于 0，现为 {value}")
        return value

    def _whole(self, key: str, default: int | None) -> int | None:
        value = self._typed(key, int, default)
        low, high = _WHOLE[key]
        if value is not None and not low <= value <= high:
            self._tell(key, f"应在 {low} 到 {high} 之间，现为 {value}")
        return value  # type: ignore[no-any-return]

    def _option(self, key: str, default: Any) -> Any:
        value = self._typed(key, type(default), default)
        if isinstance(value, int) and not isinstance(value, bool) and not 1 <= value <= 1000:
            self._tell(key, f"应在 1 到 1000 之间，现为 {value}")
        return value

    def _selectors(self, kind: type[SourceSpider] | None) -> dict[str, str]:
        selectors = self._content.get("selectors", {})
        if not isinstance(selectors, dict):
            self._tell("selectors", '应为一节，如 selectors = { link = "ul.list a" }')
            return {}
        for key, css in selectors.items():
            if kind and key not in kind.selector_names:
                self._tell(f"selectors.{key}", f"没有这一项；可用：{'、'.join(sorted(kind.selector_names))}")
            try:
                HTMLTranslator().css_to_xpath(css)
            except (SelectorError, TypeError, AttributeError):
                self._tell(f"selectors.{key}", f"不是有效的 CSS 选择器：{css!r}")
        return selectors
