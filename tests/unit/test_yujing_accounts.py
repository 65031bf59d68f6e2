from __future__ import annotations

import stat
from pathlib import Path

from config.settings import load_settings
from storage.operations import Operations
from storage.records import ROLES
from yujing.accounts import FILE, first_accounts


def test_one_account_per_role_with_a_password_that_logs_in(operations: Operations, tmp_path: Path) -> None:
    settings = load_settings(environ={"YUJING_HOME": str(tmp_path)})
    passwords = first_accounts(operations, settings)
    assert set(passwords) == set(ROLES)
    for role, password in passwords.items():
        user = operations.users.authenticate(role, password)
        assert user is not None
        assert user.role == role
    assert len(set(passwords.values())) == len(ROLES)


def test_the_file_is_for_its_owner_alone(operations: Operations, tmp_path: Path) -> None:
    first_accounts(operations, load_settings(environ={"YUJING_HOME": str(tmp_path)}))
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_start_cut_short_is_completed_with_the_same_passwords(operations: Operations, tmp_path: Path) -> None:
    settings = load_settings(environ={"YUJING_HOME": str(tmp_path)})
    (tmp_path / FILE).write_text("# 账号\npr firstpassword1 公关\nduty firstpassword2 值班\n", encoding="utf-8")
    operations.users.add("pr", "pr", "firstpassword1")
    assert first_accounts(operations, settings)["duty"] == "firstpassword2"
    assert operations.users.authenticate("duty", "firstpassword2") is not None
    assert [user.name for user in operations.users.all()] == ["duty", "pr"]


def test_passwords_are_told_once(operations: Operations, tmp_path: Path) -> None:
    settings = load_settings(environ={"YUJING_HOME": str(tmp_path)})
    assert first_accounts(operations, settings)
    assert first_accounts(operations, settings) == {}


def test_own_accounts_are_left_alone(operations: Operations, tmp_path: Path) -> None:
    operations.users.add("li", "admin", "long enough")
    assert first_accounts(operations, load_settings(environ={"YUJING_HOME": str(tmp_path)})) == {}
    assert not (tmp_path / FILE).exists()


def test_accounts_of_the_demonstration_do_not_count(operations: Operations, tmp_path: Path) -> None:
    operations.users.add("示例值班员", "duty", "nobody knows it", demo=True)
    passwords = first_accounts(operations, load_settings(environ={"YUJING_HOME": str(tmp_path)}))
    assert set(passwords) == set(ROLES)
