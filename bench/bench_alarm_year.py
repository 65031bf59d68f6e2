"""The simulated year of complaints: our seasonal rule against ElastAlert2's spike and frequency, in one run.

    python bench/bench_alarm_year.py [--seeds 101,102] [--peer-python VENV/bin/python]

Ours runs with the defaults that ship, the same as `yujing detect`. The peer runs its own classes in its own
interpreter (`pip install elastalert2 pytz` in a venv), fed in the order of event time as if nothing were late, with
the same mute of 24 hours a key; its height, floor and number of events are chosen on a tuning seed for each kind of
key (all, region, category, both): what finds most with at most a quarter of a false alert a week. It sends when the
text that struck arrives. Prints for each detector: share of events found, median delay by arrival, false alerts a week.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.alarm_year import DAY, MUTE, Alarm, Outcome, outcome, seasonal_alarms
from bench.complaint_year import CODES, EVALUATION_SEEDS, REGIONS, TUNING_SEEDS, Year, simulate

LANES = ("", "region", "category", "both")
# What is tried for the peer: of spike height and floor, of frequency the number in an hour.
SPIKES = tuple(product((2, 3, 4), (20, 40, 80)))
FREQUENCIES = (20, 30, 45, 65, 100, 200)
TUNING_DAYS = 200  # from spring to the end of summer, the busiest time: a fixed number must bear it
_BOTH = 100  # a place and a category in one number
PEER = Path(__file__).with_name("peer_elastalert.py")


def peer_alarms(python: str, year: Year, kind: str, lane: str, options: Sequence[dict[str, Any]]) -> list[list[Alarm]]:
    """The alerts of one of the peer's classes over one kind of key, for each set of options."""
    order = np.argsort(year.texts.at, kind="stable")
    texts = year.texts
    whole = np.zeros_like(texts.region)
    values = {
        "": whole, "region": texts.region, "category": texts.category, "both": texts.region * _BOTH + texts.category,
    }[lane]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps({"at": texts.at[order].tolist(), "key": values[order].tolist()}))
        asked = json.dumps({"kind": kind, "keyed": bool(lane), "options": list(options)})
        done = subprocess.run([python, str(PEER), str(file), asked], capture_output=True, text=True, check=True)
    arrival = texts.arrival[order]
    return [list(_muted(found, arrival, lane)) for found in json.loads(done.stdout)]


def _muted(matches: list[tuple[int, int, int]], arrival: Any, lane: str) -> Iterator[Alarm]:
    until: dict[int, int] = {}
    for row, key, at in matches:
        if at >= until.get(key, -1):
            until[key] = at + MUTE
            region, category = {"": (-1, -1), "region": (key, -1), "category": (-1, key)}.get(lane, divmod(key, _BOTH))
            name = f"{REGIONS[region] if region >= 0 else ''} {CODES[category] if category >= 0 else ''}".strip()
            yield Alarm(name, region, category, at, int(arrival[row]))


def tuned(python: str, kind: str, seeds: Sequence[int]) -> dict[str, dict[str, Any]]:
    """For each kind of key the options that find most with at most a third of a false alert a week."""
    tried = (
        [{"num_events": number} for number in FREQUENCIES]
        if kind == "frequency"
        else [{"spike_height": height, "threshold_cur": floor} for height, floor in SPIKES]
    )
    years = [simulate(seed, TUNING_DAYS) for seed in seeds]
    chosen = {}
    for lane in LANES:
        results = [peer_alarms(python, year, kind, lane, tried) for year in years]
        scores = []
        for number in range(len(tried)):
            found = [outcome(year, iter(result[number])) for year, result in zip(years, results, strict=True)]
            wrong = sum(each.false_a_week for each in found) / len(found)
            few = wrong <= 1 / len(LANES)
            scores.append((few, sum(each.found for each in found) if few else -wrong))
        chosen[lane] = tried[max(range(len(tried)), key=lambda number: scores[number])]
    return chosen


def told(name: str, outcomes: Sequence[Outcome]) -> None:
    """One line for a detector."""
    found, injected = sum(each.found for each in outcomes), sum(each.injected for each in outcomes)
    delays = [delay for each in outcomes for delay in each.delays]
    wrong = [each.false_a_week for each in outcomes]
    print(
        f"{name:<22} found {found}/{injected} ({found / injected:.1%})  median delay {median(delays or [0]):.1f} min  "
        f"false a week {sum(wrong) / len(wrong):.2f} (worst year {max(wrong):.2f})",
        flush=True,
    )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default=",".join(map(str, EVALUATION_SEEDS)))
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--peer-python", help="interpreter of a venv with elastalert2 and pytz")
    given = parser.parse_args()
    years = [simulate(int(seed), given.days) for seed in given.seeds.split(",")]
    ours = []
    for year in years:
        ours.append(outcome(year, seasonal_alarms(year)))
        told(f"seasonal, year {len(ours)}", ours[-1:])
    told("seasonal", ours)
    print("  sizes missed:", ", ".join(f"{size:.2f}" for size in sorted(size for each in ours for size in each.missed)))
    for kind in ("spike", "frequency") if given.peer_python else ():
        options = tuned(given.peer_python, kind, TUNING_SEEDS[:1])
        theirs = []
        for year in years:
            lanes = [peer_alarms(given.peer_python, year, kind, lane, [options[lane]])[0] for lane in LANES]
            theirs.append(outcome(year, iter(alarm for alarms in lanes for alarm in alarms)))
        told(f"ElastAlert2 {kind}", theirs)
        print("  options:", options)
    print(f"({len(years)} years of {given.days} days, {given.days * DAY} s each)")


if __name__ == "__main__":
    main()
