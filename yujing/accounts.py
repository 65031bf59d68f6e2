"""The first accounts of a home: one per role, with passwords made on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.settings import Settings
from storage.operations import Operations
from storage.records import ROLES

FILE = "accounts.txt"
# Without 0/O, 1/l/I: a password that is read off a screen.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 14


def first_accounts(operations: Operations, settings: Settings) -> dict[str, str]:
    """Make one account per role on a home that has none; returns account → password of all when any was made now.

    The file is written before the accounts, so that a start cut short leaves no account without a known password.
    """
    file = settings.in_home(FILE)
    # Nobody knows the passwords of the demonstration's own accounts.
    existing = {user.name for user in operations.users.all() if not user.demo}
    if existing and not file.exists():
        return {}
    passwords = _read(file) if file.exists() else _write(file)
    missing = [role for role in ROLES if role not in existing and role in passwords]
    for role in missing:
        operations.users.add(role, role, passwords[role], ROLES[role])  # type: ignore[arg-type]
    return passwords if missing else {}


def _write(file: Path) -> dict[str, str]:
    passwords = {role: "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for role in ROLES}
    lines = ["# 本机生成的初始账号；登录后可在“修改密码”里更换", "# 账号 密码 角色"]
    lines += [f"{role} {password} {ROLES[role]}" for role, password in passwords.items()]
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    return passwords


def _read(file: Path) -> dict[str, str]:
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return {parts[0]: parts[1] for parts in lines if len(parts) >= 2 and not parts[0].startswith("#")}
