"""Links in messages: signed, and only for a time. By one an alert is acknowledged without logging in; another leads to
a statement that waits for a signature, and asks for the login.

A link says who it was sent to; one sent to a group names nobody, and its page asks which of the shift it is. Looking
at the page changes nothing (chat programs fetch links to show previews); the button there acknowledges by POST.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from itsdangerous import BadData, URLSafeSerializer

from config.clock import Clock
from config.errors import InputError
from config.settings import Settings
from storage.cipher import load_key

PATH, TO_SIGN = "/a/", "/s/"
KEY_FILE = "links.key"
_SALT, _SALT_TO_SIGN = "acknowledge", "sign"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a link allows: to acknowledge one alert, as `person` ("" for one of a group) who was told as `post`."""

    alert_id: int
    person: str
    post: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Summons:
    """Where a link leads: to one statement that `person` was asked to sign."""

    statement: int
    person: str
    until: datetime


class Links:
    """Makes and reads them; `base_url` is where the site is reached, "" for no links."""

    def __init__(self, key: bytes, base_url: str, clock: Clock, lasting: timedelta) -> None:
        self._signer = URLSafeSerializer(key, salt=_SALT)
        self._to_sign = URLSafeSerializer(key, salt=_SALT_TO_SIGN)
        self._base_url, self._clock, self._lasting = base_url.rstrip("/"), clock, lasting

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Self:
        """Those of an installation; its key is made on first use. Raises StoreError when the key cannot be read."""
        key = load_key(settings.in_home(KEY_FILE))
        return cls(key, settings.site.base_url, clock, timedelta(hours=settings.duty.link_hours))

    def to_acknowledge(self, alert_id: int, person: str = "", post: str = "") -> str:
        """The address, "" where nobody knows how the site is reached."""
        if not self._base_url:
            return ""
        until = int((self._clock.now() + self._lasting).timestamp())
        return f"{self._base_url}{PATH}{self._signer.dumps([alert_id, person, post, until])}"

    def to_sign(self, statement: int, person: str) -> str:
        """The address of a statement that `person` is asked to sign, "" where nobody knows how the site is reached."""
        if not self._base_url:
            return ""
        until = int((self._clock.now() + self._lasting).timestamp())
        return f"{self._base_url}{TO_SIGN}{self._to_sign.dumps([statement, person, until])}"

    def read_to_sign(self, token: str) -> Summons:
        """Where it leads. Raises InputError for one that is not ours or has expired."""
        try:
            statement, person, until = self._to_sign.loads(token)
        except (BadData, TypeError, ValueError):
            raise InputError("链接不完整或不是本系统发出的，请从原消息重新打开") from None
        ends = datetime.fromtimestamp(until, UTC)
        if ends <= self._clock.now():
            raise InputError("链接已过期，等您签的都在这一页")
        return Summons(statement, person, ends)

    def for_group(self, address: str) -> str:
        """The same leave without the person's name, where everybody reads it; other addresses stay as they are."""
        head, path, token = address.rpartition(PATH)
        if not path or head != self._base_url:
            return address
        try:
            alert_id, _, post, until = self._signer.loads(token)
        except (BadData, TypeError, ValueError):
            return address
        return f"{head}{path}{self._signer.dumps([alert_id, '', post, until])}"

    def read(self, token: str) -> Leave:
        """What the last part of an address allows. Raises InputError for one that is not ours or has expired."""
        try:
            alert_id, person, post, until = self._signer.loads(token)
        except (BadData, TypeError, ValueError):
            raise InputError("链接不完整或不是本系统发出的，请从原消息重新打开") from None
        ends = datetime.fromtimestamp(until, UTC)
        if ends <= self._clock.now():
            raise InputError("链接已过期，请登录后在“预警”页确认")
        return Leave(alert_id, person, post, ends)
