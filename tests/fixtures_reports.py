"""Five weeks of texts, alerts and tasks as a small county would have them, for the tests of reports."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from config.clock import TurnedClock
from config.settings import ReportSettings, SiteSettings
from storage.documents import DocumentStore, open_store
from storage.operations import Operations
from storage.query import Query, format_query
from storage.records import (
    AlertDraft,
    Analysis,
    Category,
    Decision,
    Document,
    Sentiment,
    SourceReport,
    UrgencyVerdict,
    Window,
)
from tests.fixtures_desk import ended, spoken

ENDING = date(2026, 5, 10)  # a Sunday
WEEK_START = datetime(2026, 5, 3, 16, 0, tzinfo=UTC)  # Monday 4 May, midnight in Shanghai
WEEK_END = WEEK_START + timedelta(days=7)
MADE_AT = WEEK_END + timedelta(hours=9)
SITE = SiteSettings(name="云川县供电分公司", domain_region="云川县", base_url="")
REPORT = ReportSettings(author="供电服务监督班")
FOUR_HOURS = timedelta(hours=4)


def document(number: int, at: datetime, **facts: Any) -> Document:
    """One analysed text; `label`, `category` and `urgency` as given."""
    analysis = Analysis(
        sentiment=Sentiment(0.0, facts.pop("label", "neutral")),
        categories=(Category("power8", facts.pop("category", "TD")),),
        urgency=UrgencyVerdict(facts.pop("urgency", "L")),
        entities=(), keywords=(), clean_text="停电", tokens=("停电",), search_words=("停电",), versions={},
    )  # fmt: skip
    given = {"source": "95598", "medium": "hotline", "region": "河口镇", **facts}
    return Document(
        id=f"{number:024x}", title="停电", body="", published_at=at, arrived_at=at, analysed_at=at, analysis=analysis,
        **given,
    )  # fmt: skip


def county(weeks: int = 5, seed: int = 7) -> Iterator[Document]:
    """Some 40 texts a day, more and more negative ones in the last week; steady under one seed."""
    chance = random.Random(seed)
    number = 0
    start = WEEK_END - timedelta(days=7 * weeks)
    for day in range(7 * weeks):
        last = day >= 7 * (weeks - 1)
        for _ in range(chance.randint(30, 45) + (12 if last else 0)):
            number += 1
            category = chance.choices(["TD", "DF", "FW", "DY", "YK", "ZG", "NO"], [4 + 3 * last, 3, 2, 1, 1, 1, 1])[0]
            yield document(
                number,
                start + timedelta(days=day, seconds=chance.randrange(86_400)),
                label=chance.choices(["negative", "neutral", "positive"], [3 + 2 * last, 5, 2])[0],
                category=category,
                urgency=chance.choices(["H", "M", "L"], [1, 3, 6])[0],
                source=chance.choices(["95598", "12345 转办", "云川论坛", "云川新闻"], [6, 2, 2, 1])[0],
                region=chance.choices(
                    ["河口镇", "石桥镇", "柳园乡", "城关镇", "安泰乡", "东山乡", None], [5, 3, 2, 2, 1, 1, 1]
                )[0],
            )


def open_with(file: Path, docs: Iterator[Document] | list[Document]) -> DocumentStore:
    """A SQLite store that holds these documents."""
    store = open_store(f"sqlite:///{file}", lambda text: [text])
    store.save(list(docs))
    return store


def alert(rule: str, key: str, hour: float, **changes: Any) -> Decision:
    """An alert of one hour, `hour` after the beginning of the week."""
    start = WEEK_START + timedelta(hours=hour)
    window = Window(start, start + timedelta(hours=1))
    query = Query().narrow("region", key).during(window) if key else Query().during(window)
    given: dict[str, Any] = {
        "rule": rule, "key": key, "level": "orange", "title": f"{key}停电集中", "window": window, "seen": 12.0,
        "expected": 3.0, "because": (), "query": format_query(query), "examples": (), "first_text_at": start,
        "muted_until": window.end, "state": "confirmed", **changes,
    }  # fmt: skip
    return Decision(AlertDraft(**given))


def work_through(operations: Operations, clock: TurnedClock) -> None:
    """The alerts of the week, and what people did about them; the clock ends at MADE_AT."""

    def at(hour: float) -> None:
        clock.turn_to(WEEK_START + timedelta(hours=hour))

    def record(decision: Decision) -> int:
        (number,) = operations.alerts.record([decision], due=FOUR_HOURS).alert_ids
        return operations.alerts.get(number).task_id or 0

    at(-50)
    before = record(alert("停电集中", "城关镇", -51))
    operations.tasks.claim(before, "李某")
    ended(operations, before, "李某", "已恢复")
    at(16)
    outage = record(alert("停电集中", "河口镇", 15, level="red", title="河口镇停电未通知，17 时以来投诉集中"))
    at(17)
    record(alert("停电集中", "河口镇", 16, title="河口镇停电未通知"))
    operations.tasks.claim(outage, "王某")
    ended(operations, outage, "王某", "正在抢修")
    at(40)
    billing = record(alert("电费激增", "石桥镇", 39, title="石桥镇电费多收"))
    at(45)
    operations.tasks.claim(billing, "李某")
    spoken(operations, billing, "李某", "已退费")
    at(150)
    record(alert("低电压", "柳园乡", 149, level="yellow", title="柳园乡低电压反复"))
    at(166)
    record(alert("舆情关键词", "", 165.5, level="blue", title="论坛帖子提到停电赔偿"))
    operations.crawl_runs.record(
        SourceReport("云川论坛", clock.now(), clock.now(), 12, 3, 0, 8, 1, ("https://forum.example/7：超时",))
    )
    clock.turn_to(MADE_AT)
