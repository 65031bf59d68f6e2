"""The expression language: what it reads, what it refuses in Chinese, what it writes back; and buckets of time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from config.errors import QueryError
from storage.query import (
    LONGEST_VALUE,
    MISSING,
    Aggregation,
    Bucket,
    Query,
    Term,
    bucket_start,
    field_value,
    format_query,
    parse_query,
    sort_buckets,
)
from storage.records import Window
from tests.services.documents import NOON, document


def test_all_parts_of_an_expression() -> None:
    query = parse_query(
        '停电 "没人管 了" category:TD,DY -kind:表扬 region:"东关 街道" since:2026-11-01 until:2026-11-08T12:00'
    )
    assert query == Query(
        text=("停电", "没人管 了"),
        terms=(Term("category", ("TD", "DY")), Term("region", ("东关 街道",))),
        without=(Term("kind", ("表扬",)),),
        published=Window(datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 8, 4, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("类别:TD", "category:TD"),
        ("地区：河口镇", "region:河口镇"),
        ("从:2026-11-01", "since:2026-11-01"),
    ],
)
def test_chinese_names_and_marks(chinese: str, english: str) -> None:
    assert parse_query(chinese) == parse_query(english)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("-停电", "只能排除"),
        ("colour:red", "没有字段“colour”"),
        ("since:gestern", "不是时间"),
        ("停电 kind:", "“kind:”后面缺少值"),
        ("since:2026-11-08 until:2026-11-01", "until 应晚于 since"),
        ("since:2026-11-08 until:2026-11-08", "until 应晚于 since"),
    ],
)
def test_what_cannot_be_understood_is_told(expression: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason) as caught:
        parse_query(expression)
    assert expression in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(text=("停电", "没人 管", "a:b", "-x")),
        Query(terms=(Term("category", ("TD", "DY")), Term("region", ("东关 街道",)), Term("kind", (MISSING,)))),
        Query(without=(Term("demo", ("1",)),)),
        Query(
            terms=(Term("region", ("甲,乙", "丙，丁", 'say "hi"', "back\\slash", "a:b", "-")),), text=('"', "\\", "a,b")
        ),
        Query(published=Window(NOON, NOON + timedelta(seconds=1, microseconds=5))),
        parse_query("since:2026-11-01"),
        parse_query("until:2026-11-01"),
    ],
)
def test_what_is_written_reads_back(query: Query) -> None:
    assert parse_query(format_query(query)) == query


def test_any_values_and_words_survive_writing_and_reading() -> None:
    chance = random.Random(3)
    signs = '停电a1 "\\,，:：-\n\t'
    for _ in range(3000):
        words = ["".join(chance.choices(signs, k=chance.randint(1, 5))) for _ in range(3)]
        words = [word for word in words if word.strip()]
        terms = tuple(Term("region", (word,)) for word in words[:1]) + ((Term("kind", tuple(words)),) if words else ())
        query = Query(text=tuple(words), terms=terms, without=terms[:1])
        assert parse_query(format_query(query)) == query


def test_a_phrase_that_is_not_closed_goes_to_the_end() -> None:
    assert parse_query('region:河口镇 "没人 管').text == ("没人 管",)


def test_narrowing_and_widening() -> None:
    query = parse_query("停电 region:河口镇").narrow("label", "negative")
    assert query.values("label") == ("negative",)
    assert query.widen("region").values("region") == ()
    assert query.widen("region").text == ("停电",)


def test_values_of_fields_and_their_lack() -> None:
    doc = document("a", region="", late=True, author_key="k", external_id="长" * 2000)
    values = {
        name: field_value(doc, name) for name in ("region", "kind", "late", "demo", "author", "category", "label")
    }
    wanted = {"region": MISSING, "kind": MISSING, "late": "1", "demo": "0"}
    assert values == wanted | {"author": "k", "category": "TD", "label": "negative"}
    assert field_value(doc, "external_id") == "长" * LONGEST_VALUE


@pytest.mark.parametrize(
    ("moment", "every", "start"),
    [
        (datetime(2026, 11, 8, 15, 59, tzinfo=UTC), timedelta(days=1), datetime(2026, 11, 7, 16, tzinfo=UTC)),
        (datetime(2026, 11, 8, 16, tzinfo=UTC), timedelta(days=1), datetime(2026, 11, 8, 16, tzinfo=UTC)),
        (datetime(2026, 11, 8, 15, 59, tzinfo=UTC), timedelta(days=7), datetime(2026, 11, 1, 16, tzinfo=UTC)),
        (datetime(2026, 11, 8, 16, 59, tzinfo=UTC), timedelta(hours=1), datetime(2026, 11, 8, 16, tzinfo=UTC)),
        (datetime(1969, 12, 31, 15, tzinfo=UTC), timedelta(days=1), datetime(1969, 12, 30, 16, tzinfo=UTC)),
    ],
)
def test_buckets_begin_where_a_reader_in_shanghai_expects(moment: datetime, every: timedelta, start: datetime) -> None:
    assert bucket_start(moment, every) == start


def test_buckets_are_sorted_and_cut_only_without_time() -> None:
    few, many, early = Bucket(None, ("a",), 1, 0.0), Bucket(None, ("b",), 2, 0.0), Bucket(None, ("c",), 2, 0.0)
    assert sort_buckets([few, early, many], Aggregation(("kind",))) == [many, early, few]
    assert sort_buckets([few, early, many], Aggregation(("kind",), top=1)) == [many]
    timed = [Bucket(NOON + timedelta(hours=hours), (), 1, 0.0) for hours in (2, 1)]
    assert sort_buckets(timed, Aggregation(every=timedelta(hours=1), top=1)) == timed[::-1]


@pytest.mark.parametrize("wrong", [{"by": ("colour",)}, {"by": ("id", "kind", "label")}, {"every": timedelta(0)}])
def test_impossible_counts_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Aggregation(**wrong)  # type: ignore[arg-type]
