"""The weekly summary: built once from the two stores, then written in as many formats as wanted."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from config.clock import Clock
from config.errors import InputError, system_reason
from config.settings import ReportSettings, SiteSettings
from dashboard.expected import oldest
from dashboard.names import value_name
from dashboard.realm import realm_of
from dashboard.reports.archive import as_json
from dashboard.reports.charts import find_font
from dashboard.reports.closing import closing_gaps
from dashboard.reports.numbers import DAY, Counting, Number, Weeks, weeks_until
from dashboard.reports.page import as_page
from dashboard.reports.paper import as_pdf
from dashboard.reports.summary import Bar, Line, Trouble, WeeklyReport
from dashboard.reports.word import as_word
from dashboard.reports.wording import moment, sentence, verdict
from dashboard.reports.work import Work
from storage.documents import DocumentStore
from storage.operations import DEMO_PREFIX, Operations
from storage.query import MISSING

FORMATS = ("html", "docx", "pdf")
WEEKS, TOPICS, SOURCES, REGIONS, EVENTS, RISKS = 4, 6, 5, 5, 5, 4


def build_weekly(
    *,
    store: DocumentStore,
    operations: Operations,
    ending: date,
    clock: Clock,
    site: SiteSettings,
    report: ReportSettings,
    demo: bool | None = None,
) -> WeeklyReport:
    """Count the seven Shanghai days through `ending`; a week still running is counted up to now.

    `demo`: the demonstration (marked) or what is real; None: what is real if there is anything, as on the pages.
    Raises InputError for a week that has not begun, StoreError when a store does not answer.
    """
    now = clock.now()
    weeks = _weeks(ending, now)
    side = realm_of(store, "" if demo is None else "demo" if demo else "real")
    scope = side.scope
    first = oldest(store, scope)
    comparable = first is not None and first < weeks.previous.start + DAY
    counting = Counting(store, weeks, scope, comparable)
    _count_totals(counting)
    work = Work(operations, counting, side.demo, now)
    work.count_all()
    topics = _topics(counting)
    events, risks = work.events(EVENTS), work.risks(RISKS)
    troubles = _troubles(operations, weeks, side.demo)
    return WeeklyReport(
        weeks=weeks,
        site=site.name,
        author=report.author,
        made_at=now,
        data_to=store.newest(scope.during(weeks.window)),
        first_text_at=first,
        comparable=comparable,
        demo=side.demo,
        verdict=verdict(counting.numbers),
        sentence=sentence(counting.numbers, topics, comparable),
        trend=_trend(counting, first),
        topics=topics,
        sources=_ranking(counting, "source", SOURCES),
        regions=_ranking(counting, "region", REGIONS),
        events=tuple(events),
        risks=tuple(risks),
        gaps=closing_gaps(operations, counting, side.demo, now),
        troubles=troubles,
        notes=_notes(weeks, first, comparable),
        numbers=counting.numbers,
    )


def write_weekly(report: WeeklyReport, formats: Sequence[str], out: Path, base_url: str | None = None) -> list[Path]:
    """Write `weekly-DATE.json` and the wanted formats into `out`, which is made if missing; returns the files.

    With `base_url` (`https://host:port`) the numbers of the page link to their documents; without, nothing links.
    Raises InputError for an unknown format and for a folder that cannot be written; then nothing is left half written.
    """
    if unknown := [name for name in formats if name not in FORMATS]:
        raise InputError(f"没有格式“{'、'.join(unknown)}”；有：{'、'.join(FORMATS)}")
    stem = f"weekly-{report.weeks.ending.isoformat()}"
    contents: dict[str, bytes] = {}
    if "html" in formats:
        contents[f"{stem}.html"] = as_page(report, base_url).encode()
    if "docx" in formats:
        contents[f"{stem}.docx"] = as_word(report, find_font())
    if "pdf" in formats:
        contents[f"{stem}.pdf"] = as_pdf(report, base_url)
    contents[f"{stem}.json"] = as_json(report).encode()
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [_write(out / name, content) for name, content in contents.items()]
    except OSError as error:
        raise InputError(f"目录 {out} 写不进去：{system_reason(error)}") from error


def _write(file: Path, content: bytes) -> Path:
    """Beside it first: a report somebody has open is replaced whole or not at all."""
    fresh = file.with_name(f".{file.name}.part")
    try:
        fresh.write_bytes(content)
        fresh.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    return file


def _weeks(ending: date, now: datetime) -> Weeks:
    try:
        return weeks_until(ending, now)
    except ValueError:
        raise InputError(f"截至 {ending.isoformat()} 的一周还没有开始或不在日历内") from None


def _count_totals(counting: Counting) -> None:
    scope = counting.scope
    total = counting.texts("total", scope)
    negative = counting.texts("negative", scope.narrow("label", "negative"))
    counting.share("negative_share", negative, total)
    counting.texts("urgent", scope.narrow("urgency", "H"))


def _trend(counting: Counting, first: datetime | None) -> tuple[Bar, ...]:
    """The last four weeks, oldest first, each counted over the same stretch of its days."""
    bars: list[Bar] = []
    for back in reversed(range(WEEKS)):
        window = counting.weeks.before(back)
        ending = counting.weeks.ending - timedelta(days=7 * back)
        prefix = f"trend.{ending.isoformat()}"
        bars.append(
            Bar(
                f"{ending.month}/{ending.day}",
                counting.texts_during(f"{prefix}.total", counting.scope, window),
                counting.texts_during(f"{prefix}.negative", counting.scope.narrow("label", "negative"), window),
                first is not None and first < window.end,
            )
        )
    return tuple(bars)


def _topics(counting: Counting) -> tuple[Line, ...]:
    """The categories of negative texts, the greatest increase first; by number where nothing can be compared."""
    counted = counting.by("topics", counting.scope.narrow("label", "negative"), "category")
    lines = [Line(code, value_name("category", code), number) for code, number in counted.items()]
    kept = sorted(lines, key=lambda line: (-(line.texts.value or 0), line.code))[:TOPICS]
    return tuple(sorted(kept, key=lambda line: (-_weight(line.texts, counting.comparable), line.code)))


def _weight(number: Number, comparable: bool) -> float:
    return (number.change if comparable else number.value) or 0


def _ranking(counting: Counting, name: str, most: int) -> tuple[Line, ...]:
    """The commonest values of a field with how many of their texts are negative; without value is left out."""
    texts = counting.by(f"{name}s", counting.scope, name)
    negative = counting.by(f"{name}s_negative", counting.scope.narrow("label", "negative"), name)
    known = [value for value, number in texts.items() if value != MISSING and number.value]
    known.sort(key=lambda value: (-(texts[value].value or 0), value))
    return tuple(Line(value, value_name(name, value), texts[value], negative.get(value)) for value in known[:most])


def _troubles(operations: Operations, weeks: Weeks, demo: bool) -> tuple[Trouble, ...]:
    """Sources whose last crawl failed, if it ran in this week or later; older ones are over."""
    return tuple(
        Trouble(run.source, run.finished_at, run.failed, "；".join(run.reasons[:2]) or "原因未记录")
        for run in operations.crawl_runs.latest()
        if run.failed and run.finished_at >= weeks.start and run.source.startswith(DEMO_PREFIX) == demo
    )


def _notes(weeks: Weeks, first: datetime | None, comparable: bool) -> tuple[str, ...]:
    notes: list[str] = []
    if not weeks.complete:
        notes.append(f"本周未结束，统计到 {moment(weeks.end)}，各周都只算到同一时刻")
    if not comparable:
        since = "没有任何文本" if first is None else f"最早的文本在 {moment(first)}"
        notes.append(f"上周数据不足（{since}），不作比较")
    return tuple(notes)
