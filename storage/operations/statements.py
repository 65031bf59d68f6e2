"""What is said (口径): sent for signature, signed, published, replaced. At most one is valid per subject.

Publishing refuses, and says each: a claim that no verified fact backs, an unfilled place, a missing signature, a text
that has expired. What is checked here is checked in the transaction that publishes, whatever pages showed before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from config.clock import Clock
from config.errors import ConflictError, InputError
from storage.holes import holes
from storage.life import SIGNING, SPOKEN, TaskState
from storage.operations.appointments import holding
from storage.operations.database import Database, insert_row
from storage.operations.signing import missing, read_signatures, signatures_of, words
from storage.operations.statement_rows import (
    add_flag,
    asked_for,
    end_statement,
    living,
    open_beside,
    promise_row,
    read_statement,
    read_statements,
    send_back,
)
from storage.operations.tables_desk import facts, signatures, statement_claims, statement_flags, statements
from storage.operations.task_rows import SYSTEM, add_step
from storage.operations.task_steps import Doing, needed, take_step, task_row
from storage.records import (
    FACT_STATES,
    SIGNING_POSTS,
    STATEMENT_STATES,
    Appointment,
    Missing,
    Signature,
    Statement,
    StatementClaim,
    StatementDraft,
    StatementFlag,
    StatementState,
    Task,
)

LONGEST = 10_000  # characters of a text; reading a longer one for claims takes longer than people wait


class Statements:
    """Versions of what is said about each subject."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # Looking

    def get(self, number: int) -> Statement:
        """One statement. Raises NotFoundError."""
        with self._database.read() as connection:
            return read_statement(connection, number)

    def of_task(self, task: int) -> list[Statement]:
        """Every version of a task, the latest first."""
        with self._database.read() as connection:
            return read_statements(connection, statements.c.task_id == task)

    def of_subject(self, subject: str, *, demo: bool) -> list[Statement]:
        """Every version ever said or submitted of a subject, the latest first."""
        with self._database.read() as connection:
            return read_statements(connection, statements.c.subject == subject, statements.c.demo == demo)

    def valid(self, subject: str, *, demo: bool) -> Statement | None:
        """What holds now; one that has run out is ended first."""
        mine = sa.and_(statements.c.subject == subject, statements.c.demo == demo, statements.c.state == "valid")
        with self._database.read() as connection:
            found = read_statements(connection, mine)
        if found and self._over(found[0]):
            self.expire()
            return None
        return found[0] if found else None

    def all_valid(self, *, demo: bool, limit: int = 200) -> list[Statement]:
        """Everything that holds now, the latest first."""
        with self._database.read() as connection:
            mine = sa.and_(statements.c.demo == demo, statements.c.state == "valid")
            return [one for one in read_statements(connection, mine, limit=limit) if not self._over(one)]

    def find(
        self, *, demo: bool, states: Sequence[StatementState] = (), words: str = "", limit: int = 100, offset: int = 0
    ) -> list[Statement]:
        """Statements in these states (default: any): what holds first, then what waits, the latest first.

        `words` are looked for in the text, in what it is about and where, in the reason it ended, and among persons.
        """
        order = (sa.case((statements.c.state == "valid", 0), (statements.c.state == "submitted", 1), else_=2),)
        query = sa.select(statements.c.id).where(*asked_for(demo=demo, states=states, words=words))
        with self._database.read() as connection:
            chosen = query.order_by(*order, statements.c.id.desc()).limit(limit).offset(offset)
            wanted = list(connection.scalars(chosen))
            found = {one.id: one for one in read_statements(connection, statements.c.id.in_(wanted))}
            return [found[number] for number in wanted]

    def count(self, *, demo: bool, states: Sequence[StatementState] = (), words: str = "") -> int:
        """How many `find` would list without a limit."""
        query = (
            sa.select(sa.func.count()).select_from(statements).where(*asked_for(demo=demo, states=states, words=words))
        )
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def flags(self, numbers: Sequence[int]) -> dict[int, list[StatementFlag]]:
        """What has changed beneath these statements, the oldest first."""
        query = statement_flags.select().where(statement_flags.c.statement_id.in_(list(numbers)))
        found: dict[int, list[StatementFlag]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(statement_flags.c.id)):
                flag = StatementFlag(row.id, row.statement_id, row.at, row.kind, row.why, row.fact_id)
                found.setdefault(row.statement_id, []).append(flag)
        return found

    def signatures(self, number: int) -> list[Signature]:
        """The signatures on a statement, in their order."""
        with self._database.read() as connection:
            return read_signatures(connection, number)

    def signed_by(self, person: str, *, demo: bool, limit: int = 50) -> list[Signature]:
        """What a person agreed to or sent back, the latest first."""
        with self._database.read() as connection:
            return signatures_of(connection, person, demo=demo, limit=limit)

    def missing(self, number: int) -> list[Missing]:
        """The signatures it still needs at the level its task has now."""
        with self._database.read() as connection:
            statement = read_statement(connection, number)
            return missing(
                statement, task_row(connection, statement.task_id).level, read_signatures(connection, number)
            )

    def awaiting(self, person: str, *, demo: bool) -> list[Statement]:
        """What waits for a person's signature now, the oldest first."""
        with self._database.read() as connection:
            posts = holding(connection, self._clock.now(), demo=demo, person=person)
            mine = sa.and_(statements.c.demo == demo, statements.c.state == "submitted")
            found = read_statements(connection, mine) if posts else []
            return [one for one in reversed(found) if self._turn_of(connection, one, person, posts) is not None]

    def obstacles(self, number: int) -> list[str]:
        """Everything that stops publishing now, in Chinese; empty when it may go out."""
        with self._database.read() as connection:
            statement = read_statement(connection, number)
            return self._obstacles(connection, statement, task_row(connection, statement.task_id))

    # Signing

    def submit(self, task: int, user: str, draft: StatementDraft, version: int | None = None) -> Statement:
        """Send a text for signature; departments co-sign first where any are named.

        Raises InputError for an empty text or an unfilled place, ConflictError when it is not the person's task or
        `version` is stale.
        """
        text = needed(draft.text, "答复内容")
        if found := holes(text):
            raise InputError(f"还有 {len(found)} 处没有填：{'、'.join(found)}")
        with self._database.desk() as connection:
            number = self._submit(connection, task, user, draft, text, version)
            return read_statement(connection, number)

    def publish_at_once(self, task: int, user: str, draft: StatementDraft, version: int | None = None) -> Statement:
        """Submit and publish in one transaction, where the level asks for no signature. Raises as both do."""
        text = needed(draft.text, "答复内容")
        if found := holes(text):
            raise InputError(f"还有 {len(found)} 处没有填：{'、'.join(found)}")

        def work(connection: sa.Connection) -> int:
            number = self._submit(connection, task, user, draft, text, version)
            self._publish(connection, read_statement(connection, number), user)
            return number

        # Of two that publish about one subject at once the second replaces the first.
        return self.get(self._database.at_the_desk(work))

    def sign(self, number: int, person: str, sha256: str, note: str = "") -> Signature:
        """A person agrees to the very text they saw (`sha256`).

        Raises ConflictError when it is not their turn or post, they wrote it, they or somebody signed before, or the
        text is another one.
        """
        now = self._clock.now()
        with self._database.desk() as connection:
            statement, post = self._signing(connection, number, person, sha256)
            try:
                signature = self._signed(connection, statement, post, person, note, agreed=True)
            except IntegrityError:
                raise ConflictError("签名", "这一位置刚刚已有人签过，请刷新") from None
            task = task_row(connection, statement.task_id)
            left = missing(statement, task.level, read_signatures(connection, number))
            to: TaskState = "cosigning" if any(place.post == "member" for place in left) else "approving"
            told = f"{_place(post)}：同意" + (f"（{note.strip()}）" if note.strip() else "")
            take_step(connection, "sign", task.id, Doing(person, now, told, owned=False), to)
            return signature

    def send_back(self, number: int, person: str, sha256: str, why: str) -> Statement:
        """Whoever's turn it is returns it with the reason; the task goes back to writing."""
        reason = needed(why, "退回的原因")
        with self._database.desk() as connection:
            statement, post = self._signing(connection, number, person, sha256)
            self._signed(connection, statement, post, person, reason, agreed=False)
            send_back(connection, statement, self._clock.now(), f"{_place(post)}：{reason}", person)
            return read_statement(connection, number)

    def take_back(self, number: int, user: str, why: str = "") -> Statement:
        """The owner goes on writing: the signatures given are void, since the text will be another."""
        now = self._clock.now()
        with self._database.desk() as connection:
            statement = read_statement(connection, number, lock=True)
            if statement.state != "submitted":
                raise ConflictError("撤回送签", f"这份口径现在是“{STATEMENT_STATES[statement.state]}”")
            take_step(connection, "take_back", statement.task_id, Doing(user, now, why))
            end_statement(connection, number, "returned", now, why.strip() or "撰写人撤回修改")
            return read_statement(connection, number)

    # Being valid

    def publish(self, number: int, user: str) -> Statement:
        """Make it the one valid statement of its subject; the one before is superseded.

        Raises ConflictError with everything that stops it, or when it is not the person's task.
        """

        def work(connection: sa.Connection) -> int:
            self._publish(connection, read_statement(connection, number, lock=True), user)
            return number

        # Of two that publish about one subject at once the second replaces the first.
        return self.get(self._database.at_the_desk(work))

    def withdraw(self, number: int, user: str, why: str) -> Statement:
        """What holds is taken back, with the reason; the task goes on, opened again where it was closed.

        For the owner of its task, or of the one that task was merged into; another open task of the event is told.
        """
        reason, now = needed(why, "撤回的原因"), self._clock.now()
        with self._database.desk() as connection:
            statement = read_statement(connection, number, lock=True)
            task = living(connection, statement.task_id)
            if task.owner != user:
                raise ConflictError("撤回口径", f"任务 {task.id} 由 {task.owner or '无人'} 负责")
            if not end_statement(connection, number, "withdrawn", now, reason) or statement.state != "valid":
                raise ConflictError("撤回口径", f"这份口径现在是“{STATEMENT_STATES[statement.state]}”")
            told, beside = f"撤回口径：{reason}", open_beside(connection, task)
            if task.state in SPOKEN:
                take_step(connection, "recall", task.id, Doing(user, now, told))
            elif task.state == "closed" and beside is None:
                take_step(connection, "reopen", task.id, Doing(user, now, told), "claimed", closed_at=None)
            else:
                add_step(connection, task.id, now, user, "撤回口径", reason)
            if beside is not None:
                add_step(connection, beside, now, user, "口径有变", f"任务 {statement.task_id} 的口径已撤回：{reason}")
            return read_statement(connection, number)

    def expire(self) -> int:
        """End every valid statement whose time has run out; returns how many."""
        now = self._clock.now()
        over = sa.and_(statements.c.state == "valid", statements.c.expires_at <= now)
        with self._database.read() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(statements).where(over)):
                return 0
        with self._database.desk() as connection:
            found = read_statements(connection, over)
            for one in found:
                if end_statement(connection, one.id, "expired", now, "有效期已到"):
                    add_step(connection, one.task_id, now, SYSTEM, "口径过期", f"第 {one.edition} 版口径的有效期已到")
        return len(found)

    def flag_promise(self, number: int, why: str) -> None:
        """What a statement promised did not happen in time."""
        with self._database.write() as connection:
            add_flag(connection, number, self._clock.now(), "promise", why)

    # Within transactions

    def _submit(
        self, connection: sa.Connection, task: int, user: str, draft: StatementDraft, text: str, version: int | None
    ) -> int:
        now = self._clock.now()
        if len(text) > LONGEST:
            raise InputError(f"口径最多 {LONGEST} 字")
        if draft.expires_at is not None and draft.expires_at <= now:
            raise InputError("有效期应晚于现在", field="有效期")
        to: TaskState = "cosigning" if draft.departments else "approving"
        doing = Doing(user, now, "、".join(draft.departments), version=version)
        take_step(connection, "submit", task, doing, to, draft=text)
        row = task_row(connection, task)
        count = sa.select(sa.func.count()).select_from(statements).where(statements.c.task_id == task)
        number = insert_row(
            connection, statements, task_id=task, text=text, subject=row.subject, demo=row.demo,
            edition=int(connection.scalar(count) or 0) + 1, sha256=hashlib.sha256(text.encode()).hexdigest(),
            state="submitted", submitted_by=user, submitted_at=now, expires_at=draft.expires_at, why="",
            departments=list(dict.fromkeys(draft.departments)), conflicts=[asdict(one) for one in draft.conflicts],
            promises=[promise_row(one) for one in draft.promises],
        )  # fmt: skip
        for claim in draft.claims:
            insert_row(
                connection, statement_claims, statement_id=number, sentence=claim.sentence, kind=claim.kind,
                text=claim.text, value=claim.value, fact_id=claim.fact, revision=claim.revision,
            )  # fmt: skip
        return number

    def _signing(
        self, connection: sa.Connection, number: int, person: str, sha256: str
    ) -> tuple[Statement, Appointment]:
        statement = read_statement(connection, number, lock=True)
        if statement.state != "submitted":
            raise ConflictError("签名", f"这份口径现在是“{STATEMENT_STATES[statement.state]}”，请刷新")
        if statement.sha256 != sha256:
            raise ConflictError("签名", "文字已不是您看到的那一份，请刷新后重新阅读")
        if person in _writers(statement, task_row(connection, statement.task_id)):
            raise ConflictError("签名", "撰写人不能签自己的口径")
        if any(one.person == person for one in read_signatures(connection, number)):
            raise ConflictError("签名", "您已签过这一份")
        posts = holding(connection, self._clock.now(), demo=statement.demo, person=person)
        post = self._turn_of(connection, statement, person, posts)
        if post is None:
            level = task_row(connection, statement.task_id).level
            left = [words(place) for place in missing(statement, level, read_signatures(connection, number))]
            raise ConflictError("签名", f"现在不由您签；还差：{'、'.join(left) or '无'}")
        return statement, post

    def _turn_of(
        self, connection: sa.Connection, statement: Statement, person: str, posts: Sequence[Appointment]
    ) -> Appointment | None:
        """The post in which a person may sign now, None where it is not their turn."""
        signed = read_signatures(connection, statement.id)
        task = task_row(connection, statement.task_id)
        if person in _writers(statement, task) or any(one.person == person for one in signed):
            return None
        for place in missing(statement, task.level, signed):
            for post in posts:
                fits = post.post == place.post and place.department in ("", post.department)
                if place.now and fits:
                    return post
        return None

    def _signed(
        self,
        connection: sa.Connection,
        statement: Statement,
        post: Appointment,
        person: str,
        note: str,
        *,
        agreed: bool,
    ) -> Signature:
        values = {
            "post": post.post, "department": post.department if post.post == "member" else "", "person": person,
            "deputy": post.deputy, "agreed": agreed, "sha256": statement.sha256, "at": self._clock.now(),
            "note": note.strip(),
        }  # fmt: skip
        number = insert_row(connection, signatures, statement_id=statement.id, **values)
        return Signature(id=number, statement=statement.id, **values)  # type: ignore[arg-type]

    def _publish(self, connection: sa.Connection, statement: Statement, user: str) -> None:
        now = self._clock.now()
        task = task_row(connection, statement.task_id, lock=True)
        if problems := self._obstacles(connection, statement, task):
            raise ConflictError("发布口径", "；".join(problems))
        take_step(
            connection, "publish", task.id, Doing(user, now, f"第 {statement.edition} 版"), draft=statement.text,
            published_at=task.published_at or now,
        )  # fmt: skip
        mine = sa.and_(statements.c.subject == task.subject, statements.c.demo == task.demo)
        for before in read_statements(connection, mine, statements.c.state == "valid"):
            state: StatementState = "expired" if self._over(before) else "superseded"
            end_statement(connection, before.id, state, now, f"由第 {statement.edition} 版替代", statement.id)
        values = {"state": "valid", "published_by": user, "published_at": now, "subject": task.subject}
        connection.execute(statements.update().where(statements.c.id == statement.id).values(**values))

    def _obstacles(self, connection: sa.Connection, statement: Statement, task: Task) -> list[str]:
        if statement.state != "submitted":
            return [f"这份口径现在是“{STATEMENT_STATES[statement.state]}”"]
        found = [] if task.state in SIGNING else ["任务不在会签或审批中"]
        found += [f"还有没填的地方：{hole}" for hole in holes(statement.text)]
        if self._over(statement):
            found.append("有效期已过")
        if hashlib.sha256(statement.text.encode()).hexdigest() != statement.sha256:
            found.append("文字与送签时的校验值不符")
        signed = read_signatures(connection, statement.id)
        for place in missing(statement, task.level, signed):
            found.append(f"还差签名：{words(place)}")
        if task.owner in [one.person for one in signed]:  # handed over to somebody who had signed it
            found.append("任务负责人签过这一份：请转办他人发布，或撤回重新送签")
        return found + _unbacked(connection, statement.claims, task)

    def _over(self, statement: Statement) -> bool:
        return statement.expires_at is not None and statement.expires_at <= self._clock.now()


