"""The packages that people asked for on the page, made one after another in the background."""

from __future__ import annotations

import errno
import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from alerting.desk.evidence.case import Case
from alerting.desk.evidence.key import SigningKey
from alerting.desk.evidence.leave import product
from alerting.desk.evidence.making import Origin, make
from alerting.desk.evidence.shelf import Shelf
from config.clock import Clock
from config.errors import YujingError
from config.settings import Settings
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.records import EvidencePackage, PackageMade

log = logging.getLogger(__name__)
_TELL = timedelta(seconds=1)
_SWEEP = timedelta(minutes=1)
# A finished file can be taken so long; one with originals as long as its leave would have lasted.
KEPT = timedelta(days=7)
# Writing texts takes all but a few hundredths of the time.
_SHARE_OF_TEXTS = 0.9


class _Stopped(Exception):
    """The package is not to be made any more, or not now."""


class Packing:
    """The one that makes packages; one for each home, held by whoever holds its schedule."""

    def __init__(
        self, operations: Operations, store: DocumentStore, settings: Settings, clock: Clock, shelf: Shelf,
        tell: timedelta = _TELL, names: Callable[[str], str] = str,
    ) -> None:  # fmt: skip
        """`tell`: how often progress is written down at most; `names`: see Case."""
        self._operations, self._store, self._settings, self._clock = operations, store, settings, clock
        self._shelf, self._tell, self._names = shelf, tell, names
        self._stopping = threading.Event()
        self._swept: datetime | None = None

    def stop(self) -> None:
        """Leave the middle of whatever is being made; it waits for the next start."""
        self._stopping.set()

    def run_once(self) -> int:
        """Make all that wait; returns how many came to an end. Raises StoreError."""
        packages, now, ended = self._operations.packages, self._clock.now(), 0
        if self._swept is None:
            packages.take_back()
        if self._swept is None or now - self._swept >= _SWEEP:
            self._shelf.keep_only(packages.offered())
            self._swept = now
        while not self._stopping.is_set() and (package := packages.take()) is not None:
            self._one(package)
            ended += 1
        return ended

    def _one(self, package: EvidencePackage) -> None:
        packages = self._operations.packages
        try:
            made = self._made(package)
            if not packages.done(package.id, made):
                self._shelf.remove(package.id)
        except _Stopped:
            packages.put_back(package.id)  # of no effect where it was cancelled
        except YujingError as error:
            packages.failed(package.id, str(error))
        except OSError as error:
            log.warning("evidence package %d: %s", package.id, error)
            packages.failed(package.id, _why(error))
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("evidence package %d failed, incident %s", package.id, incident)
            packages.failed(package.id, f"程序出错，已记入日志，编号 {incident}")

    def _made(self, package: EvidencePackage) -> PackageMade:
        privacy, now = self._settings.privacy, self._clock.now()
        case = Case(
            self._operations, self._store, self._operations.events.get(package.event), privacy.restricted_kinds,
            package.by in privacy.named_readers, package.originals, self._names,
        )  # fmt: skip
        origin = Origin(package.by, now, self._settings.site.name, product(), package.reason, package.agreed)
        key = SigningKey.of_home(self._settings.home.path)
        with self._shelf.making(package.id) as out:
            made = make(case, origin, key, out, _Pace(self, package, now))
            size, digest = self._shelf.put(package.id, out)
        lasting = timedelta(hours=privacy.export_hours) if package.originals else KEPT
        return PackageMade(made.files, size, digest, made.sha256, self._clock.now() + lasting)

    def tell(self, package: EvidencePackage, step: str, share: float, told: datetime) -> datetime:
        """Write down how far it is, where that was not done a moment ago; returns when it was done last."""
        if self._stopping.is_set():
            raise _Stopped
        now = self._clock.now()
        if now - told < self._tell:
            return told
        if not self._operations.packages.reached(package.id, step, round(share, 3)):
            raise _Stopped
        return now


class _Pace:
    """The progress of one package, from 0 to 1 over all sections; it never goes back."""

    def __init__(self, packing: Packing, package: EvidencePackage, began: datetime) -> None:
        self._packing, self._package, self._told, self._reached = packing, package, began, 0.0
        half = _SHARE_OF_TEXTS / 2
        # Where each of the long sections begins, and how much of the whole it is.
        self._long = {"原文": (0.0, half), "文本": (half, half)} if package.originals else {"文本": (0.0, 2 * half)}

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say how far `step` is."""
        if step in self._long:
            start, share = self._long[step]
            self._reached = max(self._reached, start + share * done / total)
        self._told = self._packing.tell(self._package, step, self._reached, self._told)


def _why(error: OSError) -> str:
    known = {
        errno.ENOSPC: "磁盘空间不足，请清理后重新开始",
        errno.EDQUOT: "磁盘配额已用完，请清理后重新开始",
        errno.EACCES: "数据目录写不进，请检查权限",
        errno.EROFS: "数据目录是只读的",
    }
    return known.get(error.errno or 0, "文件写不进，请查看日志")
