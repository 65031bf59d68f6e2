"""投递: what was sent by which channel, what the provider said to each attempt, and how each channel fares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alerting.channel_test import outcome_words, send_test
from alerting.channels import open_channels
from alerting.outbox import Deliverer
from config.errors import NotFoundError
from config.masking import mask
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from storage.records import (
    DELIVERY_OUTCOMES,
    MESSAGE_KINDS,
    MESSAGE_STATES,
    ChannelHealth,
    Delivery,
    Message,
    MessageState,
)

blueprint = Blueprint("deliveries", __name__)
PER_PAGE = 30


class DeliveriesPage(Page):
    """The log of deliveries."""

    name = "deliveries"
    title = "投递"
    group = "警"
    order = 50
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Row:
    """One message with the lines of its log, and which took over from it."""

    message: Message
    stand_in: int | None
    log: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Fare:
    """One channel: whether it is configured, and how it fares."""

    name: str
    configured: bool
    health: ChannelHealth


@blueprint.get("/deliveries")
def show() -> str:
    """Channels, and messages with their logs, latest first."""
    operations, fares = parts().operations, _fares()
    channel, state = request.args.get("channel"), request.args.get("state")
    channel = channel if channel in {fare.name for fare in fares} else None
    state = state if state in MESSAGE_STATES else None
    number = max(1, request.args.get("page", 1, type=int))
    found = operations.outbox.find(
        channel=channel, state=cast("MessageState | None", state), limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE
    )
    numbers = [message.id for message in found[:PER_PAGE]]
    log, others = operations.deliveries.of_messages(numbers), operations.outbox.stand_ins(numbers)
    return render_template(
        "deliveries.html",
        rows=[Row(message, others.get(message.id), log[message.id]) for message in found[:PER_PAGE]],
        more=len(found) > PER_PAGE,
        number=number,
        fares=fares,
        channel=channel,
        state=state,
        states=MESSAGE_STATES,
        kinds=MESSAGE_KINDS,
        outcomes=DELIVERY_OUTCOMES,
        outside=any(fare.configured and fare.name != "inapp" for fare in fares),
        masked=mask,
        here=request.full_path.rstrip("?"),
    )


@blueprint.post("/deliveries/<int:number>/retry")
@needs("deliver")
def retry(number: int) -> Response:
    """Let one failed message be sent anew."""
    message = parts().operations.outbox.get(number)
    if parts().operations.outbox.reopen(number):
        parts().operations.audit.add(user().name, "重发消息", f"消息 {number}")
        flash(f"消息 {number} 将马上重发。")
    else:
        flash(f"消息 {number} 没有失败，不用重发。")
    return redirect(url_for("deliveries.show", channel=message.channel))


@blueprint.post("/deliveries/test")
@needs("deliver")
def test() -> Response:
    """Send a test message by one channel now, and tell what the provider answered."""
    name = request.form.get("channel", "")
    known, person = parts(), user()
    with _deliverer() as (deliverer, names):
        if name not in names:
            raise NotFoundError("渠道", name, names)
        to = person.name if name == "inapp" else ""
        message = send_test(
            deliverer, known.operations.outbox, name, known.clock, by=person.display_name,
            site=known.settings.site.name, recipient=to,
        )  # fmt: skip
    known.operations.audit.add(person.name, "测试渠道", name, MESSAGE_STATES[message.state])
    flash(f"测试 {name}：{outcome_words(message)}")
    return redirect(url_for("deliveries.show"))


@contextmanager
def _deliverer() -> Iterator[tuple[Deliverer, Sequence[str]]]:
    known = parts()
    opened = open_channels(known.settings, known.clock)
    deliverer = Deliverer(
        known.operations.outbox, opened, known.settings.delivery, known.clock, base_url=known.settings.site.base_url
    )
    try:
        yield deliverer, list(opened)
    finally:
        deliverer.close()


def _fares() -> list[Fare]:
    health = parts().operations.deliveries.health()
    opened = open_channels(parts().settings, parts().clock)
    names = [*opened, *(name for name in health if name not in opened)]
    return [Fare(name, name in opened, health.get(name, ChannelHealth())) for name in names]
