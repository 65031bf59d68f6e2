"""文本: search and filter, read one text with the reasons of every decision, take away a masked CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from config.clock import format_local
from config.errors import NotFoundError, QueryError
from dashboard.auth import needs
from dashboard.export import csv_lines
from dashboard.filters import Filter, read_filter
from dashboard.highlight import excerpt, marked
from dashboard.mentions import mentions
from dashboard.names import value_name
from dashboard.originals import export_leave
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.realm import realm
from dashboard.security import local_target
from nlp.baseline import snownlp_score
from nlp.media import media_rank
from nlp.text import joined
from storage.documents import DEEPEST
from storage.query import FIELDS, Aggregation, Query, format_query
from storage.records import Document

blueprint = Blueprint("documents", __name__)
PER_PAGE = 30
CHOICES = ("medium", "source", "region", "category", "label", "urgency", "kind")
MOST_CHOICES = 40  # values a select offers; the expression reaches the others


class DocumentsPage(Page):
    """Every text, searchable."""

    name = "documents"
    title = "文本"
    group = "看"
    order = 20
    count = "documents"
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Choice:
    """One select: its values with their names and how many texts each has."""

    field: str
    name: str
    options: Sequence[tuple[str, str, int]]
    chosen: str


@blueprint.get("/documents")
def show() -> str | BaseResponse:
    """The list; selects of the form arrive as `set.FIELD` and become part of the expression."""
    changes = {name.removeprefix("set."): value for name, value in request.args.items() if name.startswith("set.")}
    try:
        chosen = read_filter(request.args, parts().now(), realm(), default="all")
    except QueryError as error:
        fallback = read_filter({}, parts().now(), realm(), default="all")
        return render_template("documents.html", filter=fallback, problem=str(error), written=request.args.get("q", ""))
    if changes:
        return redirect(chosen.at("documents.show", _changed(chosen.query, changes)))
    number = max(1, request.args.get("page", 1, type=int))
    page = parts().store.find(chosen.query, limit=PER_PAGE, offset=min((number - 1) * PER_PAGE, DEEPEST - PER_PAGE))
    return render_template(
        "documents.html",
        filter=chosen,
        page=page,
        number=number,
        last=min(max(1, -(-page.total // PER_PAGE)), DEEPEST // PER_PAGE),
        choices=_choices(chosen),
        excerpt=excerpt,
        here=request.full_path.rstrip("?"),
        nothing_at_all=realm().empty,
    )


def _changed(query: Query, changes: dict[str, str]) -> Query:
    for name, value in changes.items():
        if name not in FIELDS:
            continue
        query = query.widen(name)
        if value:
            query = query.narrow(name, value)
    return query


def _choices(chosen: Filter) -> list[Choice]:
    """What can be chosen in each field, counted as if that field were free."""
    found = []
    for field in CHOICES:
        buckets = parts().store.aggregate(chosen.query.widen(field), Aggregation(by=(field,), top=MOST_CHOICES))
        options = [(bucket.key[0], value_name(field, bucket.key[0]), bucket.count) for bucket in buckets]
        wanted = chosen.query.values(field)
        if len(options) > 1 or wanted:
            found.append(Choice(field, FIELDS[field], options, wanted[0] if len(wanted) == 1 else ""))
    return found


def _one(number: str) -> Document:
    doc = parts().store.get([number]).get(number)
    if doc is None:
        raise NotFoundError("文本", number)
    return doc


@blueprint.get("/documents/<number>")
def one(number: str) -> str:
    """One text, masked, with what was decided about it and why."""
    doc = _one(number)
    return render_template(
        "document.html",
        doc=doc,
        title=marked(doc.title, doc.analysis.sentiment.because),
        body=marked(doc.body, doc.analysis.sentiment.because),
        mentions=mentions(doc.analysis.entities),
        rank=media_rank(doc.source, doc.url, doc.medium),
        source_link=doc.url if doc.url and doc.url.startswith(("http://", "https://")) else None,
        back=local_target(request.args.get("back")) or url_for("documents.show"),
    )


@blueprint.post("/documents/<number>/baseline")
@needs("analyse")
def baseline(number: str) -> str:
    """Compute the SnowNLP score now and keep it; takes about ten milliseconds, the first one a second."""
    doc = _one(number)
    parts().store.fill_snownlp({number: snownlp_score(joined(doc.title, doc.body))})
    return render_template("document_baseline.html", doc=_one(number))


def _untyped(query: Query) -> str:
    """A filter as the audit log tells it: fields and values; of free words, which may be names, only how many."""
    fields = format_query(replace(query, text=()))
    words = f"检索词 {len(query.text)} 个" if query.text else ""
    return "，".join(part for part in (fields, words) if part) or "无"


@blueprint.get("/documents.csv")
@needs("export")
def export() -> BaseResponse:
    """The masked texts of a filter, many of them after a second person agreed; the audit log says who took how many."""
    now = parts().now()
    chosen = read_filter(request.args, now, realm(), default="all")
    total = parts().store.count(chosen.query)
    leave = export_leave(total)
    if leave is None:
        return redirect(chosen.at("originals.ask"))
    parts().operations.audit.add(
        user().name,
        "导出文本",
        f"{total} 条",
        f"条件：{_untyped(chosen.query)}{'（示例）' if realm().demo else ''}；时段：{chosen.span_name}{leave}",
    )
    name = f"舆警文本-{format_local(now, '%Y%m%d-%H%M')}.csv"
    disposition = f"attachment; filename=documents.csv; filename*=UTF-8''{quote(name)}"
    return Response(
        csv_lines(parts().store.scan(chosen.query)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )
