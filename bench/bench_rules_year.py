"""The rules that ship over the simulated year: false alerts a week over all rules and keys, and events found.

    python bench/bench_rules_year.py [--seeds 101] [--days 365] [--engine] [--rules FILE]

Documents with the year's times, places and categories (see rules_year) lie in an embedded store. The whole year is
replayed by the code that engine and `yujing rules replay` share, as if every text had come in time. With --engine the
real engine ticks every five minutes while texts arrive, late ones too, and what it recorded is judged: exact and slow,
so take some weeks. An alert is false when neither the window that struck first nor the fullest lies in an event that
the alert could be about. Prints for each rule its alerts, the false ones a week, and the sum.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from alerting.engine import Engine
from alerting.replay import replay
from alerting.rulebook import DEFAULT_RULES
from alerting.rulefile import load_rules
from alerting.rules import Rule
from bench.alarm_year import DAY
from bench.complaint_year import Year, simulate
from bench.rules_year import Told, documents, told, wordings
from config.clock import TurnedClock
from config.settings import load_settings
from storage.cipher import Cipher
from storage.operations import open_operations
from storage.records import AlertDraft, Document
from storage.sqlite import SqliteStore

STEP = timedelta(minutes=5)
SAVE = 2_000


def replayed(year: Year, rules: Sequence[Rule], docs: Iterable[Document], folder: Path) -> list[AlertDraft]:
    """The alerts of a replay over the whole year."""
    store = SqliteStore(folder / "documents.db", str.split)
    batch: list[Document] = []
    for doc in docs:
        batch.append(doc)
        if len(batch) == SAVE:
            store.save(batch)
            batch = []
    store.save(batch)
    found = list(replay(rules, store, year.moment(0), year.moment(year.days * DAY)))
    store.close()
    return found


def engine_alerts(year: Year, rules: Sequence[Rule], docs: Iterable[Document], folder: Path) -> list[AlertDraft]:
    """The alerts an engine has recorded at the end of the time."""
    clock, settings = TurnedClock(year.moment(0)), load_settings()
    store = SqliteStore(folder / "documents.db", str.split)
    operations = open_operations(f"sqlite:///{folder}/operations.db", Cipher(b"k" * 32), clock)
    engine = Engine(
        store=store, operations=operations, rules=rules, clock=clock, settings=settings.alerting, channels=(),
        late_after=timedelta(hours=settings.intake.late_after_hours),
    )  # fmt: skip
    for arrived in _by_step(year, docs):
        clock.advance(STEP)
        store.save(arrived)
        engine.tick()
    alerts = operations.alerts.find(limit=100_000)
    store.close()
    operations.close()
    return [alert.draft for alert in alerts]


def _by_step(year: Year, docs: Iterable[Document]) -> Iterator[list[Document]]:
    until = year.moment(0) + STEP
    arrived: list[Document] = []
    for doc in docs:
        while doc.arrived_at >= until:
            yield arrived
            until, arrived = until + STEP, []
        arrived.append(doc)
        if until > year.moment(year.days * DAY):
            return


def report(year: Year, rules: Sequence[Rule], alerts: Sequence[Told]) -> None:
    """Lines for each rule and for all."""
    weeks = year.days / 7
    false = [alert for alert in alerts if not any(alert.of(event) for event in year.injected)]
    every, wrong = Counter(alert.rule for alert in alerts), Counter(alert.rule for alert in false)
    for rule in rules:
        if every[rule.name]:
            name, wrongly = f"{rule.name} ({rule.type})", wrong[rule.name] / weeks
            print(f"  {name}: {every[rule.name]} alerts, {wrongly:.2f} false a week")
    found = sum(any(alert.of(event) for alert in alerts) for event in year.injected)
    missed = sorted(e.size for e in year.injected if not any(alert.of(e) for alert in alerts))
    print(
        f"  all {len(rules)} rules: found {found}/{len(year.injected)}, false a week {len(false) / weeks:.2f}; "
        f"missed sizes {', '.join(f'{size:.2f}' for size in missed) or 'none'}",
        flush=True,
    )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="101")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--rules", type=Path, default=DEFAULT_RULES)
    given = parser.parse_args()
    rules = load_rules(given.rules)
    pool, late_after = wordings(rules), timedelta(hours=load_settings().intake.late_after_hours)
    for seed in map(int, given.seeds.split(",")):
        begun, year = time.process_time(), simulate(seed, given.days)
        with TemporaryDirectory() as folder:
            run = engine_alerts if given.engine else replayed
            drafts = run(year, rules, documents(year, pool, late_after), Path(folder))
        print(f"seed {seed}, {given.days} days, {len(year.texts.at):,} texts, {time.process_time() - begun:.0f} CPU s")
        report(year, rules, told(year, rules, drafts))


if __name__ == "__main__":
    main()
