"""Which rules are in force: a version that people put in force on the page, else the file."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerting.judge.policy import Policy, load_policy, parse_policy
from alerting.rulefile import load_rules, parse_rules
from alerting.rules import PeriodTest, Rule
from config.errors import RuleError
from config.settings import Settings
from config.tomlfile import toml_mistake
from storage.operations import DEMO_PREFIX
from storage.operations.rulebook import RuleBook

log = logging.getLogger(__name__)
DEFAULT_RULES = Path(__file__).parent.parent / "config" / "rules" / "default.toml"
_NUMBERED = re.compile(r"^\s+\d+\. ")


@dataclass(frozen=True, slots=True)
class InForce:
    """What the engine asks. `number` is the version, None for the file called `file`; `shipped`: it is the product's.

    `problem` tells why a version in force cannot be used by this release; the file is then.
    """

    number: int | None
    text: str
    rules: tuple[Rule, ...]
    policy: Policy
    file: str
    shipped: bool
    problem: str = ""

    @property
    def origin(self) -> str:
        """Where they come from, in Chinese."""
        if self.number is not None:
            return f"页面上的第 {self.number} 版"
        return "随产品发布" if self.shipped else f"站点文件 {self.file}"


def rules_file(settings: Settings) -> Path:
    """The site's rule file, else the one that ships with the product."""
    return settings.in_home(settings.alerting.rules_file) if settings.alerting.rules_file else DEFAULT_RULES


def read_text(text: str) -> tuple[tuple[Rule, ...], Policy]:
    """What a text written on the page says. Raises RuleError; such a text may name no files."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"不是有效的 TOML：{toml_mistake(error)}") from error
    rules = parse_rules(tables)
    return rules, parse_policy(tables, [rule.name for rule in rules])


def mistakes(text: str) -> tuple[str, ...]:
    """Everything that is wrong with a text, by rule and key; () where it could be put in force."""
    try:
        read_text(text)
    except RuleError as error:
        first, *others = error.reason.splitlines()
        return tuple(_NUMBERED.sub("", line) for line in others) or (first,)
    return ()


def in_force(book: RuleBook, settings: Settings) -> InForce:
    """The rules that hold now. Raises RuleError where no version is in force and the file is wrong, StoreError."""
    file = rules_file(settings)
    shipped, problem = file == DEFAULT_RULES, ""
    version = book.in_force()
    if version is not None:
        try:
            rules, policy = read_text(version.text)
        except RuleError as error:
            # Written for another release. A product that will not start warns of nothing at all.
            log.warning("rules of version %d cannot be used, the file is: %s", version.number, error)
            problem = f"页面上的第 {version.number} 版在本版软件里不能用，暂按规则文件执行：{error}"
        else:
            return InForce(version.number, version.text, rules, policy, file.name, shipped)
    rules = load_rules(file)
    policy = load_policy(file, [rule.name for rule in rules])
    return InForce(None, file_text(settings), rules, policy, file.name, shipped, problem)


def file_text(settings: Settings) -> str:
    """What stands in the rule file. Raises RuleError where there is none that can be read."""
    file = rules_file(settings)
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise RuleError("文件不存在或不是 UTF-8 文本", file=file) from None


def beginnings(before: Sequence[Rule], after: Sequence[Rule], now: datetime) -> dict[str, datetime]:
    """Cursors for the rules that were not in force before: they begin now, and ring for nothing that is past.

    Without these a rule that is only called by another name would tell the last day's alerts again.
    """
    known = {rule.name for rule in before}
    names = [
        f"{prefix}预警:{rule.name}:{cursor}"
        for rule in after
        if rule.name not in known
        for prefix in ("", DEMO_PREFIX)
        for cursor in (("analysed", "closed") if isinstance(rule.test, PeriodTest) else ("analysed",))
    ]
    return dict.fromkeys(names, now)
