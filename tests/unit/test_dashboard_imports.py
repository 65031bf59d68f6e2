"""Importing on the page: the command line's answers, and nobody else's rejected rows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.fixtures_dashboard import NOW, Place, opened

MAPPING = 'source = "留言板"\n[columns]\nid = "编号"\ntime = "时间"\nbody = "内容"\n'
TABLE = (
    "编号,时间,内容\n1,2026-11-20 08:00,又停电了 13812345678\n2,2026-11-20 09:00,电费多收\n"
    "3,2026-02-30,日子不对 13812345678\n"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False, YUJING_WEB_UPLOAD_MEGABYTES="1") as place:
        yield place


def send(
    client: FlaskClient,
    content: bytes | str,
    *,
    name: str = "留言.csv",
    kind: str = "table",
    mapping: str | None = MAPPING,
):
    data = {"as": kind, "file": (io.BytesIO(content.encode() if isinstance(content, str) else content), name)}
    if mapping is not None:
        data["mapping"] = (io.BytesIO(mapping.encode()), "映射.toml")
    return client.post("/import", data=data)


def test_answers_like_the_command_line(place: Place) -> None:
    client = place.client("pr")
    first = send(client, TABLE)
    assert first.status_code == 200
    assert "读入 3 新增 2 更新 0 未变 0 拒收 1" in first.text
    again = send(client, TABLE)
    assert "读入 3 新增 0 更新 0 未变 2 拒收 1" in again.text
    assert place.operations.inbox.counts()["waiting"] == 2
    assert [report.by for report in place.operations.imports.latest()] == ["pr", "pr"]
    assert place.operations.audit.latest(1)[0].action == "导入"


def test_rejected_rows_are_for_the_uploader_and_masked(place: Place) -> None:
    client = place.client("pr")
    link = re.search(r'href="(/import/rejected/[^"]+)"', send(client, TABLE).text)
    assert link is not None
    with client.get(link[1], buffered=True) as answer:
        text = answer.data.decode("utf-8-sig")
    assert "2026-02-30" in text
    assert "13812345678" not in text
    assert place.client("duty").get(link[1]).status_code == 404


@pytest.mark.parametrize("name", ["../../operations.db", "..%2F..%2Foperations.db", "nix.csv", "privacy.key"])
def test_nothing_else_can_be_fetched(place: Place, name: str) -> None:
    client = place.client("pr")
    send(client, TABLE)
    assert client.get(f"/import/rejected/{name}").status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "mapping", "said"),
    [
        ("", "table", MAPPING, "留言.csv"),
        ("编号,时间\n1,2026-11-20\n", "table", MAPPING, "内容"),
        (TABLE, "table", None, "映射文件"),
        (TABLE, "table", "nix = 1\n", "没有“nix”这一项"),
        (TABLE, "fax", MAPPING, "没有名为“fax”的导入格式"),
        (TABLE, "95598", None, "留言.csv"),
    ],
)
def test_files_that_cannot_be_used(place: Place, content: str, kind: str, mapping: str | None, said: str) -> None:
    answer = send(place.client("pr"), content, kind=kind, mapping=mapping)
    assert answer.status_code == 422
    alert = re.search(r'class="warn mb-2" role="alert">([^<]+)<', answer.text)
    assert alert is not None
    assert said in alert[1]
    assert place.operations.inbox.counts()["waiting"] == 0
    assert place.operations.audit.latest(1)[0].action == "导入未成"


def test_no_file_chosen(place: Place) -> None:
    answer = place.client("pr").post("/import", data={"as": "95598"})
    assert answer.status_code == 422
    assert "请先选择文件" in answer.text


def test_too_large_is_said_with_the_limit(place: Place) -> None:
    answer = place.client("pr").post("/import", data=b"x" * 1_200_000, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "一次最多上传 1 MB" in answer.text


@pytest.mark.parametrize("name", ["../../evil.csv", "C:/temp/evil.csv", "/etc/evil.csv"])
def test_names_cannot_lead_out_of_the_folder(place: Place, name: str) -> None:
    answer = send(place.client("pr"), TABLE, name=name)
    assert "读入 3" in answer.text
    assert place.operations.imports.latest()[0].file == "evil.csv"
    assert not list((place.settings.home.path / "uploads").iterdir())
    assert not list(place.settings.home.path.parent.glob("evil*"))


def test_uploads_leave_nothing_behind(place: Place) -> None:
    send(place.client("pr"), TABLE)
    send(place.client("pr"), "")
    assert not list((place.settings.home.path / "uploads").iterdir())


def test_page_shows_inbox_and_sources(place: Place) -> None:
    from storage.records import SourceReport

    place.operations.crawl_runs.record(SourceReport("云川论坛", NOW, NOW, 9, 4, 0, 3, 2, ("页面超时",)))
    send(place.client("pr"), TABLE)
    page = place.client("pr").get("/import").text
    assert "待分析 <b>2</b>" in page
    assert "页面超时" in page
    assert "失败 2" in page


def test_outages_and_notices_come_in_by_the_same_page(place: Place) -> None:
    table = "停电编号,停电类型,地区,计划开始,计划结束\nJH-1,计划停电,无名供电所,2026-12-01 08:00,2026-12-01 18:00\n"
    table += "JH-2,计划停电,长沙县,2026-12-01 18:00,2026-12-01 08:00\n"
    first = send(place.client("duty"), table, name="停电.csv", kind="outages", mapping=None)
    assert "读入 2 新增 1 更新 0 未变 0 拒收 1" in first.text
    assert "行政区划表里没有：无名供电所" in first.text
    assert "新的文本正在分析" not in first.text
    assert [it.number for it in place.operations.causes.find_outages()] == ["JH-1"]
    refused = send(place.client("duty"), table, name="停电.csv", kind="notices", mapping=None)
    assert refused.status_code == 422
    assert "缺少" in refused.text
