"""An engine that follows the rule book: what is put in force on the page holds from the next tick, without restart."""

from __future__ import annotations

import logging
from collections.abc import Callable

from alerting.engine import Engine, TickReport
from config.errors import InputError
from storage.operations.rulebook import RuleBook

log = logging.getLogger(__name__)


class FollowingEngine:
    """Asks the engine of the rules in force.

    A new engine derives from store and cursors what the old one knew, so nothing is lost and nothing told twice.
    """

    def __init__(self, book: RuleBook, make: Callable[[], Engine]) -> None:
        """`make` gives an engine of the rules that are in force then; it is asked at once. Raises RuleError."""
        self._book, self._make = book, make
        self._number = book.number_in_force()
        self._engine = make()

    def tick(self) -> TickReport:
        """One tick of the rules in force. Raises StoreError."""
        number = self._book.number_in_force()
        if number != self._number:
            self._number = number
            try:
                self._engine = self._make()
            except InputError as error:
                # The file went wrong while a version stood in its place: better the old rules than none.
                log.warning("rules in force cannot be used, those before stay: %s", error)
            else:
                log.info("rules in force are now %s", "the file's" if number is None else f"version {number}")
        return self._engine.tick()
