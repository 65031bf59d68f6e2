"""Evidence packages at the command line."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from alerting.desk.evidence.leave import conditions
from config.settings import load_settings
from storage.records import Member, RawDocument
from tests.fixtures_dashboard import NOW, document
from yujing.cli import _load_commands, run
from yujing.wiring import Services, build

_load_commands()
HOUR = timedelta(hours=1)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build(load_settings(environ={"YUJING_HOME": str(tmp_path / "home")}))
    services.prepare_home()
    yield services
    services.close()


@pytest.fixture
def event(services: Services) -> str:
    raw = RawDocument("95598工单", "hotline", "", "停电，电话 13812345678", NOW, external_id="GD1")
    services.operations.inbox.put([raw])
    doc = replace(document(1, "停电", NOW), id=raw.id)
    services.store.save([doc])
    services.operations.events.record([Member(doc.id, 1, doc.id, doc.id, NOW, doc.source, "neg")])
    return doc.id


def test_made_checked_and_found_out(
    services: Services, event: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out, pem = ["--home", str(services.settings.home.path)], tmp_path / "e.zip", tmp_path / "k.pem"
    assert run(["evidence", "make", event, "--out", str(out), *home]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert services.operations.audit.latest(1)[0].subject == f"事件 {event}"
    (listed,) = services.operations.packages.find()
    assert (listed.sha256, listed.bytes) == (sha256(out.read_bytes()).hexdigest(), out.stat().st_size)
    assert (listed.by, listed.state, listed.texts, listed.until) == ("命令行", "done", 1, None)
    assert run(["evidence", "make", event, "--out", str(out), *home]) == 1, "what is there may be evidence"
    assert run(["evidence", "key", "--out", str(pem), *home]) == 0
    capsys.readouterr()
    elsewhere = ["--home", str(tmp_path / "elsewhere")]
    assert run(["evidence", "verify", str(out), *home]) == 0
    assert "签名与已知的公钥相符" in capsys.readouterr().out
    assert run(["evidence", "verify", str(out), "--key", str(pem), *elsewhere]) == 0
    assert "签名与已知的公钥相符" in capsys.readouterr().out
    assert run(["evidence", "verify", str(out), *elsewhere]) == 0
    assert "不能说明出处" in capsys.readouterr().err
    assert not (tmp_path / "elsewhere").exists(), "checking needs no installation"
    whole = bytearray(out.read_bytes())
    whole[whole.index("停电".encode())] ^= 1
    out.write_bytes(whole)
    assert run(["evidence", "verify", str(out), *home]) == 1
    said = capsys.readouterr().out
    assert f"texts/{event}.json 被改动" in said
    assert "证据包不可信" in said


def test_originals_need_the_word_of_a_second_person(
    services: Services, event: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, requests = ["--home", str(services.settings.home.path)], services.operations.export_requests
    number = requests.ask("duty", "监管来函调阅", conditions(event, originals=True), 1)
    asked = ["evidence", "make", event, "--request", str(number), *home, "--out"]
    assert run([*asked, str(tmp_path / "no.zip")]) == 1
    assert "还没有得到第二人同意" in capsys.readouterr().err
    assert not list(tmp_path.glob("no.zip*")), "half a file is no file"
    requests.decide(number, "manager", grant=True, lasting=HOUR)
    assert run([*asked, str(tmp_path / "yes.zip")]) == 0
    assert f"originals/{event}.json" in zipfile.ZipFile(tmp_path / "yes.zip").namelist()
    assert services.operations.audit.latest(1)[0].actor == "duty"


def test_what_cannot_be_checked_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path / "home")]
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 half")
    (tmp_path / "b.zip").write_bytes(b"nothing")
    for name, said in (("a.zip", "ZIP 不完整"), ("b.zip", "不是 ZIP 文件"), ("none.zip", "路径不存在")):
        assert run(["evidence", "verify", str(tmp_path / name), *home]) == 1
        assert said in capsys.readouterr().err
    assert run(["evidence", "verify", str(tmp_path / "a.zip"), "--key", str(tmp_path / "b.zip"), *home]) == 1
    assert "文件 b.zip：不是 Ed25519 公钥" in capsys.readouterr().err
