"""Settings: defaults.toml < the site's file < the environment, checked once, frozen, handed in as an argument.

All mistakes are collected and raised together as one SettingsError.
"""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from config.errors import SettingsError
from config.robots import Gateway, Robot, read_tables
from config.tomlfile import toml_mistake

DEFAULTS = Path(__file__).with_name("defaults.toml")
SHORT_NAMES = {
    "YUJING_HOME": ("home", "path"),
    "YUJING_STORE_URL": ("home", "store_url"),
    "YUJING_DATABASE_URL": ("home", "database_url"),
}


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """Where this installation keeps what it keeps."""

    path: Path
    store_url: str
    database_url: str


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Who runs this installation."""

    name: str
    domain_region: str
    base_url: str


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The web server. `port` 1–65535, 0 = any free one."""

    host: str
    port: int
    threads: int
    session_hours: int
    upload_megabytes: int
    refresh_seconds: int


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """Imports and what counts as late."""

    inbox_folder: str
    inbox_format: str
    late_after_hours: float
    future_minutes: int


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """How sites are visited."""

    sources_file: str
    every_minutes: int
    delay_seconds: float
    page_megabytes: int
    timeout_seconds: int
    obey_robots: bool


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How batches of raw documents are analysed."""

    workers: int
    batch: int
    lease_seconds: int
    snownlp_batch: int


@dataclass(frozen=True, slots=True)
class GroupingSettings:
    """How much grouping remembers, and how fast what is alike is no longer the same event."""

    texts: int
    events: int
    days: int
    half_life_days: float


@dataclass(frozen=True, slots=True)
class AlertingSettings:
    """When rules are asked and how long a task has."""

    rules_file: str
    every_seconds: int
    grace_minutes: int
    first_response_hours: float
    catch_up_hours: int


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """Which rows of the clock table hold here where sources contradict each other."""

    choose: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How the outbox is emptied, when another channel steps in, and when messages are put together."""

    every_seconds: int
    attempts: int
    timeout_seconds: int
    proxy: str
    fall_over: tuple[str, ...]
    fall_over_attempts: int
    fall_over_minutes: float
    digest_after: int
    digest_minutes: int
    digest_wait_minutes: float


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail channel; off while `host` is empty."""

    host: str
    port: int
    starttls: bool
    user: str
    password: str
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The webhook channel; off while `url` is empty."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """The robots of one provider; off while there are none."""

    robots: tuple[Robot, ...]


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """Gateways for text messages and calls; off while there are none."""

    gateways: tuple[Gateway, ...]


@dataclass(frozen=True, slots=True)
class InappSettings:
    """Messages shown in the pages."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class DutySettings:
    """Who is told when nobody answers, when that may wait, and who watches the watch."""

    fallback: str
    escalation: tuple[str, ...]
    rounds: int
    quiet: str
    quiet_levels: tuple[str, ...]
    lapse_minutes: int
    lapse_levels: tuple[str, ...]
    link_hours: int
    gap_hours: int
    overdue_minutes: int
    heartbeat_url: str
    stuck_minutes: int


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """Where the key for the originals lies, and who may see how much of them for how long."""

    key_file: str
    original_minutes: int
    restricted_kinds: tuple[str, ...]
    named_readers: tuple[str, ...]
    export_alone: int
    export_hours: int


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The spokesperson's desk. `card_hours`: the link of a front-line card holds so long, > 0."""

    contact: str
    card_hours: int
    handover_url: str
    handover_secret: str


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What reports say of their maker."""

    author: str


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How much is logged."""

    level: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation; sections as in defaults.toml."""

    home: HomeSettings
    site: SiteSettings
    web: WebSettings
    intake: IntakeSettings
    crawl: CrawlSettings
    analysis: AnalysisSettings
    grouping: GroupingSettings
    alerting: AlertingSettings
    clocks: ClockSettings
    delivery: DeliverySettings
    smtp: SmtpSettings
    webhook: WebhookSettings
    wecom: RobotSettings
    dingtalk: RobotSettings
    feishu: RobotSettings
    sms: SmsSettings
    inapp: InappSettings
    duty: DutySettings
    privacy: PrivacySettings
    desk: DeskSettings
    report: ReportSettings
    logs: LogSettings

    def in_home(self, name: str) -> Path:
        """`name` as a path under the home; an absolute one stays as it is."""
        return self.home.path / name

    @property
    def store_url(self) -> str:
        """Where the documents are: `sqlite:///PATH` or an Elasticsearch URL."""
        return self.home.store_url or f"sqlite:///{self.in_home('documents.db').resolve()}"

    @property
    def database_url(self) -> str:
        """The operations database as an SQLAlchemy URL."""
        return self.home.database_url or f"sqlite:///{self.in_home('operations.db').resolve()}"


SECTIONS: Mapping[str, type] = typing.get_type_hints(Settings)
RANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("web", "port"): (0, 65535),
    ("web", "threads"): (1, 1024),
    ("web", "session_hours"): (1, 24 * 30),
    ("web", "upload_megabytes"): (1, 4096),
    ("web", "refresh_seconds"): (1, 3600),
    ("intake", "late_after_hours"): (0.5, 24 * 60),
    ("intake", "future_minutes"): (0, 24 * 60),
    ("crawl", "every_minutes"): (1, 24 * 60),
    ("crawl", "delay_seconds"): (0, 3600),
    ("crawl", "page_megabytes"): (1, 1024),
    ("crawl", "timeout_seconds"): (1, 3600),
    ("analysis", "workers"): (0, 64),
    ("analysis", "batch"): (1, 10_000),
    ("analysis", "lease_seconds"): (5, 86_400),
    ("analysis", "snownlp_batch"): (0, 10_000),
    ("grouping", "texts"): (1000, 5_000_000),
    ("grouping", "events"): (1000, 1_000_000),
    ("grouping", "days"): (1, 3650),
    ("grouping", "half_life_days"): (0.1, 3650),
    ("alerting", "every_seconds"): (1, 3600),
    ("alerting", "grace_minutes"): (0, 24 * 60),
    ("alerting", "first_response_hours"): (0.1, 24 * 30),
    ("alerting", "catch_up_hours"): (1, 24 * 60),
    ("delivery", "every_seconds"): (1, 3600),
    ("delivery", "attempts"): (1, 100),
    ("delivery", "timeout_seconds"): (1, 600),
    ("delivery", "fall_over_attempts"): (1, 100),
    ("delivery", "fall_over_minutes"): (0, 24 * 60),
    ("delivery", "digest_after"): (1, 1000),
    ("delivery", "digest_minutes"): (1, 24 * 60),
    ("delivery", "digest_wait_minutes"): (0, 60),
    ("smtp", "port"): (1, 65535),
    ("duty", "rounds"): (1, 100),
    ("duty", "lapse_minutes"): (1, 24 * 60),
    ("duty", "link_hours"): (1, 24 * 7),
    ("desk", "card_hours"): (1, 24 * 30),
    ("duty", "gap_hours"): (1, 24 * 14),
    ("duty", "overdue_minutes"): (1, 24 * 60),
    ("duty", "stuck_minutes"): (1, 24 * 60),
    ("privacy", "original_minutes"): (1, 24 * 60),
    ("privacy", "export_alone"): (0, 10_000_000),
    ("privacy", "export_hours"): (1, 24 * 30),
}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def load_settings(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read, overlay and check. `environ` is only what the caller passes; raises SettingsError with every mistake."""
    problems: list[str] = []
    values = _read_toml(DEFAULTS, problems)
    if file is not None:
        _overlay(values, _read_toml(file, problems), f"设置文件 {file.name}", problems)
    for name, text in sorted((environ or {}).items()):
        _overlay_environment(values, name, text, problems)
    sections = {name: _section(name, cls, values[name], problems) for name, cls in SECTIONS.items()}
    level = sections["logs"].level
    if isinstance(level, str) and level not in LEVELS:
        problems.append(f"[logs] level：应为 {'、'.join(LEVELS)} 之一，现为“{level}”")
    if problems:
        raise SettingsError(problems)
    return Settings(**sections)


