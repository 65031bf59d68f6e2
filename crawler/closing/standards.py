"""The catalogue of risk standards (风险防范标准), as a site keeps it in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from crawler.cause_imports import split_list
from crawler.closing_imports import ClosingFormat, Given, end_in, text_in
from crawler.columns import Columns, RowError
from crawler.imports import Saved
from crawler.tables import Row
from storage.records import Standard

LONGEST_NUMBER, LONGEST_TEXT, LONGEST_WORD = 100, 2000, 40


class Standards(ClosingFormat):
    """`--as standards`: a row is one edition of a standard."""

    name: ClassVar[str] = "standards"
    title: ClassVar[str] = "风险防范标准"
    source: ClassVar[str] = "风险防范标准"
    fields: ClassVar[Mapping[str, str]] = {
        "id": "标准编号", "title": "风险点", "department": "责任部门", "precaution": "防范措施", "basis": "依据",
        "start": "生效日期", "end": "失效日期", "classes": "原因类别", "keywords": "关键词",
    }  # fmt: skip
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "id": ("标准编号", "风险编号", "编号", "序号"),
        "title": ("风险点", "风险描述", "风险事项", "风险内容", "风险名称", "防范要点", "标准名称"),
        "department": ("责任部门", "归口部门", "主管部门", "责任单位", "牵头部门"),
        "precaution": ("防范措施", "预防措施", "应对措施", "管控措施", "措施"),
        "basis": ("依据", "制度依据", "标准依据", "来源", "文件依据"),
        "start": ("生效日期", "生效时间", "执行日期", "启用日期", "发布日期", "有效期自", "有效期起"),
        "end": ("失效日期", "失效时间", "有效期至", "有效期止", "截止日期", "废止日期", "到期日"),
        "classes": ("原因类别", "适用类别", "适用原因", "风险类别", "业务类别"),
        "keywords": ("关键词", "关键字", "触发词"),
    }  # fmt: skip
    required: ClassVar[frozenset[str]] = frozenset({"id", "title", "department", "precaution", "start"})

    def read(self, columns: Columns, row: Row, given: Given) -> Callable[[], Saved]:
        """The edition of a row."""
        columns.refuse_damage(row)
        start, end = columns.time(row, "start"), end_in(columns, row, "end")
        if start is None:
            raise RowError(columns.column("start"), "生效日期是空的")
        if end is not None and end <= start:
            raise RowError(columns.column("end"), "失效不晚于生效")
        standard = Standard(
            0, text_in(columns, row, "id", LONGEST_NUMBER, needed="编号"),
            text_in(columns, row, "title", LONGEST_TEXT, needed="风险点"),
            text_in(columns, row, "department", LONGEST_NUMBER, needed="责任部门"),
            text_in(columns, row, "precaution", LONGEST_TEXT, needed="防范措施"),
            text_in(columns, row, "basis", LONGEST_TEXT), start, end,
            tuple(given.kinds.get(name, name) for name in _list(columns, row, "classes")),
            _list(columns, row, "keywords"), given.source, given.by,
        )  # fmt: skip
        return lambda: given.operations.standards.put(standard)


def _list(columns: Columns, row: Row, name: str) -> tuple[str, ...]:
    found = split_list(columns.text(row, name))
    if long := [word for word in found if len(word) > LONGEST_WORD]:
        raise RowError(columns.column(name), f"“{long[0][:20]}…”超过 {LONGEST_WORD} 字，请用顿号分开")
    return found
