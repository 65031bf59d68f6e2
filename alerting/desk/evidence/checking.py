"""Checks an evidence package: each file against the manifest, the manifest against its signature, the ZIP itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerting.desk.evidence.archive import CLOSING, KEY, MANIFEST, SIGNATURE, Content, is_as_written, read_archive
from alerting.desk.evidence.key import PublicKey

FORMAT = "yujing-evidence/1"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `problems` in Chinese, [] where every byte is as it was signed.

    `signer` is the fingerprint of the key in the package; `trusted` whether it was compared with a known one.
    """

    problems: tuple[str, ...]
    manifest: Mapping[str, Any]
    signer: str
    trusted: bool


def check(file: Path, known: PublicKey | None = None) -> Report:
    """Check a package; `known` is the key it must be signed with, None where nobody knows.

    Raises InputError where it is no ZIP or not a whole one, and OSError where it cannot be read.
    """
    content = read_archive(file)
    manifest = _manifest(content.closing.get(MANIFEST, b""))
    signer = PublicKey.from_pem(content.closing.get(KEY, b""))
    problems = [*_closing(content, manifest, signer), *_signature(content, signer, known), *_files(content, manifest)]
    if not problems and not is_as_written(file):
        problems.append("各文件与清单相符，但压缩包本身的字节被改动，或被重新打包过")
    return Report(tuple(problems), manifest or {}, signer.fingerprint if signer else "", known is not None)


def _manifest(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("files"), dict):
        return None
    return found


def _closing(content: Content, manifest: Mapping[str, Any] | None, signer: PublicKey | None) -> Iterator[str]:
    names = (*content.digests, *content.damaged)
    for name in CLOSING:
        if name not in names:
            yield f"缺少 {name}，不是完整的证据包"
    if MANIFEST in content.closing and manifest is None:
        yield f"{MANIFEST} 被改动：不是 {FORMAT} 格式的清单"
    if KEY in content.closing and signer is None:
        yield f"{KEY} 被改动：不是 Ed25519 公钥"
    if signer is not None and manifest is not None and manifest.get("key") != signer.fingerprint:
        yield f"{KEY} 被换过：指纹与清单所记的不同"


def _signature(content: Content, signer: PublicKey | None, known: PublicKey | None) -> Iterator[str]:
    key = known or signer
    if known is not None and signer is not None and known.fingerprint != signer.fingerprint:
        yield f"签名用的不是给定的公钥：包内 {signer.fingerprint[:16]}…，给定 {known.fingerprint[:16]}…"
        return
    whole = MANIFEST in content.closing and SIGNATURE in content.closing
    if key is not None and whole and not key.signed(content.closing[SIGNATURE], content.closing[MANIFEST]):
        yield f"{MANIFEST} 与签名不符：清单或 {SIGNATURE} 被改动"


def _files(content: Content, manifest: Mapping[str, Any] | None) -> Iterator[str]:
    yield from content.strange
    yield from (f"{name} 被改动（压缩包内的校验不符）" for name in content.damaged)
    if manifest is None:
        return
    listed: Mapping[str, Any] = manifest["files"]
    for name in sorted(set(listed) - set(content.digests) - set(content.damaged)):
        yield f"缺少 {name}"
    for name in sorted((set(content.digests) | set(content.damaged)) - set(listed) - set(CLOSING)):
        yield f"多出 {name}：清单里没有"
    for name in sorted(set(listed) & set(content.digests)):
        told = listed[name] if isinstance(listed[name], dict) else {}
        if (told.get("sha256"), told.get("bytes")) != content.digests[name]:
            yield f"{name} 被改动：与清单里的 SHA-256 不符"
