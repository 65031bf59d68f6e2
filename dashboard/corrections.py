"""Corrections on the page of a text: what staff say it is, who said so, and taking it back.

What is corrected counts at once for pages, queries and alerts; the label stays for the next training
(storage/corrections.py, docs/decisions/0005).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Flask, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError, InputError, NotFoundError
from config.masking import mask
from dashboard.auth import needs
from dashboard.names import codes
from dashboard.parts import parts, user
from dashboard.people import people
from storage.corrections import SCHEME, SENTIMENT, URGENCY, Correction, corrected, save_corrected, value_of
from storage.operations.labels import LONGEST_NOTE
from storage.records import LABELS, URGENCIES, Document

blueprint = Blueprint("corrections", __name__)
# A form field is CHOSEN + subject; beside it stands what the page showed when it was drawn.
CHOSEN, SHOWN = "value.", "shown."
_NAMES = {SENTIMENT: "情感", URGENCY: "紧急程度"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One subject of a text: what it is now and what it could be, code → name."""

    subject: str
    value: str
    options: Mapping[str, str]

    @property
    def scheme(self) -> str:
        """The code table, "" where the subject is none."""
        return self.subject.removeprefix(SCHEME) if self.subject.startswith(SCHEME) else ""

    @property
    def name(self) -> str:
        """The Chinese name; "" for a code table, whose title the page knows."""
        return _NAMES.get(self.subject, "")


def install(app: Flask) -> None:
    """Add the handlers, and what the template asks for."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        choices_of=choices_of, corrections_of=corrections_of, people_named=people, longest_note=LONGEST_NOTE
    )


def choices_of(doc: Document) -> list[Choice]:
    """Everything that can be corrected of a text."""
    tables = [(category.scheme, codes(category.scheme)) for category in doc.analysis.categories]
    found = [(SENTIMENT, LABELS), (URGENCY, URGENCIES), *((SCHEME + scheme, names) for scheme, names in tables)]
    return [
        Choice(subject, value, {value: value, **options})
        for subject, options in found
        if len(options) > 1 and (value := value_of(doc, subject))
    ]


def corrections_of(doc: Document) -> Sequence[Correction]:
    """Every label of a text, newest first."""
    return parts().operations.labels.of_document(doc.id)


@blueprint.post("/documents/<number>/corrections")
@needs("correct")
def correct(number: str) -> Response:
    """Keep what was changed in the form; the text shows and counts it from now on."""
    doc = _one(number)
    changed = _changed(doc, request.form)
    if not changed:
        flash("没有改动任何一项。")
        return _back(number)
    note = mask(request.form.get("note", ""))
    labels, audit = parts().operations.labels, parts().operations.audit
    for subject, value in changed.items():
        made = labels.add(doc, subject, value, user().name, note)
        audit.add(user().name, "更正分析结果", f"文本 {number}", f"{subject}：{made.old} → {made.new}")
    # A person's word on a text is news to alerting, so it carries the present time.
    save_corrected(parts().store, labels, [replace(doc, analysed_at=parts().now())])
    flash(f"已更正 {len(changed)} 项，页面、查询和预警都按更正后的算；重新分析也不会冲掉。")
    return _back(number)


@blueprint.post("/documents/<number>/corrections/<int:label>/withdraw")
@needs("correct")
def withdraw(number: str, label: int) -> Response:
    """Take one label back: the value from before is shown at once, and the text is analysed again."""
    doc, operations = _one(number), parts().operations
    found = operations.labels.get(label)
    if found.document_id != doc.id:
        raise NotFoundError("更正", str(label))
    operations.labels.withdraw(label, user().name)
    operations.audit.add(user().name, "撤销更正", f"文本 {number}", f"{found.subject}：{found.new} → {found.old}")
    before = corrected(doc, {found.subject: found.old}, "") if found.old else doc
    save_corrected(parts().store, operations.labels, [replace(before, analysed_at=parts().now())])
    again = operations.inbox.again(number)
    flash("已撤销，恢复为更正前的判断。" + ("程序稍后会重新判断这条文本。" if again else ""))
    return _back(number)


def _changed(doc: Document, form: Mapping[str, str]) -> dict[str, str]:
    """Subject → new value, of what the person changed on the page. Raises InputError for a value that cannot be,
    ConflictError where the text is judged otherwise by now than the page showed."""
    changed: dict[str, str] = {}
    for choice in choices_of(doc):
        value, shown = form.get(CHOSEN + choice.subject), form.get(SHOWN + choice.subject)
        if value is None or value == shown:
            continue
        if value not in choice.options:
            raise InputError(f"不能是“{value}”", field=choice.name or choice.scheme)
        if shown != choice.value:
            raise ConflictError("更正", "这条文本的判断刚刚变了，请返回看过再改")
        changed[choice.subject] = value
    return changed


def _one(number: str) -> Document:
    doc = parts().store.get([number]).get(number)
    if doc is None:
        raise NotFoundError("文本", number)
    return doc


def _back(number: str) -> Response:
    return redirect(url_for("documents.one", number=number))
