"""History judged anew: originals from the inbox through the present pipeline, saved over what was there.

The stored moment of analysis stays: alerting asks by it for what is new, and a new judgement of an old text is no news
(docs/decisions/0005). Corrections lie over the new judgement as over the old. Any part may be repeated; how far a run
has come is kept, so that one that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from config.clock import Clock
from nlp.pipeline import Pipeline
from nlp.stage import Workbench
from nlp.text import joined
from storage.corrections import InForce, save_corrected
from storage.documents import DocumentStore
from storage.operations.inbox import History
from storage.records import Claim, Document

CURSOR = "reanalyse"
Progress = Callable[[int, int], None]


class Originals(Protocol):
    """What is needed of the inbox (`storage.operations.inbox.Inbox`)."""

    def count_history(self, history: History) -> int:
        """How many analysed documents are in a part of the history."""
        ...

    def read_history(self, history: History, after: str, limit: int) -> tuple[list[Claim], list[str]]:
        """Analysed documents behind an id, and the ids of damaged ones."""
        ...


class Notes(Protocol):
    """What is needed of the installation's single values (`storage.operations.meta.Meta`)."""

    def get(self, key: str) -> str | None:
        """The value, None when it was never set."""
        ...

    def set(self, key: str, value: str) -> None:
        """Set or replace one value."""
        ...

    def remove(self, key: str) -> None:
        """Forget one value."""
        ...


class Groups(Protocol):
    """What is needed of the events (`storage.operations.events.Events`)."""

    def relabel(self, labels: Mapping[str, str]) -> None:
        """Document → sentiment label of texts that were judged anew."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did, in documents: `judged` of them saved anew, `kept` because they were up to date (or changed by
    their source meanwhile), `failed` with ids. `resumed`: how many an earlier run, stopped, had done before."""

    judged: int = 0
    kept: int = 0
    resumed: int = 0
    failed: tuple[str, ...] = ()


class Reanalysis:
    """One part of the history, in the order of ids, `batch` documents at a time."""

    def __init__(
        self,
        originals: Originals,
        store: DocumentStore,
        labels: InForce,
        notes: Notes,
        pipeline: Pipeline,
        bench: Workbench,
        clock: Clock,
        *,
        batch: int,
        groups: Groups | None = None,
    ) -> None:
        """`bench` belongs to the caller, who closes it. `groups`: events, which count what their texts feel like."""
        self._groups = groups
        self._originals, self._store, self._labels, self._notes = originals, store, labels, notes
        self._pipeline, self._bench, self._clock, self._batch = pipeline, bench, clock, batch

    def run(self, history: History, *, outdated: bool = False, progress: Progress | None = None) -> Report:
        """Judge every document of `history` anew, only those of other versions with `outdated`. Raises StoreError.

        A run that was stopped and is started again with the same part and the same versions goes on.
        """
        job = self._job(history, outdated)
        after, done = self._stopped_at(job)
        report, total = Report(resumed=done), max(self._originals.count_history(history), done)
        tell = progress or (lambda _done, _total: None)
        tell(done, total)
        while True:
            claims, broken = self._originals.read_history(history, after, self._batch)
            if not claims and not broken:
                break
            report = self._batch_done(report, claims, broken, outdated=outdated)
            after = max([*broken, *(claim.id for claim in claims)])
            done += len(claims) + len(broken)
            self._notes.set(CURSOR, json.dumps({"job": job, "after": after, "done": done}))
            tell(min(done, total), total)
        self._notes.remove(CURSOR)
        return report

    def _batch_done(self, report: Report, claims: Sequence[Claim], broken: Sequence[str], *, outdated: bool) -> Report:
        known = self._store.get([claim.id for claim in claims])
        wanted = [claim for claim in claims if not (outdated and self._is_present(known.get(claim.id)))]
        answers = self._bench.analyse(wanted, self._pipeline, self._clock.now()) if wanted else []
        pairs = list(zip(wanted, answers, strict=True))
        docs = [_over(known.get(doc.id), doc) for _, doc in pairs if isinstance(doc, Document)]
        current = [doc for doc in docs if doc.id not in known or known[doc.id].revision <= doc.revision]
        refused = self._save(current) if current else {}
        failed = [*broken, *(claim.id for claim, doc in pairs if not isinstance(doc, Document)), *refused]
        judged = len(current) - len(refused)
        return replace(
            report,
            judged=report.judged + judged,
            kept=report.kept + len(claims) - judged - (len(failed) - len(broken)),
            failed=(*report.failed, *failed),
        )

    def _save(self, docs: Sequence[Document]) -> Mapping[str, str]:
        """Keep the new judgements; returns what the store refused, by id."""
        refused = save_corrected(self._store, self._labels, docs).refused
        if self._groups is not None:
            # Read back: corrections lie over what was saved.
            found = self._store.get([doc.id for doc in docs])
            self._groups.relabel({name: doc.analysis.sentiment.label for name, doc in found.items()})
        return refused

    def _is_present(self, doc: Document | None) -> bool:
        return doc is not None and dict(doc.analysis.versions) == dict(self._pipeline.versions)

    def _job(self, history: History, outdated: bool) -> str:
        """The same for the same work: part of the history and versions."""
        parts = {**asdict(history), "outdated": outdated, "versions": dict(self._pipeline.versions)}
        return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:16]

    def _stopped_at(self, job: str) -> tuple[str, int]:
        found: Mapping[str, object] = json.loads(self._notes.get(CURSOR) or "{}")
        if found.get("job") != job:
            return "", 0
        return str(found["after"]), int(str(found["done"]))


def _over(known: Document | None, doc: Document) -> Document:
    """A new judgement in the place of what is stored: what the judgement does not decide stays as it is."""
    if known is None:
        # A store that lost it, or a new one: alerting saw it when it came in.
        return replace(doc, analysed_at=doc.arrived_at)
    same_text = joined(known.title, known.body) == joined(doc.title, doc.body)
    snownlp = known.analysis.sentiment.snownlp if same_text else None
    sentiment = replace(doc.analysis.sentiment, snownlp=snownlp)
    return replace(
        doc,
        arrived_at=known.arrived_at,
        # A text that its source changed meanwhile is news.
        analysed_at=known.analysed_at if known.revision == doc.revision else doc.analysed_at,
        late=known.late,
        analysis=replace(doc.analysis, sentiment=sentiment),
    )
