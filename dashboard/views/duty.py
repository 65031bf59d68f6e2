"""值班: who is on, who is next, the fortnight ahead; shifts, swaps, hand-overs, and how each person is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alerting.channels import open_channels
from alerting.duty.rota import Shift
from config.clock import format_local
from config.errors import InputError
from dashboard import feed
from dashboard.auth import needs
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from dashboard.realm import realm
from dashboard.roster import DAYS_AHEAD, board, rota_over, shifts_of
from storage.life import UNANSWERED
from storage.operations.duty import DAYS, POSTS, Contact, Days, Post
from storage.records import LEVELS, Level, Window

blueprint = Blueprint("duty", __name__)
PEOPLE = 8  # in turn, as many fields as the form has
WAYS = 4
_AHEAD = timedelta(days=DAYS_AHEAD)
# What the storage calls a field, and what the forms here call it.
_FIELDS: Mapping[str, str] = {
    "岗位": "post", "轮值人员": "people", "时长": "lasts", "日子": "days", "间隔": "every", "结束": "end",
    "人员": "person", "时间": "until", "换给": "other", "交接事项": "note", "联系方式": "ways",
}  # fmt: skip
Answer = str | tuple[str, int] | Response


class DutyPage(Page):
    """The rota."""

    name = "duty"
    title = "值班"
    group = "警"
    order = 20
    blueprint = blueprint


@blueprint.get("/duty")
def show() -> str:
    """The board and the forms."""
    return _page(Form())


@blueprint.post("/duty/rotations")
@needs("roster")
def rotate() -> Answer:
    """Let people take turns."""

    def save(form: Form, now: datetime) -> str:
        post, days = form.one_of("post", POSTS), form.one_of("days", DAYS)
        known = _accounts()
        people = [name for name in form.typed.getlist("people") if name]
        if any(name not in known for name in people):
            form.problems["people"] = "请从名单里选择"
        start, every, lasts = form.moment("start", now), form.hours("every", 744), form.hours("lasts", 744)
        if not form.problems:
            parts().operations.duty.add_rotation(
                cast("Post", post), people, start, every=every, lasts=lasts, by=user().name, days=cast("Days", days)
            )
        return "轮值已排好。"

    return _saved("rotation", save)


@blueprint.post("/duty/rotations/<int:number>/end")
@needs("roster")
def end(number: int) -> Answer:
    """The rotation holds until a moment, and no longer."""

    def save(form: Form, now: datetime) -> str:
        until = form.moment("end", now)
        if not form.problems:
            parts().operations.duty.end_rotation(number, until, user().name)
        return f"轮值 {number} 到 {format_local(until)} 为止。"

    return _saved(f"end{number}", save)


@blueprint.post("/duty/overrides")
@needs("roster")
def override() -> Answer:
    """Give one person a stretch of time."""

    def save(form: Form, now: datetime) -> str:
        post, person = form.one_of("post", POSTS), form.one_of("person", _accounts(), "请选择由谁值班")
        start, until = form.moment("start", now), form.moment("until", now)
        if not form.problems and until <= start:
            form.problems["until"] = "结束应晚于开始"
        if not form.problems:
            window, reason = Window(start, until), form.text("reason")[:200]
            parts().operations.duty.override(cast("Post", post), person, window, reason, user().name)
        return "调班已记下。"

    return _saved("override", save)


@blueprint.post("/duty/swaps")
def ask() -> Answer:
    """Ask somebody to take over one of one's own shifts."""

    def save(form: Form, now: datetime) -> str:
        own = {key_of(shift): shift for shift in _own_shifts(now)}
        chosen = own.get(form.one_of("shift", own, "请选择自己的一班"))
        other = form.one_of("other", _accounts(), "请选择换给谁")
        if chosen is not None and not form.problems:
            reason = form.text("reason")[:200]
            number = parts().operations.duty.ask_swap(chosen.post, user().name, other, chosen.window, reason)
            _tell(
                other,
                f"【换班】{user().display_name}请您代{_words(chosen.post, chosen.window)}",
                f"swap:{number}:asked",
            )
        return "换班申请已发出，等对方答复。"

    return _saved("swap", save)


