"""Seeing the original of a text: who may, for which reason, and how long. The document page asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl

from flask import Flask, request

from alerting.desk.evidence.leave import asked_for
from config.settings import PrivacySettings
from dashboard.parts import parts, user
from storage.operations.disclosures import LONGEST_REASON, SHORTEST_REASON, Disclosure
from storage.records import Document, RawDocument, User
from storage.restricted import is_restricted, is_restricted_kind

# A span that ends now holds a few texts more by the time a second person has agreed.
_GROWN = 1.1


@dataclass(frozen=True, slots=True)
class Shown:
    """An original that may be seen now."""

    disclosure: Disclosure
    raw: RawDocument


def install(app: Flask) -> None:
    """Give the document page what it asks."""
    app.jinja_env.globals.update(
        original_of=original_of, reason_lengths=(SHORTEST_REASON, LONGEST_REASON), may_see_restricted=may_see_restricted
    )


def original_of(doc: Document) -> Shown | None:
    """The original, as long as a disclosure to the present person lasts and the person may still see it."""
    disclosure = parts().operations.disclosures.current(doc.id, user().name)
    if disclosure is None:
        return None
    raw = parts().operations.inbox.original(doc.id)
    if raw is None or not may_see(raw, user(), parts().settings.privacy):
        return None
    return Shown(disclosure, raw)


def may_see_restricted(doc: Document) -> bool:
    """Whether the kind of order alone does not keep the present person from the original."""
    settings = parts().settings.privacy
    return not is_restricted_kind(doc.kind, settings.restricted_kinds) or user().name in settings.named_readers


def may_see(raw: RawDocument, person: User, settings: PrivacySettings) -> bool:
    """Reports and confidential orders are for those named alone."""
    return not is_restricted(raw, settings.restricted_kinds) or person.name in settings.named_readers


def export_leave(total: int) -> str | None:
    """Leave to take a file of `total` texts now, in words for the audit log; None where a second person has to agree.

    A few texts anybody may take who may export at all. More need a request granted for the same filter, and hardly
    more texts than it was granted for.
    """
    if total <= parts().settings.privacy.export_alone:
        return ""
    asked = request.args.get("request", 0, type=int)
    granted = parts().operations.export_requests.granted(asked, user().name) if asked else None
    # Leave for a package of evidence is none for a file of texts, whatever the address says.
    if (
        granted is None
        or asked_for(granted) is not None
        or dict(parse_qsl(granted.conditions)) != _conditions()
        or total > granted.number * _GROWN
    ):
        return None
    return f"；{granted.decided_by} 同意（申请 {granted.id}）"


def _conditions() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name != "request" and value}


def lasting() -> timedelta:
    """How long an original is shown."""
    return timedelta(minutes=parts().settings.privacy.original_minutes)
