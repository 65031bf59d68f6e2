"""Numbers, spans of time and names as a Chinese reader expects them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from config.clock import as_local
from config.errors import VocabularyError
from config.vocabulary import load_table
from storage.query import MISSING
from storage.records import LABELS, MEDIA, URGENCIES, Window

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_CHANNELS = {
    "smtp": "邮件", "webhook": "Webhook", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书",
    "sms": "短信电话", "inapp": "页面",
}  # fmt: skip


def number_words(value: float) -> str:
    """41, 5.5, 0.3: at most one place, no trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def amount_words(value: float, unit: str) -> str:
    """41 件, 96.4%, -0.7 where there is no unit."""
    return f"{number_words(value)}{unit if unit in ('', '%') else f' {unit}'}"


def span_words(length: timedelta) -> str:
    """“1 小时内”, “3 天内”, “45 分钟内”."""
    return f"{_length(length)}内"


def rate_words(length: timedelta) -> str:
    """The unit behind a count: “件/时”, “件/天”, “件/3 小时”."""
    return {_HOUR: "件/时", _DAY: "件/天"}.get(length, f"件/{_length(length)}")


def _length(length: timedelta) -> str:
    for unit, name in ((_DAY, "天"), (_HOUR, "小时")):
        if not length % unit:
            return f"{length // unit} {name}"
    return f"{int(length.total_seconds() // 60)} 分钟"


def window_words(window: Window) -> str:
    """“11月22日 14:20 至 15:20”, Shanghai time; the second date only where it differs."""
    start, end = as_local(window.start), as_local(window.end)
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end.month}月{end.day}日 {end:%H:%M}"
    return f"{start.month}月{start.day}日 {start:%H:%M} 至 {last}"


def times_words(seen: float, expected: float) -> str:
    """How many times the expectation, "" where that says nothing (nothing was expected, or not more than it)."""
    return f"{number_words(seen / expected)} 倍" if expected > 0 and seen > expected else ""


def value_words(field: str, value: str) -> str:
    """A field's value in the words people use: category and media names, 负面 …; the value itself where none."""
    if value == MISSING:
        return {"region": "地区不明", "category": "类别不明"}.get(field, "未注明")
    if field in ("category", "class95598"):
        return _class_names("power8" if field == "category" else "class95598").get(value, value)
    tables = {"label": LABELS, "medium": MEDIA, "urgency": URGENCIES}
    return tables.get(field, {}).get(value, value)


def channel_words(channel: str) -> str:
    """What people call a channel: “企业微信 · 值班群”."""
    kind, _, name = channel.partition(":")
    return f"{_CHANNELS.get(kind, kind)}{f' · {name}' if name else ''}"


@cache
def _class_names(table: str) -> dict[str, str]:
    try:
        entries = load_table(table).content.get("class", ())
    except VocabularyError:
        # Without the code table an alert shows the code: it must not fail for want of a name.
        return {}
    return {str(entry.get("code")): str(entry.get("name")) for entry in entries}
