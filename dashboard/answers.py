"""The answer a spokesperson writes: how it begins, and what still has to be filled in before it may go out."""

from __future__ import annotations

from storage.holes import holes as holes  # noqa: PLC0414 - pages take it from here

BEGINNING = (
    "［时间、地点：待填］，［事由：待填］。\n\n"
    "经初步了解，［原因：待填］。目前［进展：待填］，预计［恢复或答复的时间：待填］。\n\n"
    "给您带来不便，我们深表歉意。如需帮助请拨打 95598。下一次通报时间：［待填］。"
)
