"""Who is told in the pages when a statement moves: whose turn it is to sign, and the writer when it comes back."""

from __future__ import annotations

from flask import url_for

from dashboard.clocks import timekeeping
from dashboard.parts import parts
from storage.records import LEVELS, Statement


def tell_signers(number: int) -> None:
    """Everybody who may sign a statement now, each once; the writer once nobody is left to sign."""
    operations = parts().operations
    statement = operations.statements.get(number)
    if statement.state != "submitted":
        return
    timekeeping().ask_to_sign(number)  # not only in a few seconds: the clock runs from now
    task = operations.tasks.get(statement.task_id)
    missing = operations.statements.missing(number)
    words = f"【待签】{LEVELS[task.level]}色：{task.title}"
    now = parts().now()
    for place in missing:
        if place.now:
            for one in operations.appointments.holders(place.post, place.department or None, now):
                _tell(one.person, words, f"sign:{number}:{one.person}", url_for("signing.show"))
    if not missing and task.owner:
        _tell(task.owner, f"【可发布】{task.title}：已签齐", f"signed:{number}", url_for("tasks.one", number=task.id))


def tell_writer(statement: Statement) -> None:
    """A statement came back."""
    task = parts().operations.tasks.get(statement.task_id)
    link = url_for("tasks.one", number=task.id)
    _tell(task.owner or statement.submitted_by, f"【退回】{task.title}：{statement.why}", f"back:{statement.id}", link)


def _tell(person: str, subject: str, key: str, link: str) -> None:
    known = parts()
    if known.settings.inapp.enabled and any(one.name == person for one in known.operations.users.all()):
        known.operations.outbox.enqueue("inapp", subject, subject, key=key[:150], recipient=person, link=link)