def _unbacked(connection: sa.Connection, claims: Sequence[StatementClaim], task: Task) -> list[str]:
    """What of the claims no verified fact backs, each said once."""
    numbers = {claim.fact for claim in claims if claim.fact is not None}
    rows = {row.id: row for row in connection.execute(facts.select().where(facts.c.id.in_(numbers)))}
    found: list[str] = []
    for claim in claims:
        row = rows.get(claim.fact)
        if row is None:
            found.append(f"“{claim.text}”没有引用任何事实")
        elif (row.subject, row.demo) != (task.subject, task.demo):
            found.append(f"“{claim.text}”所引的事实 {row.id} 不是这件事的事实")
        elif row.state != "verified":
            found.append(f"“{claim.text}”所引的事实 {row.id} {FACT_STATES[row.state]}")
        elif row.revision != claim.revision:
            found.append(f"“{claim.text}”所引的事实 {row.id} 已被更改")
    return list(dict.fromkeys(found))


def _writers(statement: Statement, task: Task) -> set[str]:
    return {statement.submitted_by} | ({task.owner} if task.owner else set())


def _place(post: Appointment) -> str:
    name = f"{post.department} {SIGNING_POSTS[post.post]}" if post.post == "member" else SIGNING_POSTS[post.post]
    return f"{name}（代理）" if post.deputy else name
