"""The report as a Word document: plain paragraphs and tables, so that it can be edited before it goes out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import zip_longest

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from config.clock import as_local
from dashboard.reports import wording
from dashboard.reports.charts import Font, drawer, png, topics_option, trend_option
from dashboard.reports.page import answer, state
from dashboard.reports.summary import Line, WeeklyReport
from storage.records import LEVELS

TITLE = "供电服务舆情与投诉周风险摘要"
# Named, not embedded: the reader's machine has them. Latin letters and digits are set apart from Chinese.
LATIN, CHINESE = "Arial", "微软雅黑"
TEXT_WIDTH = 17.4  # cm, between the margins of A4
_LEVEL_COLOURS = {"red": "C4142D", "orange": "B34700", "yellow": "7A5D00", "blue": "1559B7"}
_QUIET = RGBColor(0x52, 0x60, 0x5E)
NO_FONT = "本机没有中文字体，图改为表格。"


def as_word(report: WeeklyReport, font: Font | None) -> bytes:
    """The file's bytes. Without a `font` for the pictures their numbers stand in tables, and the report says so."""
    document = Document()
    _prepare(document, report)
    _head(document, report)
    _figures(document, report)
    _charts(document, report, font)
    _events(document, report)
    _rankings(document, report)
    _responses(document, report)
    _risks(document, report)
    _foot(document, report, font)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepare(document: WordDocument, report: WeeklyReport) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - TEXT_WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(1.3)
    section.footer_distance = Cm(0.6)
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
    style.paragraph_format.space_after = Pt(2)
    for language in document.styles.element.iter(qn("w:lang")):
        # Otherwise programs take the Taiwan or Japan shapes of characters and marks.
        language.set(qn("w:eastAsia"), "zh-CN")
    core = document.core_properties
    core.title, core.author = f"{TITLE} {report.weeks.ending.isoformat()}", report.author or report.site
    core.created = core.modified = as_local(report.made_at).replace(tzinfo=None)
    core.language = "zh-CN"


def _head(document: WordDocument, report: WeeklyReport) -> None:
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, TITLE + ("（示例）" if report.demo else ""), size=18, bold=True)
    data_to = f"数据截至 {wording.moment(report.data_to)}" if report.data_to else "没有数据"
    pieces = [wording.period(report.weeks), report.site, data_to, report.author]
    period = document.add_paragraph()
    period.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(period, " · ".join(filter(None, pieces)), size=9.5, colour=_QUIET)
    if report.demo:
        warning = document.add_paragraph()
        warning.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(warning, "本报告统计的是示例数据，不反映真实情况。", size=9.5, bold=True, colour=RGBColor(0x8A, 0x6A, 0))
    lead = document.add_paragraph()
    lead.paragraph_format.line_spacing, lead.paragraph_format.space_before = 1.3, Pt(4)
    unknown = report.verdict.word == wording.UNKNOWN
    _run(lead, "数据不足，不判断本周风险" if unknown else f"本周风险{report.verdict.word}", size=11, bold=True)
    _run(lead, f"（{'、'.join(report.verdict.because)}）。{report.sentence}", size=11)


def _figures(document: WordDocument, report: WeeklyReport) -> None:
    numbers = report.numbers
    rows = [
        ("文本", numbers["total"], wording.compared(numbers["total"])),
        ("负面", numbers["negative"], wording.compared(numbers["negative"])),
        ("负面占比", numbers["negative_share"], wording.points(numbers["negative_share"])),
        ("紧急", numbers["urgent"], wording.compared(numbers["urgent"])),
    ]
    cells = [f"{title}\n{wording.amount(number)}\n较上周 {against}" for title, number, against in rows]
    on_time, answered = numbers["tasks.on_time"].value or 0, numbers["tasks.answered"].value or 0
    cells.append(
        f"首次响应按时\n{on_time:.0f} / {answered:.0f} 件\n中位 {wording.minutes(numbers['tasks.response_minutes'])}"
    )
    table = _table(document, 1, 5)
    for cell, text in zip(table.rows[0].cells, cells, strict=True):
        _figure(cell, *text.split("\n"))
    _fix_widths(table, [TEXT_WIDTH / 5] * 5)


def _figure(cell: _Cell, title: str, value: str, against: str) -> None:
    paragraph = cell.paragraphs[0]
    _run(paragraph, title, size=9, colour=_QUIET)
    _run(cell.add_paragraph(), value, size=13, bold=True)
    _run(cell.add_paragraph(), against, size=8.5, colour=_QUIET)
    for part, height in zip(cell.paragraphs, (13, 18, 13), strict=True):
        part.paragraph_format.space_after, part.paragraph_format.line_spacing = Pt(0), Pt(height)


