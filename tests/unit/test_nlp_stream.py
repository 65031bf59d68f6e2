"""`yujing analyse` line by line: what is promised stands in every line, and a bad line stops nothing."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from nlp.pipeline import Analyser, Facts, Pipeline
from nlp.stream import analyse_lines


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


def run(pipeline: Pipeline, *lines: bytes, with_snownlp: bool = False) -> tuple[int, list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    code = analyse_lines(lines, out, err, with_snownlp=with_snownlp, pipeline=pipeline)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def line(**content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def test_every_promised_key(pipeline: Pipeline) -> None:
    text = "城北镇杨柳小区停电没人管，电话13812345678"
    code, (said,), told = run(pipeline, line(id=7, text=text))
    assert (code, told) == (0, "")
    assert set(said) == {
        "id", "sentiment", "category", "categories", "urgency", "entities", "keywords", "clean_text", "tokens",
        "masked_text", "personal",
    }  # fmt: skip
    assert said["id"] == 7
    assert set(said["sentiment"]) == {"score", "label", "because", "snownlp", "intensity"}
    assert said["sentiment"]["label"] == "negative"
    assert said["sentiment"]["snownlp"] is None
    assert said["sentiment"]["because"][0]["word"] == "没人管"
    assert said["sentiment"]["because"][0]["weight"] < 0
    assert said["category"] == said["categories"][0]
    assert set(said["category"]) == {"scheme", "code", "because", "confidence"}
    assert (said["category"]["scheme"], said["category"]["code"]) == ("power8", "TD")
    assert {scheme["scheme"] for scheme in said["categories"]} >= {"power8", "class95598", "order_kind"}
    assert said["urgency"]["level"] == "M"
    assert said["urgency"]["because"]
    assert said["entities"][0] == {"kind": "region", "text": "城北镇", "start": 0, "end": 3, "value": ""}
    assert set(said["keywords"][0]) == {"word", "weight"}
    assert "".join(said["tokens"]) == said["clean_text"]
    assert said["masked_text"] == text.replace("13812345678", "138****5678")
    (span,) = said["personal"]
    assert text[span["start"] : span["end"]] == "13812345678"
    assert span["kind"] == "mobile"


def test_title_and_body_are_joined(pipeline: Pipeline) -> None:
    _, said, _ = run(
        pipeline, line(id="a", title="停电", body="没人管"), line(id="b", title="停电"), line(id="c", body="x")
    )
    assert [(it["id"], it["clean_text"]) for it in said] == [("a", "停电。没人管"), ("b", "停电"), ("c", "x")]


def test_bad_lines_are_told_and_the_rest_goes_on(pipeline: Pipeline) -> None:
    code, said, told = run(
        pipeline,
        b"\xef\xbb\xbf" + line(id=1, text="停电"),
        b"{not json}\n",
        "停电".encode("gb18030"),
        b"\n",
        b"[1]\n",
        line(text="停电"),
        line(id=True, text="停电"),
        line(id=2),
        line(id=3, text=5),
        b"[" * 100_000,
        line(id=4, text=""),
    )
    assert code == 1
    assert [it["id"] for it in said] == [1, 4]
    assert told.splitlines() == [
        "第 2 行：不是有效的 JSON",
        "第 3 行：不是 UTF-8（第 3 字节）",
        "第 5 行：应为 JSON 对象",
        "第 6 行，“id”：缺少，或不是文字与整数",
        "第 7 行，“id”：缺少，或不是文字与整数",
        "第 8 行：缺少 text，也没有 title 和 body",
        "第 9 行，“text”：不是文字",
        "第 10 行：不是有效的 JSON",
    ]


def test_a_lone_surrogate_comes_back_as_it_was(pipeline: Pipeline) -> None:
    code, (said,), _ = run(pipeline, b'{"id": 1, "text": "\\u505c\\ud800"}')
    assert code == 0
    assert said["masked_text"] == "停\ud800"


def test_answers_come_while_lines_still_come(pipeline: Pipeline) -> None:
    out = io.StringIO()

    def lines() -> Iterator[bytes]:
        for number in range(3):
            assert out.getvalue().count("\n") == number
            yield line(id=number, text="停电")

    assert analyse_lines(lines(), out, io.StringIO(), with_snownlp=False, pipeline=pipeline) == 0
    assert out.getvalue().count("\n") == 3


def test_lines_of_a_pipe_are_answered_before_the_next_ones_come(pipeline: Pipeline) -> None:
    (asking, questions), (answering, answers) = os.pipe(), os.pipe()

    def work() -> None:
        with os.fdopen(asking, "rb") as lines, os.fdopen(answers, "w", encoding="utf-8") as out:
            analyse_lines(lines, out, io.StringIO(), with_snownlp=False, pipeline=pipeline)

    worker = Thread(target=work)
    worker.start()
    try:
        with os.fdopen(answering, encoding="utf-8") as told, os.fdopen(questions, "wb", buffering=0) as ask:
            ask.write(line(id=1, text="停电") + line(id=2, text="没人管") + b'{"id": 3, ')
            assert [json.loads(told.readline())["id"] for _ in range(2)] == [1, 2]
            ask.write(b'"text": "x"}')
            ask.close()
            assert json.loads(told.readline())["id"] == 3
    finally:
        worker.join()


def test_a_file_gives_the_same_as_its_lines(pipeline: Pipeline, tmp_path: Path) -> None:
    texts = [line(id=number, text="停电没人管" * (number % 50)) for number in range(300)]
    texts[7:9] = [b"\n", b"{\n", b"\r\n"]
    file, out, err = tmp_path / "texts.jsonl", io.StringIO(), io.StringIO()
    file.write_bytes(b"".join(texts).rstrip(b"\n"))
    with file.open("rb") as lines:
        assert analyse_lines(lines, out, err, with_snownlp=False, pipeline=pipeline) == 1
    assert err.getvalue() == "第 9 行：不是有效的 JSON\n"
    code, said, _ = run(pipeline, *texts)
    assert (code, said) == (1, [json.loads(one) for one in out.getvalue().splitlines()])
    assert len(said) == 298


class Stumbling(Analyser):
    """Raises on one text."""

    name: ClassVar[str] = "stumbling"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("stumbled",)

    def analyse(self, facts: Facts) -> Facts:
        if "绊倒" in facts["text"]:
            raise ValueError(facts["text"])
        return {"stumbled": False}


def test_a_line_that_cannot_be_analysed_leaves_those_beside_it_alone(pipeline: Pipeline, tmp_path: Path) -> None:
    file, out, err = tmp_path / "texts.jsonl", io.StringIO(), io.StringIO()
    file.write_bytes(line(id=1, text="停电") + line(id=2, text="绊倒") + line(id=3, text="没人管"))
    stumbling = Pipeline([*pipeline.analysers, Stumbling()])
    with file.open("rb") as lines:
        assert analyse_lines(lines, out, err, with_snownlp=False, pipeline=stumbling) == 1
    assert [json.loads(one)["id"] for one in out.getvalue().splitlines()] == [1, 3]
    assert err.getvalue() == "第 2 行：分析出错\n"
