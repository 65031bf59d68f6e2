"""Who should take a task: the spokesperson on duty; anybody else says why they do."""

from __future__ import annotations

from config.errors import InputError
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.roster import person_on_duty
from storage.records import Task


def spokesperson_on_duty(*, demo: bool) -> str | None:
    """The account that has the post now; None where the rota names nobody, and for the demonstration."""
    # Nobody can log in as the people of the demonstration, so their rota keeps nobody from trying its tasks.
    return None if demo else person_on_duty("spokesperson", parts().now(), demo=False)


def claim(task: Task, reason: str) -> Task:
    """Take a task for the person of the request.

    Raises InputError when somebody else is on duty and no reason is given, ConflictError when it is taken.
    """
    on_duty = spokesperson_on_duty(demo=task.demo)
    note = ""
    if on_duty is not None and on_duty != user().name:
        if not reason.strip():
            raise InputError(f"当班发言人是{people().get(on_duty, on_duty)}，由您领取请填写代领原因")
        note = f"代领（当班 {on_duty}）：{reason.strip()}"
    return parts().operations.tasks.claim(task.id, user().name, note)
