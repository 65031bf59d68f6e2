"""Reading labelled texts and sentences of our own, and what is learnt of words and voices from them."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from config.errors import InputError, VocabularyError
from nlp.learning import sentiment, shipped, voice
from nlp.learning.sentences import read_sentences
from nlp.learning.sentiment import Example, read_examples, sets, train
from nlp.learning.valence import BITS, load_valence, make_valence
from nlp.models.features import NEGATED, word_row
from nlp.models.linear import LinearModel

GOOD = ("房间干净，第{}次来住，满意", "味道好，回购{}次，喜欢", "送货快，用了{}天，推荐")
BAD = ("房间脏，第{}天就退房，失望", "味道差，等了{}小时，难吃", "送货慢，坏了{}次，垃圾")


def write(data: Path, name: str, rows: list[object]) -> None:
    (data / "sentiment").mkdir(exist_ok=True)
    with gzip.open(data / "sentiment" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, places in (("hotel", range(20)), ("shop", range(20, 40))):
        rows = [{"text": one.format(n), "label": "positive"} for n in places for one in GOOD]
        write(tmp_path, name, [*rows, *({"text": one.format(n), "label": "negative"} for n in places for one in BAD)])
    return tmp_path


def letters(data: Path) -> None:
    (data / "petitions").mkdir()
    with (data / "petitions" / "answered.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["title", "body", "reply"])
        for number in range(30):
            body = f"尊敬的领导，我是{number}号楼的住户，楼下噪音扰民多次反映没有结果，恳请解决"
            writer.writerow(
                [f"咨询{number}路公交", body, f"网友您好，您反映的第{number}个问题已收悉，经核实答复如下，感谢支持"]
            )


def test_each_text_once_and_sets_can_be_left_out(data: Path) -> None:
    write(
        data, "copy", [{"text": GOOD[0].format(1) + "！！", "label": "negative"}, {"text": "！？", "label": "negative"}]
    )
    assert sets(data) == ("copy", "hotel", "shop")
    found = read_examples(data)
    assert len(found) == 2 + 239
    assert {one.set for one in read_examples(data, without=["copy", "hotel"])} == {"shop"}
    with pytest.raises(InputError, match="没有可用于训练"):
        read_examples(data, without=sets(data))


def test_a_fifth_is_held_out_by_its_content_alone(data: Path) -> None:
    found = read_examples(data)
    share = sum(one.held_out for one in found) / len(found)
    assert 0.1 < share < 0.3
    assert Example("房间脏！", "negative", "a").held_out == Example("房间 脏", "positive", "b").held_out


@pytest.mark.parametrize(
    ("row", "told"),
    [({"text": "好"}, "JSON 对象"), ({"text": "好", "label": "pos"}, "label 应为"), ([1], "JSON 对象")],
)
def test_a_wrong_row_is_told_with_its_number(tmp_path: Path, row: object, told: str) -> None:
    write(tmp_path, "a", [{"text": "好", "label": "positive"}, row])
    with pytest.raises(InputError, match=f"a.jsonl.gz，第 2 行.*{told}"):
        read_examples(tmp_path)


def test_what_is_no_gzip_is_told(tmp_path: Path) -> None:
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "sentiment" / "a.jsonl.gz").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="gzip"):
        read_examples(tmp_path)


def test_training_knows_hotline_texts_and_listens_to_corrections(data: Path) -> None:
    examples = read_examples(data)
    model = train(examples)
    assert model.best("房间脏，失望")[0] == "negative"
    # Taught by the sentences of our own alone.
    assert model.best("供电所的师傅很热心，感谢")[0] == "positive"
    lesson = [Example("这也算是惊喜", "negative", "corrections")] * 5
    before, after = model.probabilities("这也算是惊喜"), train(examples, extra=lesson).probabilities("这也算是惊喜")
    assert after["negative"] > before["negative"]


def test_the_sentences_that_ship_are_of_every_voice_and_label() -> None:
    found = read_sentences()
    assert len({one.text for one in found}) == len(found) > 300
    assert {(one.label, one.voice) for one in found} == {
        ("negative", "feeling"), ("positive", "feeling"), ("neutral", "plain"), ("neutral", "office"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "line", ["negative\tfeeling", "bad\tfeeling\t差", "negative\tloud\t差", "negative\tfeeling\t "]
)
def test_a_wrong_sentence_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "own.tsv"
    file.write_text(f"# 说明\nnegative\tfeeling\t差\n{line}\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="第 3 行"):
        read_sentences(file)
    with pytest.raises(VocabularyError, match="文件不存在"):
        read_sentences(tmp_path / "none.tsv")


def word_list(folder: Path) -> Path:
    file = folder / "words.txt"
    file.write_text("满意 3\n失望 -9\n", encoding="utf-8")
    return file


def test_valence_is_made_of_words_with_scores(tmp_path: Path) -> None:
    table = make_valence(word_list(tmp_path))
    assert (table[word_row("满意", BITS)].tolist(), table[word_row("失望", BITS)].tolist()) == ([127], [-127])
    assert table[word_row(NEGATED + "满意", BITS)] < 0 < table[word_row(NEGATED + "失望", BITS)]
    assert np.count_nonzero(table) == 4


def test_a_word_list_that_is_missing_or_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.txt"):
        make_valence(tmp_path / "none.txt")
    file = word_list(tmp_path)
    file.write_text("满意 很\n", encoding="utf-8")
    with pytest.raises(InputError, match="第 1 行"):
        make_valence(file)


def test_the_valence_that_ships_knows_good_from_bad(tmp_path: Path) -> None:
    table = load_valence()
    assert table.shape[1] == 1
    assert table[word_row("优秀", BITS)] > 0 > table[word_row("恶劣", BITS)]
    with pytest.raises(VocabularyError, match="缺失"):
        load_valence(tmp_path / "none.npy")
    np.save(tmp_path / "small.npy", np.zeros(4, np.int8))
    with pytest.raises(VocabularyError, match="大小"):
        load_valence(tmp_path / "small.npy")


def test_voices_are_told_apart(data: Path) -> None:
    letters(data)
    spoken = voice.read_voices(data)
    model = voice.train(spoken)
    assert model.classes == ("feeling", "letter", "office", "plain")
    assert model.best("网友您好，您反映的问题已收悉，经核实答复如下")[0] == "office"
    assert model.best("请问电费怎么交")[0] == "plain"
    petitions = [one for one in spoken if one.set == voice.PETITIONS]
    # A letter, its answer and its title are taught or measured together.
    held = {number: {one.held_out for one in petitions if f"是{number}号楼" in one.text} for number in range(30)}
    assert {len(each) for each in held.values()} == {1}
    assert 0 < sum(True in each for each in held.values()) < 15
    assert not any(one.held_out for one in spoken if one.set == sentiment.OWN)
    (data / "petitions" / "answered.csv").write_text("title,body\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"answered.csv，第 2 行"):
        voice.read_voices(data)


def test_what_ships_is_made_twice_the_same(data: Path, tmp_path: Path) -> None:
    letters(data)
    words = word_list(tmp_path)
    for name in ("one", "two"):
        shipped.make(data, words, "2026-11-22", tmp_path / name)
    for file in ("sentiment/card.json", "sentiment/weights.npy", "sentiment/words.npy", "voice/weights.npy"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    card = LinearModel.load(tmp_path / "one" / "sentiment").card
    assert card["made_at"] == "2026-11-22"
    assert set(card["data"]["files"]) == {"hotel.jsonl.gz", "shop.jsonl.gz", "sentiment_sentences.tsv"}
    assert card["figures"]["mean"]["value"] > 0.9
    spoken = LinearModel.load(tmp_path / "one" / "voice").card
    assert spoken["figures"]["mean"]["value"] > 0.9
    assert spoken["data"]["sets"]["petitions"] > 90
