"""What is measured of sentiment, on small data of our own."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from config.errors import InputError
from nlp.measure import measures
from nlp.pipeline import Pipeline

PIPELINE = Pipeline.from_vocabulary()
GOOD = ("房间干净，第{}次来住，很满意", "师傅热情，{}分钟就修好了，感谢")
BAD = ("房间太脏，第{}天就退了，失望", "态度恶劣，等了{}小时，气人")


def write(data: Path, name: str, numbers: range) -> None:
    (data / "sentiment").mkdir(exist_ok=True)
    with gzip.open(data / "sentiment" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
        for number in numbers:
            for label, texts in (("positive", GOOD), ("negative", BAD)):
                for text in texts:
                    out.write(json.dumps({"text": text.format(number), "label": label}, ensure_ascii=False) + "\n")


def petition(data: Path, name: str, rows: list[dict[str, str]]) -> None:
    (data / "petitions").mkdir(exist_ok=True)
    with (data / "petitions" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_held_out_fifth_of_every_set_is_judged_by_score(tmp_path: Path) -> None:
    write(tmp_path, "hotel", range(20))
    write(tmp_path, "shop", range(20, 40))
    found = measures()["sentiment"]().figures(tmp_path, PIPELINE)
    assert set(found) == {"sentiment.hotel", "sentiment.shop", "sentiment.mean"}
    assert found["sentiment.mean"].value > 0.95
    assert 0 < found["sentiment.hotel"].n < 40
    assert set(found["sentiment.hotel"].per_class) <= {"negative", "positive"}


def test_cross_judges_all_of_a_set_by_a_model_of_the_others(tmp_path: Path) -> None:
    measure = measures()["sentiment_cross"]()
    assert measure.cross
    write(tmp_path, "hotel", range(20))
    with pytest.raises(InputError, match="至少要有两个数据集"):
        measure.figures(tmp_path, PIPELINE)
    write(tmp_path, "shop", range(20, 30))
    found = measure.figures(tmp_path, PIPELINE)
    assert (found["sentiment.cross.hotel"].n, found["sentiment.cross.shop"].n) == (80, 40)
    assert found["sentiment.cross.mean"].value > 0.95


def test_complaints_and_answers_are_told_by_label(tmp_path: Path) -> None:
    letter = {"title": "投诉小区天天停电", "body": "尊敬的领导您好，停电没人管，恳请解决，谢谢"}
    quiet = {"title": "咨询电费发票", "body": "请问电费发票怎么开"}
    answer = "您好，您反映的停电问题已收悉，经核实系线路故障，现已恢复供电，感谢您的支持"
    petition(tmp_path, "power_dev", [{**letter, "sentiment": "neg"}, {**quiet, "sentiment": "neu"}])
    petition(tmp_path, "messages", [letter, quiet, letter])
    petition(tmp_path, "answered", [{**letter, "reply": answer}])
    found = measures()["complaints"]().figures(tmp_path, PIPELINE)
    assert {name: (figure.value, figure.n) for name, figure in found.items()} == {
        "complaints.power.negative": (1.0, 1), "complaints.negative": (1.0, 2), "replies.negative": (0.0, 1),
    }  # fmt: skip


def test_a_file_without_its_column_is_told(tmp_path: Path) -> None:
    for name in ("power_dev", "messages", "answered"):
        petition(tmp_path, name, [{"title": "a", "body": "b"}])
    with pytest.raises(InputError, match=r"power_dev.csv，第 2 行.*sentiment"):
        measures()["complaints"]().figures(tmp_path, PIPELINE)


def test_voices_are_judged_on_letters_that_taught_nothing(tmp_path: Path) -> None:
    write(tmp_path, "hotel", range(60))
    body = "尊敬的领导，我是{}号楼的住户，楼下噪音扰民，多次反映没有结果，恳请解决"
    reply = "网友您好，您反映的问题已收悉，经核实，现答复如下：{}号楼已列入整治计划，感谢您的支持"
    rows = [{"title": f"咨询{n}号楼", "body": body.format(n), "reply": reply.format(n)} for n in range(30)]
    petition(tmp_path, "answered", rows)
    found = measures()["voice"]().figures(tmp_path, PIPELINE)
    assert set(found) == {"voice"}
    assert found["voice"].value > 0.8
    # Five pieces a letter, of about one letter in five.
    assert 10 <= sum(found["voice"].per_class[name]["n"] for name in ("letter", "office", "plain")) <= 60
