"""Customers whom somebody looks after: important, large, sensitive ones, matched by the keyed hash of their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from config.clock import Clock
from config.errors import InputError, StoreError
from config.masking import MASKS
from storage.cipher import Cipher
from storage.operations.causes import Saved
from storage.operations.database import Database, insert_row
from storage.operations.inbox import raw_of
from storage.operations.tables import inbox, members, tasks
from storage.operations.tables_closing import customer_copies, customer_keys, customers
from storage.operations.task_rows import SYSTEM, add_step
from storage.records import Customer, CustomerCopy, CustomerHit
from storage.restricted import is_restricted

COPIED = "抄送客户经理"
_PART = 500  # parameters in one statement


class Customers:
    """Customers by the keyed hash of their customer number; no number is kept in plain."""

    def __init__(self, database: Database, cipher: Cipher, clock: Clock) -> None:
        self._database, self._cipher, self._clock = database, cipher, clock

    def put(self, customer: Customer, number: str, others: Sequence[str] = ()) -> Saved:
        """Insert or bring up to date by the customer number; `others` are telephones they may call from.

        Only keyed hashes and a masked form of the number are kept. Raises InputError without a number.
        """
        if not number.strip():
            raise InputError("请填写户号", field="户号")
        key = self._cipher.customer_key(number)
        keys = {key, *(self._cipher.customer_key(other) for other in others if other.strip())}
        values = asdict(customer) | {"key": key, "shown": MASKS["customer_no"](number.strip())[-40:]}
        del values["id"]
        values["at"] = self._clock.now()

        def work(connection: sa.Connection) -> Saved:
            same = sa.and_(customers.c.key == key, customers.c.demo == customer.demo)
            known = connection.execute(customers.select().where(same).with_for_update()).first()
            if known is None:
                _set_keys(connection, insert_row(connection, customers, **values), keys)
                return "new"
            had: set[str] = set(connection.scalars(_keys_of(known.id)))
            same_values = all(known._mapping[it] == value for it, value in values.items() if it not in ("at", "by"))
            if same_values and had == keys:
                return "unchanged"
            connection.execute(customers.update().where(customers.c.id == known.id).values(**values))
            _set_keys(connection, known.id, keys)
            return "updated"

        return self._database.retried(work)

    def count(self, *, demo: bool = False) -> int:
        """How many customers are known."""
        with self._database.read() as connection:
            query = sa.select(sa.func.count()).select_from(customers).where(customers.c.demo == demo)
            return connection.scalar(query) or 0

    def find(self, *, demo: bool = False, limit: int = 200, offset: int = 0) -> list[Customer]:
        """Those known, important ones first."""
        order = (customers.c.important.desc(), customers.c.large.desc(), customers.c.name, customers.c.id)
        query = customers.select().where(customers.c.demo == demo).order_by(*order).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [_customer(row) for row in connection.execute(query)]

    def of_keys(self, keys: Collection[str], *, demo: bool = False) -> dict[str, Customer]:
        """Keyed hash of a text's customer → who that is, for those known; cheap where nobody or few are known."""
        wanted = frozenset(keys)
        mine = customers.c.demo == demo
        joined = sa.select(customer_keys.c.key.label("by_key"), customers).join_from(customer_keys, customers)
        with self._database.read() as connection:
            known = connection.scalar(sa.select(sa.func.count()).select_from(customer_keys)) or 0
            if known <= len(wanted):  # the shorter list is the one that is gone through
                rows = list(connection.execute(joined.where(mine))) if known else []
                return {row.by_key: _customer(row) for row in rows if row.by_key in wanted}
            found: dict[str, Customer] = {}
            for part in _parts(sorted(wanted)):
                rows = list(connection.execute(joined.where(mine, customer_keys.c.key.in_(part))))
                found.update((row.by_key, _customer(row)) for row in rows)
            return found

    def hit_by(self, event: str, *, demo: bool = False, restricted: Sequence[str] = ()) -> list[CustomerHit]:
        """The customers among the texts of an event, those with the most texts first.

        Texts of `restricted` kinds (reports) and confidential ones count for nobody: who sent them is not to be known.
        """
        query = _hits().where(members.c.event == event, members.c.demo == demo, customers.c.demo == demo)
        with self._database.read() as connection:
            return self._grouped(connection.execute(query), restricted)

    def to_copy(
        self, *, demo: bool = False, limit: int = 200, restricted: Sequence[str] = ()
    ) -> list[CustomerHit]:  # fmt: skip
        """Customers among the texts of open tasks whose account manager has not been copied in on that task yet.

        Nobody is copied in on reports and confidential texts: see `hit_by`.
        """
        copied = sa.exists().where(
            customer_copies.c.task_id == tasks.c.id, customer_copies.c.customer_id == customers.c.id
        )
        mine = (tasks.c.state != "closed", tasks.c.demo == demo, customers.c.demo == demo, customers.c.manager != "")
        query = _hits(tasks.c.id.label("task")).join(tasks, tasks.c.event == members.c.event).where(*mine, ~copied)
        with self._database.read() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(customers)):
                return []
            return self._grouped(connection.execute(query), restricted)[:limit]

    def _grouped(self, rows: Iterable[sa.Row[Any]], restricted: Sequence[str]) -> list[CustomerHit]:
        """One line for each customer, and task where there is one, of the texts that are for everybody."""
        found: dict[tuple[int | None, int], CustomerHit] = {}
        for row in rows:
            if self._is_restricted(row.sealed, restricted):
                continue
            task: int | None = row._mapping.get("task")
            known = found.get((task, row.id))
            texts, first_at = (
                (1, row.first_at) if known is None else (known.texts + 1, min(known.first_at, row.first_at))
            )
            found[task, row.id] = CustomerHit(_customer(row), texts, first_at, task)
        return sorted(found.values(), key=lambda hit: (-hit.texts, hit.customer.id))

    def _is_restricted(self, sealed: bytes, restricted: Sequence[str]) -> bool:
        """What cannot be opened is shown to nobody."""
        try:
            return is_restricted(raw_of(self._cipher.open(sealed)), restricted)
        except StoreError:
            return True

    def copied(self, task: int) -> list[CustomerCopy]:
        """Who was copied in on a task, the earliest first."""
        query = customer_copies.select().where(customer_copies.c.task_id == task).order_by(customer_copies.c.at)
        with self._database.read() as connection:
            return [
                CustomerCopy(row.task_id, row.customer_id, row.at, row.manager, row.told)
                for row in connection.execute(query)
            ]

    def copy_in(self, hit: CustomerHit, *, told: bool) -> bool:
        """Keep that the account manager was copied in, with a line in the task's history; False where it was known."""
        now, manager = self._clock.now(), hit.customer.manager
        values = {"task_id": hit.task, "customer_id": hit.customer.id, "at": now, "manager": manager, "told": told}
        note = f"{hit.customer.called}，客户经理 {manager}" + ("" if told else "（没有可用的联系方式，请人工转告）")
        try:
            with self._database.write() as connection:
                connection.execute(customer_copies.insert().values(**values))
                add_step(connection, hit.task or 0, now, SYSTEM, COPIED, note)
        except IntegrityError:
            return False
        return True


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[at : at + _PART] for at in range(0, len(keys), _PART))


def _hits(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Customers beside each text that came from them, by the hash kept with the sealed original."""
    return (
        sa.select(customers, members.c.published_at.label("first_at"), inbox.c.sealed, *more)
        .select_from(members)
        .join(inbox, inbox.c.id == members.c.document)
        .join(customer_keys, customer_keys.c.key == inbox.c.customer_key)
        .join(customers, customers.c.id == customer_keys.c.customer_id)
    )


def _customer(row: sa.Row[Any]) -> Customer:
    names = [name for name in Customer.__dataclass_fields__ if name in row._mapping]
    return Customer(**{name: row._mapping[name] for name in names})


def _keys_of(number: int) -> sa.Select[Any]:
    return sa.select(customer_keys.c.key).where(customer_keys.c.customer_id == number)


def _set_keys(connection: sa.Connection, number: int, keys: Collection[str]) -> None:
    connection.execute(customer_keys.delete().where(customer_keys.c.customer_id == number))
    connection.execute(customer_keys.insert(), [{"customer_id": number, "key": key} for key in sorted(keys)])
