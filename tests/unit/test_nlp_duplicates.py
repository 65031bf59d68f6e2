"""Copies are found as texts come: what is told, what is remembered, what a restart goes on from."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from nlp.duplicates import DuplicateIndex, Kept, Post, heat, spread_tree
from nlp.duplicates.likeness import core, grams, kept_form, likeness, sketch, subsequence
from nlp.duplicates.lines import Groups, group_lines
from nlp.duplicates.shelf import Shelf
from nlp.duplicates.table import SketchTable
from nlp.measures._posts import CHANGES, posts
from nlp.measures.duplicates import precision, recall

AT = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
TEXT = (
    "城北镇杨柳小区三号楼从昨天夜里十一点开始停电，打了几次热线都说在抢修，家里老人要用制氧机，请问今天几点能够恢复？"
)


def test_a_new_text_an_exact_copy_and_a_near_one() -> None:
    index = DuplicateIndex()
    assert index.add("a", TEXT, AT).kind == "new"
    assert index.add("b", "南湖路的电表转得太快，上个月三百块这个月六百块", AT).group == "b"
    same = index.add("c", f"  {TEXT}\n", AT)
    assert (same.group, same.kind, same.of, same.similarity) == ("a", "exact", "a", 1.0)
    near = index.add("d", f"转发微博//@老王：{TEXT} http://t.cn/Ab3dE", AT)
    assert (near.group, near.kind, near.of) == ("a", "near", "a")
    assert 0.5 <= near.similarity < 1.0


@pytest.mark.parametrize("change", CHANGES)
def test_each_kind_of_change_is_seen_through(change: str) -> None:
    index = DuplicateIndex()
    index.add("a", TEXT, AT)
    assert index.add("b", CHANGES[change](TEXT, random.Random(3)), AT).group == "a"


def test_texts_on_the_same_matter_are_no_copies() -> None:
    index = DuplicateIndex()
    index.add("a", TEXT, AT)
    other = index.add("b", "城南镇桂花苑昨晚也停电了，热线占线打不进去，孩子没法写作业，什么时候来电？", AT)
    assert (other.group, other.kind, other.of, other.similarity) == ("b", "new", None, 0.0)


@pytest.mark.parametrize("text", ["", "！！！", "停", "停电", "停电了", "\ud800", "😀😀😀😀😀", "a" * 5000])
def test_any_text_is_taken_and_found_again(text: str) -> None:
    index = DuplicateIndex()
    assert index.add("a", text, AT).group == "a"
    found = index.add("b", text, AT)
    assert found.kind == ("exact" if core(text) else "new")


def test_a_long_article_is_found_when_cut() -> None:
    chance = random.Random(2)
    parts = ["".join(chance.choices("春夏秋冬天地山水风云花草木石日月星辰江河", k=20)) + "。" for _ in range(120)]
    index = DuplicateIndex()
    index.add("a", "".join(parts), AT)
    assert index.add("b", "".join(parts[:90]), AT).group == "a"


def fillers(count: int, at: datetime) -> list[Kept]:
    return [Kept(f"{at:%d}-{number}", f"第{number}号{number * 7}", at, f"{at:%d}-{number}") for number in range(count)]


def test_what_is_too_old_is_forgotten_block_by_block() -> None:
    index, late = DuplicateIndex(days=30), AT + timedelta(days=31)
    index.load([Kept("first", TEXT, AT, "first"), *fillers(16_383, AT)])
    assert index.add("near", TEXT, AT).group == "first"
    index.load(fillers(1, late))
    assert len(index) == 2
    assert index.add("again", TEXT, late).group == "first", "the newer copy is still there and keeps the name"


def test_what_is_too_much_is_forgotten() -> None:
    index = DuplicateIndex(capacity=100)
    index.load([Kept("first", TEXT, AT, "first"), *fillers(16_383 + 101, AT)])
    assert len(index) <= 100 + 16_384
    assert index.add("again", TEXT, AT).group == "again"


def test_a_restart_goes_on_as_if_nothing_had_been() -> None:
    made = posts(600, 30, seed=4)
    whole, rows = DuplicateIndex(), []
    for post in made[:400]:
        told = whole.add(post.id, post.text, AT)
        rows.append(Kept(post.id, post.text, AT, told.group))
    again = DuplicateIndex()
    again.load(rows)
    for post in made[400:]:
        assert again.add(post.id, post.text, AT) == whole.add(post.id, post.text, AT)


def test_a_group_whose_first_member_is_gone_keeps_its_name() -> None:
    index = DuplicateIndex()
    index.load([Kept("b", TEXT, AT, "a")])
    assert index.add("c", TEXT + "急！", AT).group == "a"


def test_a_sketch_is_the_same_everywhere_and_small() -> None:
    hashes = sketch(TEXT)
    assert hashes.dtype == np.uint32
    assert len(hashes) == 17
    assert len(set(hashes.tolist())) == 17
    assert sketch(TEXT + " http://t.cn/xyz").tolist() == hashes.tolist()
    assert sketch("？！").size == 0
    assert int(sketch("停电通知")[0]) == 237290955


def test_the_core_is_what_is_said() -> None:
    assert core("转发微博//@小李：电费5元。 http://t.cn/a1 @某人") == "电费0元"
    assert core("停电 安水县 平山县 阳城县 青陵县 永原县") == "停电"


def test_long_texts_are_kept_in_part_and_the_same_part() -> None:
    parts = [f"第{number}句话说的是{number * 37}号线路的事情。" for number in range(100)]
    kept = kept_form("".join(parts))
    assert len(kept) <= 650
    assert all(part in "".join(parts) for part in kept.split("。"))
    assert kept_form("A  B\nc") == "a b c"


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [
        ("", "停电", 0),
        ("停电", "停电", 2),
        ("昨天停电了", "昨停天电", 3),
        ("abcdef", "badcfe", 3),
        ("a" * 99, "a" * 70, 70),
    ],
)
def test_longest_common_subsequence(one: str, other: str, length: int) -> None:
    assert subsequence(one, other) == length == subsequence(other, one)


def test_likeness_is_zero_or_well_above() -> None:
    one, other = kept_form(TEXT), kept_form("今天食堂的菜很好吃，下次还来")
    assert likeness(one, grams(one), other, grams(other)) == 0.0
    assert likeness(one, grams(one), one, grams(one)) == 1.0


def test_the_table_doubles_and_loses_nothing() -> None:
    table, chance = SketchTable(18), random.Random(6)
    hashes = {number: np.array(chance.sample(range(2**32), 16), dtype=np.uint32) for number in range(1, 25_001)}
    small = table.size
    for number, own in hashes.items():
        table.add(number, own)
    assert table.size >= 2 * small
    lost = 0
    for number, own in hashes.items():
        documents, places = table.find(own)
        mine = places[documents == number]
        assert set(mine.tolist()) <= set(range(16))
        lost += 16 - len(mine)
    assert lost < 0.08 * 16 * 25_000


def test_the_shelf_gives_back_what_it_took() -> None:
    shelf = Shelf()
    for number in range(1, 40_001):
        assert shelf.add(f"id{number}", f"文字{number}", 0 if number % 2 else number - 1, float(number)) == number
    assert shelf.drop(capacity=10_000, before=0) == 16_384 * 1
    assert shelf.oldest == 16_385
    for number in (16_385, 30_000, 40_000):
        assert (shelf.name(number), shelf.text(number)) == (f"id{number}", f"文字{number}")
    assert shelf.group(30_000) == 29_999
    assert shelf.group(29_999) == 29_999
    assert shelf.size > 0


def test_lines_in_groups_out() -> None:
    lines = [
        json.dumps({"id": 1, "text": TEXT}).encode(),
        b"no json",
        b"\n",
        json.dumps({"id": "b,1", "text": TEXT + "！"}).encode(),
        json.dumps({"id": 1, "text": "again"}).encode(),
        json.dumps({"id": 2}).encode(),
        json.dumps({"id": 3, "text": "电费太贵了"}).encode(),
    ]
    out, err = io.StringIO(), io.StringIO()
    assert group_lines(lines, out, err) == 1
    assert out.getvalue() == 'id,group\n1,1\n"b,1",1\n3,3\n'
    assert err.getvalue().splitlines() == [
        "第 2 行：不是有效的 JSON",
        "第 5 行，“id”：编号重复",
        "第 6 行：缺少 text，也没有 title 和 body",
    ]


def test_copies_that_came_before_their_origin_are_united_when_it_comes() -> None:
    most = len(TEXT) * 7 // 10
    parts, index, groups = [TEXT[:most], TEXT[-most:], TEXT], DuplicateIndex(), Groups()
    told = [index.add(f"{at}", text, AT) for at, text in enumerate(parts)]
    assert [it.group for it in told[:2]] == ["0", "1"]
    assert {told[2].group, *told[2].also} == {"0", "1"}
    for at, text in enumerate((*parts, "南湖路的电表转得太快，上个月三百块这个月六百块")):
        groups.add(f"{at}", text)
    assert groups.told() == {"0": "0", "1": "0", "2": "0", "3": "3"}


def test_large_groups_are_not_united() -> None:
    most = len(TEXT) * 7 // 10
    groups = Groups()
    for at in range(4):
        groups.add(f"a{at}", TEXT[:most])
        groups.add(f"b{at}", TEXT[-most:])
    groups.add("c", TEXT)
    assert {groups.told()[name] for name in ("a3", "b3")} == {"a0", "b0"}


def test_in_any_order_copies_find_each_other() -> None:
    made = posts(1_400, 100, seed=9)
    random.Random(9).shuffle(made)
    groups = Groups()
    for it in made:
        groups.add(it.id, it.text)
    told = groups.told()
    assert recall(made, told).value >= 0.9
    assert precision(made, told).value >= 0.99


def post(name: str, minute: int, parent: str | None = None, of: str | None = None, reach: int = 0) -> Post:
    return Post(name, AT + timedelta(minutes=minute), "微博" if minute else "论坛", parent, of, reach)


def test_heat_counts_and_knows_who_was_first() -> None:
    figures = heat([post("b", 5, reach=100), post("a", 0, reach=20), post("c", 9)])
    assert (figures.count, figures.reach, figures.first) == (3, 120, "a")
    assert figures.sources == {"微博": 2, "论坛": 1}
    assert (figures.first_at, figures.last_at) == (AT, AT + timedelta(minutes=9))
    with pytest.raises(ValueError, match="no posts"):
        heat([])


def test_the_tree_follows_ids_and_infers_the_rest() -> None:
    tree = spread_tree([post("d", 8, of="c"), post("c", 7, parent="b"), post("b", 2, of="zz"), post("a", 1)])
    assert [(it.id, it.parent, it.depth, it.inferred) for it in tree] == [
        ("a", None, 0, False),
        ("b", "a", 1, True),
        ("c", "b", 2, False),
        ("d", "c", 3, True),
    ]


def test_ids_in_a_circle_are_not_believed() -> None:
    tree = spread_tree([post("a", 1, parent="b"), post("b", 2, parent="a")])
    assert [(it.id, it.parent) for it in tree] == [("a", "b"), ("b", None)]
