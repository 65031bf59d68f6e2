"""Work orders of the 95598 hotline as its systems export them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from crawler.layout import Importer, Layout
from crawler.mapping import MappingFile, read_mapping

# The export's own column names first, then the Chinese headers that report tools put in their place.
COLUMNS = {
    "id": ("APP_NO", "工单编号", "工单号", "受理编号", "申请编号", "业务编号", "ID"),
    "time": ("HANDLE_TIME", "受理时间", "来电时间", "诉求时间", "客户来电时间", "创建时间", "处理时间"),
    "title": ("TITLE", "工单标题", "标题", "诉求主题", "主题"),
    "body": ("ACCEPT_CONTENT", "受理内容", "工单内容", "诉求内容", "来电内容", "反映内容", "客户诉求", "内容"),
    "author": ("CUST_NAME", "客户姓名", "联系人", "客户名称", "用户名称", "来电人"),
    "region": ("区县", "所属区县", "县公司", "供电区域", "地区", "供电单位", "ORG_NO", "CITY_ORG_NO", "地市"),
    "kind": ("BUSI_TYPE_CODE", "业务类型", "受理业务类型", "工单类型", "一级业务类型", "诉求类型"),
    "phone": ("CALLING_NO", "主叫号码", "来电号码", "联系电话", "客户电话", "电话"),
    "customer_no": ("CUST_NO", "用户编号", "客户编号", "户号", "用电户号", "用户号", "客户号"),
}  # fmt: skip


class Orders95598(Importer):
    """`--as 95598`: no mapping needed; one may rename the source, translate codes or add a header."""

    name: ClassVar[str] = "95598"
    title: ClassVar[str] = "95598 工单导出"

    def layout(self, mapping: Path | None) -> Layout:
        """The columns of the national export; a mapping's headers are asked first."""
        read = read_mapping(mapping, complete=False) if mapping else MappingFile()
        own = {name: (header,) for name, header in read.columns.items()}
        names = {**dict.fromkeys(COLUMNS, ()), **own}
        return Layout(
            source=read.source or "95598",
            medium=read.medium or "hotline",
            columns={name: (*own.get(name, ()), *COLUMNS.get(name, ())) for name in names},
            required=frozenset({"time", "body", *own}),
            zone=read.zone,
            kinds=read.kinds,
            regions=read.regions,
        )
