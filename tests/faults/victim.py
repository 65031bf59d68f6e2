"""One stage as a process of its own, to be killed: `python -m tests.faults.victim STAGE HOME [FILE]`.

The clock stands still or is turned in fixed steps, so that a run that was killed and repeated can be held against one
that was not.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from alerting.desk.evidence.packing import Packing
from alerting.desk.evidence.shelf import shelf_of
from config.clock import TurnedClock
from config.settings import load_settings
from crawler.imports import import_file
from nlp.pipeline import Analyser, Facts, Pipeline
from nlp.reanalysis import Reanalysis
from storage.operations.inbox import History
from storage.records import EvidencePackage, UrgencyVerdict
from yujing.wiring import Services, build

END = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOURS = 6
STEPS = 8


def services_of(home: Path) -> Services:
    environ = {
        "YUJING_HOME": str(home), "YUJING_ANALYSIS_WORKERS": "0", "YUJING_ANALYSIS_BATCH": "20",
        "YUJING_WEBHOOK_URL": "http://127.0.0.1:9/never",
    }  # fmt: skip
    services = build(load_settings(environ=environ), TurnedClock(END))
    services.prepare_home()
    return services


def tell(what: str) -> None:
    """One line for the process that watches, and may kill, this one."""
    print(what, flush=True)


def bring_in(services: Services, file: Path) -> None:
    mapping = file.with_suffix(".toml")
    report = import_file(
        file, "table", mapping=mapping, inbox=services.operations.inbox, clock=services.clock,
        settings=services.settings.intake, rejected_folder=services.settings.in_home("rejected"), by="test",
        progress=lambda _done, _total: tell("step"),
    )  # fmt: skip
    assert report.rejected == 0


def analyse(services: Services) -> None:
    # A killed worker's claims are free again when their lease ends.
    clock = services.clock
    assert isinstance(clock, TurnedClock)
    stage = services.stage()
    while services.operations.inbox.counts()["waiting"]:
        tell("step")
        if not stage.run_once().taken:
            clock.advance(timedelta(seconds=services.settings.analysis.lease_seconds))


def alert(services: Services) -> None:
    clock, meta = services.clock, services.operations.meta
    assert isinstance(clock, TurnedClock)
    engine = services.engine()
    for step in range(int(meta.get("test.step") or 0), STEPS):
        # Time does not run backwards for a process that is started again.
        meta.set("test.step", str(step))
        clock.turn_to(END + timedelta(minutes=10 * step))
        tell("step")
        engine.tick()


class NextRelease(Analyser):
    """Judges urgency by the length of the text, as no release ever did."""

    name: ClassVar[str] = "urgency"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("urgency",)
    version: str = "next"

    def analyse(self, facts: Facts) -> Facts:
        length = len(facts["text"])
        return {"urgency": UrgencyVerdict("H" if length % 3 else "L", (f"{length} 字",))}


def reanalyse(services: Services) -> None:
    kept = [one for one in Pipeline.from_vocabulary().analysers if one.name != "urgency"]
    operations = services.operations
    again = Reanalysis(
        operations.inbox, services.store, operations.labels, operations.meta, Pipeline([*kept, NextRelease()]),
        services.bench(), services.clock, batch=20,
    )  # fmt: skip
    again.run(History(), progress=lambda _done, _total: tell("step"))


class _Telling(Packing):
    """Tells of each piece of progress."""

    def tell(self, package: EvidencePackage, step: str, share: float, told: datetime) -> datetime:
        tell("step")
        return super().tell(package, step, share, told)


def package(services: Services) -> None:
    shelf = shelf_of(services.settings)
    _Telling(services.operations, services.store, services.settings, services.clock, shelf).run_once()


if __name__ == "__main__":
    name, home, *files = sys.argv[1:]
    victim = services_of(Path(home))
    tell("ready")
    {"analyse": analyse, "alert": alert, "reanalyse": reanalyse, "package": package}[name](
        victim
    ) if not files else bring_in(victim, Path(files[0]))
    tell("done")
