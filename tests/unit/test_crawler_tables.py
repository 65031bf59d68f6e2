from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from config.errors import InputError
from crawler.encoding import LONGEST_LINE, detect_encoding
from crawler.table_files import open_tables
from crawler.tables import Row, plain_header
from crawler.workbook import LARGEST_STRINGS


def rows_of(file: Path, sheet: int = 0) -> list[Row]:
    with open_tables(file) as tables:
        return list(tables[sheet].rows())


def text_file(tmp_path: Path, text: str | bytes, name: str = "表.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_quoted_fields_over_several_lines_keep_the_number_of_their_first(tmp_path: Path) -> None:
    file = text_file(tmp_path, '甲,乙\r\n\r\n"一\r\n二, ""三""",四\r\n五,六\r\n')
    assert [(row.number, row.cells) for row in rows_of(file)] == [(3, ('一\r\n二, "三"', "四")), (5, ("五", "六"))]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    good = [f"{number},好的{number}" for number in range(2000)]
    file = text_file(tmp_path, "\n".join(["甲,乙", *good[:3], '"9,没有关', *good[3:]]))
    rows = rows_of(file)
    assert [(row.number, row.problem) for row in rows if row.problem] == [(5, "引号没有成对")]
    assert sum(row.problem is None for row in rows) == 2000


def test_text_behind_a_closing_quote_and_an_open_quote_in_the_last_field_are_kept(tmp_path: Path) -> None:
    assert [row.cells for row in rows_of(text_file(tmp_path, '甲,乙\n1,"一\n2,二\n'))] == [("1", "一"), ("2", "二")]
    assert rows_of(text_file(tmp_path, '甲,乙\n"一"二,三\n'))[0].cells == ("一二", "三")


def test_a_field_beyond_all_measure_is_one_bad_row(tmp_path: Path) -> None:
    rows = rows_of(text_file(tmp_path, f"甲,乙\n1,{'长' * 140_000}\n2,好\n"))
    assert rows[0].problem == "引号没有成对，或一个字段超过 13 万字"
    assert (rows[1].cells, rows[1].problem) == (("2", "好"), None)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_damaged_bytes_cost_one_row(tmp_path: Path, encoding: str) -> None:
    lines = [f"{number},小区停电无人处理\n".encode(encoding) for number in range(20)]
    lines[5] = b"5,\xff\xff\x80\n"
    rows = rows_of(text_file(tmp_path, "编号,内容\n".encode(encoding) + b"".join(lines)))
    assert [row.number for row in rows if row.problem] == [7]
    assert "字节" in str(rows[5].problem)
    assert rows[6].cells == ("6", "小区停电无人处理")


def test_chinese_that_begins_late_is_still_detected(tmp_path: Path) -> None:
    plain = b"a,b\n" + b"1,2\n" * 400_000
    assert detect_encoding(text_file(tmp_path, plain + "3,停电很久没有人来处理\n".encode("gb18030"))) == "gb18030"
    assert detect_encoding(text_file(tmp_path, plain)) == "utf-8-sig"


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="第 2 行：一行超过 4 MB"):
        rows_of(text_file(tmp_path, b"a,b\n" + b"x" * (LONGEST_LINE + 1)))


def test_progress_is_in_bytes(tmp_path: Path) -> None:
    file = text_file(tmp_path, "a,b\n1,2\n3,4\n")
    assert [row.done for row in rows_of(file)] == [8, 12]


def test_headers_compare_without_width_case_and_blanks() -> None:
    assert plain_header(" ＡＰＰ_no ") == plain_header("APP_NO")
    assert plain_header("受理 时间") == "受理时间"


def book(tmp_path: Path, *rows: list[object], name: str = "表.xlsx") -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    file = tmp_path / name
    made.save(file)
    return file


def test_cells_of_a_sheet_as_text_and_datetimes(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 1, 8, 5)  # noqa: DTZ001 - as spreadsheets hold it
    rows = rows_of(
        book(tmp_path, ["甲", "乙", "丙"], [13812345678, 2.0, moment], [], [None, 0.5, "x_x000D_\ny"], ["短"])
    )
    assert [row.number for row in rows] == [2, 4, 5]
    assert rows[0].cells == ("13812345678", "2", moment)
    assert rows[1].cells == ("", "0.5", "x\r\ny")
    assert rows[2].cells == ("短", "", "")


def test_formulas_give_their_stored_value_or_a_reason(tmp_path: Path) -> None:
    file = book(tmp_path, ["甲", "乙"], ["=1+1", "一"], ["=1/0", "二"], ["好", "三"])
    rows = rows_of(file)
    assert [row.damaged for row in rows] == [((0, "公式没有算出的值：请在表格软件里打开、保存后再导入"),)] * 2 + [()]
    rows = rows_of(with_stored_values(file))
    assert (rows[0].cells, rows[0].damaged) == (("2", "一"), ())


def with_stored_values(file: Path) -> Path:
    """The workbook as a spreadsheet program saves it: formulas with the value they had."""
    return with_sheet(file, dict.fromkeys((b"<v></v>", b"<v/>", b"<v />"), b"<v>2</v>"))


def test_a_sheet_that_breaks_off_is_told_after_its_good_rows(tmp_path: Path) -> None:
    file = with_sheet(book(tmp_path, ["甲", "乙"], ["一", "二"], ["三", "四"]), {b'<row r="3"': b"<<<"})
    with open_tables(file) as tables:
        rows = tables[0].rows()
        assert next(rows).cells == ("一", "二")
        with pytest.raises(InputError, match=r"文件 改过\.xlsx：工作表“Sheet”第 2 行以后读不了"):
            next(rows)


def with_sheet(file: Path, changes: dict[bytes, bytes]) -> Path:
    """The workbook with bytes of its sheet replaced."""
    changed = file.with_name("改过.xlsx")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for before, after in changes.items():
                    content = content.replace(before, after)
            new.writestr(name, content)
    return changed


def test_further_content_beyond_the_header_is_told(tmp_path: Path) -> None:
    row = rows_of(book(tmp_path, ["甲", "乙"], [1, 2, 3]))[0]
    assert row.problem == "应有 2 个字段，表头以外还有内容"


def test_every_visible_sheet_with_content_is_a_table(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "空"
    for title in ("一月", "二月", "藏起来"):
        made.create_sheet(title).append(["甲", title])
    made["藏起来"].sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")
    with open_tables(tmp_path / "a.xlsx") as tables:
        assert [(table.sheet, table.headers) for table in tables] == [
            ("一月", ("甲", "一月")),
            ("二月", ("甲", "二月")),
        ]


def test_workbooks_that_are_empty_or_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="表格是空的"):
        rows_of(book(tmp_path))
    with pytest.raises(InputError, match="不是有效的 xlsx 文件"):
        rows_of(text_file(tmp_path, "只是文字,改了名\n", "假的.xlsx"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(InputError, match="没有工作簿"):
        rows_of(text_file(tmp_path, packed.getvalue(), "文档.xlsx"))


def test_a_workbook_that_would_unpack_beyond_measure_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "炸弹.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * (LARGEST_STRINGS + 1))
    assert file.stat().st_size < 100_000
    with pytest.raises(InputError, match="表格过大"):
        rows_of(file)
