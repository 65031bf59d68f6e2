"""Makes the evidence package of an event: the sections, then a signed manifest of what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from alerting.desk.evidence.archive import CLOSING, Writer
from alerting.desk.evidence.case import Case, as_json
from alerting.desk.evidence.checking import FORMAT
from alerting.desk.evidence.key import SigningKey
from alerting.desk.evidence.sections import SECTIONS
from config.errors import ConflictError

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who makes a package, when and what for; `agreed` is who agreed to it, None where nobody had to."""

    by: str
    at: datetime
    site: str
    product: str
    reason: str = ""
    agreed: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the number of files beside the manifest, and the manifest's SHA-256."""

    files: int
    sha256: str


def make(case: Case, origin: Origin, key: SigningKey, out: IO[bytes], progress: Progress | None = None) -> Made:
    """Write the package to `out`, which can seek; the same case and origin give the same bytes.

    It is written as it is read: in memory are one slice of texts, and some hundred bytes of each text for the manifest
    and the timeline. `progress` is told (section, done, total) after each file and may end it all by raising. Raises
    ConflictError for an event that was merged into another, whose texts are there; StoreError, OSError.
    """
    if case.event.merged_into is not None:
        raise ConflictError(f"制作事件 {case.event.id} 的证据包", f"它已并入事件 {case.event.merged_into}")
    listed: dict[str, dict[str, Any]] = {}
    with Writer(out) as writer:
        for name, content in _files(case, progress or (lambda _step, _done, _total: None)):
            if name <= next(reversed(listed), ""):
                raise RuntimeError(f"a section of evidence is out of order: {name}")
            writer.add(name, content)
            listed[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        manifest = as_json(_manifest(case, origin, key, listed))
        for name, content in zip(CLOSING, (manifest, key.sign(manifest), key.public.pem), strict=True):
            writer.add(name, content)
    return Made(len(listed), hashlib.sha256(manifest).hexdigest())


def _files(case: Case, progress: Progress) -> Iterator[tuple[str, bytes]]:
    """Every file but the closing ones, in the order of their names."""
    yield "README.txt", _README.encode()
    for title, section in SECTIONS.items():
        total = len(case.members) if title in ("文本", "原文") else 1
        for done, (name, content) in enumerate(section(case), 1):
            yield name, content
            progress(title, done, max(total, done))


def _manifest(case: Case, origin: Origin, key: SigningKey, listed: dict[str, dict[str, Any]]) -> dict[str, Any]:
    head = case.operations.audit.head()
    return {
        "format": FORMAT,
        "event": case.event.id,
        "demo": case.event.demo,
        "originals": case.with_originals,
        "made_at": origin.at,
        "made_by": origin.by,
        "reason": origin.reason,
        "agreed_by": origin.agreed,
        "site": origin.site,
        "product": origin.product,
        "key": key.public.fingerprint,
        "audit": {"lines": head.count, "sha256": head.hash},
        "files": listed,
    }


_README = """舆警证据包

核对（有本产品）：yujing evidence verify 文件 --key 公钥.pem
核对（没有本产品）：
  1. 从可靠途径取得制作单位的公钥 公钥.pem，与包内 public-key.pem 对比；不要只信包内的公钥。
  2. openssl pkeyutl -verify -pubin -inkey 公钥.pem -rawin -in manifest.json -sigfile manifest.sig
  3. 按 manifest.json 的 files 逐个核对文件的 SHA-256 与字节数；不得多、不得少。

内容
  event.json       事件，以及人工合并、拆分
  texts/           每条文本一份：正文（已脱敏）、发布时间、收到时间（captured.at）、收到内容的加盐哈希
  originals/       收到的原始内容（只在有理由并经第二人同意时才有）与盐
  alerts.json      预警、理由、确认
  deliveries.json  消息与每次发送
  levels.json      级别的每次变动
  tasks.json       任务的每一步与时限；followups.json 回访
  facts.json       事实与核实
  statements.json  口径的各版本、签名、发布
  inquiries.json   媒体问询与答复
  audit.json       审计记录中提到本事件的行
  timeline.tsv     以上各项按时间排列

加盐哈希：captured.salted_sha256 = SHA-256(盐 + 换行 + 收到时封存的全部内容)。被封存的是收到的文本及其各字段的
JSON，不是网页的原始字节。不加盐的哈希会让人逐个试出被遮盖的电话号码，所以盐只随原文给出：
  (jq -r '."编号"' originals/salts.json; cat originals/编号.json) | sha256sum
"""
