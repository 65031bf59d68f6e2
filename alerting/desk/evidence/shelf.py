"""Where finished packages lie: a folder of the home, each file sealed with the home's key, whole or not there at all.

A package may hold originals, which nothing of the product keeps in plain; so what is written while one is made is
sealed piece by piece before it gets its name, and the plain file goes at once.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from config.errors import NotFoundError, StoreError
from config.settings import Settings
from storage.cipher import Cipher, load_key

FOLDER = "evidence"
_PIECE = 1 << 20  # bytes sealed at a time
_LENGTH = struct.Struct(">I")
_PLAIN, _SEALED, _WHOLE = ".making", ".sealing", ".package"


class Shelf:
    """The packages of one home, by their numbers."""

    def __init__(self, folder: Path, cipher: Cipher) -> None:
        self._folder, self._cipher = folder, cipher

    @contextmanager
    def making(self, number: int) -> Iterator[IO[bytes]]:
        """An empty file to write a package to; it is gone at the end, whatever happens. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = self._file(number, _PLAIN)
        try:
            with _fresh(plain) as out:
                yield out
        finally:
            plain.unlink(missing_ok=True)

    def put(self, number: int, written: IO[bytes]) -> tuple[int, str]:
        """Keep what was written, sealed; returns (bytes, SHA-256) of the plain file. Raises OSError."""
        sealed, size, digest = self._file(number, _SEALED), 0, hashlib.sha256()
        try:
            with _fresh(sealed) as out:
                written.seek(0)
                while piece := written.read(_PIECE):
                    size += len(piece)
                    digest.update(piece)
                    token = self._cipher.seal(piece)
                    out.write(_LENGTH.pack(len(token)) + token)
                out.flush()
                os.fsync(out.fileno())
            sealed.replace(self._file(number, _WHOLE))
        finally:
            sealed.unlink(missing_ok=True)
        return size, digest.hexdigest()

    def has(self, number: int) -> bool:
        """Whether the file is there."""
        return self._file(number, _WHOLE).exists()

    def read(self, number: int) -> Iterator[bytes]:
        """The plain file, piece by piece. Raises NotFoundError before the first one; StoreError where it is damaged."""
        try:
            file = self._file(number, _WHOLE).open("rb")
        except OSError as error:
            raise NotFoundError("证据包文件", str(number)) from error
        return self._pieces(file)

    def _pieces(self, file: IO[bytes]) -> Iterator[bytes]:
        with file:
            while head := file.read(_LENGTH.size):
                try:
                    (length,) = _LENGTH.unpack(head)
                except struct.error as error:
                    raise StoreError(file.name, "证据包文件不完整") from error
                yield self._cipher.open(file.read(length))

    def remove(self, number: int) -> None:
        """Take a package away; nothing happens where there is none."""
        self._file(number, _WHOLE).unlink(missing_ok=True)

    def keep_only(self, numbers: Collection[int]) -> None:
        """Take away every other file: of packages whose time is over, and what a killed process left half made."""
        wanted = {self._file(number, _WHOLE).name for number in numbers}
        with suppress(FileNotFoundError):
            for file in self._folder.iterdir():
                if file.suffix in (_PLAIN, _SEALED, _WHOLE) and file.name not in wanted:
                    file.unlink(missing_ok=True)

    def _file(self, number: int, kind: str) -> Path:
        return self._folder / f"{number}{kind}"


def shelf_of(settings: Settings) -> Shelf:
    """The shelf of an installation, sealed with its key. Raises StoreError."""
    return Shelf(settings.in_home(FOLDER), Cipher(load_key(settings.in_home(settings.privacy.key_file))))


def _fresh(file: Path) -> IO[bytes]:
    """A new file for this account alone; what a killed process left under its name goes."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
