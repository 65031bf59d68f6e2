"""`yujing analyse` line by line: what is promised stands in every line, and a bad line stops nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from nlp.pipeline import Pipeline
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
