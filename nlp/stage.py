"""The stage between inbox and document store: takes raw documents, gives masked and analysed ones.

Every step can be repeated: documents are saved by id and revision, and only then is the claim finished.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from config.clock import Clock
from config.errors import StoreError
from config.masking import mask_address
from nlp.analysers.entities import region_of
from nlp.analysers.privacy import mask_with
from nlp.pipeline import Facts, Given, Pipeline
from nlp.text import joined
from storage.corrections import InForce, save_corrected
from storage.documents import DocumentStore
from storage.records import Claim, Document, RawDocument

log = logging.getLogger(__name__)
# Documents per call into the executor: enough to outweigh the call and to be analysed together, few enough to keep
# every process busy.
CHUNK = 64
# A text is seen at most so long after the time of analysis it carries; less than alerting's overlap of five minutes.
SEEN_WITHIN = timedelta(minutes=2)


class Claims(Protocol):
    """What the stage needs of the inbox (`storage.operations.inbox.Inbox`)."""

    def take(self, limit: int, lease: timedelta) -> list[Claim]:
        """Claim waiting documents for the length of `lease`."""
        ...

    def finish(self, claims: Sequence[Claim]) -> int:
        """Mark as analysed."""
        ...

    def fail(self, claim: Claim, reason: str) -> None:
        """Give back, or set aside after too many attempts."""
        ...


@dataclass(frozen=True, slots=True)
class StageReport:
    """What one run did, in documents; `taken` 0 means that nothing waits."""

    taken: int
    saved: int
    failed: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be analysed; `reason` is Chinese and holds no text of the document."""

    reason: str


def given_of(raw: RawDocument) -> Given:
    """What the pipeline is told of a raw document."""
    known = tuple(value for value in (raw.phone, raw.customer_no, raw.author) if value)
    return Given(joined(raw.title, raw.body), raw.kind or "", raw.medium, known)


def analyse_raw(
    raw: RawDocument,
    *,
    revision: int,
    arrived_at: datetime,
    analysed_at: datetime,
    late_after: timedelta,
    author_key: str | None,
    customer_key: str | None,
    pipeline: Pipeline,
    facts: Facts | None = None,
) -> Document:
    """The masked, analysed document of a raw one; `facts` are what the pipeline says of `given_of(raw)`, where it has.

    `late_after`: longer than this between event and arrival makes it late, as being backlog does. All times are aware
    UTC. The region is the source's own, else the town or county the text names, called as it is within the site's.
    """
    given = given_of(raw)
    known = given.known
    if facts is None:
        facts = pipeline.run(given.text, kind=given.kind, medium=given.medium, known=known)
    title, body = _masked_parts(raw, facts["masked_text"])
    masked = partial(mask_with, known=known)
    return Document(
        id=raw.id,
        source=raw.source,
        medium=raw.medium,
        title=title,
        body=body,
        published_at=raw.published_at,
        arrived_at=arrived_at,
        analysed_at=analysed_at,
        analysis=pipeline.analysis(facts),
        # Crawled texts have their address for an id.
        external_id=mask_address(raw.external_id, masked) if raw.external_id else raw.external_id,
        url=mask_address(raw.url, masked) if raw.url else raw.url,
        region=masked(raw.region) if raw.region else region_of(facts["entities"], pipeline.domain),
        kind=masked(raw.kind) if raw.kind else raw.kind,
        author_key=author_key,
        customer_key=customer_key,
        late=raw.backlog or arrived_at - raw.published_at > late_after,
        demo=raw.demo,
        revision=revision,
    )


def _masked_parts(raw: RawDocument, masked: str) -> tuple[str, str]:
    """Title and body cut out of the masked whole, so that a number is seen with the words around it."""
    if not raw.title or not raw.body:
        return (masked, "") if raw.title else ("", masked)
    return masked[: len(raw.title)], masked[len(raw.title) + 1 :]


def analyse_claims(
    claims: Sequence[Claim], pipeline: Pipeline, analysed_at: datetime, late_after: timedelta
) -> list[Document | Failure]:
    """One answer per claim, in order; runs in the executor. An error of one document leaves the others alone."""
    found = pipeline.run_many(given_of(claim.raw) for claim in claims)
    return [
        _document(claim, facts, pipeline, analysed_at, late_after) for claim, facts in zip(claims, found, strict=True)
    ]


def _document(
    claim: Claim, facts: Facts | Exception, pipeline: Pipeline, analysed_at: datetime, late_after: timedelta
) -> Document | Failure:
    if isinstance(facts, Exception):
        return _failure(claim, facts)
    try:
        return analyse_raw(
            claim.raw,
            revision=claim.revision,
            arrived_at=claim.arrived_at,
            analysed_at=analysed_at,
            late_after=late_after,
            author_key=claim.author_key,
            customer_key=claim.customer_key,
            pipeline=pipeline,
            facts=facts,
        )
    except Exception as error:
        return _failure(claim, error)


