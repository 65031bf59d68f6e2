"""The nouns of closing the loop: follow-up calls, risk standards, customers. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records_desk import Closing, SigningPost
from storage.records_names import Level

FollowUpOutcome = Literal["satisfied", "unsatisfied", "unreached"]
FOLLOWUP_OUTCOMES: Mapping[FollowUpOutcome, str] = {
    "satisfied": "满意", "unsatisfied": "不满意", "unreached": "未接通",
}  # fmt: skip
# What a dissatisfied customer has done: a closed task was reopened, an open one got a line; "" nothing (yet).
FollowUpSettled = Literal["", "reopened", "noted"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One follow-up call (回访). `number` is its own, known together with `source`.

    It is about a task (`task`), an event (`event`) or the work order `order_number`; whichever is known, the others
    are found where they can be. `called_at` None: the source does not say, and the time of intake stands for it.
    `note` is masked, and so is nobody named: `customer_key` is the keyed hash made at intake.
    """

    id: int
    number: str
    order_number: str
    outcome: FollowUpOutcome
    note: str = ""
    called_at: datetime | None = None
    task: int | None = None
    event: str | None = None
    customer_key: str | None = None
    source: str = ""
    by: str = ""
    at: datetime | None = None
    settled: FollowUpSettled = ""
    settled_at: datetime | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of a risk standard (风险防范标准), in force in `[start, end)`; `end` None: until further notice.

    `title` is what to watch for, `department` who owns it, `basis` where it comes from. It covers causes of `classes`
    and texts with any of the `keywords`; with neither it covers nothing by itself and can only be named.
    """

    id: int
    number: str
    title: str
    department: str
    precaution: str
    basis: str
    start: datetime
    end: datetime | None = None
    classes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    source: str = ""
    by: str = ""
    at: datetime | None = None
    demo: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether it is in force at `moment`."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def foresees(self, cause_class: str, text: str) -> bool:
        """Whether it covers a cause of this class, or a text about it."""
        return (bool(cause_class) and cause_class in self.classes) or any(word in text for word in self.keywords)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whom somebody looks after. `shown` is the masked customer number, `name` the masked display name.

    `sensitive` says why they must not go without power (医疗, 养老 …), "" where nothing does. `manager` is an account
    or a name, `contact` a telephone number or an address of mail.
    """

    id: int
    shown: str
    name: str
    important: bool = False
    large: bool = False
    sensitive: str = ""
    manager: str = ""
    contact: str = ""
    source: str = ""
    by: str = ""
    at: datetime | None = None
    demo: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What they are, in Chinese."""
        given = ((self.important, "重要用户"), (self.large, "大客户"), (bool(self.sensitive), "敏感用户"))
        named = tuple(word for is_one, word in given if is_one)
        return tuple(f"{word}（{self.sensitive}）" if word == "敏感用户" else word for word in named)

    @property
    def called(self) -> str:
        """How people know them: flags, name, masked number."""
        return f"{'、'.join(self.flags) or '客户'} {self.name}（户号 {self.shown}）"


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer who is among the texts of an event or task, with how many texts and the first."""

    customer: Customer
    texts: int
    first_at: datetime
    task: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerCopy:
    """An account manager was copied in on a task; not `told`: there was no way to reach them."""

    task: int
    customer: int
    at: datetime
    manager: str
    told: bool


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A task that ended after an answer. `area` is its event's region, else the key of its rule, "" without any."""

    task: int
    title: str
    level: Level
    area: str
    event: str | None
    first_text_at: datetime
    closed_at: datetime
    closing: Closing


@dataclass(frozen=True, slots=True)
class CosignAsked:
    """A department asked to sign a statement: as one that co-signs (`post` member), or by its head or its leader.

    `ended_at`: since when nobody waits for it, whatever it did. `due_at` is that of its clock, None where it had none.
    """

    statement: int
    task: int
    department: str
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None = None
    post: SigningPost = "member"
