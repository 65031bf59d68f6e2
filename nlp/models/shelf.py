"""Where models stand: those that ship with the product, and the site's own, of which one version is in use.

    config/models/NAME/{card.json, weights.npy}          shipped, never written to
    HOME/models/NAME/VERSION/{card.json, weights.npy}    taken after training; a version never changes
    HOME/models/NAME/active                              the version in use; missing = the shipped one

The pointer is replaced in one step, so every process reads the old version or the new one, never half of each.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import config
from config.errors import ConflictError, InputError, NotFoundError

SHIPPED_FOLDER = Path(config.__file__).with_name("models")
SHIPPED = "shipped"
CARD, POINTER, JOURNAL = "card.json", "active", "before"
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a model; `version` is SHIPPED for the one that ships. `card` tells data, figures and date."""

    name: str
    version: str
    folder: Path
    card: Mapping[str, Any]
    active: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The models of one installation; `own` None: only those shipped. Small and plain, so any process can have it."""

    own: Path | None = None
    shipped: Path = SHIPPED_FOLDER
    # name → folder: what was in use at one moment, whatever the pointers say afterwards.
    pins: tuple[tuple[str, Path], ...] = ()

    def folder(self, name: str) -> Path:
        """Where the version in use stands."""
        pinned = dict(self.pins).get(name)
        return pinned if pinned is not None else self._folder(name, self.version(name))

    def version(self, name: str) -> str:
        """The version in use; SHIPPED where the site has taken none, or the one it took is no longer there.

        Of a pinned shelf what the card says: what documents remember must tell one release's model from the next.
        """
        pinned = dict(self.pins).get(name)
        if pinned is not None:
            return _told(pinned)
        found = self._read(name, POINTER)
        return found if found and (self._folder(name, found) / CARD).exists() else SHIPPED

    def names(self) -> tuple[str, ...]:
        """Every model, shipped or own."""
        folders = [folder for place in (self.shipped, self.own) if place for folder in _folders(place)]
        return tuple(sorted({folder.name for folder in folders}))

    def pinned(self) -> Shelf:
        """This shelf as it stands now: later changes of pointers do not reach it."""
        return replace(self, pins=tuple((name, self.folder(name)) for name in self.names()))

    def with_candidates(self, folder: Path) -> Shelf:
        """This shelf with the models of FOLDER/NAME before those in use. Raises InputError where there is none."""
        found = [each for each in _folders(folder) if (each / CARD).exists()]
        if not found:
            raise InputError("目录里没有模型（应有 名称/card.json）", file=folder)
        before = dict(self.pinned().pins)
        return replace(self, pins=tuple(sorted((before | {each.name: each for each in found}).items())))

    def kept(self, name: str) -> list[Kept]:
        """Every version of a model, the shipped one first, then by version. Raises NotFoundError."""
        if name not in self.names():
            raise NotFoundError("模型", name, self.names())
        own = _folders(self.own / name) if self.own else []
        found = [(SHIPPED, self.shipped / name), *((folder.name, folder) for folder in own)]
        active = self.version(name)
        return [
            Kept(name, version, folder, card_of(folder), version == active)
            for version, folder in found
            if (folder / CARD).exists()
        ]

    def take(self, name: str, version: str, made: Path) -> None:
        """Put the model of folder `made` on the shelf as `version` and use it. Raises ConflictError for a known one."""
        if self.own is None or not _VERSION.fullmatch(version):
            raise ValueError(f"no place for version {version!r}")
        place = self.own / name / version
        if place.exists():
            raise ConflictError("保存模型", f"{name} 已有版本 {version}")
        fresh = place.with_name(f".{version}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(made, fresh)
        fresh.rename(place)
        self.use(name, version)

    def use(self, name: str, version: str) -> None:
        """Make a version the one in use. Raises NotFoundError for one that is not there."""
        known = [each.version for each in self.kept(name)]
        if version not in known:
            raise NotFoundError(f"{name} 模型版本", version, known)
        if self.own is None:
            raise ValueError("no place of the site's own")
        before = self.version(name)
        if before != version:
            self._write(name, JOURNAL, before)
        self._write(name, POINTER, version)

    def before(self, name: str) -> str:
        """The version that was in use before the present one; SHIPPED where none is known."""
        found = self._read(name, JOURNAL)
        return found if found and (self._folder(name, found) / CARD).exists() else SHIPPED

    def _folder(self, name: str, version: str) -> Path:
        if self.own is None or version == SHIPPED:
            return self.shipped / name
        return self.own / name / version

    def _read(self, name: str, file: str) -> str:
        if self.own is None:
            return ""
        try:
            found = (self.own / name / file).read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return ""
        return found if _VERSION.fullmatch(found) else ""

    def _write(self, name: str, file: str, content: str) -> None:
        assert self.own is not None
        folder = self.own / name
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{file}.{os.getpid()}"
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(f"{content}\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(folder / file)


def card_of(folder: Path) -> Mapping[str, Any]:
    """The card of a model; empty where it cannot be read, so that a damaged version can still be seen and left."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def _told(folder: Path) -> str:
    """The version on a card and a digest of the card, which names every file: another model never has the same."""
    try:
        content = (folder / CARD).read_bytes()
    except OSError:
        return SHIPPED
    return f"{card_of(folder).get('version') or SHIPPED}-{hashlib.sha256(content).hexdigest()[:6]}"


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(each for each in place.iterdir() if each.is_dir() and _VERSION.fullmatch(each.name))
