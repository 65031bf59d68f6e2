"""Out of the house: publishing is recorded, never done; a draft goes to the editorial system on a click."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from storage.records import Statement
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_desk import posts, spoken


class Editor:
    """An editorial system that takes drafts and remembers them."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"code": 0}')

            def log_message(self, *_: object) -> None:
                """Nothing on the screen."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/drafts"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        posts(place.operations)
        place.operations.tasks.claim(1, "spokesperson")
        yield place


@pytest.fixture
def said(place: Place) -> Statement:
    return spoken(place.operations, 1, "spokesperson", "正在抢修。")


def record(home: Place, said: Statement, **fields: object) -> str:
    client = home.client("spokesperson")
    given = {"place": "微信公众号", "at": "", "address": "https://a.example/1", **fields}
    answer = client.post(f"/statements/{said.id}/publications", data=given, follow_redirects=True)
    answer.request.environ["wsgi.input"].close()  # the client keeps a large upload in a file
    return answer.text


def test_where_it_was_put_out_is_recorded_with_a_picture(place: Place, said: Statement) -> None:
    assert "已登记发布" in record(place, said, picture=(BytesIO(PNG), "截图.png"))
    (kept,) = place.operations.publications.of_statements([said.id])
    assert (kept.place, kept.address, kept.by) == ("微信公众号", "https://a.example/1", "spokesperson")
    assert kept.picture == f"{hashlib.sha256(PNG).hexdigest()}.png"
    assert place.client("pr").get(f"/pictures/{kept.picture}").data == PNG
    assert place.operations.tasks.get(1).state == "watching"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"place": " "}, "请填写发布渠道"),
        ({"at": "昨天"}, "请填写发布的日期和时间"),
        ({"at": "2030-01-01T08:00"}, "不能晚于现在"),
        ({"address": "javascript:alert(1)"}, "网址应以 http"),
        ({"picture": (BytesIO(b"<svg onload=x>"), "a.png")}, "图片应为 PNG 或 JPEG"),
        ({"picture": (BytesIO(PNG + bytes(6_000_000)), "a.png")}, "图片最大 5 MB"),
    ],
)
def test_what_cannot_be_is_said(place: Place, said: Statement, fields: dict[str, object], told: str) -> None:
    assert told in record(place, said, **fields)
    assert place.operations.publications.of_statements([said.id]) == []


def test_what_was_typed_about_a_publication_stays_where_it_was_refused(place: Place, said: Statement) -> None:
    page = record(place, said, at="2030-01-01T08:00", note="二次推送", picture=(BytesIO(PNG), "截图.png"))
    assert '<details class="data" open><summary>登记一次发布' in page
    for typed in ("微信公众号", "2030-01-01T08:00", "https://a.example/1", "二次推送"):
        assert f'value="{typed}"' in page
    assert "截图请重新选择" in page
    page = record(place, said, at="")
    assert "发言人甲 登记" in page, "by name, not by account"
    assert 'value="微信公众号"' not in page, "what was recorded is not offered again"


def test_the_page_of_a_statement_leads_outwards(place: Place, said: Statement) -> None:
    address = f"/statements/{said.id}"
    record(place, said, picture=(BytesIO(PNG), "截图.png"))
    page = place.client("spokesperson").get(address).text
    assert f'action="{address}/publications"' in page
    assert f'href="{address}/card"' in page
    assert "微信公众号" in page
    assert f"/pictures/{hashlib.sha256(PNG).hexdigest()}.png" in page
    assert "hand-over" not in page, "off by default"
    assert f'action="{address}/publications"' not in place.client("manager").get(address).text


@pytest.mark.parametrize("name", ["a.png", "../privacy.key", f"{'0' * 64}.png", f"{'0' * 64}.key"])
def test_no_other_file_is_given_out(place: Place, name: str) -> None:
    assert place.client("admin").get(f"/pictures/{name}").status_code == 404


def test_handing_over_is_off_by_default(place: Place, said: Statement) -> None:
    client = place.client("spokesperson")
    answer = client.post(f"/statements/{said.id}/hand-over", follow_redirects=True).text
    assert "没有配置编辑系统" in answer
    assert "移交编辑系统（作为草稿）" not in answer


class TestHandingOver:
    @pytest.fixture
    def editor(self, place: Place) -> Iterator[Editor]:
        editor = Editor()
        thread = threading.Thread(target=editor.server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        known = place.app.extensions["yujing"]
        desk = replace(known.settings.desk, handover_url=editor.url, handover_secret="s")
        place.app.extensions["yujing"] = replace(known, settings=replace(known.settings, desk=desk))
        yield editor
        editor.server.shutdown()
        thread.join()
        editor.server.server_close()

    def test_a_draft_goes_out_signed(self, place: Place, said: Statement, editor: Editor) -> None:
        client = place.client("spokesperson")
        assert f'action="/statements/{said.id}/hand-over"' in client.get(f"/statements/{said.id}").text
        assert "已作为草稿移交编辑系统" in client.post(f"/statements/{said.id}/hand-over", follow_redirects=True).text
        ((headers, body),) = editor.taken
        assert json.loads(body)["text"] == "正在抢修。"
        assert json.loads(body)["sha256"] == said.sha256
        assert headers["X-Yujing-Signature"] == hmac.new(b"s", body, hashlib.sha256).hexdigest()
        assert place.operations.audit.latest(1)[0].action == "移交编辑系统"

    def test_what_is_shaken_stays_here(self, place: Place, said: Statement, editor: Editor) -> None:
        place.operations.statements.flag_promise(said.id, "没有按时恢复")
        answer = place.client("spokesperson").post(f"/statements/{said.id}/hand-over", follow_redirects=True)
        assert "情况有变，请先发布新版" in answer.text
        assert editor.taken == []

    def test_only_what_is_valid_goes(self, place: Place, said: Statement, editor: Editor) -> None:
        place.operations.statements.withdraw(said.id, "spokesperson", "有误")
        place.turned.advance(timedelta(minutes=1))
        answer = place.client("spokesperson").post(f"/statements/{said.id}/hand-over", follow_redirects=True)
        assert "只移交有效的口径，这份是“已撤回”" in answer.text
        assert editor.taken == []