def _read_toml(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problems.append(f"设置文件 {file} 不存在")
    except OSError:
        problems.append(f"设置文件 {file} 读不出（不是文件，或没有权限）")
    except UnicodeDecodeError:
        problems.append(f"设置文件 {file.name} 不是 UTF-8 编码")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"设置文件 {file.name} 不是有效的 TOML，{toml_mistake(error)}")
    return {}


def _overlay(values: dict[str, Any], more: Mapping[str, Any], where: str, problems: list[str]) -> None:
    for section, content in more.items():
        if section not in SECTIONS or not isinstance(content, dict):
            problems.append(f"{where}：没有名为 [{section}] 的一节")
            continue
        for key, value in content.items():
            if key not in values[section]:
                problems.append(f"{where}：[{section}] 没有“{key}”这一项")
            else:
                values[section][key] = value


def _overlay_environment(values: dict[str, Any], name: str, text: str, problems: list[str]) -> None:
    if not name.startswith("YUJING_"):
        return
    section, key = SHORT_NAMES.get(name) or _split_name(name)
    if not key or key not in values.get(section, {}):
        if section in SECTIONS:
            problems.append(f"环境变量 {name}：[{section}] 没有“{key}”这一项")
        return
    wanted = typing.get_type_hints(SECTIONS[section])[key]
    values[section][key] = _from_text(text, wanted, values[section][key], name, problems)


