"""The document store in Elasticsearch 8 and 9: monthly indices behind one alias.

Only what every distribution has: no scripts, no delete or update by query, no reindex. Writes compare sequence
numbers, so that of two writers the one with the older revision gives way; a document that moves to another month is
written there first and then taken from the old one, and each save ends by sweeping such doubles of its documents.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

import elastic_transport
import elasticsearch
from elasticsearch import Elasticsearch

from config.errors import StoreError
from storage.codec import clean_text, decode, dump_json, from_microseconds, to_microseconds
from storage.documents import Saved, Segment, check_depth
from storage.elastic_schema import (
    SCALE,
    clauses,
    composite,
    group_start,
    month_index,
    place_fields,
    properties,
    source,
    template,
)
from storage.query import FIELDS, PLACED, Aggregation, Bucket, Page, Query, place_of, sort_buckets
from storage.records import Document, Place
from storage.rows import Matcher, Row, make_row, matcher

_CHUNK = 500
# A bulk request's size in characters; the server refuses more than 100 MB.
_BULK = 8_000_000
# How often a save starts again because another writer was faster; each round settles at least one writer.
_ROUNDS = 50
_SIZE = 10_000  # the largest page of hits the server gives
_GROUPS = 1000  # groups per answer of an aggregation
_ROW = ["published", "analysed", "placed", "score", *FIELDS]
_KEEP_ALIVE = "5m"
_NEWEST_FIRST = [{"published": "desc"}, {"id": "desc"}]
_OLDEST_FIRST = [{"published": "asc"}, {"id": "asc"}]


@dataclass(frozen=True, slots=True)
class _Copy:
    """Where a document stands, in which revision, and the marks that a conditional write names."""

    id: str
    index: str
    revision: int
    analysed: int
    place: Place
    placed: int | None
    mark: tuple[int, int]

    @property
    def rank(self) -> tuple[int, int, str]:
        """Of two copies the one of the higher rank stays; the same for whoever compares."""
        return self.revision, self.analysed, self.index

    @property
    def condition(self) -> dict[str, Any]:
        """A write with this fails when somebody else has written meanwhile."""
        return {"_index": self.index, "_id": self.id, "if_seq_no": self.mark[0], "if_primary_term": self.mark[1]}


class ElasticStore:
    """DocumentStore at `http(s)://[user:password@]host[:port][/prefix]`, prefix `yujing` if none is given.

    `?api_key=…` and `?ca=FILE` are understood as well. Raises StoreError as promised there.
    """

    def __init__(self, url: str, segment: Segment) -> None:
        self._segment = segment
        # Without user, password and key: this is what messages show.
        self._where = url.partition("?")[0].rpartition("@")[2]
        try:
            self._alias = urlsplit(url).path.strip("/") or "yujing"
            self._client = _client(url)
        except (ValueError, OSError) as error:
            raise StoreError(self._where, "地址写法不对，应如 http://host:9200/前缀；或证书文件打不开") from error
        try:
            with self._asking():
                self._prepare()
        except StoreError:
            self._client.close()
            raise

    def save(self, docs: Sequence[Document]) -> Saved:
        """See DocumentStore."""
        done: Counter[str] = Counter()
        refused: dict[str, str] = {}
        with self._asking():
            for start in range(0, len(docs), _CHUNK):
                for layer in _layers(docs[start : start + _CHUNK]):
                    done += self._save(layer, refused)
        return Saved(done["new"], done["updated"], done["unchanged"], refused)

    def get(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """See DocumentStore."""
        found: dict[str, Document] = {}
        with self._asking():
            for start in range(0, len(ids), _CHUNK):
                chunk = [clean_text(each) for each in ids[start : start + _CHUNK]]
                hits = self._search({"ids": {"values": chunk}}, size=2 * _CHUNK, fetch=True)["hits"]["hits"]
                # A double of another month may be seen while its writer is at work.
                hits.sort(key=lambda hit: hit["_source"]["document"]["revision"])
                found.update((doc.id, doc) for doc in map(_document, hits))
        return found

    def find(self, query: Query, *, limit: int = 50, offset: int = 0) -> Page:
        """See DocumentStore."""
        check_depth(query, limit, offset)
        where = clauses(query, self._segment)
        with self._asking():
            hits = self._search(where, size=limit, offset=offset, sort=_NEWEST_FIRST, fetch=True)["hits"]
        return Page(hits["total"]["value"], tuple(map(_document, hits["hits"])))

    def scan(self, query: Query, *, batch: int = 500) -> Iterator[Document]:
        """See DocumentStore. Keeps a point in time open until the last document is taken or the iterator is closed."""
        where = clauses(query, self._segment)
        with self._asking():
            for hits in self._pages(where, min(batch, _SIZE), fetch=True):
                yield from map(_document, hits)

    def count(self, query: Query) -> int:
        """See DocumentStore."""
        where = clauses(query, self._segment)
        with self._asking():
            total: int = self._search(where, size=0)["hits"]["total"]["value"]
        return total

    def aggregate(self, query: Query, aggregation: Aggregation) -> list[Bucket]:
        """See DocumentStore."""
        where = clauses(query, self._segment)
        with self._asking():
            if not aggregation.by and aggregation.every is None:
                answer = self._search(where, size=0, aggs={"score": {"sum": {"field": "score"}}})
                groups = [{"key": {}, "doc_count": answer["hits"]["total"]["value"], **answer.get("aggregations", {})}]
            else:
                groups = list(self._groups(where, composite(aggregation.by, aggregation.every, _GROUPS)))
        return sort_buckets((_bucket(group) for group in groups if group["doc_count"]), aggregation)

    def rows(self, query: Query) -> Iterator[Row]:
        """See DocumentStore. Keeps a point in time open until the last row is taken or the iterator is closed."""
        where = clauses(query, self._segment)
        with self._asking():
            for hits in self._pages(where, _SIZE, docvalue_fields=_ROW):
                yield from map(_row, hits)

    def matcher(self, query: Query) -> Matcher:
        """See DocumentStore."""
        return matcher(query, self._segment)

    def newest(self, query: Query) -> datetime | None:
        """See DocumentStore."""
        where = clauses(query, self._segment)
        with self._asking():
            hits = self._search(where, size=1, sort=_NEWEST_FIRST)["hits"]["hits"]
        return from_microseconds(hits[0]["sort"][0]) if hits else None

    def fill_snownlp(self, scores: Mapping[str, float]) -> None:
        """See DocumentStore."""
        self._update({each: {"snownlp": score} for each, score in scores.items()})

    def place(self, places: Mapping[str, Place], at: datetime) -> None:
        """See DocumentStore."""
        placed = to_microseconds(at)
        self._update({each: {**place_fields(place), "placed": placed} for each, place in places.items()}, places)

    def _update(self, changes: Mapping[str, Mapping[str, Any]], places: Mapping[str, Place] | None = None) -> None:
        """Set fields of existing documents, by id; not of those that stand at their `places` already."""
        ids = list(changes)
        with self._asking():
            for start in range(0, len(ids), _CHUNK):
                operations = []
                for copy in self._copies(ids[start : start + _CHUNK]):
                    if places is not None and copy.place == places[copy.id]:
                        continue
                    target = {"_index": copy.index, "_id": copy.id, "retry_on_conflict": _ROUNDS}
                    operations.append((dump_json({"update": target}), dump_json({"doc": changes[copy.id]})))
                # Whoever was deleted meanwhile needs no change.
                self._bulk(operations, tolerate=(404,))

    def without_snownlp(self, limit: int) -> Sequence[Document]:
        """See DocumentStore."""
        where = {"bool": {"must_not": [{"exists": {"field": "snownlp"}}]}}
        with self._asking():
            hits = self._search(where, size=min(limit, _SIZE), sort=_NEWEST_FIRST, fetch=True)
        return tuple(map(_document, hits["hits"]["hits"]))

    def delete(self, query: Query) -> int:
        """See DocumentStore."""
        where = clauses(query, self._segment)
        gone = 0
        with self._asking():
            for hits in self._pages(where, _CHUNK):
                targets = ({"delete": {"_index": hit["_index"], "_id": hit["_id"]}} for hit in hits)
                results = self._bulk([(dump_json(target),) for target in targets], tolerate=(404,))
                gone += sum(result["status"] == 200 for result in results)
        return gone

    def close(self) -> None:
        """See DocumentStore."""
        self._client.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """What the client raises inside leaves as StoreError."""
        try:
            yield
        except (elasticsearch.ApiError, elastic_transport.TransportError) as error:
            raise StoreError(self._where, _reason(error)) from error

    def _prepare(self) -> None:
        """Make the template; refuse a server that is none of Elastic's and an alias that is taken."""
        self._client.info()
        if self._client.indices.exists(index=self._alias) and not self._client.indices.exists_alias(name=self._alias):
            raise StoreError(self._where, f"已有名为“{self._alias}”的索引，与别名冲突，请在地址末尾换一个前缀")
        self._client.indices.put_index_template(name=self._alias, **template(self._alias))
        # Months that an earlier version made learn the fields that came later.
        if months := self._months():
            self._client.indices.put_mapping(index=sorted(months), properties=properties())

    def _make_months(self, docs: Iterable[Document]) -> None:
        """Put the months of these documents behind the alias, once they are up: readers never meet half an index."""
        missing = {month_index(self._alias, doc.published_at) for doc in docs} - self._months()
        for index in sorted(missing):
            try:
                self._client.indices.create(index=index)
            except elasticsearch.BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
            self._wait_until_searchable(index)
            self._client.indices.put_alias(index=index, name=self._alias)

    def _wait_until_searchable(self, index: str) -> None:
        """An index that is being made refuses searches for a moment, even when its health says that it is up."""
        for attempt in range(_ROUNDS):
            try:
                self._client.search(index=index, size=0, allow_partial_search_results=False)
            except elasticsearch.ApiError as error:
                if error.meta.status != 503 or attempt == _ROUNDS - 1:
                    raise
                time.sleep(0.02 * attempt)
            else:
                return

    def _months(self) -> set[str]:
        """The indices behind the alias at this moment; asked each time, since others create and remove some."""
        try:
            return set(self._client.indices.get_alias(name=self._alias))
        except elasticsearch.NotFoundError:
            return set()

    def _save(self, docs: Mapping[str, Document], refused: dict[str, str]) -> Counter[str]:
        """Save documents of distinct ids, again and again for those that another writer touched meanwhile.

        Notes in `refused` those that the server cannot take.
        """
        self._make_months(docs.values())
        done: Counter[str] = Counter()
        left = dict(docs)
        for attempt in range(_ROUNDS):
            copies = self._copies(left, refresh=attempt > 0)
            outcomes = self._attempt(left, copies, refused)
            done.update(outcomes.values())
            left = {each: doc for each, doc in left.items() if each not in outcomes and each not in refused}
            if not left:
                self._sweep(docs)
                return done
            time.sleep(0.01 * attempt)
        raise StoreError(self._where, "写入时一直与其他程序冲突，请稍后再试")

    def _attempt(
        self, docs: Mapping[str, Document], copies: Sequence[_Copy], refused: dict[str, str]
    ) -> dict[str, str]:
        """Write what is not older than what stands there; returns what became of whom.

        Left out are those who must retry, and those who are refused.
        """
        standing: dict[str, _Copy] = {copy.id: copy for copy in sorted(copies, key=lambda copy: copy.rank)}
        outcomes: dict[str, str] = {}
        writes: list[tuple[str, ...]] = []
        writers: list[str] = []
        for each, doc in docs.items():
            old = standing.get(each)
            outcomes[each] = "new" if old is None else "updated" if old.revision < doc.revision else "unchanged"
            if old is None or old.revision <= doc.revision:
                writes.append((_target(self._alias, doc, copies), _source(doc, old)))
                writers.append(each)
        for each, result in zip(writers, self._bulk(writes, tolerate=(409,), refusable=True), strict=True):
            if result["status"] != 409 and result["status"] >= 300:
                refused[each] = f"文档库不能保存（{result['error'].get('type', '')}）"
            if result["status"] >= 300:
                del outcomes[each]
        written = {each: month_index(self._alias, docs[each].published_at) for each in writers if each in outcomes}
        self._remove([copy for copy in copies if written.get(copy.id, copy.index) != copy.index])
        return outcomes

    def _sweep(self, ids: Iterable[str]) -> None:
        """Of documents that stand in two months, since two writers moved them at once, leave the copy of highest rank.

        Each writer looks after its own write is visible, so at least the later of the two sees both copies.
        """
        best: dict[str, _Copy] = {}
        copies = sorted(self._copies(ids), key=lambda copy: copy.rank)
        for copy in copies:
            best[copy.id] = copy
        self._remove([copy for copy in copies if copy is not best[copy.id]])

    def _remove(self, copies: Sequence[_Copy]) -> None:
        operations = [(dump_json({"delete": copy.condition}),) for copy in copies]
        self._bulk(operations, tolerate=(404, 409))

    def _copies(self, ids: Iterable[str], *, refresh: bool = False) -> list[_Copy]:
        """Every copy of these documents, at most _CHUNK ids."""
        if refresh:
            self._client.indices.refresh(index=self._alias, ignore_unavailable=True)
        answer = self._search(
            {"ids": {"values": [clean_text(each) for each in ids]}},
            size=2 * _CHUNK,
            docvalue_fields=["revision", "analysed", "placed", *PLACED],
            seq_no_primary_term=True,
        )
        return [
            _Copy(
                hit["_id"],
                hit["_index"],
                hit["fields"]["revision"][0],
                hit["fields"]["analysed"][0],
                place_of([hit["fields"][name][0] for name in PLACED]),
                hit["fields"].get("placed", [None])[0],
                (hit["_seq_no"], hit["_primary_term"]),
            )
            for hit in answer["hits"]["hits"]
        ]

    def _search(
        self, where: Mapping[str, Any], *, size: int, offset: int = 0, fetch: bool = False, **more: Any
    ) -> dict[str, Any]:
        """One search over all months; a month that does not answer is an error, never a smaller number."""
        target: dict[str, Any] = {"index": self._alias, "ignore_unavailable": True} if "pit" not in more else {}
        answer = self._client.search(
            **target,
            query=where,
            size=size,
            from_=offset,
            source={"includes": ["document", "snownlp", "placed", *PLACED]} if fetch else False,
            track_total_hits="search_after" not in more,
            allow_partial_search_results=False,
            **more,
        )
        body: dict[str, Any] = answer.body
        return body

    def _pages(
        self, where: Mapping[str, Any], size: int, *, fetch: bool = False, **more: Any
    ) -> Iterator[list[dict[str, Any]]]:
        """All hits of one moment, oldest first."""
        if not self._months():
            return  # not one document yet
        pit = self._client.open_point_in_time(index=self._alias, keep_alive=_KEEP_ALIVE)["id"]
        try:
            after: dict[str, Any] = {}
            while True:
                point = {"id": pit, "keep_alive": _KEEP_ALIVE}
                answer = self._search(where, size=size, fetch=fetch, sort=_OLDEST_FIRST, pit=point, **after, **more)
                pit, hits = answer["pit_id"], answer["hits"]["hits"]
                if not hits:
                    return
                yield hits
                after = {"search_after": hits[-1]["sort"]}
        finally:
            self._client.close_point_in_time(id=pit)

    def _groups(self, where: Mapping[str, Any], wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """All groups of a composite aggregation."""
        while True:
            answer = self._search(where, size=0, aggs={"groups": wanted})
            found = answer.get("aggregations", {}).get("groups", {"buckets": []})
            yield from found["buckets"]
            if "after_key" not in found:
                return
            wanted["composite"]["after"] = found["after_key"]

    def _bulk(
        self, operations: Sequence[tuple[str, ...]], *, tolerate: tuple[int, ...], refusable: bool = False
    ) -> list[dict[str, Any]]:
        """Send lines in requests of bounded size, visible on return; the results in order.

        A line refused with a status not in `tolerate` raises StoreError, unless what is refused is the document
        itself and it is `refusable`.
        """
        results: list[dict[str, Any]] = []
        for lines in _requests(operations):
            # Lines of JSON are sent as they are; the client's annotation knows only of mappings.
            answer = self._client.bulk(operations=cast("list[dict[str, Any]]", lines), refresh=True)
            results += [result for item in answer["items"] for result in item.values()]
        for result in results:
            if result["status"] >= 300 and result["status"] not in tolerate:
                if refusable and _is_refusal(result):
                    continue
                reason = result.get("error", {}).get("type", "")
                raise StoreError(self._where, f"文档 {result['_id']} 未能写入（HTTP {result['status']} {reason}）")
        return results


def _client(url: str) -> Elasticsearch:
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    more: dict[str, Any] = {}
    if parts.username is not None:
        more["basic_auth"] = (unquote(parts.username), unquote(parts.password or ""))
    if "api_key" in options:
        more["api_key"] = options["api_key"]
    if "ca" in options:
        more["ca_certs"] = options["ca"]
    port = parts.port or (443 if scheme == "https" else 9200)
    host = elastic_transport.NodeConfig(scheme, parts.hostname or "localhost", port)
    # A write is safe to repeat: it is conditional, and a second try finds what the first one did.
    return Elasticsearch([host], request_timeout=60, retry_on_timeout=True, max_retries=3, **more)


def _reason(error: Exception) -> str:
    """What a user can do something about."""
    if isinstance(error, elasticsearch.UnsupportedProductError):
        return "该地址不是 Elasticsearch"
    if isinstance(error, (elasticsearch.AuthenticationException, elasticsearch.AuthorizationException)):
        return "用户名、密码或密钥不对，或没有权限"
    if isinstance(error, elasticsearch.ApiError):
        return f"Elasticsearch 拒绝了请求（HTTP {error.meta.status} {error.error}）"
    if isinstance(error, elastic_transport.ConnectionTimeout):
        return "Elasticsearch 长时间没有回答"
    if isinstance(error, elastic_transport.TlsError):
        return "加密连接失败，请检查证书"
    if isinstance(error, elastic_transport.ConnectionError):
        return "连不上 Elasticsearch，请检查地址和网络"
    return "该地址的回答不是 Elasticsearch 的"


def _layers(docs: Sequence[Document]) -> list[dict[str, Document]]:
    """The documents in groups of distinct ids; an id given twice comes in two groups, in its order."""
    layers: list[dict[str, Document]] = []
    given: Counter[str] = Counter()
    for doc in docs:
        if given[doc.id] == len(layers):
            layers.append({})
        layers[given[doc.id]][doc.id] = doc
        given[doc.id] += 1
    return layers


def _target(alias: str, doc: Document, copies: Sequence[_Copy]) -> str:
    """The condition of a write: over the copy that was seen in its month, or only if there is none."""
    index = month_index(alias, doc.published_at)
    seen = next((copy for copy in copies if copy.id == doc.id and copy.index == index), None)
    if seen is None:
        return dump_json({"create": {"_index": index, "_id": doc.id}})
    return dump_json({"index": seen.condition})


def _source(doc: Document, old: _Copy | None) -> str:
    """What is written of a document; its place is that of the copy which it replaces."""
    if old is not None:
        return source(doc, old.place, old.placed)
    placed = None if doc.placed_at is None else to_microseconds(doc.placed_at)
    return source(doc, Place(doc.event, doc.copy_of), placed)


def _requests(operations: Sequence[tuple[str, ...]]) -> Iterator[list[str]]:
    lines: list[str] = []
    size = 0
    for operation in operations:
        if lines and size > _BULK:
            yield lines
            lines, size = [], 0
        lines += operation
        size += sum(map(len, operation))
    if lines:
        yield lines


def _is_refusal(result: Mapping[str, Any]) -> bool:
    """Whether the server found fault with the document and not with itself; a closed index answers 400 as well."""
    closed = result.get("error", {}).get("type") == "index_closed_exception"
    return int(result["status"]) == 400 and not closed


def _row(hit: Mapping[str, Any]) -> Row:
    published, analysed, placed, score, *fields = (hit["fields"].get(name, [None])[0] for name in _ROW)
    return make_row(published, analysed, placed, score, fields)


def _document(hit: Mapping[str, Any]) -> Document:
    stored = hit["_source"]
    place = place_of([stored[name] for name in PLACED])
    return decode(stored["document"], stored.get("snownlp"), place, stored.get("placed"))


def _bucket(group: Mapping[str, Any]) -> Bucket:
    key, count = group["key"], group["doc_count"]
    start = from_microseconds(group_start(key["start"])) if "start" in key else None
    names = sorted(name for name in key if name != "start")
    return Bucket(start, tuple(key[name] for name in names), count, round(group["score"]["value"]) / count / SCALE)
