"""What the page of one text says it mentions and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.mentions import KINDS, Mention, mentions
from nlp.entities.signs import GROUPS
from storage.records import Entity
from tests.fixtures_dashboard import NOW, Place, document, opened


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def test_each_thing_once_with_its_kind_and_full_name() -> None:
    entities = (
        Entity("region", "长沙县", 0, 3, "430121"),
        Entity("date", "昨天", 4, 6),
        Entity("region", "长沙县", 9, 12, "430121"),
        Entity("station", "长沙县供电所", 9, 15),
    )
    assert mentions(entities) == [
        Mention("长沙县", "地区 湖南省长沙市长沙县"),
        Mention("昨天", "日期"),
        Mention("长沙县供电所", "供电所"),
    ]


def test_every_group_of_signs_has_a_name() -> None:
    assert set(GROUPS) - {"number", "day"} <= set(KINDS)


def test_the_page_tells_rank_and_kinds(place: Place) -> None:
    doc = replace(document(990001, "停电", NOW), source="人民日报", medium="news")
    doc = replace(doc, analysis=replace(doc.analysis, entities=(Entity("line", "10kV河口线", 0, 7),)))
    place.store.save([doc])
    page = place.client("pr").get(f"/documents/{doc.id}").text
    assert '<span class="chip" title="依据：人民日报">中央级媒体</span>' in page
    assert '<span class="chip" title="线路">10kV河口线</span>' in page
