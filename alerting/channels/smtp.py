"""smtp: mail through the site's own server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterable, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Self

from alerting.channels import Channel, PartlySent, Refused
from alerting.messages import full_body
from alerting.posting import ascii_key
from config.clock import Clock, as_local
from config.errors import DeliveryError, SettingsError
from config.settings import Settings, SmtpSettings
from storage.records import Message


class Smtp(Channel):
    """One mail per message to all recipients, or to the message's own; who was refused is sent to anew, alone."""

    name: ClassVar[str] = "smtp"

    def __init__(self, settings: SmtpSettings, timeout: float) -> None:
        """`timeout` in seconds for each step of the conversation."""
        self._settings, self._timeout = settings, timeout
        # A mail takes a few steps, each with its own time-out, and one more for each recipient.
        self.lease = timedelta(seconds=timeout * (10 + len(settings.recipients)) + 10)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:  # noqa: ARG003
        """Off while [smtp] host is empty; with a host, sender and recipients are needed."""
        smtp = settings.smtp
        if not smtp.host:
            return []
        problems = [] if _is_address(smtp.sender) else [f"[smtp] sender：应为邮箱地址，现为“{smtp.sender}”"]
        problems += [] if smtp.recipients else ["[smtp] recipients：至少要有一个收件人"]
        wrong = [address for address in smtp.recipients if not _is_address(address)]
        problems += [f"[smtp] recipients：应为邮箱地址，现为“{address}”" for address in wrong]
        if problems:
            raise SettingsError(problems)
        return [cls(smtp, settings.delivery.timeout_seconds)]

    def send(self, message: Message) -> str:
        """Hand the mail to the server; returns its words."""
        mail = self._mail(message, self._recipients(message))
        try:
            with smtplib.SMTP(self._settings.host, self._settings.port, timeout=self._timeout) as server:
                return self._hand_over(server, mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refused({code for code, _ in error.recipients.values()}, _words(error.recipients)) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused({error.smtp_code}, f"{error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(self.name, "邮件服务器不支持所要求的加密、登录或中文", temporary=False) from error
        except ssl.SSLError as error:
            raise DeliveryError(self.name, f"加密连接失败（{error.reason or '证书或协议不符'}）") from error
        except TimeoutError as error:
            raise DeliveryError(self.name, "等待超时，对方是否收到不明") from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(self.name, f"连接失败（{type(error).__name__}）") from error

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage) -> str:
        server.ehlo_or_helo_if_needed()
        if self._settings.starttls:
            server.starttls(context=ssl.create_default_context())
        if self._settings.user:
            server.login(self._settings.user, self._settings.password)
        wanted = mail["To"].split(", ")
        refused = server.send_message(mail)
        if refused:
            who = [Refused(address, f"{code} {_text(said)}") for address, (code, said) in refused.items()]
            told = f"邮件服务器已接收，收件人 {len(wanted) - len(who)} 个；部分收件人被拒：{_words(refused)}"
            raise PartlySent(self.name, told, who, temporary=self._is_temporary(code for code, _ in refused.values()))
        return f"邮件服务器已接收，收件人 {len(wanted)} 个"

    def _recipients(self, message: Message) -> Sequence[str]:
        return [message.recipient] if message.recipient else self._settings.recipients

    def _refused(self, codes: set[int], words: str) -> DeliveryError:
        return DeliveryError(self.name, words, temporary=self._is_temporary(codes))

    def _is_temporary(self, codes: Iterable[int]) -> bool:
        """4xx is for now, 5xx for good."""
        return all(400 <= code < 500 for code in codes)

    def _mail(self, message: Message, recipients: Sequence[str]) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(message.subject.split())
        mail["From"] = self._settings.sender
        mail["To"] = ", ".join(recipients)
        mail["Date"] = format_datetime(as_local(message.created_at))
        # The same message always has the same id, so that a repeat after a crash can be told by the mail server.
        domain = parseaddr(self._settings.sender)[1].rpartition("@")[2]
        name = re.sub("[^A-Za-z0-9.-]", "-", ascii_key(message.key))
        mail["Message-ID"] = f"<yujing-{name}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(full_body(message), charset="utf-8", cte="base64")
        return mail


def _is_address(text: str) -> bool:
    address = parseaddr(text)[1]
    name, at, domain = address.rpartition("@")
    return bool(name and at and domain) and address.isascii() and "\n" not in text and "\r" not in text


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _words(refused: dict[str, tuple[int, bytes]]) -> str:
    # The address is a person's: its domain is enough to find it.
    return "；".join(f"*@{who.rpartition('@')[2]} {code} {_text(said)}" for who, (code, said) in refused.items())
