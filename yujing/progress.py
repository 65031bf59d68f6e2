"""Progress of long jobs on stderr: one bar per step, plain lines where nobody watches a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

_WHOLE = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} 已用 {elapsed}"
_COUNTED = "{desc}: {n_fmt} 已用 {elapsed}"


class Bars:
    """Bars that follow `(step, done, total)`; a new step begins a new bar. Use as a context manager."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: tqdm[Any] | None = None
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say how far `step` is; `total` 0 = not known."""
        if self._quiet:
            return
        bar = self._bar if self._bar is not None and step == self._step else self._begin(step)
        bar.total = total or None
        bar.bar_format = _WHOLE if total else _COUNTED
        bar.update(done - bar.n)

    def of(self, step: str) -> _Step:
        """The bar of one step as a function of (done, total)."""
        return _Step(self, step)

    def _begin(self, step: str) -> tqdm[Any]:
        self._end()
        # ASCII bars: every terminal and log file shows them alike. Opened by the first figures, not before.
        self._bar, self._step = tqdm(desc=step, mininterval=0.2, ascii=" #", bar_format=_COUNTED, delay=1e-9), step
        return self._bar

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()


class _Step:
    def __init__(self, bars: Bars, step: str) -> None:
        self._bars, self._step = bars, step

    def __call__(self, done: int, total: int) -> None:
        self._bars(self._step, done, total)
