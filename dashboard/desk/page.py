"""The desk of one task: what is due, what we say, what we know; and how each step comes back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.clock import format_local
from config.errors import ConflictError, InputError
from dashboard.alerts import beside, texts_of
from dashboard.clocks import clock_lines
from dashboard.desk.checking import check, key_of
from dashboard.desk.claiming import spokesperson_on_duty
from dashboard.desk.diff import Piece, diff
from dashboard.desk.marks import citation, marked
from dashboard.desk.queue import following, grown, line_of, queue
from dashboard.desk.signers import signing_of
from dashboard.desk.telling import tell_clocks
from dashboard.desk.texts import texts_behind
from dashboard.highlight import excerpt
from dashboard.parts import parts, user
from dashboard.permissions import may
from nlp.claims import plainly
from storage.holes import holes
from storage.life import SIGNING, UNANSWERED
from storage.operations.signing import REQUIRED
from storage.records import (
    FACT_KINDS,
    FACT_SOURCES,
    FACT_STATES,
    SIGNING_POSTS,
    STATEMENT_STATES,
    TASK_STATES,
    Statement,
    StatementFlag,
    Task,
)

Answer = str | tuple[str, int] | Response
# How a first answer may begin; each ［…］ is still to be filled in.
BEGINNING = (
    "［时间、地点：待填］，［事由：待填］。\n\n"
    "经初步了解，［原因：待填］。目前［进展：待填］，预计［恢复或答复的时间：待填］。\n\n"
    "给您带来不便，我们深表歉意。如需帮助请拨打 95598。下一次通报时间：［待填］。"
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One version with what changed since the one said or sent before it (`before`), and its flags."""

    statement: Statement
    changes: Sequence[Piece]
    before: int | None
    flags: Sequence[StatementFlag]


def step(
    number: int, act: Callable[[], object], *, text: str | None = None, done: str = "", at: str = "",
    onward: bool = False,
) -> Answer:  # fmt: skip
    """Do one thing and show the desk; what cannot be done is said there, and what was written stays.

    `at` names the place where it is said; `onward` opens the next task afterwards.
    """
    try:
        act()
    except (ConflictError, InputError) as error:
        status = 409 if isinstance(error, ConflictError) else 422
        # Somebody was faster: the form it came from may be there no more.
        place = at if status == 422 or at.startswith("fact") else ""
        return desk(parts().operations.tasks.get(number), problem=error.reason, at=place, text=text), status
    tell_clocks(number)
    after = following(number) if onward else None
    if done:
        flash(done + ("下一件已打开。" if after else "没有等着写的任务了。" if onward else ""))
    if onward and after is None and parts().operations.tasks.get(number).state == "closed":
        return redirect(url_for("tasks.show"))
    return redirect(url_for("tasks.one", number=after.id if after else number))


def desk(task: Task, *, problem: str = "", at: str = "", text: str | None = None, chosen: bool = True) -> str:
    """The three columns of one task."""
    operations = parts().operations
    alerts = operations.alerts.find(task_id=task.id)
    return render_template(
        "tasks.html",
        **queue(done=False),
        **_spoken(task),
        **_written(task, text),
        **facts_of(task),
        task=task,
        chosen=chosen,
        current=line_of(task),
        clocks=clock_lines(task.id),
        mine=task.owner == user().name,
        problem=problem,
        problem_at=at,
        alerts=[(alert, texts_of(alert)) for alert in alerts],
        grown=grown(alerts, task.level),
        merging=_merging(task),
        evidence=texts_behind(alerts),
        steps=operations.tasks.steps(task.id),
        closing=operations.tasks.closing(task.id) if task.state == "closed" else None,
        on_duty=spokesperson_on_duty(demo=task.demo),
        colleagues=_colleagues(task),
        departments=operations.appointments.departments(parts().now(), demo=task.demo),
        target_hours=parts().settings.alerting.first_response_hours,
        states=TASK_STATES,
        UNANSWERED=UNANSWERED,
        excerpt=excerpt,
        here=url_for("tasks.one", number=task.id),
    )


def facts_of(task: Task) -> dict[str, object]:
    """What is known of a task's subject."""
    found = parts().operations.facts.of_subject(task.subject, demo=task.demo)
    return {
        "facts": [(fact, citation(fact)) for fact in found], "FACT_KINDS": FACT_KINDS, "FACT_STATES": FACT_STATES,
        "FACT_SOURCES": FACT_SOURCES,
    }  # fmt: skip


