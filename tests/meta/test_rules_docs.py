"""The documentation of rules: every type and field is there, and every example is a rule that loads."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from alerting.rulefile import parse_rules
from alerting.rules import rule_types
from storage.query import FIELDS

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^### `(\w+)` (.+)\n(?:(?!^### ).*\n)*?```toml\n((?:(?!```).*\n)+)```", TEXT, re.MULTILINE)


def test_every_type_has_its_chapter_under_its_title() -> None:
    assert {name: title for name, title, _ in EXAMPLES} == {name: cls.title for name, cls in rule_types().items()}


def test_every_example_is_a_rule_of_its_type() -> None:
    for name, _, toml in EXAMPLES:
        (rule,) = parse_rules(tomllib.loads(toml), name)
        assert rule.type == name


def test_every_field_is_told_by_both_names() -> None:
    for name, chinese in FIELDS.items():
        assert f"{chinese} `{name}`" in TEXT, name
