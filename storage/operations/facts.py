"""Facts of a subject: reported, verified by somebody else, amended, refuted; a change reaches what stands on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.searching import by_person, holding, of_subject, within
from storage.operations.statement_rows import LIVE, read_statements, unsettle
from storage.operations.tables_desk import fact_steps, facts, statement_claims, statements
from storage.operations.task_steps import needed
from storage.records import FACT_KINDS, FACT_SOURCES, FACT_STATES, Fact, FactKind, FactSource, FactState, FactStep

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class FactDraft:
    """What somebody reports. `value` "" takes the whole text as what a statement must say."""

    kind: FactKind
    text: str
    value: str
    source_kind: FactSource
    source: str


class Facts:
    """What is known of each subject, and who says so."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def report(self, subject: str, draft: FactDraft, reporter: str, *, demo: bool = False) -> Fact:
        """A new fact, not yet verified; the same again from the same person is the one that waits already.

        Raises InputError where kind, text or source is missing.
        """
        values = _checked(draft) | {"subject": subject, "reporter": reporter, "demo": demo}
        now = self._clock.now()
        with self._database.desk() as connection:
            same = sa.and_(facts.c.state == "pending", *(facts.c[name] == value for name, value in values.items()))
            if (known := connection.scalar(sa.select(facts.c.id).where(same))) is not None:
                return Fact(**connection.execute(facts.select().where(facts.c.id == known)).one()._mapping)
            number = insert_row(
                connection, facts, **values, state="pending", reported_at=now, revision=1, why="", asked=0
            )  # fmt: skip
            self._note(connection, number, reporter, "报送")
        return self.get(number)

    def verify(self, number: int, verifier: str, note: str = "", *, revision: int | None = None) -> Fact:
        """Somebody other than who reported it says that it is so.

        `revision`: the one the verifier saw. Raises ConflictError for the reporter, a verified fact, or one that was
        changed meanwhile.
        """
        return self._decide(number, verifier, "verified", note, revision)

    def refute(self, number: int, by: str, why: str, *, revision: int | None = None) -> Fact:
        """It is not so, with the reason; every statement that stands on it is flagged, and its task goes on.

        `revision`: the one the person saw; another that was verified meanwhile is not refuted unseen (ConflictError).
        """
        return self._decide(number, by, "refuted", needed(why, "否定的原因"), revision)

    def amend(
        self, number: int, by: str, text: str, value: str, why: str, *, revision: int | None = None
    ) -> Fact:  # fmt: skip
        """Another text or value, with the reason: to be verified anew, by somebody else than `by`.

        `revision`: the one the person saw. Raises ConflictError where it was changed meanwhile, InputError.
        """
        reason = needed(why, "更改的原因")

        def work(connection: sa.Connection) -> None:
            fact = _locked(connection, number)
            _must_be_seen(fact, revision, "更改")
            draft = FactDraft(fact.kind, text, value, fact.source_kind, fact.source)
            wanted = _checked(draft)
            if (wanted["text"], wanted["value"]) == (fact.text, fact.value):
                raise InputError("内容没有变化")
            values = {
                "text": wanted["text"], "value": wanted["value"], "revision": fact.revision + 1, "state": "pending",
                "reporter": by, "reported_at": self._clock.now(), "verifier": None, "verified_at": None, "why": reason,
            }  # fmt: skip
            connection.execute(facts.update().where(facts.c.id == number).values(**values))
            self._note(connection, number, by, "更改", reason)
            self._unsettle(connection, number, f"事实 {number} 已由“{fact.value}”改为“{wanted['value']}”：{reason}")

        self._database.at_the_desk(work)
        return self.get(number)

    def ask(self, number: int, by: str) -> Fact:
        """Remind those who could verify it; counted and kept."""
        with self._database.write() as connection:
            mine = sa.and_(facts.c.id == number, facts.c.state == "pending")
            if not connection.execute(facts.update().where(mine).values(asked=facts.c.asked + 1)).rowcount:
                raise ConflictError("催办核实", "该事实已不在待核实")
            self._note(connection, number, by, "催办")
        return self.get(number)

    def get(self, number: int) -> Fact:
        """One fact. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(facts.select().where(facts.c.id == number)).first()
        if row is None:
            raise NotFoundError("事实", str(number))
        return Fact(**row._mapping)

    def of_subject(self, subject: str, *, demo: bool) -> list[Fact]:
        """Everything reported of a subject, in the order of reporting; refuted ones too."""
        query = facts.select().where(facts.c.subject == subject, facts.c.demo == demo).order_by(facts.c.id)
        with self._database.read() as connection:
            return [Fact(**row._mapping) for row in connection.execute(query)]

    def pending(self, *, demo: bool, limit: int = 200) -> list[Fact]:
        """What still waits to be verified, the oldest first."""
        mine = facts.select().where(facts.c.state == "pending", facts.c.demo == demo)
        with self._database.read() as connection:
            return [Fact(**row._mapping) for row in connection.execute(mine.order_by(facts.c.id).limit(limit))]

    def find(
        self, *, demo: bool, states: Sequence[FactState] = (), words: str = "", oldest: bool = False, limit: int = 100,
        offset: int = 0,
    ) -> list[Fact]:  # fmt: skip
        """Facts in these states (default: any), the latest first, with `oldest` the other way round.

        `words` are looked for in text, value, source and matter, and among reporters and verifiers.
        """
        order = facts.c.id.asc() if oldest else facts.c.id.desc()
        query = facts.select().where(*_asked_for(demo=demo, states=states, words=words)).order_by(order)
        with self._database.read() as connection:
            return [Fact(**row._mapping) for row in connection.execute(query.limit(limit).offset(offset))]

    def count(self, *, demo: bool, states: Sequence[FactState] = (), words: str = "") -> int:
        """How many `find` would list without a limit."""
        chosen = _asked_for(demo=demo, states=states, words=words)
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(facts).where(*chosen)) or 0

    def counts(self, subjects: Sequence[str], *, demo: bool) -> Mapping[str, Mapping[str, int]]:
        """Per subject, how many facts are in each state."""
        query = (
            sa.select(facts.c.subject, facts.c.state, sa.func.count().label("number"))
            .where(facts.c.subject.in_(list(subjects)), facts.c.demo == demo)
            .group_by(facts.c.subject, facts.c.state)
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[row.subject][row.state] = row.number
        return found

    def mark(self) -> int:
        """Differs from an earlier one when anything was reported, verified, refuted, amended or asked for."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(fact_steps)) or 0

    def steps(self, number: int) -> list[FactStep]:
        """The history of a fact, oldest first."""
        query = fact_steps.select().where(fact_steps.c.fact_id == number).order_by(fact_steps.c.id)
        with self._database.read() as connection:
            return [
                FactStep(row.fact_id, row.at, row.actor, row.action, row.revision, row.text, row.value, row.note)
                for row in connection.execute(query)
            ]

    def _decide(self, number: int, by: str, state: str, note: str, revision: int | None) -> Fact:
        word = {"verified": "核实", "refuted": "否定"}[state]

        def work(connection: sa.Connection) -> None:
            fact = _locked(connection, number)
            _must_be_seen(fact, revision, word)
            if fact.state == state or (state == "verified" and fact.state == "refuted"):
                raise ConflictError(f"{word}事实", f"该事实现在是“{FACT_STATES[fact.state]}”")
            if state == "verified" and by == fact.reporter:
                raise ConflictError("核实事实", "报送人不能核实自己报送的事实，请由他人核实")
            values = {"state": state, "verifier": by, "verified_at": self._clock.now(), "why": note.strip()}
            connection.execute(facts.update().where(facts.c.id == number).values(**values))
            self._note(connection, number, by, word, note.strip())
            if state == "refuted":
                self._unsettle(connection, number, f"事实 {number}“{fact.value}”已被否定：{note.strip()}")

        self._database.at_the_desk(work)
        return self.get(number)

    def _unsettle(self, connection: sa.Connection, number: int, why: str) -> None:
        standing = sa.select(statement_claims.c.statement_id).where(statement_claims.c.fact_id == number)
        found = read_statements(connection, statements.c.id.in_(standing), statements.c.state.in_(LIVE))
        unsettle(connection, found, self._clock.now(), "fact", why, number)

    def _note(self, connection: sa.Connection, number: int, actor: str, action: str, note: str = "") -> None:
        fact = connection.execute(facts.select().where(facts.c.id == number)).one()
        insert_row(
            connection, fact_steps, fact_id=number, at=self._clock.now(), actor=actor, action=action,
            revision=fact.revision, text=fact.text, value=fact.value, note=note,
        )  # fmt: skip


