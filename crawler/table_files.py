"""Files of tables: CSV, TSV or XLSX, told apart by what they hold."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from config.errors import InputError
from crawler.delimited import open_delimited
from crawler.encoding import why_unreadable
from crawler.tables import Table


def open_tables(file: Path) -> AbstractContextManager[list[Table]]:
    """Open a file as its tables: one for text, one per sheet with content for a workbook.

    The kind is told by content, not by the file's name. Raises InputError naming the file when it does not exist,
    is empty, in a wrong encoding, has one column only or is not a workbook.
    """
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise InputError(why_unreadable(error), file=file) from None
    if magic == b"PK\x03\x04":
        from crawler.workbook import open_workbook  # noqa: PLC0415 - openpyxl takes half a second that few need

        return open_workbook(file)
    if file.suffix.lower() in (".xlsx", ".xlsm") and magic and magic != b"\xd0\xcf\x11\xe0":
        what = "；内容是文本，如果是 CSV 请把扩展名改为 .csv" if b"\x00" not in magic else ""
        raise InputError(f"不是有效的 xlsx 文件{what}", file=file)
    return open_delimited(file)
