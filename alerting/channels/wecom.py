"""wecom: a robot in a WeCom (企业微信) group.

Facts: text content at most 2,048 bytes in UTF-8, twenty messages a minute for each robot, `errcode` decides under HTTP
200 (developer.work.weixin.qq.com/document/path/91770; codes: path/90313). Seen in the wild: 40058 with "exceed max
length" (github.com/dromara/domain-admin/issues/82), 45009 "api freq out of limit", 93000 "invalid webhook url".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from alerting.channels._answers import Codes
from alerting.channels._robot import RobotChannel


class WeCom(RobotChannel):
    """Text messages; who is called upon by mobile number (digits) or account."""

    name: ClassVar[str] = "wecom"
    longest: ClassVar[int] = 2048
    codes: ClassVar[Codes] = Codes(
        fields=("errcode",),
        words=("errmsg",),
        # Wrong key or robot removed; message of a kind, form or size that is not taken; nothing in it.
        refused=frozenset({93000, 93008, 40058, 40008, 44004, 45002}),
        full=frozenset({45009, 45033}),
    )

    def _content(self, text: str, called: Sequence[str]) -> dict[str, Any]:
        mobiles = [who for who in called if who.isdigit()]
        accounts = [who for who in called if not who.isdigit()]
        content: dict[str, Any] = {"content": text}
        content |= {"mentioned_list": accounts} if accounts else {}
        content |= {"mentioned_mobile_list": mobiles} if mobiles else {}
        return {"msgtype": "text", "text": content}
