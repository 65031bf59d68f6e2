"""train, evaluate, models and reanalyse as a person calls them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import load_settings
from nlp.models.shelf import Shelf
from storage.query import Query
from storage.records import RawDocument
from tests.unit.test_nlp_trainer import texts
from yujing.cli import _load_commands, run
from yujing.columns import columns, width
from yujing.evaluation import as_table
from yujing.wiring import Services, build

_load_commands()
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
TEXTS = ("又停电了没人管，太气人了", "师傅冒雨抢修，非常感谢", "请问怎样办理峰谷电价")


def write(folder: Path, **sets: int) -> Path:
    """Sets of the sentiment folder with so many texts each."""
    (folder / "sentiment").mkdir(parents=True)
    for seed, (name, number) in enumerate(sets.items()):
        with gzip.open(folder / "sentiment" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in texts(name, number, seed))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "data", forum=300, shop=200)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def own(home: Path) -> Shelf:
    """The home's shelf as if nothing shipped."""
    return Shelf(home / "models", home / "nothing ships")


def services_of(home: Path) -> Services:
    return build(load_settings(environ={"YUJING_HOME": str(home), "YUJING_ANALYSIS_WORKERS": "0"}))


@pytest.fixture
def filled(home: Path) -> Path:
    """A home with three analysed texts."""
    services = services_of(home)
    services.prepare_home()
    services.operations.inbox.put(
        [
            RawDocument(f"源{n % 2}", "hotline", "", text, AT + timedelta(hours=n), str(n))
            for n, text in enumerate(TEXTS)
        ]
    )
    stage = services.stage()
    stage.run_once()
    stage.close()
    services.close()
    return home


