"""Where personal data may not go: into any file or table but the sealed originals."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from config.clock import TurnedClock, format_local
from config.settings import Settings
from crawler.folder import InboxFolder
from crawler.imports import import_file
from crawler.run import crawl
from crawler.sources import Source
from dashboard.app import create_app
from storage.query import Query
from tests.fixtures_site import Reply, Site, running_site
from yujing.wiring import Services, build

MOBILE, CARD, CUSTOMER = "13812345678", "110101199003072316", "3201234567"
PERSONAL = f"手机{MOBILE} 身份证{CARD} 户号{CUSTOMER}"
COLUMNS = {
    "id": "编号", "time": "时间", "title": "标题", "body": "内容", "author": "姓名", "phone": "电话",
    "customer_no": "户号", "kind": "类型", "url": "链接", "region": "地区",
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


@pytest.fixture
def services(settings: Settings, clock: TurnedClock) -> Iterator[Services]:
    services = build(settings, clock)
    services.prepare_home()
    yield services
    services.close()


def lay_table(folder: Path, clock: TurnedClock, *times: str) -> None:
    """Rows with all three numbers in each field that takes text."""
    columns = "".join(f"{field} = '{name}'\n" for field, name in COLUMNS.items())
    (folder / "导出.toml").write_text(f"source = '留言'\n[columns]\n{columns}", encoding="utf-8")
    when = format_local(clock.now(), "%Y-%m-%d %H:%M")
    full = dict.fromkeys(COLUMNS.values(), PERSONAL) | {
        "时间": when, "电话": MOBILE, "户号": CUSTOMER, "链接": f"http://a.example.com/{MOBILE}?no={CUSTOMER}#{CARD}",
        "内容": f"有人触电，快来，{PERSONAL}", "其他": PERSONAL,
    }  # fmt: skip
    with (folder / "导出.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(full))
        writer.writeheader()
        writer.writerows([full | {"时间": time or when} for time in times])


def lay_site(site: Site) -> None:
    paths = [f"/{MOBILE}/1.html", f"/2.html?{quote('户号')}={CUSTOMER}&{quote('身份证')}={CARD}"]
    missing = f"/none.html?tel={MOBILE}&{quote('户号')}={CUSTOMER}"
    links = "".join(f"<li><a href='{path}'>触电事故 {PERSONAL}</a></li>" for path in [*paths, missing])
    site.pages["/list"] = Reply(f"<meta charset='utf-8'><ul>{links}</ul>".encode())
    for path in paths:
        text = f"<meta charset='utf-8'><h1>触电 {PERSONAL}</h1><p>有人触电，居民反映没有人处理，请联系。{PERSONAL}</p>"
        site.pages[path] = Reply(text.encode())


def take_in(services: Services, clock: TurnedClock, site: Site, elsewhere: Path) -> None:
    """A file of the inbox folder, one from elsewhere with a row that is refused, and a site, twice."""
    settings = services.settings
    lay_table(settings.in_home(settings.intake.inbox_folder), clock, "")
    lay_table(elsewhere, clock, "", f"不知道 {PERSONAL}")
    folder = InboxFolder(
        settings.in_home(settings.intake.inbox_folder),
        operations=services.operations,
        clock=clock,
        settings=settings.intake,
        rejected_folder=settings.in_home("rejected"),
    )
    folder.poll()
    (result,) = folder.poll()
    assert result.report
    assert (result.report.new, result.report.rejected) == (1, 0)
    imported = import_file(
        elsewhere / "导出.csv", "table", mapping=elsewhere / "导出.toml", inbox=services.operations.inbox, clock=clock,
        settings=settings.intake, rejected_folder=settings.in_home("rejected"), by="我",
    )  # fmt: skip
    assert (imported.unchanged, imported.rejected) == (1, 1)
    services.operations.imports.record(imported)
    crawling = replace(settings.crawl, delay_seconds=0.0)
    sources = [Source("论坛", "listing", f"{site.url}/list")]
    (report,) = crawl(sources, operations=services.operations, settings=crawling, clock=clock)
    assert (report.new, report.failed) == (2, 1)
    (again,) = crawl(sources, operations=services.operations, settings=crawling, clock=clock)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 2)


def kept_texts(home: Path) -> dict[str, str]:
    """Everything in the home that is not a database, and every table but the sealed originals."""
    found: dict[str, str] = {}
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        if file.suffix == ".db":
            found |= {f"{file.name} {name}": text for name, text in tables(file)}
        elif not file.name.endswith(("-wal", "-shm")):
            found[str(file.relative_to(home))] = file.name + file.read_bytes().decode("utf-8", "replace")
    return found


def tables(file: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(file)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in names:
        cursor = connection.execute(f'SELECT * FROM "{name}"')
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            kept = dict(zip(columns, row, strict=True))
            if name == "inbox":
                assert isinstance(kept.pop("sealed"), bytes)
            yield f"{name} {kept.get('id', '')}", repr(kept)
    connection.close()


def test_personal_data_stays_in_the_sealed_originals(
    services: Services, clock: TurnedClock, site: Site, tmp_path: Path
) -> None:
    lay_site(site)
    take_in(services, clock, site, tmp_path)
    stage = services.stage()
    assert stage.run_once().saved == 3
    services.engine().tick()
    alerts = services.operations.alerts.find()
    assert alerts
    assert services.store.count(Query()) == 3
    kept = kept_texts(services.settings.home.path)
    assert any(name.startswith("documents.db") for name in kept)
    assert any(name.startswith("rejected") for name in kept)
    leaks = {name: number for name, text in kept.items() for number in (MOBILE, CARD, CUSTOMER) if number in text}
    assert leaks == {}
    original = services.operations.inbox.original(next(services.store.scan(Query())).id)
    assert original is not None
    assert MOBILE in original.body


# Every kind, as people write it into the text of an order.
TWELVE = {
    "name": "欧阳建国", "mobile": "13912345678", "landline": "0731-88886666", "id_card": "110101199003072316",
    "bank_card": "6222021234567890", "customer_no": "3209876543", "meter_no": "0012345678", "plate": "湘A8F6P2",
    "email": "zhangsan@example.com", "wechat": "wxid_zhang88", "qq": "987654321", "address": "3栋2单元501室",
}  # fmt: skip
TOLD = (
    "有人触电，快来。联系人：{name}，电话{mobile}，座机{landline}，身份证{id_card}，银行卡号{bank_card}，户号{customer_no}，"
    "电表号{meter_no}，车牌{plate}，邮箱{email}，微信{wechat}，QQ{qq}，家住杨柳小区{address}。"
).format(**TWELVE)


def test_none_of_twelve_kinds_is_in_any_file_table_page_or_export(
    services: Services, clock: TurnedClock, tmp_path: Path
) -> None:
    when = format_local(clock.now(), "%Y-%m-%d %H:%M")
    (tmp_path / "导出.toml").write_text(
        "source = '留言'\n[columns]\nid = '编号'\ntime = '时间'\ntitle = '标题'\nbody = '内容'\nauthor = '姓名'\n",
        encoding="utf-8",
    )
    with (tmp_path / "导出.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["编号", "时间", "标题", "内容", "姓名", "备注"])
        rows.writerow(["1", when, f"{TWELVE['name']}家停电", TOLD, TWELVE["name"], TOLD])
        rows.writerow(["2", "不知道", f"联系人{TWELVE['name']}", TOLD, TWELVE["name"], TOLD])
    imported = import_file(
        tmp_path / "导出.csv", "table", mapping=tmp_path / "导出.toml", inbox=services.operations.inbox, clock=clock,
        settings=services.settings.intake, rejected_folder=services.settings.in_home("rejected"), by="我",
    )  # fmt: skip
    assert (imported.new, imported.rejected) == (1, 1)
    services.operations.imports.record(imported)
    assert services.stage().run_once().saved == 1
    services.engine().tick()
    assert services.operations.alerts.find()
    shown = kept_texts(services.settings.home.path) | pages(services, clock)
    assert len(shown["/documents.csv"].splitlines()) == 2
    leaks = {(name, kind) for name, text in shown.items() for kind, value in TWELVE.items() if value in text}
    assert leaks == set()
    original = services.operations.inbox.original(next(services.store.scan(Query())).id)
    assert original is not None
    assert all(value in original.body for value in TWELVE.values())


def pages(services: Services, clock: TurnedClock) -> dict[str, str]:
    """What somebody who may export sees, and the file he takes away."""
    services.operations.users.add("pr", "pr", "correct horse 42")
    app = create_app(
        settings=services.settings, clock=clock, store=services.store, operations=services.operations
    )  # fmt: skip
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.post("/login", data={"name": "pr", "password": "correct horse 42"}).status_code == 302
    number = next(services.store.scan(Query())).id
    paths = ["/overview", "/documents", f"/documents/{number}", "/documents.csv", "/alerts", "/tasks", "/originals"]
    return {path: client.get(path).text for path in paths}


def test_what_a_killed_upload_left_is_swept_and_a_running_one_stays(services: Services, clock: TurnedClock) -> None:
    uploads = services.settings.in_home("uploads")
    for name, minutes in (("left", 61), ("running", 5)):
        (uploads / name).mkdir()
        (uploads / name / "导出.csv").write_text(PERSONAL, encoding="utf-8")
        at = clock.now().timestamp() - 60 * minutes
        os.utime(uploads / name, (at, at))
    services.prepare_home()
    assert [path.name for path in uploads.iterdir()] == ["running"]
