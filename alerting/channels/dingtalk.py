"""dingtalk: a robot in a DingTalk (钉钉) group.

Facts: twenty messages a minute for each robot, who sends more is shut out for ten minutes; with a secret the address
carries `timestamp` (milliseconds, within an hour of the provider's clock) and `sign`, the base64 of HMAC-SHA256 over
"timestamp\\nsecret" under the secret; `errcode` decides under HTTP 200 (open.dingtalk.com/document/group/
custom-robot-access). Seen in the wild: 130101 "send too fast, exceed 20 times per minute"
(github.com/ccfos/nightingale/issues/369), 310000 for a keyword that is not in the text, a sign that does not match or
an address that is not allowed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from alerting.channels._answers import Codes
from alerting.channels._robot import RobotChannel


class DingTalk(RobotChannel):
    """Text messages; who is called upon by mobile number (digits) or account."""

    name: ClassVar[str] = "dingtalk"
    longest: ClassVar[int] = 15_000
    codes: ClassVar[Codes] = Codes(
        fields=("errcode",),
        words=("errmsg",),
        # Safety settings not met; no such robot, or it is switched off; the group is gone; contents not taken.
        refused=frozenset(
            {310000, 300001, 300005, 400013, 400101, 400102, 400105, 400106, 40035, 43004, 430101, 430102, 430104}
        ),
        full=frozenset({130101, 660026, 410100, 90018, 90030}),
    )

    def _content(self, text: str, called: Sequence[str]) -> dict[str, Any]:
        everybody = [who for who in called if who in ("@all", "all")]
        mobiles = [who for who in called if who.isdigit()]
        accounts = [who for who in called if not who.isdigit() and who not in everybody]
        # Who is called upon must also stand in the text.
        text += "".join(f" @{who}" for who in (*mobiles, *accounts))
        at = {"atMobiles": mobiles, "atUserIds": accounts, "isAtAll": bool(everybody)}
        return {"msgtype": "text", "text": {"content": text}, "at": at}

    def _signed(self, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        url, secret = self._robot.url, self._robot.secret
        if not secret:
            return url, content
        timestamp = str(int(self._clock.now().timestamp() * 1000))
        signature = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
        query = urlencode({"timestamp": timestamp, "sign": base64.b64encode(signature).decode()})
        return f"{url}{'&' if '?' in url else '?'}{query}", content