def _failure(claim: Claim, error: Exception) -> Failure:
    log.error("analysis of document %s failed", claim.id, exc_info=error)
    return Failure(f"分析出错（{type(error).__name__}）")


class Workbench:
    """Analyses claims in an executor; one that breaks is replaced, and the text that broke it told apart."""

    def __init__(self, open_executor: Callable[[], Executor], late_after: timedelta) -> None:
        """`open_executor` is called when first needed, and again after the executor broke."""
        self._open_executor, self._late_after = open_executor, late_after
        self._executor: Executor | None = None

    def analyse(self, claims: Sequence[Claim], pipeline: Pipeline, now: datetime) -> list[Document | Failure]:
        """One answer per claim, in order; `now` is the time of analysis they carry."""
        try:
            chunks = [claims[at : at + CHUNK] for at in range(0, len(claims), CHUNK)]
            return [answer for future in [*self._submit(chunks, pipeline, now)] for answer in future.result()]
        except BrokenExecutor:
            # One text killed its process: alone in a process each shows which, and the others go on.
            log.exception("the executor broke, documents are analysed one by one")
            self.close()
            return [self._analyse_alone(claim, pipeline, now) for claim in claims]

    def close(self) -> None:
        """Give back the processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def _analyse_alone(self, claim: Claim, pipeline: Pipeline, now: datetime) -> Document | Failure:
        try:
            (future,) = self._submit([[claim]], pipeline, now)
            return future.result()[0]
        except BrokenExecutor:
            self.close()
            return Failure("分析进程中止")

    def _submit(
        self, chunks: Sequence[Sequence[Claim]], pipeline: Pipeline, now: datetime
    ) -> Iterator[Future[list[Document | Failure]]]:
        if self._executor is None:
            self._executor = self._open_executor()
        for chunk in chunks:
            yield self._executor.submit(analyse_claims, chunk, pipeline, now, self._late_after)


class AnalysisStage:
    """Takes what waits in the inbox, analyses it in an executor, saves it with what staff have corrected."""

    def __init__(
        self,
        inbox: Claims,
        store: DocumentStore,
        pipeline: Pipeline | Callable[[], Pipeline],
        open_executor: Callable[[], Executor],
        clock: Clock,
        *,
        batch: int,
        lease: timedelta,
        late_after: timedelta,
        labels: InForce | None = None,
    ) -> None:
        """`pipeline` may be asked for anew with each batch, so that a model taken meanwhile is used; `batch` ≥ 1
        documents. `labels` are what staff have corrected."""
        self._inbox, self._store, self._clock, self._labels = inbox, store, clock, labels
        self._pipeline = pipeline
        self._bench = Workbench(open_executor, late_after)
        self._batch, self._lease = batch, lease

    def run_once(self) -> StageReport:
        """One batch, from claim to finish. Raises StoreError when the store does not answer; the claims then wait."""
        claims = self._inbox.take(self._batch, self._lease)
        if not claims:
            return StageReport(0, 0, 0)
        pipeline = self._pipeline if isinstance(self._pipeline, Pipeline) else self._pipeline()
        answers = self._bench.analyse(claims, pipeline, self._clock.now())
        done = [(claim, doc) for claim, doc in zip(claims, answers, strict=True) if isinstance(doc, Document)]
        refused = self._save([doc for _, doc in done])
        saved = [claim for claim, _ in done if claim.id not in refused]
        self._inbox.finish(saved)
        for claim, answer in zip(claims, answers, strict=True):
            if isinstance(answer, Failure):
                self._inbox.fail(claim, answer.reason)
            elif claim.id in refused:
                log.error("document %s refused: %s", claim.id, refused[claim.id])
                self._inbox.fail(claim, refused[claim.id])
        return StageReport(len(claims), len(saved), len(claims) - len(saved))

    def _save(self, docs: Sequence[Document]) -> Mapping[str, str]:
        """Store the documents with the time at which they can be seen; returns the refused ones with the reasons.

        Alerting asks by `analysed_at`: it may not lie further back than its overlap when the text is first seen. So
        a save that took long is done once more with a new stamp, and given up when that is as slow: the claims then
        wait for a store that answers in time.
        """
        for _ in range(2):
            now = self._clock.now()
            stamped = [replace(doc, analysed_at=now) for doc in docs]
            saved = save_corrected(self._store, self._labels, stamped) if self._labels else self._store.save(stamped)
            if self._clock.now() - now <= SEEN_WITHIN:
                return saved.refused
        raise StoreError("文档库", "保存太慢，稍后再试")

    def close(self) -> None:
        """Give back the processes."""
        self._bench.close()
