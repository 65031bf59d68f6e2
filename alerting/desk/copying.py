"""Copies the account manager in when a text of an important, large or sensitive customer is part of an open task.

Each manager hears once of each customer and task: the message has a key of its own and what was told is kept, so that
a run can be repeated or killed. A manager whom no channel reaches leaves a line on the task instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from config.clock import Clock, as_local
from config.masking import mask
from storage.operations import Operations
from storage.operations.outbox import NewMessage
from storage.records import LEVELS, CustomerHit, Task

INAPP = "inapp"
_LONGEST_SUBJECT = 120
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Way = tuple[str, str, tuple[tuple[str, str], ...]]  # channel, address, ways that stand by


class CopyIn:
    """The job over one installation; `channels` are the names of those there are, `base_url` where pages are.

    Of texts of `restricted` kinds (reports) and confidential ones no account manager hears.
    """

    def __init__(
        self,
        operations: Operations,
        clock: Clock,
        channels: Collection[str],
        *,
        base_url: str = "",
        site: str = "",
        restricted: Sequence[str] = (),
    ) -> None:
        self._operations, self._clock, self._channels = operations, clock, tuple(channels)
        self._base_url, self._site, self._restricted = base_url.rstrip("/"), site, tuple(restricted)

    def run_once(self) -> int:
        """Copy in who is to be; returns how many were told. Raises StoreError."""
        hits = self._operations.customers.to_copy(restricted=self._restricted)
        if not hits:
            return 0
        accounts = self._accounts()
        return sum(self._copy(hit, self._way(hit, accounts)) for hit in hits)

    def _copy(self, hit: CustomerHit, way: Way | None) -> bool:
        assert hit.task is not None  # to_copy names it
        if way is not None:
            task = self._operations.tasks.get(hit.task)
            self._operations.outbox.enqueue_all([self._message(hit, task, way)])
        # Afterwards: killed in between, the next run finds the message by its key.
        return self._operations.customers.copy_in(hit, told=way is not None) and way is not None

    def _accounts(self) -> dict[str, str]:
        """Name and display name → account; a display name that two people share names nobody."""
        users = [user for user in self._operations.users.all() if user.active and not user.demo]
        shown = [user.display_name for user in users]
        found = {user.display_name: user.name for user in users if shown.count(user.display_name) == 1}
        return found | {user.name: user.name for user in users}

    def _way(self, hit: CustomerHit, accounts: dict[str, str]) -> Way | None:
        """An account by the first of its ways or in the pages, else the contact given; None where nothing reaches."""
        account, contact = accounts.get(hit.customer.manager), hit.customer.contact.strip()
        if account is not None:
            known = self._operations.duty.contacts([account])[account]
            if ways := [(it.channel, it.address) for it in known if it.channel in self._channels]:
                return (*ways[0], tuple(ways[1:]))
        for pattern, names in ((_MOBILE, ("sms",)), (_MAIL, ("smtp",))):
            channel = next((it for it in self._channels if it.partition(":")[0] in names), None)
            if channel is not None and pattern.fullmatch(contact):
                return channel, contact, ()
        return (INAPP, account, ()) if account is not None and INAPP in self._channels else None

    def _message(self, hit: CustomerHit, task: Task, way: Way) -> NewMessage:
        channel, address, others = way
        subject = f"【{LEVELS[task.level]}】您负责的客户反映：{task.title}"
        first = as_local(hit.first_at)
        lines = [
            f"客户：{hit.customer.called}",
            f"诉求：{hit.texts} 条，最早 {first.month}月{first.day}日 {first:%H:%M}",
            f"任务 {task.id}：{task.title}",
            "请主动联系客户，了解影响；对外口径以发言人发布的为准。",
            f"通知对象：客户经理 {hit.customer.manager}",
            f"—— {self._site}舆情预警" if self._site else "—— 舆情预警",
        ]
        link = f"{self._base_url}/tasks/{task.id}" if self._base_url else ""
        key = f"customer:{task.id}:{hit.customer.id}"
        return NewMessage(
            channel, mask(" ".join(subject.split()))[:_LONGEST_SUBJECT], mask("\n".join(lines)), key, address,
            task.level, link, None, "note", others,
        )  # fmt: skip