def _must_be_seen(fact: Fact, revision: int | None, word: str) -> None:
    if revision is not None and fact.revision != revision:
        raise ConflictError(f"{word}事实", f"它刚被更改，请看过新的内容再{word}")


def _locked(connection: sa.Connection, number: int) -> Fact:
    row = connection.execute(facts.select().where(facts.c.id == number).with_for_update()).first()
    if row is None:
        raise NotFoundError("事实", str(number))
    return Fact(**row._mapping)


def _checked(draft: FactDraft) -> dict[str, Any]:
    text = needed(draft.text, "事实内容")
    if draft.kind not in FACT_KINDS:
        raise InputError(f"没有这种事实；有：{'、'.join(FACT_KINDS.values())}", field="种类")
    if draft.source_kind not in FACT_SOURCES:
        raise InputError(f"没有这种来源；有：{'、'.join(FACT_SOURCES.values())}", field="来源")
    if max(len(text), len(draft.value)) > LONGEST:
        raise InputError(f"事实最多 {LONGEST} 字")
    source = needed(draft.source, "来源")[:400]
    value = draft.value.strip() or text
    return {"kind": draft.kind, "text": text, "value": value, "source_kind": draft.source_kind, "source": source}


def _asked_for(*, demo: bool, states: Sequence[FactState], words: str) -> list[sa.ColumnElement[bool]]:
    def places(word: str) -> list[sa.ColumnElement[bool]]:
        return [
            *within(word, facts.c.text, facts.c.value, facts.c.source, facts.c.why),
            *of_subject(word, facts.c.subject),
            *by_person(word, facts.c.reporter, facts.c.verifier),
        ]

    chosen: list[sa.ColumnElement[bool]] = [facts.c.demo == demo, *holding(words, places)]
    return chosen + ([facts.c.state.in_(list(states))] if states else [])
