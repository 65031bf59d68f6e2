"""`yujing evaluate`: every measure whose data are there, and its figures as a table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp.measure import Figure, Measure, measures
from nlp.models.shelf import Shelf
from nlp.pipeline import pipeline_of
from yujing.columns import columns

log = logging.getLogger(__name__)


class Evaluation:
    """Measures over one data folder. What is left out is told by `say`; `problems` counts what could not be read."""

    def __init__(
        self, data: Path, *, only: Sequence[str] = (), cross: bool = False, say: Callable[[str], None]
    ) -> None:
        """`only`: names of measures (() = all); `cross`: also those that train. Raises NotFoundError."""
        known = measures()
        self._data, self._say, self.problems = data, say, 0
        self._wanted = [known[name]() for name in only or known]
        # Who names a measure wants it, however long it takes.
        self._cross = cross or bool(only)

    def figures(self, shelf: Shelf, *, quiet: bool = False) -> dict[str, Figure]:
        """The figures of the models of a shelf, by name; `quiet` says nothing of what is left out."""
        pipeline = pipeline_of(FOLDER, shelf.pinned())
        say = (lambda _text: None) if quiet else self._say
        found: dict[str, Figure] = {}
        for measure in self._wanted:
            reason = self._left_out(measure)
            if reason:
                say(f"{measure.title}：{reason}")
                continue
            say(f"{measure.title}…")
            try:
                found |= measure.figures(self._data, pipeline)
            except InputError as error:
                self.problems += not quiet
                say(f"{measure.title}：{error}")
            except Exception as error:
                # One measure that stumbles must not take the figures of the others with it.
                log.exception("measure %s failed", measure.name)
                self.problems += not quiet
                say(f"{measure.title}：评测出错（{type(error).__name__}）")
        return found

    def _left_out(self, measure: Measure) -> str:
        missing = [file for file in measure.files if not any(self._data.glob(file))]
        if missing:
            return f"缺少 {'、'.join(missing)}，未评测"
        return "要现场训练，用 --cross 评测" if measure.cross and not self._cross else ""


def as_table(found: Mapping[str, Figure], present: Mapping[str, Figure] | None = None) -> str:
    """One row per figure, below it one per class; with `present` the value of the models in use beside it."""
    rows = [("评测项", "数值", *(("现用",) if present else ()), "条数", "精确率", "召回率", "F1")]
    for name, figure in found.items():
        beside = (_value(present.get(name)),) if present else ()
        rows.append((name, _value(figure), *beside, str(figure.n)))
        for label, of_class in figure.per_class.items():
            ratios = (f"{of_class[key]:.4f}" if key in of_class else "–" for key in ("precision", "recall", "f1"))
            gap = ("", "") if present else ("",)
            rows.append((f"  {label}", *gap, f"{of_class.get('n', 0):g}", *ratios))
    return columns(rows)


def _value(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.value:.4f}"
