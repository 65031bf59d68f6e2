"""`yujing train` and `yujing models`: fit, hold against the model in use, take or leave; and what is on the shelf."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.clock import Clock, SystemClock
from config.errors import VocabularyError
from config.settings import Settings
from nlp.measure import Figure
from nlp.models.shelf import Kept, Shelf
from nlp.text import joined
from nlp.trainer import LESSONS, MEAN, Lesson, Material, Trainer, card, figures, gather, judged, version_of
from storage.corrections import Correction
from yujing.columns import columns
from yujing.wiring import Services, build, shelf_of

Say = Callable[[str], None]
_NAMES = {MEAN: "平均", LESSONS: "人工更正"}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one model, in words; `lost`: it was not as good as the one in use."""

    text: str
    lost: bool = False


class Training:
    """One call of the command."""

    def __init__(
        self, settings: Settings, data: Path, *, without: Sequence[str] = (), out: Path | None = None,
        say: Say, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        """`out`: where models go that nobody means to use here; `say` gets the progress."""
        self._settings, self._data, self._without, self._out, self._say = settings, data, without, out, say
        self._clock = clock or SystemClock()
        self._shelf = shelf_of(settings)
        self.done = 0

    def run(self, trainer: Trainer) -> Result | None:
        """Make one model; None where the data folder holds nothing for it. Raises InputError, NotFoundError."""
        if not trainer.sets(self._data):
            self._say(f"{trainer.title}：{self._data.name} 里没有它的数据，跳过")
            return None
        self.done += 1
        material = gather(trainer, self._data, self._lessons_for(trainer), self._without)
        held = sum(map(len, material.fixed.values()))
        told = f"训练 {len(material.teaching)} 条，人工更正 {len(material.lessons)} 条，固定测试集 {held} 条"
        self._say(f"{trainer.title}：{told}")
        with tempfile.TemporaryDirectory() as folder:
            return self._fitted(trainer, material, Path(folder) / trainer.name)

    def _fitted(self, trainer: Trainer, material: Material, made: Path) -> Result:
        now = self._clock.now()
        version = version_of(material, now)
        model = trainer.train(material.teaching, material.lessons)
        model.save(made, card(trainer, material, version, now))
        self._say("在固定测试集上比较…")
        found = figures(trainer, made, material.fixed)
        present, same = self._present(trainer, material.fixed, made)
        model.save(made, card(trainer, material, version, now, found))
        verdict = judged(found, present, same=same)
        unseen = {name: trainer.figure(made, rows) for name, rows in material.unseen.items()}
        lines = [f"{trainer.name} {trainer.title}，版本 {version}", _compared(found, present or {}, unseen)]
        if self._out is not None:
            model.save(self._out / trainer.name, card(trainer, material, version, now, found))
            return Result("\n".join([*lines, f"已写到 {self._out / trainer.name}，没有启用。{verdict.reason}"]))
        if verdict.taken:
            self._shelf.take(trainer.name, version, made)
            note(self._settings, "启用模型", f"{trainer.name} {version}", verdict.reason)
        told = f"{'已启用' if verdict.taken else '未启用'}：{verdict.reason}"
        return Result("\n".join([*lines, told]), lost=not verdict.taken and not same)

    def _present(
        self, trainer: Trainer, fixed: Mapping[str, Sequence[object]], made: Path
    ) -> tuple[dict[str, Figure] | None, bool]:
        """The figures of the model in use, and whether the new one is the same."""
        if trainer.name not in self._shelf.names():
            return None, False
        folder = self._shelf.folder(trainer.name)
        try:
            found = figures(trainer, folder, fixed)  # type: ignore[arg-type]
        except VocabularyError as error:
            self._say(f"现用模型读不出，不作比较：{error}")
            return None, False
        return found, _same(made, folder)

    def _lessons_for(self, trainer: Trainer) -> list[Lesson]:
        return [Lesson(text, each.new) for each, text in self._corrections if each.subject == trainer.subject]

    @cached_property
    def _corrections(self) -> list[tuple[Correction, str]]:
        """What staff of this home corrected, with the masked texts; nothing where there is no home yet."""
        if not has_home(self._settings):
            return []
        services = build(self._settings, self._clock)
        try:
            return corrections(services)
        finally:
            services.close()


def has_home(settings: Settings) -> bool:
    """Whether there is an operations database to ask; asking must not make one."""
    url = settings.database_url
    return not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).exists()


def note(settings: Settings, action: str, subject: str, told: str) -> None:
    """A line in the audit log of a home; nothing where there is none yet. Raises StoreError."""
    if has_home(settings):
        services = build(settings)
        try:
            services.operations.audit.add("命令行", action, subject, told)
        finally:
            services.close()


def corrections(services: Services) -> list[tuple[Correction, str]]:
    """The labels that count, of real texts that have not changed since, with title and body. Raises StoreError."""
    given = services.operations.labels.counting()
    docs = services.store.get(list({each.document_id for each in given}))
    return [
        (each, joined(doc.title, doc.body))
        for each in given
        if (doc := docs.get(each.document_id)) is not None and doc.revision == each.revision
    ]


def _same(made: Path, folder: Path) -> bool:
    """Whether a folder holds the same numbers as one that was just written."""
    return all(
        (folder / file.name).exists() and (folder / file.name).read_bytes() == file.read_bytes()
        for file in made.glob("*.npy")
    )


def _compared(found: Mapping[str, Figure], present: Mapping[str, Figure], unseen: Mapping[str, Figure]) -> str:
    rows = [("数据集", "新模型", "现用", "条数")]
    for name, figure in found.items():
        before = f"{present[name].value:.4f}" if name in present else "–"
        rows.append((_NAMES.get(name, name), f"{figure.value:.4f}", before, str(figure.n)))
    rows += [(f"{name}（未参加训练，全部）", f"{one.value:.4f}", "", str(one.n)) for name, one in unseen.items()]
    return columns(rows)


def as_list(shelf: Shelf) -> str:
    """Every version of every model, one line each, * before the one in use."""
    return "\n".join(f"{name}\n{columns([_line(kept) for kept in shelf.kept(name)])}" for name in shelf.names())


def _line(kept: Kept) -> tuple[str, ...]:
    told = kept.card.get("figures")
    all_figures = told if isinstance(told, dict) else {}
    mean = all_figures.get(MEAN)
    figure = f"固定测试集 {mean['value']:.4f}" if isinstance(mean, dict) and "value" in mean else "没有数字"
    made = str(kept.card.get("made_at", "日期不详"))[:16].replace("T", " ")
    digest = kept.card.get("data")
    source = str(digest.get("sha256", ""))[:12] if isinstance(digest, dict) else ""
    lessons = f"人工更正 {kept.card.get('corrections', 0)} 条"
    return ("* " if kept.active else "  ") + kept.version, made, figure, lessons, f"数据 {source or '–'}"