def _split_name(name: str) -> tuple[str, str]:
    section, _, key = name.removeprefix("YUJING_").lower().partition("_")
    return section, key


def _from_text(text: str, wanted: Any, otherwise: Any, name: str, problems: list[str]) -> Any:
    """The environment's text in the wanted type; `otherwise` where it cannot be read, which is then a problem."""
    if wanted is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        problems.append(f"环境变量 {name}：应为 true 或 false，现为“{text}”")
        return otherwise
    if wanted == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    if wanted in (int, float):
        try:
            return wanted(text)
        except ValueError:
            problems.append(f"环境变量 {name}：应为{_NAMES[wanted]}，现为“{text}”")
            return otherwise
    return text


# Never repeated in a message: what was meant as a password is one even where it is no text.
_SECRETS = ("password", "secret")
_TABLES: Mapping[Any, type] = {tuple[Robot, ...]: Robot, tuple[Gateway, ...]: Gateway}
_NAMES = {int: "整数", float: "数字", bool: "true 或 false", str: "文字", Path: "路径"}


def _section(name: str, cls: type, content: Mapping[str, Any], problems: list[str]) -> Any:
    hints = typing.get_type_hints(cls)
    checked: dict[str, Any] = {}
    for field in fields(cls):
        value, wanted = content.get(field.name), hints[field.name]
        checked[field.name] = _typed(name, field.name, value, wanted, problems)
    return cls(**checked)


def _typed(section: str, key: str, value: Any, wanted: Any, problems: list[str]) -> Any:
    where, shown = f"[{section}] {key}", "（不显示）" if key in _SECRETS else repr(value)
    if wanted in _TABLES:
        return read_tables(where, value, _TABLES[wanted], problems)
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        problems.append(f"{where}：应为文字列表，现为 {shown}")
        return ()
    if wanted is Path and isinstance(value, str) and value:
        return Path(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        problems.append(f"{where}：应为{_NAMES[wanted]}，现为 {shown}")
        return value
    low, high = RANGES.get((section, key), (float("-inf"), float("inf")))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not low <= value <= high:
        problems.append(f"{where}：应在 {low:g} 到 {high:g} 之间，现为 {value}")
    return value
