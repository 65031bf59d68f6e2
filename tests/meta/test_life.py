"""The life of a task stands in code, pages and docs alike, and is one that can be lived."""

from __future__ import annotations

import re
from pathlib import Path

from storage.life import STEPS, TASK_STATES

DOC = Path(__file__).parents[2] / "docs" / "desk.md"
WHO = {"owner": "owner", "signer": "signer", "anyone": "anyone", "machine": "machine"}


def table() -> str:
    """The steps as the document shows them."""
    lines = ["| Step | From | To | By | Reason |", "|---|---|---|---|---|"]
    for name, step in STEPS.items():
        before = "、".join(TASK_STATES[state] for state in step.starts_from) or "–"
        after = "、".join(TASK_STATES[state] for state in step.leads_to) or "stays"
        by = ", ".join(WHO[actor] for actor in step.by)
        lines.append(f"| {step.word} `{name}` | {before} | {after} | {by} | {'needed' if step.reason else ''} |")
    states = " → ".join(TASK_STATES.values())
    return f"{states}\n\n" + "\n".join(lines)


def test_the_document_shows_the_table_of_the_code() -> None:
    text = DOC.read_text(encoding="utf-8")
    shown = re.search(r"<!-- life -->\n(.*?)\n<!-- /life -->", text, re.DOTALL)
    assert shown is not None
    assert shown.group(1).strip() == table()


def test_every_state_is_reached_and_every_one_but_the_last_is_left() -> None:
    reached = {state for step in STEPS.values() for state in step.leads_to}
    left = {
        state for step in STEPS.values() if step.leads_to for state in step.starts_from if {state} != {*step.leads_to}
    }
    assert reached == set(TASK_STATES)
    assert left == set(TASK_STATES)  # a closed task may be opened again
