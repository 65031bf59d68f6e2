"""Evidence packages as jobs: asked for on a page, made in the background, kept for their maker for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PackageState = Literal["waiting", "running", "done", "failed", "cancelled"]
PACKAGE_STATES: Mapping[PackageState, str] = {
    "waiting": "排队中", "running": "制作中", "done": "已完成", "failed": "没有做成", "cancelled": "已取消",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidencePackage:
    """A package of an event and how far it has come.

    `request` is the granted request it is made by, None where none was needed; `reason` and `agreed` are that one's.
    `step` names the section that is written, `progress` is between 0 and 1, `attempts` counts how often it was begun.
    `files`, `bytes`, `sha256` (of the ZIP) and `manifest` (SHA-256 of the manifest) are known when it is done; from
    `until` on the file is gone, the line stays. `problem`: why it failed, in Chinese.
    """

    id: int
    event: str
    by: str
    at: datetime
    texts: int
    originals: bool
    request: int | None
    reason: str
    agreed: str | None
    state: PackageState
    step: str
    progress: float
    attempts: int
    touched_at: datetime
    problem: str = ""
    files: int = 0
    bytes: int = 0
    sha256: str = ""
    manifest: str = ""
    finished_at: datetime | None = None
    until: datetime | None = None
    demo: bool = False

    @property
    def active(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in ("waiting", "running")

    def takeable(self, now: datetime) -> bool:
        """Whether there is a whole file to take."""
        return self.state == "done" and self.until is not None and now < self.until


@dataclass(frozen=True, slots=True)
class PackageMade:
    """What came of it: see `EvidencePackage`; `until` is when its file is removed, None where there is none."""

    files: int
    bytes: int
    sha256: str
    manifest: str
    until: datetime | None
