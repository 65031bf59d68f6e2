"""When a task or a statement moves, its clocks and its people know at once, not only in the next round of the jobs."""

from __future__ import annotations

from contextlib import suppress

from alerting.channels import open_channels
from alerting.desk.signers import INAPP, SignerMessages
from alerting.duty.links import Links
from config.errors import SettingsError, VocabularyError
from dashboard.clocks import timekeeping
from dashboard.parts import parts
from storage.records import Statement


def tell_clocks(task: int) -> None:
    """A step of a task was done: what ran until then stands still on the very next page."""
    with suppress(VocabularyError):  # a table that cannot be read is told on its page; the step was done
        timekeeping().look_at(task)


def tell_signers(number: int) -> None:
    """Whose turn it is to sign a statement; the writer once nobody is left to sign."""
    with suppress(VocabularyError):  # a table that cannot be read is told on its page; the text has been sent
        timekeeping().ask_to_sign(number)
    _messages().run_once()


def tell_writer(_: Statement) -> None:
    """A statement came back."""
    _messages().run_once()


def _messages() -> SignerMessages:
    known = parts()
    site = known.settings.site
    try:
        channels = tuple(open_channels(known.settings, known.clock))
    except SettingsError:  # told where channels are looked after; the pages go on
        channels = (INAPP,)
    return SignerMessages(
        known.operations, known.clock, known.settings.duty, channels,
        links=Links.from_settings(known.settings, known.clock), base_url=site.base_url, site=site.name,
    )  # fmt: skip
