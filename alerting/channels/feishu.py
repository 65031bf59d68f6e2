"""feishu: a robot in a Feishu (飞书) group.

Facts: a request of at most 20 KB, a hundred messages a minute and five a second for each robot; with a secret the body
carries `timestamp` (seconds) and `sign`, the base64 of HMAC-SHA256 over nothing under "timestamp\\nsecret"
(open.feishu.cn/document/client-docs/bot-v3/add-custom-bot). `code` decides, `StatusCode` in older answers; who asks too
often gets 99991400, also under HTTP 429 or 400, with the seconds to wait in `x-ogw-ratelimit-reset`
(open.feishu.cn/document/server-docs/api-call-guide/frequency-control). Seen in the wild: 11232 "frequency limited
psm[…]" under HTTP 200, 9499 "Bad Request" and 9499 with words of a limit, 19021 "sign match fail or timestamp is not
within one hour from current time" (github.com/feiyu563/PrometheusAlert/issues/422).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from alerting.channels._answers import Codes
from alerting.channels._robot import RobotChannel


class Feishu(RobotChannel):
    """Text messages; who is called upon by open_id or user_id, "all" for everybody."""

    name: ClassVar[str] = "feishu"
    longest: ClassVar[int] = 15_000
    codes: ClassVar[Codes] = Codes(
        fields=("code", "StatusCode"),
        words=("msg", "StatusMessage"),
        # Malformed; no such robot; sign, address or keyword not as the robot's safety settings ask.
        refused=frozenset({9499, 19001, 19002, 19003, 19021, 19022, 19024, 19036}),
        full=frozenset({11232, 11233, 99991400, 230020}),
    )

    def _content(self, text: str, called: Sequence[str]) -> dict[str, Any]:
        # A text must not call upon people by itself.
        plain = text.replace("<", "＜").replace(">", "＞")
        marks = "".join(f'<at user_id="{who.removeprefix("@")}"></at>' for who in called if _is_plain(who))
        return {"msg_type": "text", "content": {"text": plain + (f"\n{marks}" if marks else "")}}

    def _signed(self, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        secret = self._robot.secret
        if not secret:
            return self._robot.url, content
        timestamp = str(int(self._clock.now().timestamp()))
        signature = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
        return self._robot.url, {**content, "timestamp": timestamp, "sign": base64.b64encode(signature).decode()}


def _is_plain(who: str) -> bool:
    return not set('<>"&') & set(who)