@blueprint.post("/duty/swaps/<int:number>/<word>")
def decide(number: int, word: str) -> Response:
    """The one who was asked accepts or refuses; the one who asked takes it back."""
    duty, name = parts().operations.duty, user().name
    if word == "withdraw":
        duty.withdraw_swap(number, name)
        flash("换班申请已撤回。")
    elif word in ("accept", "refuse"):
        swap = duty.decide_swap(number, name, accept=word == "accept")
        said = "同意" if word == "accept" else "没有同意"
        subject = f"【换班】{user().display_name}{said}代{_words(swap.post, swap.window)}"
        _tell(swap.asker, subject, f"swap:{number}:{word}")
        flash("已换班，这一班由您值。" if word == "accept" else "已答复：不换。")
    else:
        abort(404)
    return redirect(url_for("duty.show"))


@blueprint.post("/duty/handovers")
def hand_over() -> Answer:
    """Leave a note to whoever comes next."""

    def save(form: Form, now: datetime) -> str:
        post, note = form.one_of("post", POSTS), form.text("note")
        if not form.problems and not _may_hand_over(post, now):
            form.problems["post"] = "现在当这个岗的不是您"
        if not form.problems:
            operations = parts().operations
            alerts, tasks = operations.alerts.count(acknowledged=False, demo=False), operations.tasks.count(demo=False)
            operations.duty.hand_over(
                cast("Post", post), user().name, note, open_alerts=alerts, open_tasks=tasks
            )  # fmt: skip
        return "交接事项已留下。"

    return _saved("handover", save)


@blueprint.post("/duty/handovers/<int:number>/take")
@needs("acknowledge")
def take(number: int) -> Response:
    """Read and taken over."""
    parts().operations.duty.take_over(number, user().name)
    flash("已接班。")
    return redirect(url_for("duty.show"))


@blueprint.post("/duty/contacts")
def reach() -> Answer:
    """How a person is reached: one's own, others' by who may."""

    def save(form: Form, _now: datetime) -> str:
        person = form.text("user") or user().name
        if person != user().name and not may(user(), "contacts"):
            abort(403, "只能改自己的联系方式。")
        if person not in _accounts():
            form.problems["ways"] = "没有这个账号"
        pairs = list(zip(form.typed.getlist("channel"), form.typed.getlist("address"), strict=False))
        ways = [(channel, address.strip()) for channel, address in pairs if channel or address.strip()]
        for channel, address in ways:
            if problem := _wrong_way(channel, address, person):
                form.problems["ways"] = problem
        if not form.problems:
            parts().operations.duty.set_contacts(person, ways, user().name)
        return "联系方式已保存。" if ways else "联系方式已清空；轮到时只能发到全部渠道。"

    return _saved("contacts", save, contacts=request.form.get("user", ""))


@blueprint.post("/duty/feed")
def subscribe() -> Response:
    """A new address of one's own calendar, or none any more."""
    if request.form.get("word") == "revoke":
        feed.revoke(user().name)
        flash("日历地址已作废。")
    else:
        feed.renew(user().name)
        flash("新的日历地址已生成，旧的（如有）已作废。")
    return redirect(url_for("duty.show", _anchor="feed"))


def key_of(shift: Shift) -> str:
    """What a form calls a shift."""
    return f"{shift.post}|{shift.window.start.isoformat()}|{shift.window.end.isoformat()}"


def _saved(name: str, save: Callable[[Form, datetime], str], contacts: str = "") -> Answer:
    """Save what a form says and go back to the page; where something is wrong the page keeps what was typed."""
    form = Form(name, request.form)
    try:
        done = save(form, parts().now())
    except InputError as error:
        form.refused(error, _FIELDS)
        done = ""
    if form.problems:
        return _page(form), 422
    flash(done)
    return redirect(url_for("duty.show", contacts=contacts or None))


