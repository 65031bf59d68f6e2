"""Accounts: argon2 password hashes, roles, lock after repeated failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database
from storage.operations.tables import meta, users
from storage.records import ROLES, Role, User

SHORTEST_PASSWORD = 8
MOST_FAILURES = 5
LOCK = timedelta(minutes=5)
_ENDED = "session.ended."


class Users:
    """Who may log in, and as what."""

    def __init__(self, database: Database, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._database, self._clock, self._hasher = database, clock, hasher or PasswordHasher()
        # Verified when there is no such account, so that the answer takes as long as for one that exists.
        self._nobody: str | None = None

    def add(
        self, name: str, role: Role, password: str, display_name: str = "", *, must_change: bool = False,
        demo: bool = False,
    ) -> User:  # fmt: skip
        """Make an account. Raises InputError for an unknown role or short password, ConflictError if it exists."""
        if role not in ROLES:
            raise InputError(f"没有角色“{role}”；有：{'、'.join(ROLES)}")
        if not name or len(name) > 100 or name != name.strip():
            raise InputError("账号名应为 1–100 个字，前后没有空格")
        values = {
            "name": name, "role": role, "display_name": display_name or name,
            "password_hash": self._hasher.hash(_long_enough(password)), "active": True, "must_change": must_change,
            "failures": 0, "session_epoch": 0, "demo": demo,
        }  # fmt: skip
        try:
            with self._database.write() as connection:
                connection.execute(users.insert().values(**values))
        except IntegrityError:
            raise ConflictError("新建账号", f"账号“{name}”已存在") from None
        return self.get(name)

    def authenticate(self, name: str, password: str) -> User | None:
        """The account when name and password fit and it is neither disabled nor locked, else None.

        Which of these it was is told nobody, and each takes as long: else guesses would find out which names exist.
        """
        with self._database.read() as connection:
            row = connection.execute(users.select().where(users.c.name == name)).first()
        fits = self._verify(row.password_hash if row is not None else None, password)
        if row is None or (row.locked_until is not None and row.locked_until > self._clock.now()):
            return None
        if fits:
            self._change(name, failures=0, locked_until=None)
            return _user(row) if row.active else None
        self._count_failure(name)
        return None

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Replace the password; every session of the account ends."""
        self._change(
            name,
            password_hash=self._hasher.hash(_long_enough(password)),
            must_change=must_change,
            failures=0,
            locked_until=None,
            session_epoch=users.c.session_epoch + 1,
        )

    def disable(self, name: str) -> None:
        """The account can't log in any more; its history stays."""
        self._change(name, active=False, session_epoch=users.c.session_epoch + 1)

    def get(self, name: str) -> User:
        """One account. Raises NotFoundError."""
        found = [user for user in self.all() if user.name == name]
        if not found:
            raise NotFoundError("账号", name)
        return found[0]

    def session_epoch(self, name: str) -> int:
        """Grows when all sessions of the account must end; -1 when the account is unknown or disabled."""
        query = sa.select(users.c.session_epoch).where(users.c.name == name, users.c.active)
        with self._database.read() as connection:
            epoch = connection.scalar(query)
        return -1 if epoch is None else epoch

    def end_session(self, session: str, until: datetime) -> None:
        """A session does not count any more; kept `until` its cookie is too old anyway."""
        now = self._clock.now().astimezone(UTC).isoformat()
        with self._database.write() as connection:
            old = sa.and_(meta.c.key.startswith(_ENDED, autoescape=True), meta.c.value < now)
            connection.execute(meta.delete().where(sa.or_(old, meta.c.key == _ENDED + session)))
            connection.execute(meta.insert().values(key=_ENDED + session, value=until.astimezone(UTC).isoformat()))

    def session_ended(self, session: str) -> bool:
        """Whether somebody logged out of a session."""
        query = sa.select(meta.c.key).where(meta.c.key == _ENDED + session)
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def all(self) -> list[User]:
        """Every account, by name."""
        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(users.select().order_by(users.c.name))]

    def _verify(self, stored: str | None, password: str) -> bool:
        if stored is None:
            self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(stored or self._nobody or "", password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def _count_failure(self, name: str) -> None:
        """Counted by the database, so that guesses made at the same time all count."""
        with self._database.write() as connection:
            connection.execute(users.update().where(users.c.name == name).values(failures=users.c.failures + 1))
            connection.execute(
                users.update()
                .where(users.c.name == name, users.c.failures >= MOST_FAILURES)
                .values(failures=0, locked_until=self._clock.now() + LOCK)
            )

    def _change(self, name: str, **values: object) -> None:
        with self._database.write() as connection:
            if not connection.execute(users.update().where(users.c.name == name).values(**values)).rowcount:
                raise NotFoundError("账号", name)


def _long_enough(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"密码至少 {SHORTEST_PASSWORD} 个字符")
    return password


def _user(row: sa.Row[tuple[object, ...]]) -> User:
    return User(row.name, row.role, row.display_name, row.active, row.must_change, row.demo)
