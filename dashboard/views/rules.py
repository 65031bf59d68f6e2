"""规则: the rules in force, versions of them, an editor, trials on history, and putting a version in force."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alerting.rulebook import InForce, beginnings, file_text, in_force, mistakes, read_text
from alerting.rules import Rule, rule_types
from config.clock import format_local, parse_local
from config.errors import ConflictError, InputError
from dashboard import ruletext
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from dashboard.trials import LIMIT, trials
from storage.operations.rulebook import LONGEST_NOTE, LONGEST_TEXT, SHORTEST_NOTE
from storage.records import RULE_STATES, RuleTrial, RuleVersion, Window

blueprint = Blueprint("rules", __name__)
Answer = str | tuple[str, int] | Response
USUAL_SPAN = timedelta(days=14)
LONGEST_SPAN = timedelta(days=400)
# Three a day by one rule, each day: who gets more reads none of them.
MANY_A_WEEK = 21
_KINDS = {"new": "新增", "gone": "不再报", "same": "不变"}


class RulesPage(Page):
    """The rules."""

    name = "rules"
    title = "规则"
    group = "警"
    order = 60
    blueprint = blueprint


@blueprint.get("/rules")
def show() -> str:
    """The rules in force and how often each fired; every version and who changed what."""
    now, book = _in_force(), parts().operations.rulebook
    options = {table.name: table for table in ruletext.tables_of(now.text)}
    fired = book.fired(demo=realm().demo)
    rules = [(rule, rule_types()[rule.type].title, options.get(rule.name), fired.get(rule.name)) for rule in now.rules]
    return render_template(
        "rules.html", now=now, rules=rules, versions=book.latest(), standing=book.number_in_force(),
        gone=sorted(set(fired) - {rule.name for rule in now.rules}), **_words(),
    )  # fmt: skip


@blueprint.get("/rules/edit")
@needs("compose")
def edit() -> str:
    """The editor over the rules in force, a version (`from`; 0 is the file), or one rule of either."""
    base = request.args.get("from", type=int)
    base = parts().operations.rulebook.number_in_force() if base is None else base or None
    text = _text_of(base)
    name = request.args.get("rule", "")
    table = ruletext.table_of(text, name) if name else None
    return _editor(table.text if table else text, base=base, rule=name if table else "")


@blueprint.post("/rules/check")
@needs("compose")
def check() -> str:
    """Every mistake of what stands in the editor: a part of the page where htmx asked, else the page."""
    try:
        found = mistakes(_typed())
    except InputError as error:
        found = (str(error),)
    if request.headers.get("HX-Request"):
        return render_template("rule_mistakes.html", found=found, checked=True)
    return _again(found)


@blueprint.post("/rules/drafts")
@needs("compose")
def draft() -> Answer:
    """Keep what was typed as a version of its own, wrong or not; only one that is right can come into force."""
    base, operations = request.form.get("base", type=int), parts().operations
    try:
        made = operations.rulebook.add(_typed(), user().name, request.form.get("note", ""), base=base)
    except InputError as error:
        return _again((str(error),)), 422
    operations.audit.add(user().name, "编写规则", f"规则第 {made.number} 版")
    return redirect(url_for("rules.version", number=made.number))


@blueprint.get("/rules/versions/<int:number>")
def version(number: int) -> str:
    """One version: what differs, what is wrong with it, what a trial found, and the button."""
    return _version(number)


@blueprint.post("/rules/versions/<int:number>/copy")
@needs("compose")
def copy(number: int) -> Answer:
    """An older version comes back as a new one, so that the list of versions only grows."""
    operations = parts().operations
    made = operations.rulebook.add(
        operations.rulebook.get(number).text, user().name, f"回到第 {number} 版", base=number
    )
    operations.audit.add(user().name, "编写规则", f"规则第 {made.number} 版")
    return redirect(url_for("rules.version", number=made.number))


@blueprint.post("/rules/versions/<int:number>/trial")
@needs("compose")
def begin(number: int) -> Answer:
    """Rehearse a version, or one rule of it, over a stretch of history, in the background."""
    name, book = request.form.get("rule", ""), parts().operations.rulebook
    try:
        span = _span(parts().now())
        rules = _chosen(book.get(number), name)
        trials().take()
    except InputError as error:
        return _version(number, trial_problem=str(error)), 422
    except ConflictError as error:
        return _version(number, trial_problem=str(error)), 409
    try:
        standing = [rule for rule in _in_force().rules if name in ("", rule.name)]
        only = [name] if name else []
        trial = book.start_trial(number, span.start, span.end, user().name, rules=only, demo=realm().demo)
    except BaseException:
        trials().free()
        raise
    trials().start(trial, rules, standing)
    return redirect(url_for("rules.version", number=number, _anchor="trial"))


@blueprint.get("/rules/trials/<int:number>")
def trial(number: int) -> str:
    """How far a trial has come, or what it found: a part of the page that asks again by itself."""
    return render_template("rule_trial.html", **_trial_words(parts().operations.rulebook.trial(number)))


@blueprint.post("/rules/versions/<int:number>/enforce")
@needs("enforce")
def enforce(number: int) -> Answer:
    """Put a version in force; the engine follows at its next tick."""
    operations, why = parts().operations, request.form.get("why", "")
    chosen = operations.rulebook.get(number)
    try:
        rules, _ = read_text(chosen.text)
        _be_sure(chosen)
        _swap(number, why, beginnings(_in_force().rules, rules, parts().now()))
    except InputError as error:
        return _version(number, problem=str(error)), 422
    except ConflictError as error:
        return _version(number, problem=str(error)), 409
    flash(f"第 {number} 版已生效，下一次检查（几秒内）起按它执行，无需重启。")
    return redirect(url_for("rules.show"))


@blueprint.post("/rules/file")
@needs("enforce")
def back_to_file() -> Answer:
    """No version holds any more, but the file."""
    try:
        _swap(None, request.form.get("why", ""), {})
    except (InputError, ConflictError) as error:
        flash(str(error))
        return redirect(url_for("rules.show"))
    flash("已改回规则文件，下一次检查起按它执行。")
    return redirect(url_for("rules.show"))


def concerns(version: RuleVersion) -> list[str]:
    """What whoever puts a version in force should know first; [] where there is nothing."""
    done = [trial for trial in parts().operations.rulebook.trials(version.number) if trial.state == "done"]
    whole = next((trial for trial in done if not trial.rules), None)
    if whole is None:
        return ["这一版没有在历史上完整试算过，不知道会报多少"]
    return [
        f"规则“{each['rule']}”试算时每周报 {each['a_week']:g} 次，多于 {MANY_A_WEEK} 次"
        for each in whole.found.get("rules", ())
        if each["a_week"] > MANY_A_WEEK
    ]


def _be_sure(version: RuleVersion) -> None:
    if concerns(version) and not request.form.get("sure"):
        raise InputError("请先看完下面的提醒并勾选“我已知道”")


def _chosen(version: RuleVersion, name: str) -> list[Rule]:
    """The rules of a version that are to be tried, all where no name is given."""
    rules = [rule for rule in read_text(version.text)[0] if name in ("", rule.name)]
    if not rules:
        raise InputError(f"这一版没有规则“{name}”")
    return rules


def _swap(number: int | None, why: str, cursors: dict[str, datetime]) -> None:
    seen = request.form.get("instead_of", type=int)
    parts().operations.rulebook.put_in_force(number, user().name, why, instead_of=seen, cursors=cursors)


def _in_force() -> InForce:
    return in_force(parts().operations.rulebook, parts().settings)


def _text_of(base: int | None) -> str:
    return file_text(parts().settings) if base is None else parts().operations.rulebook.get(base).text


def _typed() -> str:
    """The whole text that the editor means. Raises InputError where it means none."""
    form = request.form
    own, name = form.get("text", "").replace("\r\n", "\n"), form.get("rule", "")
    if not own.strip():
        raise InputError("规则是空的，请至少写一条 [[rule]]")
    return ruletext.replaced(_text_of(form.get("base", type=int)), name, own) if name else own


def _again(found: tuple[str, ...]) -> str:
    """The editor as it was left."""
    form = request.form
    return _editor(
        form.get("text", ""), base=form.get("base", type=int), rule=form.get("rule", ""), note=form.get("note", ""),
        found=found, checked=True,
    )  # fmt: skip


def _editor(
    text: str, *, base: int | None, rule: str, note: str = "", found: tuple[str, ...] = (), checked: bool = False
) -> str:  # fmt: skip
    types = {name: (kind.title, kind.example) for name, kind in rule_types().items()}
    return render_template(
        "rule_edit.html", text=text, base=base, rule=rule, note=note, found=found, checked=checked, types=types,
        longest=LONGEST_TEXT, longest_note=LONGEST_NOTE,
    )  # fmt: skip


def _version(number: int, problem: str = "", trial_problem: str = "") -> str:
    book, now = parts().operations.rulebook, _in_force()
    chosen = book.get(number)
    tried = book.trials(number)
    return render_template(
        "rule_version.html", version=chosen, found=mistakes(chosen.text), now=now, standing=book.number_in_force(),
        to_now=ruletext.differences(now.text, chosen.text),
        to_base=ruletext.differences(_text_of(chosen.base), chosen.text),
        names=[table.name for table in ruletext.tables_of(chosen.text)], concerns=concerns(chosen), problem=problem,
        trial_problem=trial_problem, tried=tried, given=request.form,
        since=parts().now() - USUAL_SPAN, until=parts().now(), limit=int(LIMIT.total_seconds() // 60),
        shortest=SHORTEST_NOTE, longest=LONGEST_NOTE, **(_trial_words(tried[0]) if tried else {}), **_words(),
    )  # fmt: skip


def _trial_words(trial: RuleTrial) -> dict[str, object]:
    return {"trial": trial, "lost": parts().operations.rulebook.is_lost(trial), "kinds": _KINDS, "many": MANY_A_WEEK}


def _words() -> dict[str, object]:
    return {"people": people(), "states": RULE_STATES, "looked_at": ruletext.looked_at, "limits": ruletext.limits}


def _span(now: datetime) -> Window:
    """The stretch of history that was asked for."""
    try:
        since, until = (parse_local(request.form.get(name, "")) for name in ("since", "until"))
    except ValueError:
        raise InputError("请填写从何时到何时") from None
    until = min(until, now)
    if since >= until:
        raise InputError("开始时间应早于结束时间，且不在将来")
    if until - since > LONGEST_SPAN:
        raise InputError(f"一次最多试算 {LONGEST_SPAN.days} 天，现为 {format_local(since)} 到 {format_local(until)}")
    return Window(since, until)
