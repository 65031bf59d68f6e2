"""What happens to a statement outside: where it was published, what media asked and were told. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Publication:
    """Where and when a person put a statement out; `picture` names a file of the home's pictures, "" for none."""

    id: int
    statement: int
    place: str
    address: str
    at: datetime
    by: str
    recorded_at: datetime
    note: str = ""
    picture: str = ""


InquiryState = Literal["open", "answered", "declined"]
INQUIRY_STATES: Mapping[InquiryState, str] = {"open": "待答", "answered": "已答", "declined": "婉拒"}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question of the media about a subject, to be answered by `due_at` from the valid statement alone."""

    id: int
    subject: str
    outlet: str
    contact: str
    question: str
    asked_at: datetime
    due_at: datetime
    by: str
    state: InquiryState
    why: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class InquiryAnswer:
    """What was said to whom, in sentences of one statement."""

    id: int
    inquiry: int
    statement: int
    text: str
    told: str
    way: str
    at: datetime
    by: str
