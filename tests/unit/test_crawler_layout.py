"""What the layouts make of rows beyond the contract: codes, regions, choices among headers, masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import InputError
from crawler.columns import RowError
from crawler.layout import Binding, Layout, importers
from crawler.rejected import mask_numbers, masked_cell
from crawler.tables import Cell, Row

NATIONAL = (
    "APP_NO", "ID", "BUSI_TYPE_CODE", "URBAN_RURAL_FLAG", "ORG_NO", "HANDLE_TIME", "ACCEPT_CONTENT",
    "HANDLE_OPINION",
    "CALLING_NO", "ELEC_TYPE", "CUST_NO", "PROV_ORG_NO", "CITY_ORG_NO",
)  # fmt: skip
ORDER = (
    "2026110100000001", "77", "003", "01", "434010501", "2026/11/1 8:05:00", "停电三小时", "已转派", "13812345678",
    "100", "4300000001", "43", "43401",
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """A table of which only the header is asked."""

    headers: tuple[str, ...]
    sheet: str = ""
    total: int = 0

    def rows(self) -> Iterator[Row]:
        yield from ()


def orders(headers: tuple[str, ...] = NATIONAL, mapping: Path | None = None) -> Binding:
    return importers()["95598"]().layout(mapping).bind(Header(headers), Path("a.csv"))


def row(*cells: Cell, damaged: tuple[tuple[int, str], ...] = (), problem: str | None = None) -> Row:
    return Row(2, cells, 0, problem, damaged)


def test_the_columns_of_the_national_export() -> None:
    raw = orders().document(row(*ORDER))
    assert (raw.source, raw.medium, raw.external_id, raw.kind) == ("95598", "hotline", "2026110100000001", "003")
    assert (raw.body, raw.title, raw.phone, raw.customer_no) == ("停电三小时", "", "13812345678", "4300000001")
    assert raw.region == "434010501"
    assert raw.published_at == datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    assert raw.fields == {
        "ID": "77", "URBAN_RURAL_FLAG": "01", "HANDLE_OPINION": "已转派", "ELEC_TYPE": "100", "PROV_ORG_NO": "43",
        "CITY_ORG_NO": "43401",
    }  # fmt: skip


def test_chinese_headers_of_report_tools() -> None:
    raw = orders(("工单编号", "受理时间", "受理内容", "联系人", "联系电话", "用户编号", "区县")).document(
        row("1", "2026-11-01 08:05", "停电", "张三", "13812345678", "430", "甲县")
    )
    assert (raw.external_id, raw.author, raw.phone, raw.customer_no, raw.region) == (
        "1", "张三", "13812345678", "430", "甲县",
    )  # fmt: skip


def test_the_second_choice_is_taken_where_the_first_is_empty() -> None:
    assert orders().document(row("", *ORDER[1:])).external_id == "77"
    assert orders().document(row("", "", *ORDER[2:])).external_id is None


@pytest.mark.parametrize(
    ("code", "region"), [("434010501", "甲县东城所"), ("434019999", "甲县"), ("99", "99"), ("", None)]
)
def test_codes_become_words_by_the_mapping(tmp_path: Path, code: str, region: str | None) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        "source='省95598'\n[kinds]\n'003'='投诉'\n[regions]\n'43401'='甲县'\n'4340105'='甲县东城所'", encoding="utf-8"
    )
    raw = orders(mapping=mapping).document(row(*ORDER[:4], code, *ORDER[5:12], ""))
    assert (raw.source, raw.kind, raw.region) == ("省95598", "投诉", region)


def test_a_header_of_the_mapping_goes_first_and_must_be_there(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text("[columns]\nbody = 'HANDLE_OPINION'\nurl = '链接'", encoding="utf-8")
    with pytest.raises(InputError, match="缺少网址列“链接”"):
        orders(mapping=mapping)
    raw = orders((*NATIONAL, "链接"), mapping).document(row(*ORDER, "http://a"))
    assert (raw.body, raw.url, raw.fields["ACCEPT_CONTENT"]) == ("已转派", "http://a", "停电三小时")


def test_datetimes_of_spreadsheets_are_in_the_mappings_zone() -> None:
    moment = datetime(2026, 11, 1, 8, 5)  # noqa: DTZ001 - as spreadsheets hold it
    assert orders().document(row(*ORDER[:5], moment, *ORDER[6:])).published_at == datetime(
        2026, 11, 1, 0, 5, tzinfo=UTC
    )
    with pytest.raises(RowError, match="HANDLE_TIME：年份 1900 不可能"):
        orders().document(row(*ORDER[:5], moment.replace(year=1900), *ORDER[6:]))


def test_a_damaged_cell_matters_where_its_column_does() -> None:
    assert orders().document(row(*ORDER, damaged=((7, "公式"),))).body == "停电三小时"
    with pytest.raises(RowError, match="ACCEPT_CONTENT：公式"):
        orders().document(row(*ORDER, damaged=((6, "公式"),)))


def test_a_layout_needs_a_text() -> None:
    layout = Layout("甲", "other", {"time": ("a",)}, frozenset({"time"}))
    with pytest.raises(InputError, match="没有可作标题或正文的列"):
        layout.bind(Header(("a", "b")), Path("a.csv"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13812345678问", "打138****5678问"),
        ("0731-88881234", "****-****1234"),
        ("138 1234 5678", "138 **** 5678"),
        ("卡6222020200112233445", "卡***************3445"),
        ("2026-11-01 08:00 停电3次", "2026-11-01 08:00 停电3次"),
        ("电费123456元", "电费123456元"),
    ],
)
def test_numbers_of_persons_are_masked_and_others_stay(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


def test_cells_are_masked_by_their_column() -> None:
    binding = orders((*NATIONAL, "CUST_NAME"))
    whole, broken = row(*ORDER, "张三丰"), row(*ORDER, "张三丰", problem="少了")
    cells = [masked_cell(binding, whole, at, str(cell)) for at, cell in enumerate(whole.cells)]
    assert (cells[0], cells[5], cells[8], cells[10], cells[13]) == (
        "2026110100000001", "2026/11/1 8:05:00", "138****5678", "******0001", "张**",
    )  # fmt: skip
    assert masked_cell(binding, broken, 0, ORDER[0]) == "************0001"
    assert masked_cell(binding, whole, 6, "长" * 3000) == "长" * 1000
    assert masked_cell(binding, whole, 6, "\t=1") == "'\t=1"
