"""The report as files: a page that needs nothing else, a Word document that can be edited, charts without boxes."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from lxml import etree, html

from config.clock import TurnedClock
from config.errors import InputError
from dashboard.reports import word
from dashboard.reports.charts import drawer, find_font, png, topics_option, trend_option
from dashboard.reports.page import as_page, as_sheet
from dashboard.reports.summary import Risk, WeeklyReport
from dashboard.reports.weekly import build_weekly, write_weekly
from dashboard.reports.word import as_word
from storage.operations import Operations
from tests.fixtures_reports import ENDING, REPORT, SITE, county, open_with, work_through
from tests.services.absent import absent

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def county_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("county") / "documents.db"
    open_with(file, county()).close()
    return file


@pytest.fixture
def report(county_file: Path, operations: Operations, clock: TurnedClock) -> WeeklyReport:
    work_through(operations, clock)
    store = open_with(county_file, [])
    report = build_weekly(store=store, operations=operations, ending=ENDING, clock=clock, site=SITE, report=REPORT)
    store.close()
    return report


@pytest.fixture
def empty(tmp_path: Path, operations: Operations, clock: TurnedClock) -> WeeklyReport:
    """A report of an installation that holds nothing."""
    store = open_with(tmp_path / "nothing.db", [])
    ending = clock.now().date()
    made = build_weekly(store=store, operations=operations, ending=ending, clock=clock, site=SITE, report=REPORT)
    store.close()
    return made


def text_of(page: str) -> str:
    return " ".join(html.fromstring(page).text_content().split())


def words_of(content: bytes) -> str:
    """All text of a Word document, tables, notes and footer included."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if re.fullmatch(r"word/(document|footer\d)\.xml", name)]
        return "\n".join("".join(etree.fromstring(archive.read(name)).itertext()) for name in sorted(parts))


