"""The report as JSON: every number with what it was counted from, so that anybody can count again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from config.clock import as_local
from dashboard.reports.numbers import Number
from dashboard.reports.summary import Event, Line, WeeklyReport
from storage.records import Window


def as_json(report: WeeklyReport) -> str:
    """Indented, Chinese as it is; times in Shanghai with their offset."""
    return json.dumps(archive(report), ensure_ascii=False, indent=2) + "\n"


def archive(report: WeeklyReport) -> dict[str, Any]:
    """The report as plain values; tables name their numbers, which stand under `numbers`."""
    return {
        "title": "供电服务舆情与投诉周风险摘要",
        "site": report.site,
        "author": report.author,
        "ending": report.weeks.ending.isoformat(),
        "window": _window(report.weeks.window),
        "previous_window": _window(report.weeks.previous) if report.comparable else None,
        "complete": report.weeks.complete,
        "made_at": _time(report.made_at),
        "data_to": _time(report.data_to),
        "demo": report.demo,
        "verdict": {"word": report.verdict.word, "because": list(report.verdict.because)},
        "sentence": report.sentence,
        "numbers": {name: _number(number) for name, number in sorted(report.numbers.items())},
        "trend": [
            {"week": bar.name, "total": bar.total.name, "negative": bar.negative.name, "known": bar.known}
            for bar in report.trend
        ],
        "topics": [_line(line) for line in report.topics],
        "sources": [_line(line) for line in report.sources],
        "regions": [_line(line) for line in report.regions],
        "events": [_event(event) for event in report.events],
        "risks": [
            {"level": risk.level, "title": risk.title, "reason": risk.reason, "due_at": _time(risk.due_at),
             "advice": risk.advice}
            for risk in report.risks
        ],
        "gaps": [{"title": gap.title, "count": gap.count.name, "named": gap.named} for gap in report.gaps],
        "troubles": [
            {"source": trouble.source, "at": _time(trouble.at), "failed": trouble.failed, "reason": trouble.reason}
            for trouble in report.troubles
        ],
        "notes": list(report.notes),
    }  # fmt: skip


def _number(number: Number) -> dict[str, Any]:
    told: dict[str, Any] = {"value": number.value, "unit": number.unit, "previous": number.previous}
    for name in ("query", "of", "filter", "previous_query", "previous_of"):
        if (value := getattr(number, name)) is not None:
            told[name] = value
    return told


def _line(line: Line) -> dict[str, Any]:
    told = {"code": line.code, "name": line.name, "texts": line.texts.name}
    return told if line.negative is None else {**told, "negative": line.negative.name}


def _event(event: Event) -> dict[str, Any]:
    return {
        "level": event.level,
        "title": event.title,
        "texts": event.texts.name,
        "alerts": event.alerts,
        "first_text_at": _time(event.first_text_at),
        "answered_at": _time(event.answered_at),
        "due_at": _time(event.due_at),
        "state": event.state,
        "overdue": event.overdue,
    }


def _window(window: Window) -> dict[str, str | None]:
    return {"start": _time(window.start), "end": _time(window.end)}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else as_local(moment).isoformat()
