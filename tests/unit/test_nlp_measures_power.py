"""Figures of labelled messages agree with the hand count; a wrong file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import InputError
from nlp.measure import measures
from nlp.measures.power import FILE, Power, read, relevance
from nlp.pipeline import Pipeline

HEAD = "id,time,title,body,category,urgency,sentiment\n"
ROWS = (
    HEAD + "1,2019/1/1 10:00:00,投诉三天两头停电,昨晚又停了一夜，没人管。,TD,M,neg\n"
    '2,2019/1/1 10:00:00,希望增加公交车,"等车太久，\n站台没有座位。",NO,,\n'
    "3,2019/1/1 10:00:00,路灯不亮,一条街都黑。,TD,H,neg\n"
)


def written(folder: Path, content: str) -> Path:
    file = folder / FILE
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return folder


def test_is_found_and_names_its_file() -> None:
    assert measures()["power"] is Power
    assert Power.files == ("petitions/power_dev.csv",)


def test_figures_of_three_messages(tmp_path: Path) -> None:
    figures = Power().figures(written(tmp_path, ROWS), Pipeline.from_vocabulary())
    assert figures["relevance"].value == pytest.approx(2 / 3)
    assert figures["relevance"].per_class["relevant"]["recall"] == 0.5
    assert (figures["power8"].value, figures["power8"].n) == (pytest.approx(2 / 3), 3)
    assert (figures["urgency"].value, figures["urgency"].n) == (0.5, 2)
    assert figures["urgency.macro_f1"].per_class["H"]["f1"] == 0


def test_relevance_of_nothing_is_nothing() -> None:
    assert relevance([]).value == 0
    assert relevance([("NO", "NO")]).value == 0
    assert relevance([("TD", "DF"), ("NO", "NO")]).value == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,title\n1,x\n", "category"),
        (HEAD + "1,t,停电,没电,,M,\n", "第 2 行"),
        (HEAD + "1,t,停电,没电,TD,X,\n", "第 2 行"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, content: str, told: str) -> None:
    folder = written(tmp_path, content)
    with pytest.raises(InputError, match=told):
        list(read(folder / FILE))
