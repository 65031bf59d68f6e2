"""The inbox folder: files laid there are imported; done/ gets a receipt, failed/ what could not be used.

An export holds personal data in plain text. Once its rows are in the inbox, sealed, it is deleted; only one with
rejected rows is kept, readable by its owner alone, since those rows are nowhere else. Folders in it, where somebody has
made them, take files of known causes: outages (停电) and notices (报备); each has its own done/ and failed/.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.clock import Clock, format_local
from config.errors import InputError, NotFoundError
from config.masking import mask
from config.settings import IntakeSettings
from crawler.cause_imports import cause_formats, import_causes, unknown_regions
from crawler.imports import import_file
from storage.operations import Operations
from storage.records import ImportReport

DONE, FAILED = "done", "failed"
SHARED_MAPPING = "mapping.toml"
BY = "收件文件夹"
# Names of files that another program is still writing, or that are only a lock.
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".swp", "~")


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What became of one file: the report, or the reason (Chinese) why nothing of it could be used.

    `note` is what else is to be told of it, in Chinese.
    """

    file: str
    report: ImportReport | None = None
    reason: str | None = None
    note: str = ""


class InboxFolder:
    """Watches one folder and those of known causes in it; `poll` is called from time to time, by one process.

    A file is taken when its size and date have not changed since the poll before. A mapping `X.toml` beside `X.csv`,
    else `mapping.toml`, says what the columns are; without one the default format is read. That the file goes is the
    last step: a kill at any point before it means that the file is imported again, which changes nothing.
    `knows_region` says whether the table of divisions has a region: of causes elsewhere the receipt tells so.
    """

    def __init__(
        self, folder: Path, *, operations: Operations, clock: Clock, settings: IntakeSettings, rejected_folder: Path,
        knows_region: Callable[[str], bool] = lambda _region: True,
    ) -> None:  # fmt: skip
        self._folder, self._rejected_folder, self._knows_region = folder, rejected_folder, knows_region
        self._operations, self._clock, self._settings = operations, clock, settings
        self._seen: dict[Path, tuple[int, int]] = {}

    def poll(self) -> list[FolderResult]:
        """Import what lies still, in the order of names. Raises StoreError, and leaves the file, when storage fails."""
        self._folder.mkdir(parents=True, exist_ok=True)
        before, self._seen = self._seen, dict(self._look())
        return [self._take(file) for file, state in sorted(self._seen.items()) if before.get(file) == state]

    def _look(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for folder in (self._folder, *(self._folder / name for name in _cause_folders())):
            if folder.is_dir():
                yield from self._look_into(folder)

    def _look_into(self, folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
        for file in folder.iterdir():
            if file.name.startswith((".", "~")) or file.name.lower().endswith((*_UNFINISHED, ".toml")):
                continue
            try:
                if file.is_file():
                    state = file.stat()
                    yield file, (state.st_size, state.st_mtime_ns)
            except FileNotFoundError:  # taken away between the listing and the look
                continue

    def _take(self, file: Path) -> FolderResult:
        note = ""
        try:
            if file.parent == self._folder:
                report = self._import(file)
            else:
                report, note = self._import_causes(file, _cause_folders()[file.parent.name])
        except (InputError, NotFoundError) as error:
            return self._set_aside(file, mask(str(error)))
        self._operations.imports.record(report)
        if report.rejected == report.read:
            return self._set_aside(file, f"{report.read} 行全部被拒收，原因见 {report.rejected_file}", report)
        self._settle(file, report, note)
        return FolderResult(file.name, report, note=note)

    def _import(self, file: Path) -> ImportReport:
        mapping = _mapping_of(file)
        return import_file(
            file,
            "table" if mapping and _names_columns(mapping) else self._settings.inbox_format,
            mapping=mapping,
            inbox=self._operations.inbox,
            clock=self._clock,
            settings=self._settings,
            rejected_folder=self._rejected_folder,
            by=BY,
        )

    def _import_causes(self, file: Path, format_name: str) -> tuple[ImportReport, str]:
        got = import_causes(
            file, format_name, mapping=_mapping_of(file), causes=self._operations.causes, clock=self._clock,
            rejected_folder=self._rejected_folder, by=BY, knows_region=self._knows_region,
        )  # fmt: skip
        return got.report, unknown_regions(got.unknown_regions) if got.unknown_regions else ""

    def _settle(self, file: Path, report: ImportReport, note: str) -> None:
        """Leave a receipt in done/; the file itself stays only for its rejected rows."""
        kept = self._move(file, DONE).name if report.rejected else None
        stored = "原文都加密存在收件箱里" if file.parent == self._folder else "都已收下，见“停电与报备”页"
        why = f"原文件留作 {kept}，改好拒收的行后请删除" if kept else f"原文件已删除，每行{stored}"
        counts = (
            f"读入 {report.read} 新增 {report.new} 更新 {report.updated} 未变 {report.unchanged} 拒收 {report.rejected}"
        )
        receipt = self._free(file.parent / DONE, f"{kept or file.name}.txt")
        lines = [f"{format_local(report.finished_at)} {counts}", why, *([note] if note else [])]
        receipt.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if not kept:
            self._seen.pop(file, None)
            file.unlink()

    def _set_aside(self, file: Path, reason: str, report: ImportReport | None = None) -> FolderResult:
        logging.getLogger(__name__).warning("not imported: %s", reason)
        moved = self._move(file, FAILED)
        moved.with_name(f"{moved.name}.txt").write_text(f"{reason}\n", encoding="utf-8")
        return FolderResult(file.name, report, reason)

    def _move(self, file: Path, where: str) -> Path:
        """Move without ever overwriting an earlier file of the same name; only its owner may read it there."""
        target = self._free(file.parent / where, file.name)
        self._seen.pop(file, None)
        with suppress(PermissionError):  # laid here by another user: it is theirs to say
            file.chmod(0o600)
        return file.rename(target)

    def _free(self, folder: Path, name: str) -> Path:
        """A name in a folder that no earlier file has."""
        wanted = target = folder / name
        target.parent.mkdir(exist_ok=True)
        stamp = format_local(self._clock.now(), "%Y%m%d-%H%M%S")
        number = 1
        while target.exists():
            extra = f"-{stamp}" if number == 1 else f"-{stamp}-{number}"
            target = wanted.with_name(f"{wanted.stem}{extra}{wanted.suffix}")
            number += 1
        return target


def _cause_folders() -> dict[str, str]:
    """Format of known causes by the names of its folder."""
    return {folder: name for name, form in cause_formats().items() for folder in (name, form.folder)}


def _mapping_of(file: Path) -> Path | None:
    """The mapping beside a file, or the one of its folder."""
    return next((path for path in (file.with_suffix(".toml"), file.parent / SHARED_MAPPING) if path.exists()), None)


def _names_columns(mapping: Path) -> bool:
    """Whether a mapping says which column is the time, and so describes a table of its own."""
    try:
        columns = tomllib.loads(mapping.read_text(encoding="utf-8-sig")).get("columns", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return True  # reading it as a mapping will tell what is wrong with it
    return isinstance(columns, dict) and "time" in columns
