"""The texts behind a task, and what they ask; what the media ask stands first."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.alerts import query_of
from dashboard.parts import parts
from nlp.claims import Question, questions_of
from storage.records import Alert, Document, Task

SHOWN = 8
READ = 30  # texts whose questions are looked for
MOST_ALERTS = 5  # whose texts are looked up
MOST_QUESTIONS = 8


def texts_behind(alerts: Sequence[Alert], most: int = SHOWN) -> list[Document]:
    """The newest texts behind the latest alerts of a task."""
    queries = [query for alert in alerts[:MOST_ALERTS] if (query := query_of(alert)) is not None]
    found = {doc.id: doc for query in queries for doc in parts().store.find(query, limit=most).documents}
    return sorted(found.values(), key=lambda doc: doc.published_at, reverse=True)[:most]


def questions(task: Task) -> list[Question | str]:
    """What is asked: by the media word by word, in the texts each kind of question once, the kinds most asked first."""
    operations = parts().operations
    waiting = operations.inquiries.find(demo=task.demo, states=("open",), subject=task.subject)
    found: list[Question | str] = [it.question for it in waiting]
    counted: dict[str, list[Question]] = {}
    for doc in texts_behind(operations.alerts.find(task_id=task.id), READ):
        for question in questions_of(f"{doc.title}\n{doc.body}"):
            counted.setdefault(question.kind, []).append(question)
    found += [same[0] for same in sorted(counted.values(), key=len, reverse=True)]
    return found[:MOST_QUESTIONS]
