"""How well messages are put into the events that people see in them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from config.errors import InputError
from nlp.events.batch import clustered, messages_of, read_message
from nlp.measure import Figure, Measure
from nlp.pipeline import Pipeline

_MESSAGES, _EVENTS = "petitions/messages.csv", "petitions/events_dev.csv"


class Events(Measure):
    """Mean over labelled events of the F1 of the best found one; `per_class` has one entry for each event."""

    name: ClassVar[str] = "events"
    title: ClassVar[str] = "事件归并（逐件取最相符的一组，F1 的平均）"
    files: ClassVar[tuple[str, ...]] = (_MESSAGES, _EVENTS)

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """`events`."""
        with (data / _MESSAGES).open("rb") as file:
            texts = [read_message(message, pipeline) for message in messages_of(file)]
        found = clustered(texts)
        labelled = _labelled(data / _EVENTS, found)
        return {"events": mean_best(labelled, found)}


def mean_best(labelled: Mapping[str, frozenset[str]], found: Mapping[str, str]) -> Figure:
    """The mean of `best_cluster` over events; `n` is the number of texts in them."""
    groups: dict[str, set[str]] = defaultdict(set)
    for id, group in found.items():
        groups[group].add(id)
    rows = {name: best_cluster(ids, [groups[found[id]] for id in ids]) for name, ids in sorted(labelled.items())}
    value = sum(row["f1"] for row in rows.values()) / len(rows) if rows else 0.0
    return Figure(value, sum(map(len, labelled.values())), rows)


def best_cluster(ids: frozenset[str], groups: Iterable[set[str]]) -> dict[str, float]:
    """Precision, recall, f1 and n of the group that fits an event best."""
    best = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": float(len(ids))}
    for group in groups:
        common = len(group & ids)
        precision, recall = common / len(group), common / len(ids)
        f1 = 2 * precision * recall / (precision + recall) if common else 0.0
        if f1 > best["f1"]:
            best.update(precision=precision, recall=recall, f1=f1)
    return best


def _labelled(file: Path, found: Mapping[str, str]) -> dict[str, frozenset[str]]:
    events: dict[str, set[str]] = defaultdict(set)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"id", "event"} <= set(reader.fieldnames or ()):
            raise InputError("应有列 id,event", file=file)
        for row in reader:
            if row["id"] not in found:
                raise InputError(f"留言表里没有编号 {row['id']}", file=file, row=reader.line_num)
            events[row["event"]].add(row["id"])
    return {name: frozenset(ids) for name, ids in events.items()}