def test_training_writes_a_model_elsewhere_and_uses_nothing(
    data: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["--home", str(home), "train", "--data", str(data), "--without", "shop", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "shop（未参加训练，全部）" in said.out
    assert f"已写到 {out / 'sentiment'}，没有启用" in said.out
    assert "训练" in said.err
    written = {file.name for file in (out / "sentiment").iterdir()}
    assert {"card.json", "weights.npy"} <= written
    assert {Path(name).suffix for name in written} == {".json", ".npy"}
    assert json.loads((out / "sentiment" / "card.json").read_text(encoding="utf-8"))["without"] == ["shop"]
    assert not home.exists(), "no store is needed, and none is made"


def test_a_model_is_taken_listed_and_rolled_back(
    data: Path, home: Path, own: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    weak = write(tmp_path / "weak", forum=300, shop=200)
    own.take("sentiment", "weak", _noise(weak, tmp_path / "noise"))
    monkeypatch.setenv("YUJING_DATA", str(data))
    assert run(["--home", str(home), "train"]) == 0
    said = capsys.readouterr().out
    assert "已启用：不输现用模型" in said
    version = own.version("sentiment")
    assert version != "weak"
    assert f"版本 {version}" in said
    assert run(["--home", str(home), "train"]) == 0
    assert "未启用：与现用模型完全相同" in capsys.readouterr().out
    assert run(["--home", str(home), "models"]) == 0
    listed = capsys.readouterr().out
    assert f"* {version}" in listed
    assert "  weak" in listed
    assert "固定测试集 " in listed
    assert run(["--home", str(home), "models", "rollback", "sentiment"]) == 0
    assert f"sentiment：{version} → weak" in capsys.readouterr().out
    assert own.version("sentiment") == "weak"
    assert run(["--home", str(home), "models", "rollback", "sentiment", "weak"]) == 0
    assert "没有变化" in capsys.readouterr().out
    assert run(["--home", str(home), "models", "rollback", "sentiment", "v0"]) == 1
    assert "没有名为“v0”的sentiment 模型版本" in capsys.readouterr().err


def _noise(data: Path, folder: Path) -> Path:
    """A model that has it the wrong way round."""
    from nlp.learning.sentiment import Example, read_examples, train

    turned = {"positive": "negative", "negative": "positive"}
    train([Example(one.text, turned[one.label], one.set) for one in read_examples(data)]).save(folder, {"version": "w"})
    return folder


def test_a_model_that_loses_is_left_and_said_so(
    data: Path, home: Path, own: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own.take("sentiment", "right", _right(data, tmp_path / "right"))
    assert run(["--home", str(home), "train", "--data", str(_mislead(data))]) == 1
    assert "未启用：不如现用模型，固定测试集平均 " in capsys.readouterr().out
    assert own.version("sentiment") == "right"
    assert [kept.version for kept in own.kept("sentiment")] == ["right"]


def _right(data: Path, folder: Path) -> Path:
    from nlp.learning.sentiment import read_examples, train

    train(read_examples(data)).save(folder, {"version": "r"})
    return folder


def _mislead(data: Path) -> Path:
    """The texts that teach say the contrary of those that measure."""
    from nlp.learning.sentiment import read_examples

    turned = {"positive": "negative", "negative": "positive"}
    rows = read_examples(data)
    for name in {row.set for row in rows}:
        with gzip.open(data / "sentiment" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            for row in rows:
                if row.set == name:
                    label = row.label if row.held_out else turned[row.label]
                    out.write(json.dumps({"text": row.text, "label": label}, ensure_ascii=False) + "\n")
    return data


def test_corrections_of_this_home_teach(data: Path, filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = services_of(filled)
    for doc in services.store.scan(Query()):
        new = "positive" if doc.analysis.sentiment.label == "negative" else "negative"
        services.operations.labels.add(doc, "sentiment", new, "张")
        services.operations.labels.add(doc, "urgency", "M" if doc.analysis.urgency.level != "M" else "L", "张")
    services.close()
    out = filled / "out"
    assert run(["--home", str(filled), "train", "--data", str(data), "--out", str(out)]) == 0
    told = capsys.readouterr()
    taught = int(told.err.partition("人工更正 ")[2].partition(" 条")[0])
    measured = (
        int(told.out.partition("\n人工更正 ")[2].partition("\n")[0].split()[-1]) if "\n人工更正" in told.out else 0
    )
    assert taught + measured == 3
    assert json.loads((out / "sentiment" / "card.json").read_text(encoding="utf-8"))["corrections"] == taught


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (["train"], "没有给出数据目录：用 --data DIR，或设环境变量 YUJING_DATA"),
        (["evaluate"], "没有给出数据目录"),
        (["train", "--data", "/nowhere"], "数据目录不存在"),
        (["train", "--only", "magic", "--data", "{data}"], "没有名为“magic”的训练程序"),
        (["train", "--without", "hotel", "--data", "{data}"], "没有名为“hotel”的数据集；现有：forum、shop"),
        (["evaluate", "--only", "magic", "--data", "{data}"], "没有名为“magic”的评测项"),
        (["models", "rollback", "magic"], "没有名为“magic”的模型"),
        (["reanalyse", "--source", "月球"], "没有名为“月球”的来源"),
    ],
)
def test_what_cannot_be_is_told(
    call: list[str], sentence: str, data: Path, home: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("YUJING_DATA", raising=False)
    assert run(["--home", str(home), *(part.format(data=data) for part in call)]) == 1
    assert sentence in capsys.readouterr().err


@pytest.fixture
def letters(data: Path) -> Path:
    """Two messages labelled by hand, one of them wrongly."""
    (data / "petitions").mkdir()
    (data / "petitions" / "power_dev.csv").write_text(
        "id,title,body,category,urgency,sentiment\n"
        "1,小区又停电了,我们小区今天又停电三个小时，供电公司没人管,TD,M,neg\n"
        "2,公园的路灯,公园里路灯很漂亮，散步的人多,TD,L,neu\n",
        encoding="utf-8",
    )
    return data


def test_evaluation_tells_every_class_and_what_it_leaves_out(
    letters: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(home), "evaluate", "--data", str(letters), "--only", "power", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["power8"]) == {"value", "n", "per_class"}
    assert (told["power8"]["value"], told["power8"]["n"]) == (0.5, 2)
    assert told["power8"]["per_class"]["TD"]["recall"] == 0.5
    assert not home.exists()
    assert run(["--home", str(home), "evaluate", "--data", str(letters), "--only", "power"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["power8", "0.5000", "2"] in rows
    (letters / "petitions" / "power_dev.csv").unlink()
    assert run(["--home", str(home), "evaluate", "--data", str(letters), "--only", "power"]) == 1
    said = capsys.readouterr()
    assert "缺少 petitions/power_dev.csv，未评测" in said.err
    assert said.out == ""


def test_a_broken_file_is_told_and_the_rest_is_measured(
    letters: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (letters / "petitions" / "power_dev.csv").write_text("一行也不对\n1\n", encoding="utf-8")
    assert run(["--home", str(home), "evaluate", "--data", str(letters), "--only", "power"]) == 1
    assert "power_dev.csv" in capsys.readouterr().err


def test_a_candidate_stands_beside_the_model_in_use(
    letters: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--home", str(home), "train", "--data", str(letters), "--out", str(tmp_path / "out")]
    assert run(call) == 0
    capsys.readouterr()
    call = [
        "--home",
        str(home),
        "evaluate",
        "--data",
        str(letters),
        "--only",
        "power",
        "--model",
        str(tmp_path / "out"),
    ]
    assert run([*call, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["power8"]["in_use"] == told["power8"]["value"]
    assert run(call) == 0
    assert "现用" in capsys.readouterr().out.splitlines()[0]
    assert run([*call[:-1], str(home)]) == 1
    assert "目录里没有模型" in capsys.readouterr().err


def test_a_stray_word_is_a_wrong_call(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", str(data)]) == 2
    assert "数据目录用 --data 给出" in capsys.readouterr().err


def test_reanalysing_a_home(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["--home", str(filled), "reanalyse", "--workers", "0", "--quiet"]
    assert run([*call, "--outdated"]) == 0
    assert capsys.readouterr().out == "重新分析 0 条，未变 3 条，失败 0 条\n"
    assert run([*call, "--source", "源0", "--since", "2026-11-20T13:00"]) == 0
    assert capsys.readouterr().out == "重新分析 1 条，未变 0 条，失败 0 条\n"
    assert run(call) == 0
    assert capsys.readouterr().out == "重新分析 3 条，未变 0 条，失败 0 条\n"
    assert run([*call, "--since", "2026-11-20", "--until", "2026-11-19"]) == 2
    services = services_of(filled)
    (last, *_) = services.operations.audit.latest()
    assert (last.actor, last.action, last.subject, last.note) == (
        "命令行", "重新分析", "全部", "3 条，未变 0 条，失败 0 条",
    )  # fmt: skip
    services.close()


def test_a_change_of_model_is_in_the_audit_log(
    data: Path, filled: Path, own: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own.take("sentiment", "weak", _noise(data, tmp_path / "noise"))
    assert run(["--home", str(filled), "train", "--data", str(data)]) == 0
    version = own.version("sentiment")
    assert run(["--home", str(filled), "models", "rollback", "sentiment"]) == 0
    services = services_of(filled)
    back, taken, *_ = services.operations.audit.latest()
    services.close()
    assert (back.action, back.subject, back.note) == ("换回模型", "sentiment", f"{version} → weak")
    assert (taken.action, taken.subject) == ("启用模型", f"sentiment {version}")
    assert "不输现用模型" in taken.note
    assert "已启用" in capsys.readouterr().out


def test_the_analysis_takes_a_model_of_the_site_with_the_next_batch(filled: Path) -> None:
    services = services_of(filled)
    first = services.pipeline()
    assert services.pipeline() is first
    damaged = filled / "models" / "sentiment" / "v1"
    damaged.mkdir(parents=True)
    (damaged / "card.json").write_text("{}", encoding="utf-8")
    services.shelf.use("sentiment", "v1")
    # A model that cannot be read leaves the shipped ones at work.
    assert services.pipeline().versions == first.versions
    services.close()


def test_numbers_stand_under_each_other_in_chinese_too() -> None:
    assert width("停电a") == 5
    assert columns([("甲", "1.0"), ("abcd", "22.0"), ("乙丙", "–")]) == "甲     1.0\nabcd  22.0\n乙丙     –"
    assert columns([]) == ""


def test_a_table_shows_classes_and_the_model_in_use() -> None:
    from nlp.measure import accuracy

    figure = accuracy([("TD", "TD"), ("DY", "TD")])
    lines = as_table({"power": figure}).splitlines()
    assert lines[0].split() == ["评测项", "数值", "条数", "精确率", "召回率", "F1"]
    assert lines[1].split() == ["power", "0.5000", "2"]
    assert lines[3].split() == ["TD", "1", "0.5000", "1.0000", "0.6667"]
    beside = as_table({"power": figure}, {"power": figure}).splitlines()
    assert beside[1].split() == ["power", "0.5000", "0.5000", "2"]
