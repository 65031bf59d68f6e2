"""What the page of outages and notices shows, and what its forms make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.cause_kinds import load_cause_kinds
from config.clock import as_local, format_local
from crawler.cause_imports import LONGEST_NUMBER, LONGEST_REGION, cause_formats, read_count, span_problem, split_list
from crawler.causes.notices import LONGEST as LONGEST_NOTICE
from crawler.causes.notices import category_codes
from crawler.causes.outages import LONGEST as LONGEST_OUTAGE
from dashboard.forms import Form
from dashboard.names import code_name
from storage.operations import Operations
from storage.operations.causes import explains_until
from storage.records import Alert, Outage, ServiceNotice

# The source of what people enter themselves.
BY_HAND = "手工录入"
# Those that ended longer ago are not shown.
SHOWN = timedelta(days=30)
DAY = timedelta(days=1)
When = Literal["now", "planned", "over"]


@dataclass(frozen=True, slots=True)
class Line:
    """One outage or notice as the page shows it. `plan`: what had been planned of an outage that began.

    `until`: when it explains calls no more; `kept` whether it was announced in time, None where nothing says so, with
    `announced` in words; `holds`: alerts it held back.
    """

    it: Outage | ServiceNotice
    when: When
    until: datetime
    plan: Outage | None = None
    kept: bool | None = None
    announced: str = ""
    explains: str = ""
    holds: tuple[Alert, ...] = ()

    @property
    def which(self) -> str:
        """The word for it in addresses."""
        return "outage" if isinstance(self.it, Outage) else "notice"


def lines(operations: Operations, now: datetime, *, demo: bool) -> dict[When, list[Line]]:
    """Everything of the last 30 days and to come: what holds now, what is planned (soonest first), what is over."""
    causes = operations.causes
    outages = [it for it in causes.find_outages(demo=demo, limit=1000) if explains_until(it) > now - SHOWN]
    notices = [it for it in causes.find_notices(demo=demo, limit=1000) if it.end > now - SHOWN]
    held = _held(operations, demo=demo)
    begun = {(it.source, it.number) for it in outages if not it.planned and it.withdrawn_at is None}
    plans = {(it.source, it.number): it for it in outages if it.planned}
    found: dict[When, list[Line]] = {"now": [], "planned": [], "over": []}
    for outage in outages:
        name = (outage.source, outage.number)
        if not (outage.planned and name in begun):
            line = _of_outage(outage, None if outage.planned else plans.get(name), now, held)
            found[line.when].append(line)
    for notice in notices:
        explains = _explains(notice.categories, notice.kinds)
        line = Line(notice, _when(notice, now), notice.end, explains=explains, holds=_mine(notice, held))
        found[line.when].append(line)
    found["now"].sort(key=lambda line: line.until)
    found["planned"].sort(key=lambda line: line.it.start)
    found["over"].sort(key=lambda line: line.it.withdrawn_at or line.until, reverse=True)
    return found


def _of_outage(it: Outage, plan: Outage | None, now: datetime, held: Mapping[str, Sequence[Alert]]) -> Line:
    kept, announced = announced_in_time(plan or it)
    return Line(it, _when(it, now), explains_until(it), plan, kept, announced, "停电类诉求", _mine(it, held))


def _when(it: Outage | ServiceNotice, now: datetime) -> When:
    if it.withdrawn_at is not None or explains_until(it) <= now:
        return "over"
    return "planned" if it.start > now else "now"


def _explains(categories: Sequence[str], kinds: Sequence[str]) -> str:
    """What calls a notice explains, in Chinese."""
    classes = "、".join(code_name("power8", code) for code in categories)
    return f"{classes}类诉求" + (f"，限{'、'.join(kinds)}" if kinds else "")


def announced_in_time(it: Outage) -> tuple[bool | None, str]:
    """Whether an outage was announced as early as its kind must be, and the words for it; None, "" for one of no rule.

    Whole days are counted by the calendar of Shanghai, as notices are; shorter spans by the hour.
    """
    kind = load_cause_kinds().outages.get(it.kind)
    if not it.planned or kind is None or kind.ahead is None:
        return None, ""
    if it.announced_at is None:
        return None, f"公告时间未填（{kind.ahead_words}）"
    ahead = it.start - it.announced_at
    days = (as_local(it.start).date() - as_local(it.announced_at).date()).days
    kept = timedelta(days=days) >= kind.ahead if kind.ahead > DAY else ahead >= kind.ahead
    span = f"{days} 天" if days else f"{max(0, round(ahead / timedelta(hours=1)))} 小时"
    if ahead <= timedelta(0):
        return False, f"停电后才公告（{kind.ahead_words}）"
    return kept, f"提前 {span}公告" if kept else f"只提前 {span}公告（{kind.ahead_words}）"


def _held(operations: Operations, *, demo: bool) -> dict[str, list[Alert]]:
    """Alerts that known causes held back, by the reason, which names the causes and their regions."""
    found: dict[str, list[Alert]] = {}
    for alert in operations.alerts.find(held=True, demo=demo, limit=2000):
        if alert.held is not None and alert.held.stage == "cause":
            found.setdefault(alert.held.reason, []).append(alert)
    return found


def _mine(it: Outage | ServiceNotice, held: Mapping[str, Sequence[Alert]]) -> tuple[Alert, ...]:
    name = f"{it.called}（{it.region}）"
    return tuple(alert for reason, alerts in held.items() if name in reason for alert in alerts)


def held_by(operations: Operations, it: Outage | ServiceNotice) -> list[int]:
    """The alerts that one holds back right now."""
    now_held = operations.alerts.held_now(stage="cause", demo=it.demo)
    name = f"{it.called}（{it.region}）"
    return [alert.id for alert in now_held if alert.held is not None and name in alert.held.reason]


def outage_of(form: Form, operations: Operations, now: datetime, by: str, *, demo: bool) -> Outage:
    """The outage a form tells; what is wrong stands in the form's problems, and nothing may be kept then."""
    kinds = {name: kind for name, kind in load_cause_kinds().outages.items() if not kind.single}
    kind = form.one_of("kind", kinds, "请选择停电类型")
    planned = form.typed.get("which") != "actual" and (kind not in kinds or kinds[kind].planned)
    region = _region(form)
    start = form.moment("start", now)
    end = form.moment("end", now) if planned or form.text("end") else None
    announced = form.moment("announced", now) if form.text("announced") else None
    _check_span(form, start, end, LONGEST_OUTAGE)
    number = _number(form, now)
    known = [it for it in operations.causes.find_outages(demo=demo, limit=1000) if it.number == number]
    if any(it.planned == planned and it.withdrawn_at is not None for it in known):
        form.problems["number"] = "这个编号已撤销，请换一个编号"
    return Outage(
        0, number, kind, region, split_list(form.text("places")), start, end, form.text("reason"), planned,
        _count(form, "expected"), known[0].source if known else BY_HAND, by, demo=demo, announced_at=announced,
        households=_count(form, "households"),
    )  # fmt: skip


