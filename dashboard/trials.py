"""Rehearsals in the background: one at a time, its progress and end kept in the database so that every page sees it."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from flask import Flask, current_app

from alerting.rules import Rule
from alerting.trial import try_rules
from config.errors import ConflictError, YujingError
from dashboard.parts import Parts
from storage.records import RuleTrial, Window

log = logging.getLogger(__name__)
# Whoever waits longer than this chooses a shorter span.
LIMIT = timedelta(minutes=5)
_TELL = timedelta(seconds=1)
_KEY = "yujing.trials"


class Trials:
    """The trials of this process."""

    def __init__(self, known: Parts) -> None:
        self._known = known
        self._busy = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, trial: RuleTrial, rules: Sequence[Rule], standing: Sequence[Rule]) -> None:
        """Run it in a thread that does not keep the process alive."""
        work = (trial, tuple(rules), tuple(standing))
        self._thread = threading.Thread(target=self._run, args=work, name="trial", daemon=True)
        self._thread.start()

    def take(self) -> None:
        """Take the one place there is. Raises ConflictError while another trial runs."""
        if not self._busy.acquire(blocking=False):
            raise ConflictError("试算", "另一次试算正在进行，请等它结束")

    def free(self) -> None:
        """Give it back, where nothing was started after all."""
        self._busy.release()

    def wait(self) -> None:
        """Until the one that runs has ended."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, trial: RuleTrial, rules: Sequence[Rule], standing: Sequence[Rule]) -> None:
        book = self._known.operations.rulebook
        try:
            book.trial_done(trial.id, self._found(trial, rules, standing))
        except YujingError as error:
            self._failed(trial, str(error))
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("trial %d failed, incident %s", trial.id, incident)
            self._failed(trial, f"程序出错，已记入日志，编号 {incident}")
        finally:
            self._busy.release()

    def _found(self, trial: RuleTrial, rules: Sequence[Rule], standing: Sequence[Rule]) -> dict[str, object]:
        began = told = self._known.now()

        def reached(share: float) -> None:
            nonlocal told
            now = self._known.now()
            if now - began > LIMIT:
                minutes = int(LIMIT.total_seconds() // 60)
                reason = f"超过 {minutes} 分钟未算完（完成 {share:.0%}），请缩短时间范围或只试算一条规则"
                raise ConflictError("试算", reason)
            if now - told >= _TELL:
                told = now
                self._known.operations.rulebook.trial_reached(trial.id, round(share, 3))

        span = Window(trial.since, trial.until)
        begun = partial(self._known.operations.causes.begun, demo=trial.demo)
        return try_rules(rules, standing, self._known.store, span, demo=trial.demo, reached=reached, outages=begun)

    def _failed(self, trial: RuleTrial, problem: str) -> None:
        try:
            self._known.operations.rulebook.trial_failed(trial.id, problem)
        except YujingError as error:
            log.warning("trial %d: %s", trial.id, error)


def install(app: Flask, known: Parts) -> None:
    """Give an app its trials."""
    app.extensions[_KEY] = Trials(known)


def trials() -> Trials:
    """The trials of the app that handles the present request."""
    found: Trials = current_app.extensions[_KEY]
    return found
