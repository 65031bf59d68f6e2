"""The Ed25519 key of an installation: signs its evidence packages; the public half goes to whoever checks them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from config.errors import InputError
from storage.cipher import load_key

FILE = "evidence.key"


class PublicKey:
    """The half that checks. `fingerprint` is the SHA-256 (64 hex digits) of its DER form (SubjectPublicKeyInfo)."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.fingerprint = hashlib.sha256(der).hexdigest()
        self.pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def from_pem(cls, pem: bytes) -> PublicKey | None:
        """The key in a PEM; None where there is no Ed25519 key in it."""
        try:
            key = load_pem_public_key(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return None
        return cls(key) if isinstance(key, Ed25519PublicKey) else None

    @classmethod
    def read(cls, file: Path) -> PublicKey:
        """The key in a file. Raises InputError where there is none; OSError where it cannot be read."""
        key = cls.from_pem(file.read_bytes())
        if key is None:
            raise InputError("不是 Ed25519 公钥（PEM）", file=file)
        return key

    def signed(self, signature: bytes, content: bytes) -> bool:
        """Whether `signature` is that of this key's other half over `content`."""
        try:
            self._key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The half that signs; made once in a home with mode 0600, and never leaves it."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: 32 random bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key())

    @classmethod
    def of_home(cls, home: Path) -> SigningKey:
        """The key of a home, made when first asked for. Raises StoreError."""
        return cls(load_key(home / FILE))

    def sign(self, content: bytes) -> bytes:
        """64 bytes, the same for the same content."""
        return self._key.sign(content)
