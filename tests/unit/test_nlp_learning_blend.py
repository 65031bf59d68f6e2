"""The weights of the blend: what they are fitted to, that they are fitted, and where they are written."""

from __future__ import annotations

import csv
import gzip
import json
import tomllib
from pathlib import Path

import pytest

from config.errors import InputError
from nlp.feeling import CLASSES, PARTS
from nlp.learning import blend
from nlp.learning.blend import Weighed
from nlp.learning.sentiment import is_held_out
from nlp.measures._sets import analyser_of
from nlp.pipeline import Pipeline

GOOD = ("师傅很热心，感谢", "来电了，太好了", "服务周到，满意")
BAD = ("停电没人管，太差了", "态度恶劣，失望", "电费乱收，气死人")
PLAIN = ("请问电费怎么交", "请问营业厅几点开门", "明天停电吗")


def gold(folder: Path, *lines: str) -> Path:
    file = folder / "gold.tsv"
    file.write_text("# 说明\n\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def test_only_the_first_sentences_are_seen(tmp_path: Path) -> None:
    file = gold(tmp_path, *(f"negative\tcomplaint\t第{number}次停电" for number in range(blend.CHOSEN + 5)))
    found = blend.read_gold(file)
    assert len(found) == blend.CHOSEN
    assert found[-1] == ("negative", f"第{blend.CHOSEN - 1}次停电")


@pytest.mark.parametrize("line", ["bad\tcomplaint\t停电", "negative\t停电"])
def test_a_wrong_sentence_is_told_with_its_row(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match="第 4 行"):
        blend.read_gold(gold(tmp_path, "negative\tcomplaint\t停电", line))
    with pytest.raises(InputError, match="打不开"):
        blend.read_gold(tmp_path / "none.tsv")


def test_public_texts_are_held_out_ones_and_every_class_counts_the_same(tmp_path: Path) -> None:
    (tmp_path / "sentiment").mkdir()
    for name, sizes in (("hotel", {"negative": 60, "positive": 200}), ("shop", {"negative": 100, "positive": 100})):
        rows = [{"text": f"{name}{label}{number}", "label": label} for label in sizes for number in range(sizes[label])]
        with gzip.open(tmp_path / "sentiment" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    found = blend.read_public(tmp_path, ("hotel", "shop"), 2.0)
    assert found
    assert all(one.two and is_held_out(one.text) and blend.is_shown(one.text) for one in found)
    shares = {
        (name, label): sum(one.count for one in found if (one.kind, one.label) == (name, label))
        for name in ("hotel", "shop")
        for label in ("negative", "positive")
    }
    assert list(shares.values()) == pytest.approx([0.5] * 4)
    assert {one.kind for one in blend.read_public(tmp_path, ("shop",), 1.0)} == {"shop"}


def test_petitions_give_complaints_and_answers_that_taught_no_voice(tmp_path: Path) -> None:
    (tmp_path / "petitions").mkdir()
    file = tmp_path / "petitions" / "answered.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["title", "body", "reply"])
        for number in range(40):
            writer.writerow([f"{'投诉' if number % 2 else '咨询'}{number}", f"第{number}次停电", f"第{number}件已收悉"])
    found = blend.read_petitions(tmp_path)
    assert {(one.kind, one.label) for one in found} == {("letter", "negative"), ("answer", "neutral")}
    assert all(one.text.startswith("投诉") for one in found if one.kind == "letter")
    assert sum(one.count for one in found) == pytest.approx(blend.LETTERS + blend.ANSWERS)
    file.write_text("title,reply\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"answered.csv"):
        blend.read_petitions(tmp_path)


def test_the_fit_tells_the_classes_and_is_the_same_twice(tmp_path: Path) -> None:
    pipeline = Pipeline.from_vocabulary()
    analyser = analyser_of(pipeline)
    given = (("positive", GOOD), ("negative", BAD), ("neutral", PLAIN))
    rows = [Weighed(text, label, "gold", 1.0) for label, texts in given for text in (*texts, "！？")]  # type: ignore[arg-type]
    found = blend.fit_blend([(rows, analyser)], pipeline)
    assert found == blend.fit_blend([(rows, analyser)], pipeline)
    assert found.keys() == set(CLASSES)
    assert all(tuple(parts) == PARTS for parts in found.values())
    for label, texts in given:
        for text in texts:
            parts = analyser.parts_of([pipeline.run(text)])[0]._asdict()
            sums = {name: sum(found[name][part] * parts[part] for part in PARTS) for name in CLASSES}
            assert max(sums, key=sums.__getitem__) == label


def test_public_texts_say_nothing_of_neutral() -> None:
    pipeline = Pipeline.from_vocabulary()
    rows = [Weighed(text, "positive", "shop", 1.0, two=True) for text in GOOD]
    rows += [Weighed(text, "negative", "shop", 1.0, two=True) for text in BAD]
    found = blend.fit_blend([(rows, analyser_of(pipeline))], pipeline)
    assert set(found["neutral"].values()) == {0.0}
    assert found["positive"]["lexicon"] > found["negative"]["lexicon"]


def test_the_weights_are_written_into_their_section_alone(tmp_path: Path) -> None:
    file = tmp_path / "sentiment.toml"
    file.write_text(
        '[about]\ntitle = "词"\n\n[blend]\nnegative = { bias = 9 }\n\n[kind]\n"投诉" = -1\n', encoding="utf-8"
    )
    blend.write_blend({name: {"bias": 0.5, "lexicon": -0.25} for name in CLASSES}, file)
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    assert found["blend"] == {name: {"bias": 0.5, "lexicon": -0.25} for name in CLASSES}
    assert found["about"] == {"title": "词"}
    assert found["kind"] == {"投诉": -1}
    file.write_text("[about]\n", encoding="utf-8")
    with pytest.raises(InputError, match="blend"):
        blend.write_blend({}, file)
