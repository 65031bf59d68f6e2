"""Floors on 276 sentences of our own: relevance, coarse class, kind of order, urgency; the traps are always right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nlp.pipeline import Pipeline

FILE = Path(__file__).with_name("power_gold.tsv")
# A little below what was reached when they were set: relevance .98, class .96, kind .97, urgency .99. The sentences
# were written before the rules were changed (then .81, .69, –, .76), but the rules were improved on them since: the
# floors guard against loss. Of real messages nobody had tuned on, see `yujing evaluate`.
FLOORS = {"relevance": 0.955, "category": 0.93, "order_kind": 0.93, "urgency": 0.95}


class Sentence(NamedTuple):
    """One line of the file; an empty label asks nothing."""

    text: str
    category: str
    order_kind: str
    urgency: str
    medium: str


def sentences() -> Iterator[Sentence]:
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Sentence(*line.split("\t"))


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


@pytest.fixture(scope="module")
def shares(pipeline: Pipeline) -> dict[str, float]:
    right, asked = Counter[str](), Counter[str]()
    relevant = Counter[tuple[bool, bool]]()
    for sentence in sentences():
        analysis = pipeline.analyse(sentence.text, medium=sentence.medium)
        codes = {category.scheme: category.code for category in analysis.categories}
        found = {"category": codes["power8"], "order_kind": codes["order_kind"], "urgency": analysis.urgency.level}
        for measure, code in found.items():
            wanted = getattr(sentence, measure)
            asked[measure] += wanted != ""
            right[measure] += wanted == code
            if wanted not in ("", code):
                print(f"{measure}: wanted {wanted}, found {code}: {sentence.text}")
        if sentence.category:
            relevant[sentence.category != "NO", codes["power8"] != "NO"] += 1
    hits = 2 * relevant[True, True]
    f1 = hits / (hits + relevant[True, False] + relevant[False, True])
    return {"relevance": f1} | {measure: right[measure] / asked[measure] for measure in asked}


@pytest.mark.parametrize("measure", FLOORS)
def test_not_below_the_floor(shares: dict[str, float], measure: str) -> None:
    assert shares[measure] >= FLOORS[measure]


def test_the_file_asks_enough_of_everything() -> None:
    rows = list(sentences())
    assert len(rows) >= 250
    assert len({row.text for row in rows}) == len(rows)
    assert set(Counter(row.category for row in rows)) == {"", "TD", "DY", "DF", "YK", "JS", "FW", "ZG", "NO"}
    assert min(Counter(row.urgency for row in rows if row.urgency).values()) >= 20
    assert len({row.order_kind for row in rows} - {""}) == 10


@pytest.mark.parametrize(
    "text",
    [
        "中国网报道了我市的春耕",
        "韩国网友喜欢这首歌",
        "上班不许使用电脑玩游戏",
        "充电线忘在酒店了",
        "他一生气就挂断电话",
        "麻烦把简历发送电子邮件过来",
        "供电局对面新开了一家面馆，油烟太大",
        "变电站旁边的公交站台没有雨棚",
        "电力学院的学费怎么又涨了",
        "高压锅炸了，超市不给退",
        "买的电瓶车手机没电就连不上",
    ],
)
def test_words_inside_other_words_and_mere_places_are_no_electricity(pipeline: Pipeline, text: str) -> None:
    category = pipeline.analyse(text).category()
    assert category is not None
    assert category.code == "NO", category


def test_a_surer_decision_is_right_more_often(pipeline: Pipeline) -> None:
    sure, right = [], []
    for sentence in sentences():
        if sentence.category:
            category = pipeline.analyse(sentence.text, medium=sentence.medium).category()
            assert category is not None
            assert category.confidence is not None
            assert 0 <= category.confidence <= 1
            (sure if category.confidence >= 0.9 else right).append(category.code == sentence.category)
    assert sum(sure) / len(sure) > sum(right) / len(right)
    assert sum(sure) / len(sure) >= 0.97
