"""What a piece of personal data is: its place and its kind."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

PersonalKind = Literal[
    "mobile",
    "landline",
    "id_card",
    "bank_card",
    "customer_no",
    "meter_no",
    "plate",
    "email",
    "wechat",
    "qq",
    "passport",
    "name",
    "address",
    "account",
]
# The kinds as pages call them. `account`: the name a public author writes under, known from the source alone.
KINDS: Mapping[PersonalKind, str] = {
    "mobile": "手机号",
    "landline": "座机号",
    "id_card": "身份证号",
    "bank_card": "银行卡号",
    "customer_no": "户号",
    "meter_no": "电表号",
    "plate": "车牌号",
    "email": "邮箱",
    "wechat": "微信号",
    "qq": "QQ 号",
    "passport": "护照等证件号",
    "name": "姓名",
    "address": "详细地址",
    "account": "作者账号",
}


@dataclass(frozen=True, slots=True, order=True)
class PersonalSpan:
    """One piece of personal data: code points `[start, end)` of the text it was found in."""

    start: int
    end: int
    kind: PersonalKind


def without_overlap(spans: Iterable[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """The spans in order; where two overlap the one given first wins."""
    kept: list[PersonalSpan] = []
    for span in spans:
        at = bisect_right(kept, span)
        free_before = at == 0 or kept[at - 1].end <= span.start
        if free_before and (at == len(kept) or span.end <= kept[at].start):
            kept.insert(at, span)
    return tuple(kept)
