"""The watch: texts are put into events, then the rules are asked, so that alerts know their event from the first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Protocol

from alerting.engine import TickReport
from config.errors import YujingError

log = logging.getLogger(__name__)
# Longer than a usual round of grouping takes, and no delay that a person would notice. A text that is put into its
# event later is linked to it afterwards.
PATIENCE = timedelta(milliseconds=300)


class Grouper(Protocol):
    """What puts new texts into events."""

    def run_once(self) -> int:
        """Group what is new; returns how many texts."""
        ...


class Asker(Protocol):
    """What asks the rules."""

    def tick(self) -> TickReport:
        """Ask about what is new."""
        ...


class Watch:
    """Groups and asks in turn. Whatever holds grouping up, or makes it fail, alerting does not wait for it."""

    def __init__(self, groupers: Sequence[Grouper], askers: Sequence[Asker], patience: timedelta = PATIENCE) -> None:
        self._groupers, self._askers, self._patience = tuple(groupers), tuple(askers), patience
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="group")
        self._grouping: Future[int] | None = None

    def run_once(self) -> bool:
        """One round; returns whether anything was new, in which case more may have come meanwhile.

        Raises what asking raises; each side of the rules is asked whatever befalls the other.
        """
        if self._grouping is None or self._grouping.done():
            self._grouping = self._pool.submit(self._group)
        wait([self._grouping], self._patience.total_seconds())
        answers = [_ask(asker) for asker in self._askers]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        grouped = not self._grouping.done() or self._grouping.result() > 0
        return grouped or any(isinstance(answer, TickReport) and answer.documents > 0 for answer in answers)

    def close(self) -> None:
        """Let a running round of grouping end."""
        self._pool.shutdown(wait=True)

    def _group(self) -> int:
        """Returns how many texts were new."""
        new = 0
        for grouper in self._groupers:
            try:
                new += grouper.run_once()
            except YujingError as error:
                log.warning("grouping: %s", error)
            except Exception:
                log.exception("grouping failed")
        return new


def _ask(asker: Asker) -> TickReport | Exception:
    try:
        return asker.tick()
    except Exception as error:
        return error
