"""The page around the weekly report: which week, which files, what it says when there is nothing."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.fixtures_dashboard import Place, opened


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def test_default_is_the_last_whole_week(place: Place) -> None:
    # NOW is a Sunday: the week it ends is not over yet.
    page = place.client("manager").get("/weekly").text
    assert 'value="2026-11-15"' in page
    assert "供电服务舆情与投诉周风险摘要" in page


def test_numbers_lead_to_as_many_documents(place: Place) -> None:
    client = place.client("manager")
    page = client.get("/weekly?ending=2026-11-22").text
    links = re.findall(r'<a href="(/documents\?q=[^"]+)">([\d,]+)(?: 条)?</a>', page)
    assert len(links) >= 5
    for link, shown in links:
        assert f"data-total>{shown}<" in client.get(unescape(link)).text, link


@pytest.mark.parametrize("kind", ["docx", "html", "json"])
def test_files(place: Place, kind: str) -> None:
    answer = place.client("manager").get(f"/weekly/2026-11-22.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename=weekly-2026-11-22.{kind}"
    if kind == "docx":
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    elif kind == "json":
        assert json.loads(answer.data)["ending"] == "2026-11-22"
    else:
        assert 'href="http://localhost/documents?q=' in answer.text
    assert place.operations.audit.latest(1)[0].action == "下载周报"


def test_the_page_leads_to_its_sheet_of_paper(place: Place) -> None:
    client = place.client("manager")
    assert "打印 / PDF（A4）" in client.get("/weekly?ending=2026-11-22").text
    answer = client.get("/weekly/2026-11-22.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "inline; filename=weekly-2026-11-22.pdf"
    assert answer.data.startswith(b"%PDF-")


@pytest.mark.parametrize(("ending", "said"), [("x", "“x”不是日期"), ("2030-01-06", "还没有开始")])
def test_weeks_there_are_not(place: Place, ending: str, said: str) -> None:
    answer = place.client("manager").get(f"/weekly?ending={ending}")
    assert answer.status_code == 200
    assert said in answer.text
    assert place.client("manager").get(f"/weekly/{ending}.json").status_code == 400


def test_unknown_kind_of_file(place: Place) -> None:
    assert place.client("manager").get("/weekly/2026-11-22.exe").status_code == 404


def test_empty_home_says_what_to_do_first(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        assert "这里还没有文本" in place.client("manager").get("/weekly").text