def checked_part(task: Task, text: str, reasons: Mapping[str, str]) -> dict[str, object]:
    """What the part under the text shows of it."""
    return {
        "checked": check(task, text), "key_of": key_of, "reasons": reasons, "needs_signing": bool(REQUIRED[task.level]),
    }  # fmt: skip


def typed() -> str:
    """The text of the form. A browser sends line ends as CR LF; the record keeps what the person saw, and no more."""
    return plainly(request.form.get("text", "").replace("\r\n", "\n"))


def reasons_of_form() -> dict[str, str]:
    """The reasons given for going on in spite of conflicts, by their keys."""
    return {name[7:]: value for name, value in request.form.items() if name.startswith("reason-")}


def editions(found: Sequence[Statement]) -> list[Edition]:
    """Versions of one subject, the latest first, each against the one said before it."""
    flags = parts().operations.statements.flags([one.id for one in found])
    before = [*found[1:], None][: len(found)]
    return [
        Edition(
            one, diff(old.text, one.text) if old else (), old.id if old else None, flags.get(one.id, ())
        )
        for one, old in zip(found, before, strict=True)
    ]  # fmt: skip


def _spoken(task: Task) -> dict[str, object]:
    """What was said of the task's subject, what is being signed, and what has changed beneath it."""
    statements = parts().operations.statements
    found = statements.of_subject(task.subject, demo=task.demo)
    valid = statements.valid(task.subject, demo=task.demo)
    latest = next((one for one in found if one.task_id == task.id), None)
    submitted = latest if latest is not None and latest.state == "submitted" else None
    returned = latest if latest is not None and latest.state == "returned" else None
    versions = editions(found)
    live = [one.id for one in (valid, submitted, returned) if one is not None]
    return {
        "valid": valid,
        "published": valid or next((one for one in found if one.published_at), None),
        "submitted": submitted,
        "returned": returned,
        "versions": versions,
        "flags": [flag for it in versions if it.statement.id in live for flag in it.flags],
        "obstacles": statements.obstacles(submitted.id) if submitted and task.state in SIGNING else [],
        "signing": signing_of(submitted) if submitted else None,
        "STATEMENT_STATES": STATEMENT_STATES,
        "needed_posts": [SIGNING_POSTS[post] for post in REQUIRED[task.level]],
    }


def _written(task: Task, text: str | None) -> dict[str, object]:
    """The text in the form: as it was sent and refused, else the draft; a text taken back has its marks again."""
    if task.state != "claimed" or task.owner != user().name:
        return {"text": ""}
    written = task.draft if text is None else text
    latest = next(iter(parts().operations.statements.of_task(task.id)), None)
    if text is None and latest is not None and written == latest.text:
        written = marked(written, latest.claims)
    reasons = reasons_of_form() or ({key_of(it): it.reason for it in latest.conflicts} if latest else {})
    chosen = request.form.getlist("departments") or (latest.departments if latest else ())
    return {
        "text": written,
        "open_places": holes(written),
        "beginning": BEGINNING,
        "chosen_departments": chosen,
        "expires_typed": request.form.get("expires", ""),
        **checked_part(task, written, reasons),
    }


def _merging(task: Task) -> dict[str, object]:
    """The open tasks that may be brought into this one, those proposed first; and the statements to choose from."""
    operations = parts().operations
    if task.state == "closed" or not may(user(), "join"):
        return {"proposed": beside(task.id, operations.alerts.possibly_same(demo=task.demo)), "others": [], "valid": []}
    others = [it for it in operations.tasks.find(demo=task.demo) if it.id != task.id]
    subjects = {it.subject for it in (task, *others)}
    valid = [one for one in operations.statements.all_valid(demo=task.demo) if one.subject in subjects]
    both = len(valid) > 1 and any(one.subject == task.subject for one in valid)
    proposed = beside(task.id, operations.alerts.possibly_same(demo=task.demo))
    return {"proposed": proposed, "others": others, "valid": valid if both else []}


def _colleagues(task: Task) -> dict[str, str]:
    """Who else may answer: account → name."""
    everybody = parts().operations.users.all()
    fits = [one for one in everybody if one.active and one.demo == task.demo and may(one, "answer")]
    return {one.name: one.display_name for one in fits if one.name != task.owner}


def saved_words() -> str:
    """When a draft was kept, for the line beneath it."""
    return format_local(parts().now(), "%H:%M:%S")
