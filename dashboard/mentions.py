"""What a text mentions and where it comes from, in words for the page of one text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.entities.place import full_name
from storage.records import Entity

KINDS = {
    "region": "地区",
    "station": "供电所",
    "substation": "变电站",
    "organisation": "单位",
    "line": "线路",
    "transformer_area": "台区",
    "estate": "小区",
    "person": "人",
    "customer_number": "户号",
    "order_number": "工单号",
    "event_number": "事件编号",
    "meter_number": "电表号",
    "date": "日期",
    "time": "时刻",
    "duration": "时长",
    "money": "金额",
    "quantity": "数量",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing as the text calls it; `hint` says what kind of thing it is and, of a region, its full name."""

    text: str
    hint: str


def mentions(entities: Iterable[Entity]) -> list[Mention]:
    """What is mentioned, each thing once, in order."""
    return list(dict.fromkeys(Mention(entity.text, _hint(entity)) for entity in entities))


def _hint(entity: Entity) -> str:
    return f"{KINDS.get(entity.kind, entity.kind)} {full_name(entity)}".rstrip()
