"""What robots in group chats have in common: an address that holds the key, a text of limited size, a code back."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Self

from alerting.channels import Channel, channel_id
from alerting.channels._answers import Codes, judge
from alerting.messages import fitted
from alerting.posting import Poster, is_address
from config.clock import Clock
from config.errors import SettingsError
from config.robots import Robot
from config.settings import RobotSettings, Settings
from storage.records import Message


class RobotChannel(Channel):
    """One robot. `longest` is the size of a text in UTF-8 bytes."""

    longest: ClassVar[int]
    codes: ClassVar[Codes]
    in_group = True

    def __init__(self, robot: Robot, clock: Clock, timeout: float, proxy: str = "") -> None:
        """`timeout` in seconds, for connecting and for each read."""
        self._robot, self._clock = robot, clock
        self.id = channel_id(self.name, robot.name)
        self.per_minute = robot.per_minute
        self.lease = timedelta(seconds=3 * timeout + 10)
        self._poster = Poster(self.id, timeout, proxy)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:
        """One channel for each robot of the section. Raises SettingsError."""
        section: RobotSettings = getattr(settings, cls.name)
        problems = [
            problem
            for number, robot in enumerate(section.robots, 1)
            for problem in _problems(f"[{cls.name}] robots 第 {number} 个", robot)
        ]
        if problems:
            raise SettingsError(problems)
        delivery = settings.delivery
        return [cls(robot, clock, delivery.timeout_seconds, delivery.proxy) for robot in section.robots]

    def send(self, message: Message) -> str:
        """Hand over one message; returns the provider's code and words."""
        keyword = self._robot.keyword
        missing = keyword and keyword not in message.subject + message.body
        text = fitted(message, self.longest, also=keyword if missing else "")
        url, content = self._signed(self._content(text, self._called(message)))
        answer = self._poster.post(url, json.dumps(content, ensure_ascii=False).encode())
        return judge(self.id, answer, self.codes)

    @abstractmethod
    def _content(self, text: str, called: Sequence[str]) -> dict[str, Any]:
        """The body for a text that calls upon some people."""

    def _signed(self, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Address and body, signed where the robot has a secret."""
        return self._robot.url, content

    def _called(self, message: Message) -> list[str]:
        """Who is called upon: the recipient of a personal message, and whom the robot names when it is red."""
        named = self._robot.mentions if message.level == "red" else ()
        return [who for who in dict.fromkeys((message.recipient, *named)) if who]


def _problems(where: str, robot: Robot) -> list[str]:
    problems = [] if is_address(robot.url) else [f"{where} url：应为 http:// 或 https:// 开头的地址（所写不显示）"]
    if len(robot.name) > 30 or any(sign in robot.name for sign in ":>, \n"):
        problems.append(f"{where} name：不超过 30 字，不含空格和 : > ,，现为“{robot.name}”")
    if not 1 <= robot.per_minute <= 1000:
        problems.append(f"{where} per_minute：应在 1 到 1000 之间，现为 {robot.per_minute}")
    return problems
