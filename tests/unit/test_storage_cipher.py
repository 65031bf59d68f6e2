"""The key of an installation: what it seals, what it hashes, how it is made and what is refused."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.errors import StoreError
from storage.cipher import Cipher, load_key

KEY, OTHER = bytes(range(32)), bytes(32)


def test_what_is_sealed_opens_with_the_same_key_alone() -> None:
    sealed = Cipher(KEY).seal("原文 13812345678".encode())
    assert Cipher(KEY).open(sealed).decode() == "原文 13812345678"
    assert b"13812345678" not in sealed
    with pytest.raises(StoreError, match=r"密钥与数据不符（privacy\.key 换过或丢失）"):
        Cipher(OTHER).open(sealed)


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(Cipher(KEY).seal(b"text"))
    sealed[len(sealed) // 2] ^= 1
    with pytest.raises(StoreError):
        Cipher(KEY).open(bytes(sealed))


def test_two_seals_of_one_text_differ() -> None:
    assert Cipher(KEY).seal(b"text") != Cipher(KEY).seal(b"text")


def test_a_hash_is_stable_keyed_and_takes_any_text() -> None:
    first = Cipher(KEY).keyed_hash("13812345678")
    assert first == Cipher(KEY).keyed_hash("13812345678")
    assert first != Cipher(OTHER).keyed_hash("13812345678")
    assert first != Cipher(KEY).keyed_hash("13812345679")
    assert len(first) == 24
    assert set(first) <= set("0123456789abcdef")
    assert Cipher(KEY).keyed_hash("半个\ud83d表情")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(bytes(length))


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "privacy.key"
    key = load_key(file)
    assert len(key) == 32
    assert load_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in file.parent.iterdir()] == ["privacy.key"]
    assert load_key(tmp_path / "other.key") != key
    assert len(load_key(tmp_path / "long.key", 48)) == 48


def test_threads_that_start_together_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path / "privacy.key"), range(32)))
    assert len(keys) == 1
    assert [found.name for found in tmp_path.iterdir()] == ["privacy.key"]


def test_a_line_end_after_the_key_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "privacy.key").write_text(KEY.hex() + "\r\n", encoding="ascii")
    assert load_key(tmp_path / "privacy.key") == KEY


@pytest.mark.parametrize("content", ["", "no key", "00" * 31, "00" * 33, "密钥"])
def test_a_file_that_holds_no_key_is_never_overwritten(tmp_path: Path, content: str) -> None:
    file = tmp_path / "privacy.key"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="密钥文件应为 64 位十六进制数"):
        load_key(file)
    assert file.read_text(encoding="utf-8") == content


def test_a_folder_in_the_place_of_the_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="密钥文件读不出或写不进"):
        load_key(tmp_path)
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(StoreError, match="密钥文件读不出或写不进"):
        load_key(tmp_path / "file" / "privacy.key")