def _charts(document: WordDocument, report: WeeklyReport, font: Font | None) -> None:
    if font is None:
        _chart_tables(document, report)
        return
    pictures = [("走势（四周，按截止日；深色为负面）", png(drawer().svg(trend_option(report.trend)), font))]
    if report.topics:
        option = topics_option(report.topics, report.comparable)
        pictures.append((_topics_title(report), png(drawer().svg(option), font)))
    widths = [TEXT_WIDTH / 2] * 2
    table = _table(document, 2, 2, ruled=False)
    headings, images = table.rows[0].cells, table.rows[1].cells
    for place, (title, picture) in enumerate(pictures):
        _heading(headings[place].paragraphs[0], title)
        images[place].paragraphs[0].add_run().add_picture(io.BytesIO(picture), width=Cm(TEXT_WIDTH / 2 - 1.4))
    if not report.topics:
        _heading(headings[1].paragraphs[0], _topics_title(report))
        _run(images[1].paragraphs[0], "本周没有负面文本。")
    _fix_widths(table, widths)


def _topics_title(report: WeeklyReport) -> str:
    return "负面主题，较上周" if report.comparable else "负面主题（本周条数）"


def _chart_tables(document: WordDocument, report: WeeklyReport) -> None:
    _heading(document.add_paragraph(), "走势（四周）")
    rows = [
        [f"截至 {bar.name}", f"{bar.total.value:,.0f}", f"{bar.negative.value:,.0f}"]
        if bar.known
        else [f"截至 {bar.name}", "无数据", "无数据"]
        for bar in report.trend
    ]
    _filled(document, [7.4, 5, 5], ["周", "文本", "负面"], rows, right={1, 2})
    _heading(document.add_paragraph(), _topics_title(report))
    topics = [[line.name, f"{line.texts.value:,.0f}", wording.difference(line.texts)] for line in report.topics]
    _filled(document, [7.4, 5, 5], ["主题", "负面", "较上周"], topics, right={1, 2}, none="本周没有负面文本。")


def _events(document: WordDocument, report: WeeklyReport) -> None:
    _heading(document.add_paragraph(), "重点事件")
    rows = [
        [LEVELS[event.level], wording.short(event.title), f"{event.texts.value:,.0f}", answer(event), state(event)]
        for event in report.events
    ]
    colours = [_LEVEL_COLOURS[event.level] for event in report.events]
    titles = ["级别", "事件", "文本", "首发 → 首次答复", "现状"]
    _filled(document, [1.2, 6.4, 1.2, 5.4, 3.2], titles, rows, right={2}, colours=colours, none="本周没有预警。")


def _rankings(document: WordDocument, report: WeeklyReport) -> None:
    """Sources and regions beside each other, so that all fits on one sheet."""
    _heading(document.add_paragraph(), "来源与地区")
    empty = [""] * 4
    rows = [
        [*left, "", *right]
        for left, right in zip_longest(map(_ranked, report.sources), map(_ranked, report.regions), fillvalue=empty)
    ]
    titles = ["来源", "文本", "负面", "较上周", "", "地区", "文本", "负面", "较上周"]
    widths = [3.8, 1.5, 1.5, 1.6, 0.6, 3.8, 1.5, 1.5, 1.6]
    _filled(document, widths, titles, rows, right={1, 2, 3, 6, 7, 8}, none="没有注明来源与地区的文本。")


def _ranked(line: Line) -> list[str]:
    negative = line.negative.value if line.negative else 0
    return [line.name, f"{line.texts.value:,.0f}", f"{negative:,.0f}", wording.difference(line.texts)]


def _responses(document: WordDocument, report: WeeklyReport) -> None:
    """First responses and where the loop did not close beside each other, so that all fits on one sheet."""
    _heading(document.add_paragraph(), "首次响应（时限为内部目标，非法定）与闭环缺口")
    left = [[title, *wording.both(report.numbers[name])] for name, title in wording.RESPONSES]
    right = [[gap.title + (f"（{gap.named}）" if gap.named else ""), *wording.both(gap.count)] for gap in report.gaps]
    empty = [""] * 3
    rows = [[*one, "", *other] for one, other in zip_longest(left, right, fillvalue=empty)]
    titles = ["首次响应", "本周", "上周", "", "闭环缺口", "本周", "上周"]
    _filled(document, [4, 1.4, 1.4, 0.4, 7.4, 1.4, 1.4], titles, rows, right={1, 2, 5, 6})


