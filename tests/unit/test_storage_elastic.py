"""What only the Elasticsearch store must do: name what is wrong with a server, keep months, alias and prefix apart."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import elasticsearch
import pytest

from config.errors import StoreError
from storage.documents import Saved, open_store
from storage.elastic import ElasticStore
from storage.elastic_schema import clauses, month_index, template
from storage.query import Query, parse_query
from tests.services.documents import NOON, document, segment
from tests.services.process import free_port

_NUMBERS = itertools.count()
live = pytest.mark.elasticsearch


@contextmanager
def answering(status: int, body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """A web server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[elasticsearch.Elasticsearch]:
    with elasticsearch.Elasticsearch(elasticsearch_url) as client:
        yield client


@pytest.fixture
def prefix(client: elasticsearch.Elasticsearch) -> Iterator[str]:
    prefix = f"yujing-unit{next(_NUMBERS)}"
    yield prefix
    if indices := list(client.indices.get(index=f"{prefix}*")):
        client.indices.delete(index=indices)
    client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}*")


# --- servers that cannot be used ---


def test_nobody_listens() -> None:
    port = free_port()
    with pytest.raises(StoreError, match="连不上 Elasticsearch") as caught:
        open_store(f"http://user:secret@127.0.0.1:{port}/yujing", segment)
    assert f"127.0.0.1:{port}/yujing" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (200, b"{}", {}, "不是 Elasticsearch"),
        (200, b"<html>", {"Content-Type": "text/html"}, "不是 Elasticsearch"),
        (401, b"{}", {"X-Elastic-Product": "Elasticsearch"}, "用户名、密码"),
        (403, b"{}", {"X-Elastic-Product": "Elasticsearch"}, "没有权限"),
        (404, b"{}", {"X-Elastic-Product": "Elasticsearch"}, "HTTP 404"),
        (200, b"{broken", {"X-Elastic-Product": "Elasticsearch"}, "回答不是 Elasticsearch"),
    ],
)
def test_servers_that_are_none_or_refuse(status: int, body: bytes, headers: dict[str, str], reason: str) -> None:
    with answering(status, body, headers) as url, pytest.raises(StoreError, match=reason):
        open_store(url, segment)


@pytest.mark.parametrize("url", ["http://host:port/x", "http://[::1/x", "https://127.0.0.1:1/x?ca=/nowhere/ca.pem"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url, segment)


def test_other_schemes_are_refused_without_their_password() -> None:
    with pytest.raises(StoreError, match="sqlite:///") as caught:
        open_store("mysql://root:secret@host/db", segment)
    assert "secret" not in str(caught.value)


# --- on a real server ---


@live
def test_an_index_that_bears_the_name_of_the_alias(
    elasticsearch_url: str, client: elasticsearch.Elasticsearch, prefix: str
) -> None:
    client.indices.create(index=prefix)
    with pytest.raises(StoreError, match="与别名冲突"):
        ElasticStore(f"{elasticsearch_url}/{prefix}", segment)


@live
def test_each_shanghai_month_has_its_strict_index_behind_the_alias(
    elasticsearch_url: str, client: elasticsearch.Elasticsearch, prefix: str
) -> None:
    store = ElasticStore(f"{elasticsearch_url}/{prefix}", segment)
    store.save([document("a", at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))])
    store.save([document("b", at=datetime(2026, 10, 31, 16, tzinfo=UTC))])
    found = client.indices.get(index=prefix)
    assert set(found) == {f"{prefix}-2026.10", f"{prefix}-2026.11"}
    assert all(index["mappings"]["dynamic"] == "strict" for index in found.values())
    with pytest.raises(elasticsearch.BadRequestError, match="strict_dynamic_mapping"):
        client.index(index=f"{prefix}-2026.11", document={"unheard": 1})
    store.close()


@live
def test_stores_of_two_prefixes_do_not_see_each_other(elasticsearch_url: str, prefix: str) -> None:
    short = ElasticStore(f"{elasticsearch_url}/{prefix}", segment)
    long = ElasticStore(f"{elasticsearch_url}/{prefix}-county", segment)
    short.save([document("a")])
    long.save([document("b"), document("c")])
    assert (short.count(Query()), long.count(Query())) == (1, 2)
    short.close()
    long.close()


@live
def test_a_month_that_somebody_removed_is_made_again(
    elasticsearch_url: str, client: elasticsearch.Elasticsearch, prefix: str
) -> None:
    store = ElasticStore(f"{elasticsearch_url}/{prefix}", segment)
    store.save([document("a")])
    client.indices.delete(index=f"{prefix}-2026.11")
    assert (store.count(Query()), store.get(["a"])) == (0, {})
    assert store.save([document("a")]) == Saved(1, 0, 0)
    assert store.count(parse_query("停电")) == 1
    store.close()


@live
def test_a_double_left_by_a_crash_is_swept_by_the_next_save(
    elasticsearch_url: str, client: elasticsearch.Elasticsearch, prefix: str
) -> None:
    """A writer died between writing the new month and clearing the old one; the repeated save puts it right."""
    store = ElasticStore(f"{elasticsearch_url}/{prefix}", segment)
    old, moved = document("a", at=NOON - timedelta(days=30)), document("a", revision=2)
    store.save([old])
    remains = client.get(index=f"{prefix}-2026.10", id="a")["_source"]
    store.save([moved])
    client.index(index=f"{prefix}-2026.10", id="a", document=remains, refresh=True)
    assert store.count(Query()) == 2
    assert store.get(["a"]) == {"a": moved}
    assert store.save([moved]) == Saved(0, 0, 1)
    assert store.count(Query()) == 1
    assert store.get(["a"]) == {"a": moved}
    store.close()


@live
def test_a_large_save_goes_in_several_requests(elasticsearch_url: str, prefix: str) -> None:
    store = ElasticStore(f"{elasticsearch_url}/{prefix}", segment)
    docs = [document(f"{number}", "停电没人管" * 10_000) for number in range(60)]
    assert store.save(docs) == Saved(60, 0, 0)
    assert store.count(parse_query("没人管")) == 60
    store.close()


# --- without a server ---


@pytest.mark.parametrize(
    ("moment", "index"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), "x-2026.12"),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), "x-2027.01"),
        (datetime(970, 2, 1, tzinfo=UTC), "x-0970.02"),
    ],
)
def test_months_are_those_of_shanghai(moment: datetime, index: str) -> None:
    assert month_index("x", moment) == index


def test_the_longer_prefix_has_the_say_over_its_indices() -> None:
    assert template("yujing-county")["priority"] > template("yujing")["priority"]


def test_a_query_becomes_filters_only() -> None:
    compiled = clauses(
        parse_query("停电 category:TD -demo:1 since:1970-01-01T08:00:01 until:1970-01-01T08:00:02"), segment
    )
    assert compiled == {
        "bool": {
            "filter": [
                {"term": {"words": "停电"}},
                {"terms": {"category": ["TD"]}},
                {"range": {"published": {"gte": 1_000_000, "lt": 2_000_000}}},
            ],
            "must_not": [{"terms": {"demo": ["1"]}}],
        }
    }
    assert clauses(Query(text=(" ",)), segment)["bool"]["filter"] == [{"match_none": {}}]
