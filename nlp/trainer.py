"""How a model is made anew: the base of what `yujing train` fits, and the judgement whether the result may be used.

A trainer is a plug-in of the folder `nlp/trainers`. The data come from a folder given by the caller, the lessons from
what staff corrected; one text of five, chosen by its content alone, teaches no model and measures them all.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

import nlp.trainers
from config.clock import as_local, format_local
from config.errors import InputError, NotFoundError
from config.registry import Registry, discover
from nlp.measure import Figure

# What the figure over all sets is called; the others carry the name of their set.
MEAN, LESSONS = "mean", "corrections"
# Two figures that differ by less are the same: the last digits of a float hang on the order of a sum.
_SAME = 1e-9


class Labelled(Protocol):
    """One labelled text of one set; `held_out` says, by its content alone, that it measures and does not teach."""

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def label(self) -> str:
        """Its class."""
        ...

    @property
    def set(self) -> str:
        """The set it comes from."""
        ...

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the fixed set."""
        ...


class Model(Protocol):
    """What was learnt."""

    def save(self, folder: Path, card: Mapping[str, Any]) -> None:
        """Write weights and card into a folder."""
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What staff say of one text: masked text and the right value."""

    text: str
    value: str


class Trainer(ABC):
    """How one model is made. `name` is the model's on the shelf, `title` says in Chinese what it decides, `subject`
    is what staff correct that teaches it ("sentiment", "category.power8", …)."""

    name: ClassVar[str]
    title: ClassVar[str]
    subject: ClassVar[str]

    @abstractmethod
    def sets(self, data: Path) -> tuple[str, ...]:
        """The names of the sets a data folder holds for this model; () where it has none."""

    @abstractmethod
    def examples(self, data: Path) -> Sequence[Labelled]:
        """All texts of all sets, in an order that is always the same. Raises InputError naming file and row."""

    @abstractmethod
    def lessons(self, lessons: Sequence[Lesson]) -> Sequence[Labelled]:
        """The corrections this model can learn from, as texts of the set `corrections`."""

    @abstractmethod
    def train(self, examples: Sequence[Labelled], lessons: Sequence[Labelled]) -> Model:
        """The model; the same input gives the same to the bit."""

    @abstractmethod
    def figure(self, folder: Path, examples: Sequence[Labelled]) -> Figure:
        """How good the model of a folder is on some texts. Raises VocabularyError for one that cannot be read."""


@cache
def trainers() -> Registry[Trainer]:
    """Every trainer of the folder `nlp/trainers`, by the name of its model."""
    return discover(nlp.trainers, Trainer, "训练程序")  # type: ignore[type-abstract]


@dataclass(frozen=True, slots=True)
class Material:
    """What a model is made of and measured on.

    `teaching` and `lessons` are fitted; `fixed` holds set → held-out texts, of the sets left out as well; `unseen`
    set → all texts of a set that was left out.
    """

    teaching: tuple[Labelled, ...]
    lessons: tuple[Labelled, ...]
    fixed: Mapping[str, tuple[Labelled, ...]]
    unseen: Mapping[str, tuple[Labelled, ...]] = field(default_factory=dict)


def gather(trainer: Trainer, data: Path, lessons: Sequence[Lesson] = (), without: Collection[str] = ()) -> Material:
    """Sort the texts of a data folder and the corrections. Raises NotFoundError for an unknown set in `without`,
    InputError when nothing is left to learn from."""
    known = trainer.sets(data)
    for name in without:
        if name not in known:
            raise NotFoundError("数据集", name, known)
    examples = trainer.examples(data)
    by_set = {name: tuple(each for each in examples if each.set == name) for name in known}
    usable = trainer.lessons(lessons)
    fixed = {name: tuple(each for each in rows if each.held_out) for name, rows in by_set.items()}
    fixed[LESSONS] = tuple(each for each in usable if each.held_out)
    teaching = tuple(each for each in examples if not each.held_out and each.set not in without)
    if len({each.label for each in teaching}) < 2:
        raise InputError("可用于训练的文本不足两类", file=data)
    return Material(
        teaching,
        tuple(each for each in usable if not each.held_out),
        {name: rows for name, rows in fixed.items() if rows},
        {name: by_set[name] for name in known if name in without},
    )


def figures(trainer: Trainer, folder: Path, fixed: Mapping[str, Sequence[Labelled]]) -> dict[str, Figure]:
    """The figure of each set, and `mean` over the sets of the data (corrections are told apart: they are few)."""
    found = {name: trainer.figure(folder, rows) for name, rows in fixed.items()}
    sets = [figure for name, figure in found.items() if name != LESSONS]
    mean = sum(figure.value for figure in sets) / len(sets) if sets else 0.0
    return {**found, MEAN: Figure(mean, sum(figure.n for figure in sets))}


def card(
    trainer: Trainer, material: Material, version: str, now: datetime, measured: Mapping[str, Figure] | None = None
) -> dict[str, Any]:
    """What is told of a model: what it is made from, when, and how good it is."""
    sets: dict[str, int] = {}
    for each in material.teaching:
        sets[each.set] = sets.get(each.set, 0) + 1
    return {
        "name": trainer.name,
        "title": trainer.title,
        "version": version,
        "made_at": as_local(now).isoformat(timespec="seconds"),
        "data": {"sets": sets, "sha256": digest([*material.teaching, *material.lessons])},
        "corrections": len(material.lessons),
        "without": sorted(material.unseen),
        "figures": {name: {"value": round(one.value, 4), "n": one.n} for name, one in (measured or {}).items()},
    }


def version_of(material: Material, now: datetime) -> str:
    """A name that sorts by time and differs with the data: 20261122-1415-3f2a9c."""
    return f"{format_local(now, '%Y%m%d-%H%M')}-{digest([*material.teaching, *material.lessons])[:6]}"


def digest(examples: Iterable[Labelled]) -> str:
    """SHA-256 over sets, labels and texts, in their order."""
    found = hashlib.sha256()
    for each in examples:
        found.update(f"{each.set}\x1f{each.label}\x1f{each.text}\x1e".encode(errors="surrogatepass"))
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a new model may take the place of the one in use; `reason` is Chinese."""

    taken: bool
    reason: str


def judged(new: Mapping[str, Figure], present: Mapping[str, Figure] | None, *, same: bool) -> Verdict:
    """A model that loses on the fixed set is not taken; nor is the same one again. `present` None: there is none."""
    if present is None:
        return Verdict(True, "还没有在用的模型")
    if same:
        return Verdict(False, "与现用模型完全相同，不必更换")
    before, now = present[MEAN].value, new[MEAN].value
    told = f"固定测试集平均 {now:.4f}，现用模型 {before:.4f}"
    if now < before - _SAME:
        return Verdict(False, f"不如现用模型，{told}")
    return Verdict(True, f"不输现用模型，{told}")
