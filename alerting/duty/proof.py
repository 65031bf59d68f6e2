"""Proof of the audit log: recomputes its chain, remembers its head each day, and compares the two.

Whoever rewrites the table can recompute all hashes, and whoever cuts off its end leaves a whole chain. Neither can
change a head that was written down before: in `audit-heads.tsv` of the home, in the log, and with every beat at the
watchdog.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.clock import Clock, as_local, format_local, parse_local
from config.errors import InputError, system_reason
from storage.operations.audit import GENESIS, Audit, AuditHead, AuditLine, line_hash

log = logging.getLogger(__name__)
FILE = "audit-heads.tsv"
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RememberedHead:
    """How long the log was at some moment, and the hash of its last line then."""

    at: datetime
    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: the head it came to, how many remembered heads it met, and what is wrong, in Chinese.

    `problem` is None where nothing is wrong; `number` is the first line concerned. The head is that before the
    problem. `lines` counts those that were read.
    """

    head: AuditHead
    lines: int
    compared: int = 0
    problem: str | None = None
    number: int | None = None


def verify(lines: Iterable[AuditLine], heads: Sequence[RememberedHead] = ()) -> Verdict:
    """Recompute the chain from its first line, compare it with heads remembered earlier; stops at the first fault."""
    wanted: dict[int, list[RememberedHead]] = {}
    for head in heads:
        wanted.setdefault(head.count, []).append(head)
    prev, count, compared = GENESIS, 0, 0
    for remembered in wanted.pop(0, ()):
        compared += 1
        if remembered.hash != GENESIS:
            return Verdict(AuditHead(0, GENESIS), 0, compared, _rewritten(0, remembered), 0)
    for line in lines:
        if problem := _fault(line, count, prev):
            return Verdict(AuditHead(count, prev), count + 1, compared, problem, line.number)
        prev, count = line.hash, line.number
        for remembered in wanted.pop(count, ()):
            compared += 1
            if remembered.hash != prev:
                return Verdict(AuditHead(count, prev), count, compared, _rewritten(count, remembered), count)
    missing = max((head for found in wanted.values() for head in found), key=lambda head: head.count, default=None)
    if missing is not None:
        return Verdict(AuditHead(count, prev), count, compared, _cut(missing, count), count + 1)
    return Verdict(AuditHead(count, prev), count, compared)


def _fault(line: AuditLine, count: int, prev: str) -> str | None:
    if line.number != count + 1:
        gone = f"第 {count + 1} 行" if line.number == count + 2 else f"第 {count + 1}–{line.number - 1} 行"
        return f"{gone}被删除" if line.number > count else f"第 {line.number} 行的编号不该有：编号从 1 开始"
    if line.prev != prev:
        return f"第 {line.number} 行与前一行接不上：这里或之前的内容被替换"
    if line.hash != line_hash(line.number, line.at, line.actor, line.action, line.subject, line.note, line.prev):
        return f"第 {line.number} 行的内容与它的哈希不符：内容被改动"
    return None


def _rewritten(number: int, remembered: RememberedHead) -> str:
    return f"第 {number} 行的哈希与 {_when(remembered)} 记下的不同：此前的内容被改写并重新计算过"


def _cut(remembered: RememberedHead, count: int) -> str:
    return f"{_when(remembered)} 记下时有 {remembered.count} 行，现在只有 {count} 行：末尾被删除"


def _when(remembered: RememberedHead) -> str:
    return format_local(remembered.at, "%Y-%m-%d %H:%M")


def check_last(audit: Audit, heads: Sequence[RememberedHead]) -> str | None:
    """Whether the log still holds what the last remembered head says: one cheap question; the problem in Chinese."""
    if not heads:
        return None
    last = heads[-1]
    found = audit.hash_of(last.count)
    if found is None:
        return _cut(last, audit.head().count)
    return None if found == last.hash else _rewritten(last.count, last)


def read_heads(file: Path) -> list[RememberedHead]:
    """The heads of a file, in its order. Raises InputError naming file and row; OSError where it cannot be read."""
    found: list[RememberedHead] = []
    content = file.read_text(encoding="utf-8", errors="replace")
    for number, row in enumerate(content.splitlines(), 1):
        if row.strip():
            found.append(_head_of(file, number, row))
    return found


def _head_of(file: Path, number: int, row: str) -> RememberedHead:
    at, *rest = row.split("\t")
    if len(rest) != 2 or not rest[0].isascii() or not rest[0].isdecimal() or not _HASH.fullmatch(rest[1]):
        raise InputError("应为三栏：时间、行数、64 位哈希，以制表符分开", file=file, row=number)
    try:
        return RememberedHead(parse_local(at), int(rest[0]), rest[1])
    except ValueError:
        raise InputError(f"时间“{at}”看不懂", file=file, row=number) from None


class Heads:
    """Remembers the head of the log once a day (Chinese date) in a file and in the log."""

    def __init__(self, audit: Audit, file: Path, clock: Clock) -> None:
        self._audit, self._file, self._clock = audit, file, clock

    def known(self) -> list[RememberedHead]:
        """What was remembered, oldest first; [] where the file is not there yet. Raises InputError, OSError."""
        try:
            return read_heads(self._file)
        except FileNotFoundError:
            return []

    def remember(self) -> AuditHead:
        """Write the present head down unless today's is there already; returns it. Raises InputError, OSError."""
        head, now, known = self._audit.head(), self._clock.now(), self.known()
        if known and as_local(known[-1].at).date() == as_local(now).date():
            return head
        at = as_local(now).isoformat(timespec="seconds")
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
            out.write(f"{at}\t{head.count}\t{head.hash}\n")
            out.flush()
            os.fsync(out.fileno())
        log.info("audit head: %d lines, sha256 %s", head.count, head.hash)
        return head

    def problem(self) -> str | None:
        """What is wrong with the log as far as the last remembered head tells, in Chinese."""
        try:
            found = check_last(self._audit, self.known())
        except InputError as error:
            return f"审计记录：{error}"
        except OSError as error:
            return f"审计记录：{self._file.name} 读不出（{system_reason(error)}）"
        return None if found is None else f"审计记录：{found}"