def _page(form: Form) -> str:
    known, now = parts(), parts().now()
    demo = realm().demo and not rota_over(Window(now - _AHEAD, now + _AHEAD)).posts  # until there is a real one
    duty, me = known.operations.duty, user().name
    whose = (form.text("user") or request.args.get("contacts", "")) if may(user(), "contacts") else ""
    whose = whose if whose in _accounts() else me
    return render_template(
        "duty.html",
        form=form,
        demo_rota=demo,
        board=board(now, demo=demo),
        rotations=duty.rotations(Window(now, now + timedelta(days=366)), demo=demo),
        swaps=[swap for swap in duty.open_swaps() if me in (swap.asker, swap.other) or may(user(), "roster")],
        own=[(key_of(shift), _words(shift.post, shift.window)) for shift in _own_shifts(now)],
        handovers=duty.handovers(limit=5) if not demo else [],
        draft=_draft(),
        names=people(),
        accounts=_accounts(),
        channels=list(open_channels(known.settings, known.clock)),
        whose=whose,
        ways=_ways(form, duty.contacts([whose])[whose]),
        feed=feed.address_of(me),
        words=_words,
        now=now,
        people=PEOPLE,
    )


def _ways(form: Form, kept: Sequence[Contact]) -> list[tuple[str, str]]:
    """The rows of the form: as typed where it was refused, else as kept; some empty ones after them."""
    found = [(each.channel, each.address) for each in kept]
    if form.name == "contacts":
        found = list(zip(form.typed.getlist("channel"), form.typed.getlist("address"), strict=False))
    return [*found, *[("", "")] * max(WAYS - len(found), 1)]


def _accounts() -> dict[str, str]:
    """Who can be on duty: account → name as shown; not who has left, nor the demonstration's staff."""
    everybody = parts().operations.users.all()
    return {person.name: person.display_name for person in everybody if person.active and not person.demo}


def _own_shifts(now: datetime) -> list[Shift]:
    return shifts_of(user().name, Window(now, now + _AHEAD))


def _words(post: str, window: Window) -> str:
    return f"{POSTS[post]} {format_local(window.start, '%m-%d %H:%M')} 至 {format_local(window.end, '%m-%d %H:%M')}"


def _may_hand_over(post: str, now: datetime) -> bool:
    on = rota_over(Window(now - _AHEAD, now + _AHEAD)).on_duty(cast("Post", post), now)
    return on == user().name or may(user(), "roster")


def _draft() -> str:
    """The beginning of a note: what is open in numbers."""
    operations = parts().operations
    counted = {
        level: operations.alerts.count(acknowledged=False, levels=[cast("Level", level)], demo=False)
        for level in LEVELS
    }
    alerts = "，".join(f"{LEVELS[level]} {number}" for level, number in counted.items() if number)
    tasks = operations.tasks.find(demo=False, limit=None)
    late = sum(task.due_at < parts().now() for task in tasks if task.state in UNANSWERED)
    first = f"未确认预警 {sum(counted.values())} 件{f'（{alerts}）' if alerts else ''}；未闭环任务 {len(tasks)} 件"
    return f"{first}{f'，其中 {late} 件已超时' if late else ''}。\n需要接着办的：\n"


def _wrong_way(channel: str, address: str, person: str) -> str:
    """What is wrong with one way to a person, "" where nothing is."""
    kind = channel.partition(":")[0]
    if channel not in open_channels(parts().settings, parts().clock):
        return "请选择一个已配置的渠道" if address else ""
    if kind == "inapp":
        return "" if address == person else f"页面渠道的地址应为账号 {person}"
    if not address:
        return "请填地址"
    if kind == "smtp" and address.count("@") != 1:
        return f"“{address}”不是邮箱地址"
    if kind == "sms" and not (address.lstrip("+").isdigit() and 5 <= len(address) <= 20):
        return f"“{address}”不是电话号码"
    return ""


def _tell(person: str, subject: str, key: str) -> None:
    """By the bell of one person."""
    if parts().settings.inapp.enabled:
        link = url_for("duty.show", realm=None)
        parts().operations.outbox.enqueue("inapp", subject, subject, key=key, recipient=person, link=link)
