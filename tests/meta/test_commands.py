"""The documents name every command, and none that is not there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from yujing.cli import _load_commands, cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_load_commands()


def calls(text: str) -> Iterator[list[str]]:
    """The words behind each `yujing` that stands as code, `a|b` taken for two calls."""
    fence = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
    lines = [re.split(" > |#", line)[0] for block in fence.findall(text) for line in block.splitlines()]
    for code in [*re.findall(r"`([^`\n]+)`", fence.sub("", text)), *lines]:
        found = re.match(r"(?:\.venv/bin/)?yujing ([a-z|]+)(.*)", code.replace("\\|", "|"))
        if found:
            second, *more = found[2].split() or [""]
            both = itertools.product(found[1].split("|"), second.split("|") if second.islower() else [second])
            yield from ([word for word in (*pair, *more) if word] for pair in both)


def refused(call: list[str]) -> str:
    """What of a call does not exist, "" where all does."""
    command: click.Command | None = cli.commands.get(call[0])
    words = call[1:]
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command, words = command.commands.get(words[0]), words[1:]
    if command is None:
        return "command"
    known = {option for param in [*command.params, *cli.params] for option in param.opts}
    return " ".join(word for word in words if word.startswith("--") and word not in known)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_what_the_documents_call_is_there(document: Path) -> None:
    wrong = {" ".join(call): told for call in calls(document.read_text(encoding="utf-8")) if (told := refused(call))}
    assert not wrong


def test_the_first_document_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {call[0] for call in calls(text)} | set(re.findall(r"`(web|schedule|work)`", text))
    assert set(cli.commands) - named == set()


def test_a_command_or_option_that_is_not_there_would_be_found() -> None:
    found = list(calls("`yujing fly high`、`yujing models list\\|sing`\n```\nyujing run --fast  # so\n```\n"))
    assert found == [["fly", "high"], ["models", "list"], ["models", "sing"], ["run", "--fast"]]
    assert [refused(call) for call in found] == ["command", "", "command", "--fast"]
