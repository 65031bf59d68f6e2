"""Questions of the media: each with its deadline, answered only in sentences of the valid statement, all of it kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.publications import TWICE
from storage.operations.searching import by_person, holding, of_subject, within
from storage.operations.statement_rows import read_statements
from storage.operations.tables_desk import statement_flags, statements
from storage.operations.tables_voice import inquiries, inquiry_answers
from storage.operations.task_steps import needed, within_a_year
from storage.records import INQUIRY_STATES, Inquiry, InquiryAnswer, InquiryState
from storage.sentences import sentences


class Inquiries:
    """What was asked, and what was said to whom."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(
        self, subject: str, outlet: str, question: str, due_at: datetime, by: str, *, contact: str = "",
        asked_at: datetime | None = None, demo: bool = False,
    ) -> Inquiry:  # fmt: skip
        """A question, with its deadline; the same again, by the same person and still open, is the one there is.

        Raises InputError where outlet or question is missing, for a deadline that is past or more than a year away.
        """
        now = self._clock.now()
        asked = asked_at or now
        if due_at <= asked:
            raise InputError("答复期限应晚于提问时间", field="答复期限")
        within_a_year(due_at, now, "答复期限")
        values = {
            "subject": needed(subject, "事件"), "outlet": needed(outlet, "媒体")[:200], "due_at": due_at, "by": by,
            "contact": contact.strip()[:200], "question": needed(question, "问题"), "state": "open", "demo": demo,
        }  # fmt: skip
        with self._database.desk() as connection:
            same = sa.and_(*(inquiries.c[name] == value for name, value in values.items()))
            number = connection.scalar(sa.select(inquiries.c.id).where(same))
            if number is None:
                number = insert_row(connection, inquiries, **values, asked_at=asked, why="")
        return self.get(number)

    def answer(self, number: int, chosen: Sequence[str], told: str, way: str, by: str) -> InquiryAnswer:
        """Say these sentences of the valid statement to somebody; looked at again while it is recorded.

        Raises ConflictError where no statement is valid, InputError for a sentence that is not in it.
        """
        person, now = needed(told, "告知何人"), self._clock.now()
        text = needed("".join(chosen), "答复的句子")
        with self._database.desk() as connection:
            inquiry = self._locked(connection, number)
            if inquiry.state == "declined":
                raise ConflictError("答复媒体", "它已被婉拒")
            mine = sa.and_(statements.c.subject == inquiry.subject, statements.c.demo == inquiry.demo)
            found = read_statements(connection, mine, statements.c.state == "valid")
            if not found or (found[0].expires_at is not None and found[0].expires_at <= now):
                raise ConflictError("答复媒体", "还没有生效的口径；媒体问询只能用生效的口径答复")
            shaken = sa.select(sa.func.count()).where(statement_flags.c.statement_id == found[0].id)
            if connection.scalar(shaken):
                raise ConflictError("答复媒体", "口径所依据的情况有变，发言人正在更新；更新之前先不答复")
            known = set(sentences(found[0].text))
            if strange := [sentence for sentence in chosen if sentence.strip() not in known]:
                raise InputError(f"这句不在生效的口径里：{strange[0]}")
            values = {"statement_id": found[0].id, "text": text, "told": person[:200], "way": way.strip()[:200]}
            said = sa.and_(*(inquiry_answers.c[name] == value for name, value in values.items()))
            mine = sa.and_(said, inquiry_answers.c.inquiry_id == number, inquiry_answers.c.by == by)
            again = sa.and_(mine, inquiry_answers.c.at > now - TWICE, inquiry_answers.c.at <= now)
            key = connection.scalar(sa.select(inquiry_answers.c.id).where(again))
            if key is None:
                key = insert_row(connection, inquiry_answers, inquiry_id=number, at=now, by=by, **values)
            connection.execute(inquiries.update().where(inquiries.c.id == number).values(state="answered"))
        return InquiryAnswer(key, number, found[0].id, text, person[:200], way.strip()[:200], now, by)

    def decline(self, number: int, by: str, why: str) -> Inquiry:
        """Not to be answered, with the reason. Raises ConflictError where it was answered or declined."""
        told = f"{by}：{needed(why, '婉拒的原因')}"
        with self._database.write() as connection:
            inquiry = self._locked(connection, number)
            if inquiry.state != "open":
                raise ConflictError("婉拒问询", f"它现在是“{INQUIRY_STATES[inquiry.state]}”")
            connection.execute(inquiries.update().where(inquiries.c.id == number).values(state="declined", why=told))
        return self.get(number)

    def get(self, number: int) -> Inquiry:
        """One question. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(inquiries.select().where(inquiries.c.id == number)).first()
        if row is None:
            raise NotFoundError("媒体问询", str(number))
        return Inquiry(**row._mapping)

    def find(
        self,
        *,
        demo: bool,
        states: Sequence[InquiryState] = (),
        subject: str | None = None,
        words: str = "",
        persons: bool = True,
        newest: bool = False,
        limit: int | None = 200,
        offset: int = 0,
    ) -> list[Inquiry]:
        """Questions in these states (default: any), the nearest deadline first, with `newest` the latest.

        `words` are looked for in outlet, question, what was said, the matter and among accounts, with `persons` also in
        the names of those who asked and were told.
        """
        order = (inquiries.c.due_at.desc(), inquiries.c.id.desc()) if newest else (inquiries.c.due_at, inquiries.c.id)
        query = inquiries.select().where(
            *_asked_for(demo=demo, states=states, subject=subject, words=words, persons=persons)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(*order).limit(limit).offset(offset))
            return [Inquiry(**row._mapping) for row in rows]

    def count(
        self, *, demo: bool, states: Sequence[InquiryState] = (), words: str = "", persons: bool = True
    ) -> int:  # fmt: skip
        """How many `find` would list without a limit."""
        chosen = _asked_for(demo=demo, states=states, subject=None, words=words, persons=persons)
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(inquiries).where(*chosen)) or 0

    def answers(self, numbers: Sequence[int]) -> dict[int, list[InquiryAnswer]]:
        """What was said to each of these questions, the earliest first."""
        query = inquiry_answers.select().where(inquiry_answers.c.inquiry_id.in_(list(numbers)))
        found: dict[int, list[InquiryAnswer]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(inquiry_answers.c.id)):
                said = InquiryAnswer(
                    row.id, row.inquiry_id, row.statement_id, row.text, row.told, row.way, row.at, row.by
                )
                found.setdefault(said.inquiry, []).append(said)
        return found

    def _locked(self, connection: sa.Connection, number: int) -> Inquiry:
        row = connection.execute(inquiries.select().where(inquiries.c.id == number).with_for_update()).first()
        if row is None:
            raise NotFoundError("媒体问询", str(number))
        return Inquiry(**row._mapping)


def _asked_for(
    *, demo: bool, states: Sequence[InquiryState], subject: str | None, words: str, persons: bool
) -> list[sa.ColumnElement[bool]]:
    said = inquiry_answers.c

    def places(word: str) -> list[sa.ColumnElement[bool]]:
        names = (said.told,) if persons else ()
        told = sa.or_(*within(word, said.text, said.way, *names), *by_person(word, said.by))
        contact = (inquiries.c.contact,) if persons else ()
        return [
            *within(word, inquiries.c.outlet, inquiries.c.question, inquiries.c.why, *contact),
            *of_subject(word, inquiries.c.subject),
            *by_person(word, inquiries.c.by),
            inquiries.c.id.in_(sa.select(said.inquiry_id).where(told)),
        ]

    chosen: list[sa.ColumnElement[bool]] = [inquiries.c.demo == demo, *holding(words, places)]
    chosen += [inquiries.c.state.in_(list(states))] if states else []
    return chosen + ([inquiries.c.subject == subject] if subject is not None else [])
