"""The ZIP of an evidence package in one form only: uncompressed, without times, names in order, manifest at its end.

Same files, same bytes; so a checker can put it together again and find a changed byte wherever it stands, also where
no content is: in headers, names, comments and the directory.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from config.errors import InputError

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "public-key.pem"
# They stand behind the files they speak of, in this order.
CLOSING = (MANIFEST, SIGNATURE, KEY)
_PIECE = 1 << 20  # bytes compared at a time
# Whatever the library raises when a byte of its structures is wrong.
_BROKEN = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError, struct.error,
    zlib.error, KeyError, OSError,
)  # fmt: skip


class Writer:
    """Writes one package; `add` in the order of `order`, within a `with`, at whose end the directory is written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)

    def add(self, name: str, content: bytes) -> None:
        """One more file."""
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o100644 << 16  # alike on every system
        self._zip.writestr(info, content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Left half made it is closed too, else that would happen later, into a file that is gone.
        with nullcontext() if error is None else suppress(OSError, ValueError):
            self._zip.close()


def order(names: Iterable[str]) -> list[str]:
    """The one order of a package's files."""
    found = set(names)
    return [*sorted(found - set(CLOSING)), *(name for name in CLOSING if name in found)]


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: of each file its SHA-256 and length in bytes, the closing files whole; and those whose bytes the
    ZIP itself calls damaged, or which are strange."""

    digests: Mapping[str, tuple[str, int]]
    closing: Mapping[str, bytes]
    damaged: tuple[str, ...]
    strange: tuple[str, ...]


def read_archive(file: Path) -> Content:
    """What is in a file, read piece by piece. Raises InputError where it is no ZIP or not a whole one; OSError."""
    with file.open("rb") as given:
        begins = given.read(4)
        if not begins:
            raise InputError("文件是空的", file=file)
        if not zipfile.is_zipfile(given):
            begun = begins == b"PK\x03\x04"
            raise InputError("ZIP 不完整：文件被截断，或末尾损坏" if begun else "不是 ZIP 文件", file=file)
        try:
            with zipfile.ZipFile(given) as packed:
                return _read(packed)
        except _BROKEN as error:
            raise InputError("ZIP 的目录损坏，打不开", file=file) from error


def _read(packed: zipfile.ZipFile) -> Content:
    digests: dict[str, tuple[str, int]] = {}
    closing: dict[str, bytes] = {}
    damaged: list[str] = []
    strange: list[str] = []
    for info in packed.infolist():
        plain = info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size
        if info.filename in digests or info.filename in damaged:
            strange.append(f"{info.filename} 出现了不止一次")
        elif not plain:  # never unpacked: a few bytes may be made to hold gigabytes
            damaged.append(info.filename)
        else:
            try:
                content = packed.read(info)
            except _BROKEN:
                damaged.append(info.filename)
                continue
            digests[info.filename] = hashlib.sha256(content).hexdigest(), len(content)
            if info.filename in CLOSING:
                closing[info.filename] = content
    return Content(digests, closing, tuple(damaged), tuple(strange))


def is_as_written(file: Path) -> bool:
    """Whether a package is byte by byte what this product writes of its files. Raises OSError."""
    with file.open("rb") as given, tempfile.TemporaryFile() as again:
        with zipfile.ZipFile(given) as packed, Writer(again) as writer:
            for name in order(packed.namelist()):
                writer.add(name, packed.read(name))
        given.seek(0)
        again.seek(0)
        pieces = iter(lambda: (given.read(_PIECE), again.read(_PIECE)), (b"", b""))
        return all(one == other for one, other in pieces)


def as_written(files: Mapping[str, bytes]) -> bytes:
    """The package of these files as this product writes it."""
    out = io.BytesIO()
    with Writer(out) as writer:
        for name in order(files):
            writer.add(name, files[name])
    return out.getvalue()
