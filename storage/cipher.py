"""The key of an installation: seals originals, and hashes so that nothing outside the inbox names a person."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from config.errors import StoreError


class Cipher:
    """Authenticated encryption (Fernet) and a keyed hash, both derived from one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a key is 32 bytes")
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(key, b"originals")))
        self._hash_key = _derive(key, b"keyed hash")

    def seal(self, plain: bytes) -> bytes:
        """Encrypt; two seals of the same bytes differ."""
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt. Raises StoreError when the key is not the one it was sealed with."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise StoreError("原文表", "密钥与数据不符（privacy.key 换过或丢失）") from None

    def keyed_hash(self, text: str) -> str:
        """24 hex digits, the same for the same text and key; cannot be turned back without the key."""
        return hmac.new(self._hash_key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:24]

    def customer_key(self, number: str) -> str:
        """The keyed hash of a customer: of the customer number, where a text gives none of the telephone.

        Written in full width or with blanks it is the same number.
        """
        return self.keyed_hash(f"customer {''.join(unicodedata.normalize('NFKC', number).split())}")


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"yujing " + purpose, hashlib.sha256).digest()


def load_key(file: Path, length: int = 32) -> bytes:
    """The secret in `file`, made on first use with mode 0600. Raises StoreError when it is not ours."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _make_key(file, length)
        written = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise StoreError(str(file), "密钥文件读不出或写不进") from error
    return _check_key(file, written, length)


def _make_key(file: Path, length: int) -> None:
    if not file.exists():
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(os.urandom(length).hex())
            out.flush()
            os.fsync(out.fileno())
        # A link appears whole or not at all, and of two processes that start together only one can make it.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()


def _check_key(file: Path, written: str, length: int) -> bytes:
    try:
        key = bytes.fromhex(written.strip())
    except ValueError:
        key = b""
    if len(key) != length:
        raise StoreError(str(file), f"密钥文件应为 {2 * length} 位十六进制数")
    return key
