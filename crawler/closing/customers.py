"""Customers whom somebody looks after: important, large, sensitive ones and their account managers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from config.closing_words import load_closing_words
from crawler.cause_imports import split_list
from crawler.closing_imports import ClosingFormat, Given, text_in
from crawler.columns import Columns, RowError
from crawler.imports import Saved
from crawler.tables import Row
from storage.records import Customer

LONGEST_NAME, LONGEST_NUMBER, SHORTEST_NUMBER = 100, 40, 4


class Customers(ClosingFormat):
    """`--as customers`: a row is a customer; numbers are kept as keyed hashes alone."""

    name: ClassVar[str] = "customers"
    title: ClassVar[str] = "重要用户与大客户"
    source: ClassVar[str] = "客户名单"
    fields: ClassVar[Mapping[str, str]] = {
        "customer_no": "户号", "author": "客户名称", "phone": "客户电话", "category": "客户类别",
        "important": "是否重要用户", "large": "是否大客户", "sensitive": "敏感类别", "manager": "客户经理",
        "contact": "客户经理联系方式",
    }  # fmt: skip
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "customer_no": ("户号", "用户编号", "客户编号", "用电户号", "用户号", "客户号", "CUST_NO"),
        "author": ("客户名称", "用户名称", "户名", "单位名称", "名称"),
        "phone": ("客户电话", "联系电话", "用户电话", "客户联系电话", "电话", "手机号", "CALLING_NO"),
        "category": ("客户类别", "用户类别", "客户类型", "用户类型", "客户标签", "标签", "重要性等级"),
        "important": ("是否重要用户", "重要用户", "是否重要客户", "是否重要", "重要等级"),
        "large": ("是否大客户", "大客户", "是否大用户"),
        "sensitive": ("敏感类别", "敏感类型", "是否敏感用户", "敏感用户", "敏感原因"),
        "manager": ("客户经理", "客户经理账号", "客户经理姓名", "负责人", "大客户经理", "用电检查员"),
        "contact": ("客户经理联系方式", "客户经理电话", "客户经理手机", "客户经理邮箱", "经理电话", "联系方式"),
    }  # fmt: skip
    required: ClassVar[frozenset[str]] = frozenset({"customer_no"})

    def read(self, columns: Columns, row: Row, given: Given) -> Callable[[], Saved]:
        """The customer of a row."""
        columns.refuse_damage(row)
        number, words = text_in(columns, row, "customer_no", LONGEST_NUMBER, needed="户号"), load_closing_words()
        if sum(sign.isdigit() for sign in number) < SHORTEST_NUMBER:
            raise RowError(columns.column("customer_no"), "不像户号")
        category = columns.text(row, "category")
        category = given.kinds.get(category, category)
        in_category = {flag: [it for it in known if it in category] for flag, known in words.flags.items()}
        sensitive = _sensitive(columns, row) or (in_category["sensitive"] or [""])[0]
        customer = Customer(
            0, "", words.shown(text_in(columns, row, "author", LONGEST_NAME)) or "未写名称",
            _flag(columns, row, "important") or bool(in_category["important"]),
            _flag(columns, row, "large") or bool(in_category["large"]), sensitive,
            text_in(columns, row, "manager", LONGEST_NAME), text_in(columns, row, "contact", LONGEST_NAME),
            given.source, given.by,
        )  # fmt: skip
        phones = tuple(phone for text in columns.texts(row, "phone") for phone in split_list(text))
        return lambda: given.operations.customers.put(customer, number, phones)


def _flag(columns: Columns, row: Row, name: str) -> bool:
    """Whether a column says yes; a grade of importance (特级, 一级 …) is a yes. Raises RowError for anything else."""
    written, words = columns.text(row, name), load_closing_words()
    said = words.is_yes(written)
    if said is None and ("级" in written or any(word in written for word in words.flags[name])):
        return not written.startswith(("非", "不"))
    if said is None:
        raise RowError(columns.column(name), f"“{written[:20]}”看不懂，应填是或否")
    return said


def _sensitive(columns: Columns, row: Row) -> str:
    """Why a customer is sensitive, as the row words it, "" where it says no."""
    written = text_in(columns, row, "sensitive", LONGEST_NAME)
    said = load_closing_words().is_yes(written)
    return "敏感" if said else "" if said is False else written