def _risks(document: WordDocument, report: WeeklyReport) -> None:
    _heading(document.add_paragraph(), "下周风险")
    rows = [
        [
            LEVELS[risk.level],
            wording.short(risk.title),
            risk.reason,
            wording.moment(risk.due_at) if risk.due_at else "—",
            risk.advice,
        ]
        for risk in report.risks
    ]
    colours = [_LEVEL_COLOURS[risk.level] for risk in report.risks]
    titles = ["级别", "事项", "依据", "时限", "建议"]
    _filled(document, [1.2, 6, 4.1, 2.8, 3.3], titles, rows, colours=colours, none="暂无已知事项。")


def _foot(document: WordDocument, report: WeeklyReport, font: Font | None) -> None:
    sources = "、".join(f"{line.name} {wording.amount(line.texts)}" for line in report.sources) or "本周没有文本"
    troubles = [
        f"信源异常：{trouble.source}（{wording.moment(trouble.at)}，{trouble.failed} 页失败：{trouble.reason}）"
        for trouble in report.troubles
    ] or ["最近一次抓取没有失败记录"]
    parts = [*report.notes, f"覆盖：{sources}", *troubles, f"任务与预警的状态截至 {wording.moment(report.made_at)}"]
    note = document.add_paragraph()
    note.paragraph_format.space_before = Pt(6)
    told = "。".join(parts) + "。每个数字的出处见同名 JSON 文件。"
    _run(note, told + (NO_FONT if font is None else ""), size=8.5, colour=_QUIET)
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(footer, f"{report.site} · {'示例 · ' if report.demo else ''}第 ", size=8.5, colour=_QUIET)
    _page_number(footer)
    _run(footer, " 页", size=8.5, colour=_QUIET)


def _heading(paragraph: Paragraph, text: str) -> None:
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(6), Pt(2)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, size=11, bold=True, colour=RGBColor(0, 0x5B, 0x57))


def _run(
    paragraph: Paragraph, text: str, *, size: float = 10, bold: bool = False, colour: RGBColor | None = None
) -> Run:  # fmt: skip
    """Text in both fonts: a run without an east-Asian font of its own falls back to what the program likes."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = LATIN, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _filled(
    document: WordDocument, widths: Sequence[float], titles: Sequence[str], rows: Sequence[Sequence[str]], *,
    right: frozenset[int] | set[int] = frozenset(), colours: Sequence[str] = (), none: str = "",
) -> None:  # fmt: skip
    """A table with a head row; `none` instead of a table without rows. `colours` are of the first column."""
    if not rows:
        _run(document.add_paragraph(), none, colour=_QUIET)
        return
    table = _table(document, 1 + len(rows), len(widths))
    head, *others = table.rows
    for place, (cell, title) in enumerate(zip(head.cells, titles, strict=True)):
        _fill(cell, title, right=place in right, colour=_QUIET, size=8.5)
    _repeat(head)
    for number, (row, texts) in enumerate(zip(others, rows, strict=True)):
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            colour = RGBColor.from_string(colours[number]) if colours and place == 0 else None
            _fill(cell, text, right=place in right, bold=colour is not None, colour=colour)
    _fix_widths(table, widths)


def _table(document: WordDocument, rows: int, columns: int, *, ruled: bool = True) -> Table:
    table: Table = document.add_table(rows=rows, cols=columns)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    if ruled:
        table.style = "Table Grid"
        _light_borders(table)
    return table


def _fill(
    cell: _Cell, text: str, *, right: bool = False, bold: bool = False, colour: RGBColor | None = None,
    size: float = 9,
) -> None:  # fmt: skip
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0.5)
    paragraph.paragraph_format.line_spacing = Pt(13)  # some Chinese fonts ask for half as much again
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph, text, size=size, bold=bold, colour=colour)


def _fix_widths(table: Table, widths: Sequence[float]) -> None:
    """Column and cell widths both, with autofit off: otherwise one program or the other ignores them."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _light_borders(table: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "C9D3D0")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    for side in ("left", "right", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "nil")
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeat(row: _Row) -> None:
    """The head row again on the next page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _page_number(paragraph: Paragraph) -> None:
    """A field that counts; each part in a run of its own, or the number loses the runs' size."""
    for kind in ("begin", "instruction", "end"):
        if kind == "instruction":
            mark = OxmlElement("w:instrText")
            mark.text = "PAGE"
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        _run(paragraph, "", size=8.5, colour=_QUIET)._element.append(mark)
