"""How people say when: times relative to the moment of a call, and what the hour and the season bring."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from config.clock import as_local

_WEEKDAYS = "一二三四五六日"


def tags_of(at: datetime) -> set[str]:
    """What holds at this moment: part of the day and season, as the grammars name them."""
    local = as_local(at)
    parts = {"night": (22, 6), "morning": (6, 10), "noon": (11, 13), "afternoon": (13, 18), "evening": (18, 22)}
    tags = {name for name, (start, end) in parts.items() if _between(local.hour, start, end)}
    season = "hot" if local.month in (6, 7, 8, 9) else "cold" if local.month in (12, 1, 2) else "mild"
    return tags | {season}


def _between(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start < end else hour >= start or hour < end


def hour_words(moment: datetime, now: datetime, rng: random.Random) -> str:
    """今天上午9点多, 昨晚10点左右: a moment of today or yesterday as said at `now`."""
    local, said = as_local(moment), as_local(now)
    part = _part(local.hour)
    if local.date() == said.date():
        day = rng.choice(("今天", "", "")) + part
    else:
        day = {"晚上": "昨晚", "凌晨": "昨天凌晨"}.get(part, f"昨天{part}")
    hour = local.hour if local.hour <= 12 else local.hour - 12
    rest = ("半", "半左右", "多") if local.minute >= 30 else ("", "多", "左右")
    exact = f"{local.minute:02d}分" if rng.random() < 0.2 else rng.choice(rest)
    return f"{day}{hour}点{exact}"


def _part(hour: int) -> str:
    for end, word in ((5, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午")):
        if hour < end:
            return word
    return "晚上"


def day_words(moment: datetime, now: datetime, rng: random.Random) -> str:
    """前天, 上周三, 11月3号: a day two or more before `now`."""
    local, said = as_local(moment), as_local(now)
    days = (said.date() - local.date()).days
    words = [f"{local.month}月{local.day}号", f"{local.month}月{local.day}日"]
    if days == 2:
        words += ["前天", "前天"]
    weeks = said.isocalendar().week - local.isocalendar().week
    if weeks in (0, 1):
        words += [f"{'上周' if weeks else '本周'}{_WEEKDAYS[local.weekday()]}"] * 2
    return rng.choice(words)


def month_words(now: datetime, rng: random.Random) -> str:
    """The month before that of `now`, the one a bill is about."""
    month = (as_local(now).month - 2) % 12 + 1
    return rng.choice((f"{month}月份", f"{month}月", "上个月", "上月", f"{month}月份的"))


def time_slots(now: datetime, rng: random.Random, since: datetime | None = None) -> dict[str, str]:
    """The words of time of one text; `since` is when the matter began, where that is given."""
    recent = now - timedelta(minutes=rng.uniform(5, 40))
    before = now - timedelta(hours=rng.uniform(1, 5))
    if since is not None:
        recent, before = max(recent, since), max(before, since)
    minutes = max(5, round((now - recent).total_seconds() / 300) * 5)
    return {
        "just_now": rng.choice(
            (hour_words(recent, now, rng), hour_words(recent, now, rng), f"{minutes}分钟前", "刚才")
        ),
        "earlier": hour_words(before, now, rng),
        "yesterday": rng.choice(("昨天", "昨天下午", "昨天上午", "昨晚")),
        "days_ago": day_words(now - timedelta(days=rng.randint(2, 9)), now, rng),
        "last_month": month_words(now, rng),
    }
