"""The list, one text, and the file to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.spreadsheet import plain_cell
from dashboard.export import COLUMNS
from dashboard.highlight import excerpt, marked
from dashboard.names import code_name
from storage.query import parse_query
from storage.records import WordWeight
from tests.fixtures_dashboard import NOW, Place, document, opened


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, YUJING_PRIVACY_EXPORT_ALONE="100000") as place:
        yield place


def test_search_finds_as_many_as_the_store(place: Place) -> None:
    for expression in ("停电", "停电 label:negative", "category:DF -medium:forum", "region:河口镇 since:2026-11-20"):
        page = place.client("pr").get("/documents", query_string={"q": expression}).text
        assert f"data-total>{place.count(parse_query(expression))}<" in page


def test_pages_hold_every_document_once(place: Place) -> None:
    client = place.client("pr")
    seen: list[str] = []
    for number in range(1, 30):
        page = client.get(f"/documents?page={number}").text
        found = [part[:24] for part in page.split('href="/documents/')[1:]]
        if not found or found[0] in seen:
            break
        seen += found
    assert len(seen) == len(set(seen)) == place.count()


def test_page_beyond_the_end_is_the_end(place: Place) -> None:
    assert place.client("pr").get("/documents?page=99999999").status_code == 200
    assert place.client("pr").get("/documents?page=-3").status_code == 200
    assert place.client("pr").get("/documents?page=x").status_code == 200


def test_selects_become_part_of_the_expression(place: Place) -> None:
    client = place.client("pr")
    answer = client.get("/documents", query_string={"q": "停电", "span": "7d", "set.category": "TD", "set.label": ""})
    assert answer.status_code == 302
    assert answer.location == "/documents?q=category:TD+%E5%81%9C%E7%94%B5&span=7d"
    page = client.get(answer.location).text
    assert '<option value="TD" selected>' in page
    back = client.get("/documents", query_string={"q": "category:TD 停电", "set.category": ""})
    assert back.location == "/documents?q=%E5%81%9C%E7%94%B5&span=all"


def test_wrong_expression_is_explained(place: Place) -> None:
    page = place.client("pr").get("/documents?q=nix:1").text
    assert "检索式“nix:1”看不懂" in page
    assert "写法" in page


def test_nothing_found_offers_a_way_out(place: Place) -> None:
    page = place.client("pr").get("/documents?q=火星&span=24h").text
    assert "没有符合条件的文本" in page
    assert "看全部时间" in page


def test_one_text_shows_the_reasons(place: Place) -> None:
    doc = document(9001, "电压", NOW, title="电压低")
    place.store.save([doc])
    page = place.client("pr").get(f"/documents/{doc.id}").text
    for it in doc.analysis.sentiment.because:
        assert f'<mark class="neg">{it.word}</mark>' in page
    decided = doc.analysis.category()
    assert decided is not None
    assert code_name("power8", decided.code) in page
    assert "依据：" in page
    assert "计算基线分" in page
    assert "计算基线分" not in place.client("manager").get(f"/documents/{doc.id}").text


@pytest.mark.parametrize(
    ("url", "linked"), [("https://bbs.example/1", True), ("javascript:alert(1)", False), (None, False)]
)
def test_only_real_addresses_become_links(place: Place, url: str | None, linked: bool) -> None:
    from dataclasses import replace

    place.store.save([replace(document(9002, "停电", NOW), url=url)])
    page = place.client("pr").get(f"/documents/{9002:024x}").text
    assert ("原页面" in page) is linked
    assert "javascript:" not in page


def test_markup_in_texts_stays_text(place: Place) -> None:
    place.store.save(
        [document(9003, "停电", NOW, body="<script>alert(1)</script>又停电了，太气人了", title="<b>停</b>")]
    )
    client = place.client("pr")
    for path in ("/documents", f"/documents/{9003:024x}", "/overview"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<b>停</b>" not in page
        assert "&lt;script&gt;" in page


def test_way_back_is_never_elsewhere(place: Place) -> None:
    page = place.client("pr").get(f"/documents/{1:024x}?back=https://evil.example").text
    assert "evil" not in page


def test_baseline_on_demand_is_kept(place: Place) -> None:
    number = f"{1:024x}"
    answer = place.client("pr").post(f"/documents/{number}/baseline")
    assert answer.status_code == 200
    kept = place.store.get([number])[number].analysis.sentiment.snownlp
    assert kept is not None
    assert f"{kept:.2f}" in answer.text


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))


def test_export_holds_what_the_filter_shows(place: Place) -> None:
    answer = place.client("pr").get("/documents.csv?q=category:TD&span=7d")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    table = rows(answer.data)
    assert table[0] == list(COLUMNS)
    since = "2026-11-16T00:00"
    assert len(table) - 1 == place.count(parse_query(f"category:TD since:{since}"))
    assert {row[table[0].index("类别")] for row in table[1:]} == {"停电"}


def test_export_is_audited(place: Place) -> None:
    place.client("duty").get("/documents.csv?q=category:TD").get_data()
    line = place.operations.audit.latest(1)[0]
    assert (line.actor, line.action) == ("duty", "导出文本")
    assert line.subject == f"{place.count(parse_query('category:TD'))} 条"
    assert "category:TD" in line.note


@pytest.mark.parametrize("text", ["=1+1", "+86", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(place: Place, text: str) -> None:
    assert plain_cell(text) == f"'{text}"
    place.store.save([document(9004, "停电", NOW - timedelta(minutes=1), body=text, region=text)])
    table = rows(place.client("pr").get("/documents.csv?span=all").data)
    line = next(row for row in table if row[0] == f"{9004:024x}")
    assert line[table[0].index("正文")].startswith("'")
    assert line[table[0].index("地区")].startswith("'")


def test_ordinary_cells_stay() -> None:
    assert plain_cell("停电=没电") == "停电=没电"
    assert plain_cell("") == ""


def test_marks_prefer_the_longer_word_and_escape() -> None:
    because = (WordWeight("停电", -1), WordWeight("又停电", -2), WordWeight("谢谢", 1), WordWeight("", -1))
    shown = marked("又停电<了>，谢谢，停电", because)
    assert shown == (
        '<mark class="neg">又停电</mark>&lt;了&gt;，<mark class="pos">谢谢</mark>，<mark class="neg">停电</mark>'
    )
    assert marked("<b>", ()) == "&lt;b&gt;"


def test_excerpt_from_further_on_begins_with_a_clause() -> None:
    doc = document(1, "停电", NOW, body="今日天气" * 20 + "再说一件事，昨晚停电没人管，太气人了")
    shown = excerpt(doc, 40)
    assert shown.startswith("…昨晚")
    assert "太气人" in shown.striptags()


def test_excerpt_shows_the_place_that_decided() -> None:
    before = "我家在老街中段，一共四口人，去年换了新电表。平时电视、冰箱、空调都开着，一个月用两百多度。隔壁是粮油店。"
    doc = document(1, "停电", NOW, body=before + "今天又停电了，一个人都没来，太气人了" + "。" * 40)
    shown = excerpt(doc, 40)
    assert shown.startswith("…")
    assert "<mark" in shown
    assert excerpt(document(1, "咨询", NOW, body="营业厅八点开门")) == "营业厅八点开门"