def notice_of(form: Form, operations: Operations, now: datetime, by: str, *, demo: bool) -> ServiceNotice:
    """The notice a form tells; see `outage_of`."""
    title, region = form.text("title", needed="请填写报备事项"), _region(form)
    known_codes = set(category_codes().values())
    categories = tuple(code for code in form.typed.getlist("categories") if code in known_codes)
    if not categories:
        form.problems["categories"] = "请勾选说明哪类诉求"
    start, end = form.moment("start", now), form.moment("end", now)
    _check_span(form, start, end, LONGEST_NOTICE)
    number = _number(form, now)
    known = [it for it in operations.causes.find_notices(demo=demo, limit=1000) if it.number == number]
    if any(it.withdrawn_at is not None for it in known):
        form.problems["number"] = "这个编号已撤销，请换一个编号"
    return ServiceNotice(
        0, number, title[:200], region, categories, split_list(form.text("kinds")), start, end, form.text("reason"),
        _count(form, "expected"), known[0].source if known else BY_HAND, by, demo=demo,
    )  # fmt: skip


def _region(form: Form) -> str:
    region = form.text("region", needed="请填写地区")
    if len(region) > LONGEST_REGION:
        form.problems["region"] = f"地区超过 {LONGEST_REGION} 字"
    return region


def _number(form: Form, now: datetime) -> str:
    number = form.text("number") or f"SG{format_local(now, '%Y%m%d%H%M%S')}"
    if len(number) > LONGEST_NUMBER:
        form.problems["number"] = f"编号超过 {LONGEST_NUMBER} 字"
    return number


def _count(form: Form, field: str) -> int | None:
    try:
        return read_count(form.text(field))
    except ValueError as error:
        form.problems[field] = str(error)
        return None


def _check_span(form: Form, start: datetime, end: datetime | None, longest: timedelta) -> None:
    if "start" not in form.problems and "end" not in form.problems and (why := span_problem(start, end, longest)):
        form.problems["end"] = why


def choices() -> Mapping[str, Sequence[tuple[str, str]]]:
    """What the forms offer."""
    codes = dict.fromkeys(category_codes().values())
    return {
        "kinds": [(name, name) for name, kind in load_cause_kinds().outages.items() if not kind.single],
        "which": [("plan", "计划"), ("actual", "实际")],
        "categories": [(code, code_name("power8", code)) for code in codes],
        "imports": [(name, form.title) for name, form in cause_formats().items()],
    }
