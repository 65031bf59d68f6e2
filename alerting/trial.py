"""A trial: what rules would have done over a stretch of history, held against the rules in force."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerting.evaluation import striking_window
from alerting.outages import OutagesIn, no_outages
from alerting.replay import as_fields, replay
from alerting.rules import Rule
from storage.documents import DocumentStore
from storage.records import AlertDraft, Window

# More lines than this nobody reads; the numbers count all.
MOST_LINES = 300
_WEEK = timedelta(weeks=1)
_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Played:
    drafts: tuple[AlertDraft, ...]
    standing: tuple[AlertDraft, ...]


def try_rules(
    rules: Sequence[Rule], standing: Sequence[Rule], store: DocumentStore, span: Window, *, demo: bool,
    reached: Callable[[float], None], outages: OutagesIn = no_outages,
) -> dict[str, Any]:  # fmt: skip
    """Replay `rules` and the rules in force over a span; the answer can be kept as JSON.

    A rule that is the same in both is replayed once. `reached` is told a share between 0 and 1, and may end it all by
    raising. `rules` of the answer has the numbers of each rule, `lines` single alerts by time: `kind` is "new" where
    only the given rules ring, "gone" where only those in force do, "same" where both do. Raises StoreError.
    """
    only, shared, before = _parts(rules, standing)
    total = len(only) + len(shared) + len(before)
    done = 0

    def play(rule: Rule) -> list[AlertDraft]:
        nonlocal done

        def pace(at: datetime) -> None:
            reached((done + min(max((at - span.start) / (span.end - span.start), 0.0), 1.0)) / total)

        pace(span.start)
        drafts = list(replay([rule], store, span.start, span.end, demo=demo, outages=outages, pace=pace))
        done += 1
        return drafts

    both = [draft for rule in shared for draft in play(rule)]
    mine = [draft for rule in only for draft in play(rule)]
    theirs = [draft for rule in before for draft in play(rule)]
    played = _Played((*both, *mine), (*both, *theirs))
    return _answer(played, [rule.name for rule in rules], span)


def _parts(rules: Sequence[Rule], standing: Sequence[Rule]) -> tuple[list[Rule], list[Rule], list[Rule]]:
    shared = [rule for rule in rules if rule in standing]
    only = [rule for rule in rules if rule not in shared]
    return only, shared, [rule for rule in standing if rule not in shared]


def _answer(played: _Played, names: Sequence[str], span: Window) -> dict[str, Any]:
    lines = sorted(_lines(played), key=lambda line: (line["start"], line["rule"], line["key"]))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        counts[line["rule"]][line["kind"]] += 1
    weeks = max((span.end - span.start) / _WEEK, 1 / 7)
    numbers = [_numbers(name, counts[name], weeks) for name in dict.fromkeys((*names, *sorted(counts)))]
    # What differs goes first where not all fits.
    chosen = sorted(lines, key=lambda line: line["kind"] == "same")[:MOST_LINES]
    return {
        "weeks": round(weeks, 2), "rules": numbers, "fires": sum(number["fires"] for number in numbers),
        "lines": sorted(chosen, key=lambda line: str(line["start"])), "left_out": len(lines) - len(chosen),
    }  # fmt: skip


def _numbers(name: str, counts: Counter[str], weeks: float) -> dict[str, Any]:
    fires = counts["new"] + counts["same"]
    kinds = {kind: counts[kind] for kind in ("new", "gone", "same")}
    return {"rule": name, "fires": fires, "a_week": round(fires / weeks, 1), **kinds}


def _lines(played: _Played) -> Iterator[dict[str, Any]]:
    """An alert of both is one whose rule, key and time meet; where a limit was moved the minute may differ."""
    mine, theirs = _places(played.drafts), _places(played.standing)
    for draft in played.drafts:
        yield _line(draft, "same" if _meets(draft, theirs) else "new")
    for draft in played.standing:
        if not _meets(draft, mine):
            yield _line(draft, "gone")


def _places(drafts: Sequence[AlertDraft]) -> dict[_Place, list[Window]]:
    found: dict[_Place, list[Window]] = defaultdict(list)
    for draft in drafts:
        found[draft.rule, draft.key].append(striking_window(draft))
    return found


def _meets(draft: AlertDraft, places: dict[_Place, list[Window]]) -> bool:
    window = striking_window(draft)
    others = places.get((draft.rule, draft.key), [])
    return any(window.start < other.end and other.start < window.end for other in others)


def _line(draft: AlertDraft, kind: str) -> dict[str, Any]:
    return {**as_fields(draft), "level": draft.level, "title": draft.title, "kind": kind}
