"""Commands about evidence packages: made of an event, checked by anybody, the public key to check them with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from config.errors import InputError
from yujing.cli import Call, home_options
from yujing.help import group
from yujing.progress import Bars

if TYPE_CHECKING:
    from alerting.desk.evidence.case import Case
    from alerting.desk.evidence.making import Origin
    from storage.operations.disclosures import ExportRequest
    from storage.records import EvidencePackage

_FILE = click.Path(path_type=Path, dir_okay=False)


@group()
def evidence() -> None:
    """证据包：把一个事件的全部记录签名存成一个 ZIP。"""


@evidence.command()
@click.argument("event")
@click.option("--out", type=_FILE, required=True, help="存成的文件")
@click.option("--request", type=int, metavar="N", help="已获第二人同意的申请编号；要含原文时必须给出")
@home_options
@click.pass_obj
def make(call: Call, event: str, out: Path, request: int | None) -> None:
    """制作一个事件的证据包；正文已脱敏，原文须在页面上申请并由第二人同意。"""
    from alerting.desk.evidence.case import Case
    from alerting.desk.evidence.key import SigningKey
    from alerting.desk.evidence.leave import asked_for, granted, product
    from alerting.desk.evidence.making import Origin
    from alerting.desk.evidence.making import make as write
    from nlp.analysers.privacy import mask_free
    from storage.records import PackageMade
    from yujing.wiring import build

    services = build(call.settings())
    settings, operations = services.settings, services.operations
    found = operations.events.get(event)
    leave = None if request is None else granted(operations, services.clock, request, event)
    wanted = None if leave is None else asked_for(leave)
    by = "命令行" if leave is None else leave.actor
    case = Case(
        operations, services.store, found, settings.privacy.restricted_kinds, by in settings.privacy.named_readers,
        wanted is not None and wanted[1], mask_free,
    )  # fmt: skip
    origin = Origin(
        by, services.clock.now(), settings.site.name, product(), leave.reason if leave else "",
        leave.decided_by if leave else None,
    )  # fmt: skip
    key = SigningKey.of_home(settings.home.path)
    with Bars() as bars, _appearing(out) as file:
        made = write(case, origin, key, file, bars)
        size, digest = _digest(file)
        operations.packages.note(_listed(case, origin, leave), PackageMade(made.files, size, digest, made.sha256, None))
    services.close()
    click.echo(f"已存为 {out}：{made.files} 个文件，公钥指纹 {key.public.fingerprint}")


def _listed(case: Case, origin: Origin, leave: ExportRequest | None) -> EvidencePackage:
    """What the list of packages says of one made here."""
    from storage.records import EvidencePackage

    return EvidencePackage(
        0, case.event.id, origin.by, origin.at, len(case.members), case.with_originals, leave.id if leave else None,
        origin.reason, origin.agreed, "done", "", 1.0, 1, origin.at, finished_at=origin.at, demo=case.event.demo,
    )  # fmt: skip


def _digest(file: IO[bytes]) -> tuple[int, str]:
    """(bytes, SHA-256) of what was written."""
    file.flush()
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    return file.tell(), digest.hexdigest()


@contextmanager
def _appearing(out: Path) -> Iterator[IO[bytes]]:
    """A file for its maker alone that gets its name when it is whole, never that of one which is there already."""
    half = out.with_name(f"{out.name}.part")
    if out.exists():
        raise InputError("已经有这个文件，不会覆盖", file=out)
    half.unlink(missing_ok=True)  # of one that was killed
    try:
        with os.fdopen(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(half, out)
    finally:
        half.unlink(missing_ok=True)


def _name(half: Path, out: Path) -> None:
    try:
        os.link(half, out)
    except FileExistsError:
        raise InputError("已经有这个文件，不会覆盖", file=out) from None
    except OSError:  # a file system without links
        half.replace(out)


@evidence.command()
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, help="制作单位的公钥（PEM）；默认用数据目录里的")
@home_options
@click.pass_obj
def verify(call: Call, file: Path, key: Path | None) -> None:
    """核对一个证据包：任何一个字节被改、少一个或多一个文件都会指出；有问题时退出码为 1。"""
    from alerting.desk.evidence.checking import check
    from alerting.desk.evidence.key import FILE, PublicKey, SigningKey

    home = call.settings().home.path
    known = None if key is None else PublicKey.read(key)
    if known is None and (home / FILE).exists():
        known = SigningKey.of_home(home).public
    report = check(file, known)
    for problem in report.problems:
        click.echo(f"· {problem}")
    if report.problems:
        click.echo(f"证据包不可信：{len(report.problems)} 处问题")
        raise click.exceptions.Exit(1)
    told = report.manifest
    click.echo(
        f"证据包完整：事件 {told['event']}，{len(told['files'])} 个文件，{told['made_at']} 由 {told['made_by']} 制作"
    )
    if report.trusted:
        click.echo(f"签名与已知的公钥相符：{report.signer}")
    else:
        click.echo(
            f"签名与包内的公钥相符，但没有用 --key 与制作单位的公钥对比，不能说明出处：{report.signer}", err=True
        )


@evidence.command()
@click.option("--out", type=_FILE, help="存成文件；默认打印")
@home_options
@click.pass_obj
def key(call: Call, out: Path | None) -> None:
    """导出本单位的公钥（PEM）；第一次用到时生成密钥。"""
    from alerting.desk.evidence.key import SigningKey

    public = SigningKey.of_home(call.settings().home.path).public
    if out is None:
        click.echo(public.pem.decode(), nl=False)
    else:
        out.write_bytes(public.pem)
    click.echo(f"指纹 {public.fingerprint}", err=True)
