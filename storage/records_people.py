"""Accounts, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records_names import Role


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the append-only audit log: who did what to which thing."""

    at: datetime
    actor: str
    action: str
    subject: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """One account. `must_change` asks for a new password at the next login."""

    name: str
    role: Role
    display_name: str
    active: bool = True
    must_change: bool = False
    demo: bool = False
