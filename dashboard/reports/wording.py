"""The sentence that will be repeated, made by rule from the numbers: what is not known is not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from config.clock import as_local
from dashboard.reports.numbers import Number, Weeks
from dashboard.reports.summary import Line, Verdict
from storage.records import HOLD_STAGES, LEVELS

# A negative share this many points above the week before makes a week grave, whatever alerts there were.
SHARE_POINTS = 5.0
# A volume this many percent above the week before is worth a mark.
VOLUME_PERCENT = 20.0
# Below this many texts a percentage says more than is known.
LEAST_FOR_PERCENT = 20
UNKNOWN = "数据不足"
# The numbers of first responses that a report shows, and how it calls them.
RESPONSES = (
    ("tasks.opened", "新开答复任务"),
    ("tasks.answered", "已答复"),
    ("tasks.on_time", "其中按时"),
    ("tasks.overdue", "超时（含仍未答复）"),
    ("tasks.on_time_share", "按时率"),
)


def verdict(numbers: Mapping[str, Number]) -> Verdict:
    """How grave the week was: 高 by a red alert; 较高 by orange, overdue or share; 一般 by the rest; else 平稳."""
    total, share = numbers["total"], numbers["negative_share"]
    if not total.value:
        return Verdict(UNKNOWN, ("本周没有文本",))
    alerts = {level: int(numbers[f"alerts.{level}"].value or 0) for level in LEVELS}
    told = {level: f"{LEVELS[level]}色预警 {count} 件" for level, count in alerts.items() if count}
    grave = [told[level] for level in ("red", "orange") if level in told]
    if overdue := int(numbers["tasks.overdue"].value or 0):
        grave.append(f"首次响应超时 {overdue} 件")
    if (share.change or 0) >= SHARE_POINTS:
        grave.append(f"负面占比上升 {share.change:.1f} 点")
    if grave:
        return Verdict("高" if alerts["red"] else "较高", tuple(grave))
    mild = [told[level] for level in ("yellow", "blue") if level in told]
    growth = growth_of(total)
    if growth is not None and growth >= VOLUME_PERCENT:
        mild.append(f"文本增加 {growth:.0f}%")
    return Verdict("一般", tuple(mild)) if mild else Verdict("平稳", ("没有预警，没有超时",))


def sentence(numbers: Mapping[str, Number], topics: Sequence[Line], comparable: bool) -> str:
    """Volume, negative share, where the increase comes from, and how soon people answered."""
    total, negative, share = numbers["total"], numbers["negative"], numbers["negative_share"]
    if not total.value:
        return "本周没有收到任何文本，请先检查信源与导入。"
    parts = [f"文本 {amount(total)}", f"负面占比 {share.value:.1f}%"]
    if comparable:
        parts = [f"{parts[0]}，较上周 {compared(total)}", f"{parts[1]}，较上周 {points(share)}"]
    told = "；".join(parts)
    told += _increase(negative, topics) if comparable else f"；上周{UNKNOWN}，不作比较"
    return f"{told}。{_responses(numbers)}{_held(numbers)}"


def _held(numbers: Mapping[str, Number]) -> str:
    """How many alerts nobody heard of, and why; "" for none."""
    if not (held := numbers["alerts.held"].value):
        return ""
    stages = {title: numbers[f"alerts.held.{stage}"].value or 0 for stage, title in HOLD_STAGES.items()}
    why = "、".join(f"{title} {count:.0f} 条" for title, count in stages.items() if count)
    red = numbers["alerts.held_red"].value or 0
    return f"另有 {held:.0f} 条预警被抑制、未发：{why}{f'，其中红色 {red:.0f} 条' if red else ''}。"


def _increase(negative: Number, topics: Sequence[Line]) -> str:
    """Which topic most of the increase comes from; silent where there is none or it is not clear."""
    rising = [line for line in topics if (line.texts.change or 0) > 0]
    if not rising or (negative.change or 0) <= 0:
        return ""
    most = max(rising, key=lambda line: line.texts.change or 0)
    added, whole = int(most.texts.change or 0), int(negative.change or 0)
    part = f"，占负面增量的 {100 * added / whole:.0f}%" if added <= whole else ""
    return f"，增加最多的是{most.name}（+{added} 条{part}）"


def _responses(numbers: Mapping[str, Number]) -> str:
    opened, answered = numbers["tasks.opened"], numbers["tasks.answered"]
    if not opened.value:
        return "本周没有新的答复任务。"
    on_time = numbers["tasks.on_time"]
    told = f"答复任务 {opened.value:.0f} 件，已答复 {answered.value:.0f} 件"
    told += f"，其中 {on_time.value:.0f} 件按时" if answered.value else ""
    overdue = numbers["tasks.overdue"].value or 0
    return f"{told}{f'，超时 {overdue:.0f} 件' if overdue else ''}。"


def growth_of(number: Number) -> float | None:
    """Percent more than the week before; None where that week is too small or unknown."""
    if number.change is None or (number.previous or 0) < LEAST_FOR_PERCENT:
        return None
    return 100 * number.change / (number.previous or 1)


def amount(number: Number) -> str:
    """The value with its unit; what cannot be told is a dash."""
    if number.value is None:
        return "—"
    return f"{number.value:.1f}%" if number.unit == "%" else f"{number.value:,.0f} {number.unit}"


def both(number: Number) -> tuple[str, str]:
    """The value and that of the week before, without units; what cannot be told is a dash."""

    def bare(value: float | None) -> str:
        return "—" if value is None else f"{value:.0f}%" if number.unit == "%" else f"{value:,.0f}"

    return bare(number.value), bare(number.previous)


def compared(number: Number) -> str:
    """+21%; +5 条 where the week before was small; 数据不足 where there is none."""
    growth = growth_of(number)
    if growth is not None:
        return "持平" if number.change == 0 else _signed(f"{growth:+.0f}%")
    return UNKNOWN if number.change is None else difference(number)


def difference(number: Number) -> str:
    """+12, −3, 持平, — where it is not known."""
    if number.change is None:
        return "—"
    return "持平" if number.change == 0 else _signed(f"{number.change:+,.0f}")


def points(share: Number) -> str:
    """+6.1 点, of a percentage."""
    return UNKNOWN if share.change is None else _signed(f"{share.change:+.1f} 点")


def _signed(text: str) -> str:
    return text.replace("-", "−")


def length(span: timedelta) -> str:
    """49 分, 1 时 55 分, 3 天 2 时."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    pieces = [(days, "天"), (hours, "时")] if days else [(hours, "时"), (rest, "分")]
    return " ".join(f"{count} {unit}" for count, unit in pieces if count) or "0 分"


def minutes(number: Number) -> str:
    """A number of minutes as a length of time."""
    return "—" if number.value is None else length(timedelta(minutes=number.value))


def short(title: str, most: int = 28) -> str:
    """A title that leaves the sheet one sheet; the JSON holds it whole."""
    return title if len(title) <= most else f"{title[: most - 1]}…"


def day(moment: datetime) -> str:
    """5 月 4 日."""
    local = as_local(moment)
    return f"{local.month} 月 {local.day} 日"


def moment(at: datetime) -> str:
    """5 月 4 日 15:42."""
    return f"{day(at)} {as_local(at):%H:%M}"


def period(weeks: Weeks) -> str:
    """2026 年第 19 周（5 月 4 日–5 月 10 日）; a span that is no calendar week goes without number."""
    first = as_local(weeks.start).date()
    iso = weeks.ending.isocalendar()
    span = f"{first.month} 月 {first.day} 日–{weeks.ending.month} 月 {weeks.ending.day} 日"
    return f"{iso.year} 年第 {iso.week} 周（{span}）" if first.weekday() == 0 else f"{weeks.ending.year} 年 {span}"
