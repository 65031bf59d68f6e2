"""Masked texts as CSV for a spreadsheet: UTF-8 with a mark, and nothing a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from config.clock import format_local
from config.spreadsheet import plain_cell
from dashboard.names import value_name
from storage.query import field_value
from storage.records import LABELS, MEDIA, URGENCIES, Document

COLUMNS: Mapping[str, Callable[[Document], str]] = {
    "编号": lambda doc: doc.id,
    "工单号": lambda doc: doc.external_id or "",
    "发布时间": lambda doc: format_local(doc.published_at, "%Y-%m-%d %H:%M:%S"),
    "到达时间": lambda doc: format_local(doc.arrived_at, "%Y-%m-%d %H:%M:%S"),
    "渠道": lambda doc: MEDIA[doc.medium],
    "来源": lambda doc: doc.source,
    "地区": lambda doc: doc.region or "",
    "工单类型": lambda doc: doc.kind or "",
    "标题": lambda doc: doc.title,
    "正文": lambda doc: doc.body,
    "情感": lambda doc: LABELS[doc.analysis.sentiment.label],
    "情感分": lambda doc: f"{doc.analysis.sentiment.score:.4f}",
    "基线分": lambda doc: "" if doc.analysis.sentiment.snownlp is None else f"{doc.analysis.sentiment.snownlp:.4f}",
    "类别": lambda doc: value_name("category", field_value(doc, "category")),
    "投诉分类": lambda doc: value_name("class95598", field_value(doc, "class95598")),
    "紧急": lambda doc: URGENCIES[doc.analysis.urgency.level],
    "链接": lambda doc: doc.url or "",
    "示例": lambda doc: "是" if doc.demo else "",
}
_NUMBERS = frozenset({"情感分", "基线分"})  # ours, so a leading minus is a number and nothing else


def csv_lines(docs: Iterable[Document]) -> Iterator[str]:
    """The file piece by piece, so that any number of documents needs little memory."""
    yield "\ufeff" + _line(list(COLUMNS))
    for doc in docs:
        yield _line([value(doc) if name in _NUMBERS else plain_cell(value(doc)) for name, value in COLUMNS.items()])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
