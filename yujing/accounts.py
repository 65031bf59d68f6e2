"""The first accounts of a home: one per role, with passwords made on this machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.settings import Settings
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.records import ROLES, SigningPost

FILE = "accounts.txt"
# Without 0/O, 1/l/I: a password that is read off a screen.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 14
BY = "系统"
# Who signs on a fresh home: post, department, account.
FIRST_POSTS: tuple[tuple[SigningPost, str, str], ...] = (
    ("head", "供电服务部", "department"),
    ("leader", "公司", "manager"),
)


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
    _first_posts(operations)
    return passwords if missing else {}


def _first_posts(operations: Operations) -> None:
    """A statement of a graver level needs two signatures; until the site names its people, these accounts give them."""
    if any(one.by != DEMO for one in operations.appointments.all(ended=True)):
        return
    known = {user.name for user in operations.users.all()}
    for post, department, person in FIRST_POSTS:
        if person in known:
            operations.appointments.appoint(post, department, person, BY)


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
