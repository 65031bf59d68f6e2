"""A package of a few files: any changed byte is found, wherever it stands, and what was changed is said."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.desk.evidence.archive import CLOSING, as_written
from alerting.desk.evidence.case import as_json
from alerting.desk.evidence.checking import FORMAT, check
from alerting.desk.evidence.key import PublicKey, SigningKey
from config.errors import InputError, StoreError

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(32))
TEXTS = {"texts/a.json": '{"body": "停电一夜"}\n'.encode(), "texts/b.json": b"{}\n", "timeline.tsv": "时间\n".encode()}


def signed(files: dict[str, bytes], key: SigningKey = KEY) -> dict[str, bytes]:
    listed = {name: {"sha256": sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()}
    manifest = as_json({"format": FORMAT, "event": "e", "key": key.public.fingerprint, "files": listed})
    return files | dict(zip(CLOSING, (manifest, key.sign(manifest), key.public.pem), strict=True))


GOOD = as_written(signed(TEXTS))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    file = tmp_path_factory.mktemp("package") / "e.zip"

    def put(content: bytes) -> Path:
        file.write_bytes(content)
        return file

    return put


def found(file: Path, known: PublicKey | None = KEY.public) -> str:
    """What is wrong, in one line; "" where nothing is."""
    try:
        return "；".join(check(file, known).problems)
    except InputError as error:
        return str(error)


def test_a_package_as_it_was_made_is_whole(place: Callable[[bytes], Path]) -> None:
    report = check(place(GOOD), KEY.public)
    assert (report.problems, report.trusted, report.signer) == ((), True, KEY.public.fingerprint)
    assert not check(place(GOOD)).trusted
    assert as_written(signed(TEXTS)) == GOOD


def test_every_byte_that_is_flipped_is_found(place: Callable[[bytes], Path]) -> None:
    """All of them: contents, headers, names, directory, signature and key."""
    missed, file = [], place(GOOD)
    with file.open("r+b", buffering=0) as out:  # written in place: making a file anew takes longer than checking it
        for at, byte in enumerate(GOOD):
            out.seek(at)
            out.write(bytes([byte ^ 1 << (at % 8)]))
            if not found(file):
                missed.append(at)
            out.seek(at)
            out.write(bytes([byte]))
    assert found(file) == ""
    assert missed == []


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), cut=st.integers(0, 40), put=st.binary(max_size=40))
def test_whatever_is_replaced_left_out_or_put_in_is_found(
    place: Callable[[bytes], Path], at: int, cut: int, put: bytes
) -> None:
    changed = GOOD[:at] + put + GOOD[at + cut :]
    assert bool(found(place(changed))) == (changed != GOOD)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({**signed(TEXTS), "texts/a.json": b"{}"}, "texts/a.json 被改动：与清单里的 SHA-256 不符"),
        ({name: text for name, text in signed(TEXTS).items() if name != "texts/b.json"}, "缺少 texts/b.json"),
        ({**signed(TEXTS), "texts/c.json": b"{}"}, "多出 texts/c.json：清单里没有"),
        ({**signed(TEXTS), "manifest.sig": bytes(64)}, "manifest.json 与签名不符"),
        ({**signed(TEXTS), "manifest.sig": b""}, "manifest.json 与签名不符"),
        ({name: text for name, text in signed(TEXTS).items() if name != "manifest.sig"}, "缺少 manifest.sig"),
        ({**signed(TEXTS), "public-key.pem": OTHER.public.pem}, "public-key.pem 被换过"),
        ({**signed(TEXTS), "public-key.pem": b"x"}, "public-key.pem 被改动：不是 Ed25519 公钥"),
        ({**signed(TEXTS), "manifest.json": b"[" * 100_000}, "manifest.json 被改动：不是 yujing-evidence/1"),
        ({**signed(TEXTS), "manifest.json": b"[]"}, "manifest.json 被改动"),
        ({**TEXTS}, "缺少 manifest.json，不是完整的证据包"),
        (signed(TEXTS, OTHER), "签名用的不是给定的公钥"),
    ],
)
def test_what_was_changed_is_named(place: Callable[[bytes], Path], files: dict[str, bytes], said: str) -> None:
    assert said in found(place(as_written(files)))


def test_a_manifest_that_was_forged_with_the_files_does_not_hold(place: Callable[[bytes], Path]) -> None:
    forged = signed({**TEXTS, "texts/a.json": b"{}"}, OTHER) | {"public-key.pem": KEY.public.pem}
    assert "与签名不符" in found(place(as_written(forged)))
    assert "与签名不符" in found(place(as_written(forged)), None)


def test_the_same_files_in_another_zip_are_told_apart(place: Callable[[bytes], Path]) -> None:
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as packed:
            for name, content in signed(TEXTS).items():
                packed.writestr(name, content)
        assert found(place(out.getvalue())) != ""
    twice = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"):
        twice_packed(twice)
    assert "texts/a.json 出现了不止一次" in found(place(twice.getvalue()))
    assert "被重新打包过" in found(place(GOOD + b"\n")) or "ZIP" in found(place(GOOD + b"\n"))


def twice_packed(out: io.BytesIO) -> None:
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in [*signed(TEXTS).items(), ("texts/a.json", b"{}")]:
            packed.writestr(name, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "不是 ZIP 文件"),
        (GOOD[: len(GOOD) // 2], "ZIP 不完整：文件被截断"),
        (GOOD[:-1], "ZIP 不完整：文件被截断"),
    ],
)
def test_what_is_no_whole_zip_is_told(place: Callable[[bytes], Path], content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check(place(content))


def test_the_key_of_a_home_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = SigningKey.of_home(tmp_path)
    assert SigningKey.of_home(tmp_path).public.fingerprint == first.public.fingerprint
    assert (tmp_path / "evidence.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "evidence.key").write_text("x", encoding="ascii")
    with pytest.raises(StoreError, match="密钥文件应为 64 位十六进制数"):
        SigningKey.of_home(tmp_path)
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\n", encoding="ascii")
    with pytest.raises(InputError, match="不是 Ed25519 公钥"):
        PublicKey.read(tmp_path / "key.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_alone_checks_the_signature(tmp_path: Path) -> None:
    for name, content in signed(TEXTS).items():
        (tmp_path / Path(name).name).write_bytes(content)
    check_it = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin", "-in", "manifest.json",
                "-sigfile", "manifest.sig"]  # fmt: skip
    assert subprocess.run(check_it, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert subprocess.run(check_it, cwd=tmp_path, capture_output=True, check=False).returncode != 0
    der = ["openssl", "pkey", "-pubin", "-in", "public-key.pem", "-outform", "DER"]
    shown = subprocess.run(der, cwd=tmp_path, capture_output=True, check=True).stdout
    assert sha256(shown).hexdigest() == KEY.public.fingerprint == json.loads(signed(TEXTS)["manifest.json"])["key"]
