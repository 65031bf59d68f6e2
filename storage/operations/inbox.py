"""The durable inbox: every raw document, sealed, from arrival on; the only place that holds originals."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from config.clock import Clock
from config.errors import StoreError
from storage.cipher import Cipher
from storage.operations.database import Database
from storage.operations.tables import inbox
from storage.records import Claim, RawDocument

Received = Literal["new", "updated", "unchanged"]
# A document whose analysis failed this often is set aside as failed, so that it cannot block the others.
MOST_ATTEMPTS = 3
# Left out where they say nothing: what was sealed before there were such marks keeps its hash.
_UNMARKED = {"dated": True, "backlog": False}


@dataclass(frozen=True, slots=True)
class Captured:
    """An original as it was sealed on arrival: `plain` is all of it as JSON, byte by byte; personal.

    `salt` is this text's own and known here alone; `digest` the SHA-256 of salt, a line feed and `plain`. It may be
    shown to anybody: without the salt nobody can try out telephone numbers until it fits.
    """

    id: str
    revision: int
    arrived_at: datetime
    raw: RawDocument
    plain: bytes
    salt: str
    digest: str


@dataclass(frozen=True, slots=True)
class History:
    """A part of what was analysed: of some sources (() = all), first published in `[since, until)`."""

    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """A query over the inbox, narrowed to this part."""
        query = query.where(inbox.c.state == "analysed")
        if self.sources:
            query = query.where(inbox.c.source.in_(self.sources))
        if self.since is not None:
            query = query.where(inbox.c.published_at >= self.since)
        return query if self.until is None else query.where(inbox.c.published_at < self.until)


class Inbox:
    """What came in and how far it got: waiting → analysed, or failed with a reason."""

    def __init__(self, database: Database, cipher: Cipher, clock: Clock) -> None:
        self._database, self._cipher, self._clock = database, cipher, clock

    def put(
        self, raws: Sequence[RawDocument], arrived_at: Callable[[RawDocument], datetime] | None = None
    ) -> list[Received]:
        """Keep the documents, in one transaction; returns what became of each, in order.

        A known id with the same content changes nothing; with other content it gets the next revision and waits for
        analysis again. A text whose source names no time keeps the one it was first kept with: a changed page is no
        new event. `arrived_at` gives the arrival time of each (default: now). The same id twice in one call
        counts as two arrivals.
        """
        now = self._clock.now()
        arrival = arrived_at or (lambda _raw: now)
        return self._database.retried(
            lambda connection: self._put_all(connection, [(raw, arrival(raw)) for raw in raws])
        )

    def take(self, limit: int, lease: timedelta) -> list[Claim]:
        """Claim up to `limit` waiting documents, oldest arrival first, for the length of `lease`.

        What is not finished when the lease ends can be taken by others. A document whose original cannot be opened
        is set aside as failed; raises StoreError when none can, for then the key is wrong and not the document.
        """
        now, token = self._clock.now(), secrets.token_hex(16)
        free = sa.or_(inbox.c.claimed_until.is_(None), inbox.c.claimed_until <= now)
        waiting = sa.and_(inbox.c.state == "waiting", free)
        with self._database.read() as connection:  # asked several times a second, and mostly in vain
            if connection.scalar(sa.select(inbox.c.id).where(waiting).limit(1)) is None:
                return []
        with self._database.write() as connection:
            chosen = (
                sa.select(inbox.c.id)
                .where(waiting)
                .order_by(inbox.c.arrived_at, inbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list(connection.scalars(chosen))
            for part in _parts(ids):
                connection.execute(
                    inbox.update()
                    .where(inbox.c.id.in_(part))
                    .values(token=token, claimed_until=now + lease, attempts=inbox.c.attempts + 1)
                )
            rows = [
                row for part in _parts(ids) for row in connection.execute(inbox.select().where(inbox.c.id.in_(part)))
            ]
            rows.sort(key=lambda row: (row.arrived_at, row.id))
            return self._open_all(connection, rows, token)

    def finish(self, claims: Sequence[Claim]) -> int:
        """Mark as analysed; a claim whose document was changed or taken over meanwhile is left. Returns how many."""
        with self._database.write() as connection:
            return sum(
                connection.execute(
                    inbox.update()
                    .where(inbox.c.id == claim.id, inbox.c.token == claim.token, inbox.c.revision == claim.revision)
                    .values(state="analysed", token=None, claimed_until=None, attempts=0, reason="")
                ).rowcount
                for claim in claims
            )

    def fail(self, claim: Claim, reason: str) -> None:
        """Give back for another try, or set aside as failed after MOST_ATTEMPTS."""
        state = sa.case((inbox.c.attempts >= MOST_ATTEMPTS, "failed"), else_="waiting")
        with self._database.write() as connection:
            connection.execute(
                inbox.update()
                .where(inbox.c.id == claim.id, inbox.c.token == claim.token)
                .values(state=state, token=None, claimed_until=None, reason=reason)
            )

    def counts(self) -> dict[str, int]:
        """How many documents are in each state: waiting, analysed, failed."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state))
            return {"waiting": 0, "analysed": 0, "failed": 0, **{row[0]: row[1] for row in found}}

    def failures(self, limit: int = 50) -> list[tuple[str, str, str]]:
        """(id, source, reason) of documents set aside."""
        query = sa.select(inbox.c.id, inbox.c.source, inbox.c.reason).where(inbox.c.state == "failed").limit(limit)
        with self._database.read() as connection:
            return [(row.id, row.source, row.reason) for row in connection.execute(query)]

    def reopen_failures(self) -> int:
        """Let every failed document wait again; returns how many."""
        with self._database.write() as connection:
            again = inbox.update().where(inbox.c.state == "failed").values(state="waiting", attempts=0)
            return connection.execute(again).rowcount

    def original(self, name: str) -> RawDocument | None:
        """The unmasked original; callers must have a reason and write it to the audit log."""
        with self._database.read() as connection:
            sealed = connection.scalar(sa.select(inbox.c.sealed).where(inbox.c.id == name))
        return None if sealed is None else self._unseal(sealed)

    def captured(self, names: Sequence[str]) -> dict[str, Captured]:
        """Originals by id as they were captured; those nobody has, or that cannot be opened, are left out."""
        found: dict[str, Captured] = {}
        with self._database.read() as connection:
            rows = [row for part in _parts(names) for row in connection.execute(_these(part))]
        for row in rows:
            try:
                plain = self._cipher.open(row.sealed)
            except StoreError:  # damaged; told by its absence
                continue
            salt = self._cipher.keyed_hash(f"captured {row.id} {row.revision}")
            digest = hashlib.sha256(salt.encode() + b"\n" + plain).hexdigest()
            found[row.id] = Captured(row.id, row.revision, row.arrived_at, raw_of(plain), plain, salt, digest)
        return found

    def again(self, name: str) -> bool:
        """Let one analysed document wait for analysis once more; False where there is no original of it."""
        with self._database.write() as connection:
            reopened = inbox.update().where(inbox.c.id == name, inbox.c.state == "analysed").values(state="waiting")
            connection.execute(reopened)
            return connection.scalar(sa.select(sa.func.count()).where(inbox.c.id == name)) == 1

    def count_history(self, history: History) -> int:
        """How many analysed documents are in a part of the history."""
        with self._database.read() as connection:
            return connection.scalar(history.narrow(sa.select(sa.func.count()).select_from(inbox))) or 0

    def read_history(self, history: History, after: str, limit: int) -> tuple[list[Claim], list[str]]:
        """Up to `limit` analysed documents whose id comes after `after`, by id, and the ids of the damaged ones.

        Nothing is claimed. Raises StoreError when several are asked for and none can be opened: the key is wrong.
        """
        chosen = history.narrow(inbox.select()).where(inbox.c.id > after).order_by(inbox.c.id).limit(limit)
        claims: list[Claim] = []
        broken: list[str] = []
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        for row in rows:
            try:
                claims.append(self._claim(row, ""))
            except StoreError:
                broken.append(row.id)
                if len(broken) == len(rows) > 1:
                    raise
        return claims, broken

    def _open_all(
        self, connection: sa.Connection, rows: Sequence[sa.Row[tuple[object, ...]]], token: str
    ) -> list[Claim]:
        claims: list[Claim] = []
        broken: list[tuple[str, StoreError]] = []
        for row in rows:
            try:
                claims.append(self._claim(row, token))
            except StoreError as error:
                broken.append((row.id, error))
        if broken and not claims:
            raise broken[0][1]
        for name, problem in broken:
            aside = {"state": "failed", "token": None, "claimed_until": None, "reason": problem.reason}
            connection.execute(inbox.update().where(inbox.c.id == name).values(**aside))
        return claims

    def _put_all(self, connection: sa.Connection, arrivals: Sequence[tuple[RawDocument, datetime]]) -> list[Received]:
        ids = sorted({raw.id for raw, _ in arrivals})
        # Locked in one order, so that two imports of the same texts wait for each other instead of losing a revision.
        query = sa.select(inbox.c.id, inbox.c.content_hash, inbox.c.revision).order_by(inbox.c.id).with_for_update()
        known = {
            row.id: (row.content_hash, row.revision)
            for part in _parts(ids)
            for row in connection.execute(query.where(inbox.c.id.in_(part)))
        }
        results: list[Received] = ["unchanged"] * len(arrivals)
        fresh: dict[str, dict[str, object]] = {}
        # In the order of ids as well, for new rows lock each other too; one id twice keeps its order.
        for at, (given, arrived_at) in sorted(enumerate(arrivals), key=lambda arrival: arrival[1][0].id):
            before, revision = known.get(given.id, ("", 0))
            undated = revision and not given.dated
            raw = self._with_known_time(connection, given, fresh.get(given.id)) if undated else given
            row = self._row(raw, arrived_at)
            if before == row["content_hash"]:
                continue
            known[raw.id], results[at] = (row["content_hash"], revision + 1), "updated" if revision else "new"
            row["revision"] = revision + 1
            if not revision:
                fresh[raw.id] = row
                continue
            # The arrival time stays: the clock starts at the first text.
            changed = {name: value for name, value in row.items() if name not in ("id", "arrived_at")}
            if raw.id in fresh:
                fresh[raw.id] |= changed
            else:
                connection.execute(inbox.update().where(inbox.c.id == raw.id).values(**changed))
        if fresh:
            connection.execute(inbox.insert(), list(fresh.values()))
        return results

    def _with_known_time(
        self, connection: sa.Connection, raw: RawDocument, fresh: Mapping[str, object] | None
    ) -> RawDocument:
        """An undated text as it was first seen: a changed page is no new event."""
        stored = fresh["sealed"] if fresh else connection.scalar(sa.select(inbox.c.sealed).where(inbox.c.id == raw.id))
        assert isinstance(stored, bytes)
        try:
            first = self._unseal(stored)
        except StoreError:  # a damaged original may not stop those that come after it
            return raw
        return replace(raw, published_at=first.published_at, dated=first.dated, backlog=first.backlog)

    def _row(self, raw: RawDocument, arrived_at: datetime) -> dict[str, object]:
        values = {name: value for name, value in asdict(raw).items() if _UNMARKED.get(name) != value}
        plain = json.dumps(values, default=lambda moment: moment.isoformat(), ensure_ascii=False, sort_keys=True)
        customer = raw.customer_no or raw.phone
        return {
            "id": raw.id,
            "source": raw.source,
            "state": "waiting",
            "sealed": self._cipher.seal(plain.encode(errors="surrogatepass")),
            "content_hash": self._cipher.keyed_hash(plain),
            "author_key": self._cipher.keyed_hash(f"author {raw.source} {raw.author}") if raw.author else None,
            "customer_key": self._cipher.customer_key(customer) if customer else None,
            "published_at": raw.published_at,
            "arrived_at": arrived_at,
            "token": None,
            "claimed_until": None,
            "attempts": 0,
            "reason": "",
            "demo": raw.demo,
        }

    def _unseal(self, sealed: bytes) -> RawDocument:
        return raw_of(self._cipher.open(sealed))

    def _claim(self, row: sa.Row[tuple[object, ...]], token: str) -> Claim:
        raw = self._unseal(row.sealed)
        return Claim(row.id, row.revision, raw, row.arrived_at, token, row.author_key, row.customer_key)


def raw_of(sealed: bytes) -> RawDocument:
    """The document of an opened original."""
    plain = json.loads(sealed)
    plain["published_at"] = datetime.fromisoformat(plain["published_at"])
    return RawDocument(**plain)


def _these(ids: Sequence[str]) -> sa.Select[Any]:
    return inbox.select().where(inbox.c.id.in_(ids))


def _parts(ids: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Slices small enough for a statement's parameters."""
    return [ids[at : at + size] for at in range(0, len(ids), size)]
