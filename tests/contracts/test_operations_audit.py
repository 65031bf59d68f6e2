"""The audit log on both databases: a chain that grows at its end alone, also when many write at once."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DatabaseError

from alerting.duty.proof import RememberedHead, verify
from config.clock import TurnedClock
from storage import migrations
from storage.operations import Operations
from storage.operations.audit import GENESIS, AuditHead, AuditQuery, add_audit
from storage.operations.database import Database
from tests.fixtures_operations import START, Place

MINUTE = timedelta(minutes=1)


def fill(ops: Operations, clock: TurnedClock, number: int = 5) -> None:
    for at in range(1, number + 1):
        ops.audit.add("王" if at % 2 else "li", "查看原文" if at % 3 else "导出", f"文本 {at}", f"理由 {at}")
        clock.advance(MINUTE)


def forge(place: Place, *statements: str) -> None:
    """Change the table as somebody would who may do everything in the database."""
    if place.url.startswith("sqlite"):
        dropped = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
        back = [
            f"CREATE TRIGGER audit_no_{change} BEFORE {change} ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
            for change in ("update", "delete")
        ]
    else:
        dropped = ["ALTER TABLE audit DISABLE TRIGGER audit_append_only"]
        back = ["ALTER TABLE audit ENABLE TRIGGER audit_append_only"]
    for statement in (*dropped, *statements, *back):
        place.execute(statement)


def test_each_line_carries_the_hash_of_the_one_before(ops: Operations, clock: TurnedClock) -> None:
    assert ops.audit.head() == AuditHead(0, GENESIS)
    fill(ops, clock, 3)
    lines = list(ops.audit.lines())
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.prev for line in lines] == [GENESIS, lines[0].hash, lines[1].hash]
    form = ["2026-03-04T04:01:00.000000Z", "li", "查看原文", "文本 2", "理由 2", lines[0].hash]
    plain = json.dumps([2, *form], ensure_ascii=False, separators=(",", ":")).encode()
    assert lines[1].hash == hashlib.sha256(plain).hexdigest()
    assert ops.audit.head() == AuditHead(3, lines[2].hash)
    assert verify(ops.audit.lines()).problem is None


def test_the_database_itself_refuses_to_change_a_line(ops: Operations, clock: TurnedClock, place: Place) -> None:
    fill(ops, clock, 2)
    for statement in ("UPDATE audit SET note = '' WHERE id = 1", "DELETE FROM audit WHERE id = 2"):
        with pytest.raises(DatabaseError, match="append-only"):
            place.execute(statement)
    assert ops.audit.head().count == 2


def test_many_writers_make_one_chain(place: Place, clock: TurnedClock) -> None:
    """Connections of their own, as several processes have them."""
    many, each = 6, 10
    doors = [place.open(clock) for _ in range(many)]

    def write(number: int) -> None:
        for at in range(each):
            doors[number].audit.add(f"p{number}", "试", f"{number}-{at}")

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(write, range(many)))
    lines = list(doors[0].audit.lines())
    for door in doors:
        door.close()
    assert len({line.prev for line in lines}) == len(lines) == many * each
    verdict = verify(lines)
    assert (verdict.problem, verdict.head.count) == (None, many * each)


def test_a_transaction_that_fails_leaves_no_gap(ops: Operations, clock: TurnedClock, place: Place) -> None:
    fill(ops, clock, 1)
    database = Database(place.url)

    def fail(connection: sa.Connection) -> None:
        add_audit(connection, START, "王", "试", "x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.retried(fail)
    database.close()
    fill(ops, clock, 1)
    assert [line.number for line in ops.audit.lines()] == [1, 2]


@pytest.mark.parametrize(
    ("forgery", "number", "said"),
    [
        ("UPDATE audit SET note = '别的' WHERE id = 3", 3, "第 3 行的内容与它的哈希不符"),
        ("UPDATE audit SET at = '2020-01-01' WHERE id = 2", 2, "第 2 行的内容与它的哈希不符"),
        ("DELETE FROM audit WHERE id = 2", 3, "第 2 行被删除"),
        ("DELETE FROM audit WHERE id IN (2, 3)", 4, "第 2–3 行被删除"),
        ("UPDATE audit SET prev = hash WHERE id = 4", 4, "第 4 行与前一行接不上"),
        ("UPDATE audit SET id = 0 WHERE id = 1", 0, "编号不该有"),
    ],
)
def test_a_forged_line_is_named(
    ops: Operations, clock: TurnedClock, place: Place, forgery: str, number: int, said: str
) -> None:
    fill(ops, clock)
    forge(place, forgery)
    verdict = verify(ops.audit.lines())
    assert verdict.number == number
    assert said in (verdict.problem or "")


def test_cutting_off_the_end_shows_against_a_remembered_head(ops: Operations, clock: TurnedClock, place: Place) -> None:
    fill(ops, clock)
    remembered = RememberedHead(START, *_pair(ops))
    forge(place, "DELETE FROM audit WHERE id > 3")
    assert verify(ops.audit.lines()).problem is None, "what is left is a whole chain"
    verdict = verify(ops.audit.lines(), [remembered])
    assert verdict.problem == "2026-03-04 12:00 记下时有 5 行，现在只有 3 行：末尾被删除"
    fill(ops, clock, 2)  # as long as before, and other lines
    verdict = verify(ops.audit.lines(), [remembered])
    assert verdict.number == 5
    assert "被改写并重新计算过" in (verdict.problem or "")


def _pair(ops: Operations) -> tuple[int, str]:
    head = ops.audit.head()
    return head.count, head.hash


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (AuditQuery(actor="li"), [4, 2]),
        (AuditQuery(action="导出"), [3]),
        (AuditQuery(subject="本 5"), [5]),
        (AuditQuery(subject="%"), []),
        (AuditQuery(since=START + 3 * MINUTE), [5, 4]),
        (AuditQuery(until=START + MINUTE), [1]),
        (AuditQuery(actor="王", subject="理由 1"), [1]),
    ],
)
def test_lines_are_found_by_person_object_action_and_time(
    ops: Operations, clock: TurnedClock, asked: AuditQuery, found: list[int]
) -> None:
    fill(ops, clock)
    assert [line.number for line in ops.audit.find(asked)] == found
    assert ops.audit.count(asked) == len(found)
    assert ops.audit.names() == (["li", "王"], ["导出", "查看原文"])


def test_lines_are_read_page_by_page(ops: Operations, clock: TurnedClock) -> None:
    fill(ops, clock)
    assert [line.number for line in ops.audit.find(AuditQuery(), limit=2, offset=2)] == [3, 2]


@pytest.fixture
def line(ops: Operations) -> tuple[str, str, str]:
    ops.audit.add("13812345678", "登录失败", "身份证 11010519491231002X", "联系人：张建国，电话 139 1234 5678")
    (only,) = ops.audit.find(AuditQuery())
    return only.actor, only.subject, only.note


def test_no_line_holds_personal_data(line: tuple[str, str, str]) -> None:
    actor, subject, note = line
    assert actor == "138****5678"
    assert "19491231" not in subject
    assert "建国" not in note
    assert "1234 56" not in note


def test_ids_and_hashes_of_our_own_are_no_telephones(ops: Operations) -> None:
    ours, digest = "15785016934ef9739e2dbe6d", "154f1c67891cac87b7bd5b9f7c8cb7248f36a8b6f090451615287dacd6611547"
    ops.audit.add("王", "试", f"事件 {ours}", f"清单 {digest}，回电 13812345678")
    (line,) = ops.audit.find(AuditQuery())
    assert line.subject == f"事件 {ours}"
    assert line.note == f"清单 {digest}，回电 138****5678"


def test_lines_that_were_there_before_are_chained_and_masked(empty_place: Place, clock: TurnedClock) -> None:
    """As an installation of the version before finds itself: gaps in the numbers, telephones in the notes."""
    empty_place.open(clock).close()
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = sa.create_engine(empty_place.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012")
    for number in (2, 3, 7):
        empty_place.execute(
            "INSERT INTO audit (id, at, actor, action, subject, note) "
            f"VALUES ({number}, '2026-01-0{number} 08:00:00', '王', '导出', '{number} 条', '回电 13812345678')"
        )
    ops = empty_place.open(clock)
    ops.audit.add("李", "试", "x")
    lines = list(ops.audit.lines())
    ops.close()
    assert [(line.number, line.subject) for line in lines] == [(1, "2 条"), (2, "3 条"), (3, "7 条"), (4, "x")]
    assert lines[0].note == "回电 138****5678"
    assert verify(lines).problem is None
    with pytest.raises(DatabaseError, match="append-only"):
        empty_place.execute("DELETE FROM audit")
