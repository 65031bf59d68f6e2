"""How moments, spans, numbers and codes are written on pages, as filters of the templates."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, request

from alerting.wording import channel_words
from config.clock import as_local, format_local
from dashboard.filters import local_input
from dashboard.live import Snapshot, live
from dashboard.names import code_name, schemes, value_name
from dashboard.parts import parts
from dashboard.realm import asked_by
from storage.records import LABELS, LEVELS, MEDIA, ROLES, TASK_STATES, URGENCIES

SIGNS = {"negative": "neg", "neutral": "neu", "positive": "pos"}


def duration(span: timedelta) -> str:
    """1 时 52 分; 46 分; 3 天 2 时. The sign is left out."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分"
    if minutes < 24 * 60:
        return f"{minutes // 60} 时 {minutes % 60} 分"
    return f"{minutes // 1440} 天 {minutes % 1440 // 60} 时"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, up to a day; then the date; a moment ahead is written out."""
    span = now - moment
    if timedelta(0) <= span < timedelta(minutes=1):
        return "刚刚"
    if timedelta(0) <= span < timedelta(hours=1):
        return f"{int(span.total_seconds() // 60)} 分钟前"
    if timedelta(0) <= span < timedelta(days=1):
        return f"{int(span.total_seconds() // 3600)} 小时前"
    return stamp(moment, now)


def stamp(moment: datetime, now: datetime) -> str:
    """Clock time today, month and day this year, else the whole date."""
    local, today = as_local(moment), as_local(now)
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")


def score(value: float) -> str:
    """−0.82, 0.03, +0.71, with a real minus sign."""
    return f"{value:+.2f}".replace("-", "−") if abs(value) >= 0.05 else f"{abs(value):.2f}"


def signed(value: float, digits: int = 0) -> str:
    """+12, −6, ±0."""
    rounded = round(value, digits)
    return "±0" if rounded == 0 else f"{rounded:+,.{digits}f}".replace("-", "−")


def number(value: float) -> str:
    """1,284; one place where it is no whole number."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def amount(value: float, unit: str) -> str:
    """1,284 件, 96.4%; the number alone where there is no unit."""
    return f"{number(value)}{unit if unit in ('', '%') else f' {unit}'}"


def install(app: Flask) -> None:
    """Make the words known to the templates."""
    app.jinja_env.filters.update(
        duration=duration,
        score=score,
        signed=signed,
        number=number,
        amount=amount,
        ago=lambda moment: ago(moment, parts().now()),
        stamp=lambda moment: stamp(moment, parts().now()),
        local=format_local,
        channel_words=channel_words,
        code_name=lambda code, scheme="power8": code_name(scheme, code),
        value_name=lambda value, field: value_name(field, value),
        local_input=local_input,
        sign=lambda label: SIGNS[label],
    )
    app.jinja_env.globals.update(
        LABELS=LABELS, LEVELS=LEVELS, MEDIA=MEDIA, ROLES=ROLES, TASK_STATES=TASK_STATES, URGENCIES=URGENCIES,
        SCHEMES=schemes(), snapshot=_snapshot,
    )  # fmt: skip


def _snapshot() -> Snapshot:
    return live().fresh(asked_by(request.args))