class TestWrite:
    def test_all_formats(self, report: WeeklyReport, tmp_path: Path) -> None:
        files = write_weekly(report, ["html", "docx"], tmp_path / "new" / "folder")
        assert [file.name for file in files] == [f"weekly-2026-05-10.{kind}" for kind in ("html", "docx", "json")]
        assert sorted(file.name for file in files[0].parent.iterdir()) == sorted(file.name for file in files)
        told = json.loads(files[2].read_text(encoding="utf-8"))
        assert told["numbers"]["total"]["value"] == report.numbers["total"].value

    def test_json_always_and_the_same_again(self, report: WeeklyReport, tmp_path: Path) -> None:
        (first,) = write_weekly(report, [], tmp_path)
        before = first.read_bytes()
        (second,) = write_weekly(report, [], tmp_path)
        assert (second, second.read_bytes()) == (first, before)

    def test_an_unknown_format_is_refused_before_anything_is_written(
        self, report: WeeklyReport, tmp_path: Path
    ) -> None:
        with pytest.raises(InputError, match="没有格式“xls”；有：html、docx、pdf"):
            write_weekly(report, ["html", "pdf", "xls"], tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_a_place_that_cannot_be_written_is_told(self, report: WeeklyReport, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="ascii")
        with pytest.raises(InputError, match="写不进去"):
            write_weekly(report, [], tmp_path / "file")
        with pytest.raises(InputError, match="写不进去"):
            write_weekly(report, [], tmp_path / "file" / "out")

    def test_nothing_half_written_is_left(self, report: WeeklyReport, tmp_path: Path) -> None:
        (tmp_path / "weekly-2026-05-10.json").mkdir()  # a folder in the place of the file
        with pytest.raises(InputError, match="写不进去"):
            write_weekly(report, [], tmp_path)
        assert [file.name for file in tmp_path.iterdir() if file.suffix == ".part"] == []


class TestPage:
    def test_it_needs_nothing_but_itself(self, report: WeeklyReport) -> None:
        page = as_page(report)
        tree = html.fromstring(page)
        assert not tree.xpath("//script | //link | //img | //iframe | //object | //*[@src]")
        assert not re.search(r"url\(|@import", page)
        assert not tree.xpath("//a")

    def test_what_was_found_stands_in_it(self, report: WeeklyReport) -> None:
        told = text_of(as_page(report))
        for piece in (
            "2026 年第 19 周", "云川县供电分公司", "供电服务监督班", report.sentence, "本周风险高",
            "河口镇停电未通知", "5 月 4 日 15:00 → 17:00（2 时）", "已闭环；2 次预警", "尚未答复",
            "内部目标，非法定", "信源异常：云川论坛", "https://forum.example/7：超时", "已答复，尚未闭环",
        ):  # fmt: skip
            assert piece in told, piece
        assert "示例" not in told

    def test_with_an_address_every_number_of_documents_opens_exactly_them(self, report: WeeklyReport) -> None:
        tree = html.fromstring(as_page(report, "https://yujing.example:8000/"))
        links = {unquote(link.get("href")): link.text_content() for link in tree.xpath("//a")}
        asked = {number.query: number for number in report.numbers.values() if number.query}
        prefix = "https://yujing.example:8000/documents?q="
        assert len(links) > 20
        for address, shown in links.items():
            assert address.startswith(prefix)
            digits = re.sub(r"[^\d.]", "", shown)
            values = [number.value for number in report.numbers.values() if number.query == address[len(prefix) :]]
            assert address[len(prefix) :] in asked
            assert float(digits) in values

    def test_texts_of_others_are_escaped(self, report: WeeklyReport) -> None:
        evil = '<script>alert(1)</script>"><img src=x onerror=1>'
        event = replace(report.events[0], title=evil)
        topic = replace(report.topics[0], name=evil)
        made = replace(report, events=(event,), topics=(topic,), site=evil)
        assert not html.fromstring(as_page(made, "http://host")).xpath("//script | //img | //*[@onerror]")

    def test_the_sheet_for_the_pages_stands_a_strict_policy(self, report: WeeklyReport) -> None:
        sheet = html.fragment_fromstring(str(as_sheet(report)), create_parent="main")
        assert not sheet.xpath(".//*[@style] | .//style | .//script")
        assert sheet.xpath(".//a[starts-with(@href, '/documents?q=')]")

    def test_charts_are_told_in_words_too(self, report: WeeklyReport) -> None:
        labels = html.fromstring(as_page(report)).xpath("//*[@role='img']/@aria-label")
        assert len(labels) == 2
        assert f"{report.trend[-1].total.value:.0f} 条" in labels[0]
        assert report.topics[0].name in labels[1]

    def test_the_demonstration_is_marked_in_every_format(self, report: WeeklyReport) -> None:
        marked = replace(report, demo=True)
        assert "示例" in text_of(as_page(marked))
        assert "本报告统计的是示例数据" in words_of(as_word(marked, None))

    def test_nothing_at_all(self, empty: WeeklyReport) -> None:
        told = text_of(as_page(empty))
        for piece in (
            "数据不足，不判断本周风险",
            "暂无已知事项",
            "本周没有预警",
            "本周没有负面文本",
            "没有数据",
            "没有任何文本",
        ):
            assert piece in told, piece


class TestWord:
    def test_the_same_is_told_as_on_the_page(self, report: WeeklyReport) -> None:
        told = words_of(as_word(report, find_font()))
        for piece in (
            report.sentence,
            "河口镇停电未通知",
            "内部目标，非法定",
            "信源异常：云川论坛",
            "云川县供电分公司",
        ):
            assert piece in told
        for line in (*report.sources, *report.regions):
            assert line.name in told
            assert f"{line.texts.value:,.0f}" in told

    def test_every_run_names_its_chinese_font(self, report: WeeklyReport) -> None:
        document = docx.Document(io.BytesIO(as_word(report, None)))
        runs = list(document.element.body.iter(f"{W}r"))
        assert len(runs) > 100
        fonts = {run.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") for run in runs}
        assert fonts == {word.CHINESE}
        languages = {found.get(f"{W}eastAsia") for found in document.styles.element.iter(f"{W}lang")}
        assert languages == {"zh-CN"}

    def test_tables_have_fixed_widths_in_columns_and_cells_that_fit_the_sheet(self, report: WeeklyReport) -> None:
        document = docx.Document(io.BytesIO(as_word(report, None)))
        section = document.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        assert len(document.tables) == 7
        for table in document.tables:
            assert table.autofit is False
            widths = [column.width for column in table.columns]
            assert all(widths)
            assert sum(widths) <= room + 1000
            assert all([cell.width for cell in row.cells] == widths for row in table.rows)

    def test_pictures_with_a_font_tables_without(self, report: WeeklyReport) -> None:
        def pictures(content: bytes) -> list[str]:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [name for name in archive.namelist() if name.startswith("word/media/")]

        assert pictures(as_word(report, None)) == []
        without = words_of(as_word(report, None))
        assert word.NO_FONT in without
        for bar in report.trend:
            assert f"截至 {bar.name}" in without
        if (font := find_font()) is None:
            absent("no Chinese font is installed (apt-get install fonts-noto-cjk)")
        assert len(pictures(as_word(report, font))) == 2
        assert word.NO_FONT not in words_of(as_word(report, font))

    def test_nothing_at_all(self, empty: WeeklyReport) -> None:
        for font in (None, find_font()):
            told = words_of(as_word(empty, font))
            assert "数据不足，不判断本周风险" in told
            assert "暂无已知事项" in told

    def test_a_risk_without_time(self, report: WeeklyReport) -> None:
        made = replace(report, risks=(Risk("red", "台风", "预报", None, "备勤"),))
        assert "台风" in words_of(as_word(made, None))


class TestCharts:
    @pytest.fixture
    def draw(self) -> Callable[[dict[str, Any]], str]:
        return drawer().svg

    def test_the_numbers_stand_in_the_drawing(self, report: WeeklyReport, draw: Callable[[Any], str]) -> None:
        trend = "".join(etree.fromstring(draw(trend_option(report.trend))).itertext())
        for bar in report.trend:
            assert bar.name in trend
            assert f"{bar.total.value:,.0f}" in trend
        topics = "".join(etree.fromstring(draw(topics_option(report.topics, True))).itertext())
        for line in report.topics:
            assert line.name in topics
            assert f"共 {line.texts.value:,.0f}" in topics

    def test_a_week_before_the_first_text_is_marked(self, report: WeeklyReport, draw: Callable[[Any], str]) -> None:
        bars = (replace(report.trend[0], known=False), *report.trend[1:])
        assert "无数据" in draw(trend_option(bars))

    def test_without_comparison_the_topics_show_how_many(
        self, report: WeeklyReport, draw: Callable[[Any], str]
    ) -> None:
        assert "共" not in draw(topics_option(report.topics, False))

    def test_digits_have_no_outline(self, report: WeeklyReport, draw: Callable[[Any], str]) -> None:
        texts = etree.fromstring(draw(trend_option(report.trend))).iter("{http://www.w3.org/2000/svg}text")
        assert {text.get("stroke") for text in texts} <= {None, "none", "transparent"}

    def test_threads_may_draw_at_once(self, report: WeeklyReport, draw: Callable[[Any], str]) -> None:
        option = topics_option(report.topics, True)
        with ThreadPoolExecutor(4) as pool:
            drawings = list(pool.map(draw, [option] * 8))
        assert len({re.sub(r"zr\d+-cls-\d+", "", drawing) for drawing in drawings}) == 1

    def test_a_picture_shows_characters_and_no_boxes(self, report: WeeklyReport, draw: Callable[[Any], str]) -> None:
        if (font := find_font()) is None:
            absent("no Chinese font is installed (apt-get install fonts-noto-cjk)")
        svg = draw(topics_option(report.topics, True))
        picture = png(svg, font)
        assert struct.unpack(">II", picture[16:24]) == (340 * 3, 170 * 3)
        # A missing character is the same box whatever it is, so another one would change nothing.
        other = "".join(chr(ord(sign) + 1) if "一" <= sign < "龥" else sign for sign in svg)
        assert png(other, font) != picture

    def test_fonts_are_taken_in_order_and_only_where_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "second.ttf").write_bytes(b"")
        known = [(str(tmp_path / "first.ttf"), "First"), (str(tmp_path / "second.ttf"), "Second")]
        found = find_font(known)
        assert found is not None
        assert found.family == "Second"
        assert find_font(known[:1]) is None
