"""Playing the demonstration in: the real importer, spiders, analysis and engine, under a clock that is turned.

Dated once per home (the anchor). Every step can be repeated, so what was cut short is finished by the next start.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from config.clock import Clock, TurnedClock, parse_local
from crawler.imports import Arrival, import_file
from crawler.run import crawl
from crawler.sources import load_sources
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.inbox import Inbox, Received
from storage.query import Query
from storage.records import ROLES, RawDocument, Role
from yujing.demo.causes import put_causes
from yujing.demo.export import write_export, write_mapping
from yujing.demo.pages import PUBLIC_ADDRESS
from yujing.demo.replay import DemoStore, Replay
from yujing.demo.scenario import Scenario, generate
from yujing.demo.site import serve_site, sources_toml
from yujing.demo.staff import Staff
from yujing.wiring import Services, build

Progress = Callable[[str, int, int], None]

SEED = 20_261
FOLDER = "demo"
# Keys in the installation's own values. state: loading, done or removed.
STATE, ANCHOR, PLAYED_TO = "demo.state", "demo.anchor", "demo.played_to"
# From a call to the order in our hands, and from a page to the crawl that meets it; seconds.
ARRIVES_AFTER = {"hotline": (60, 240)}
PAGE_ARRIVES_AFTER = (180, 1100)
# Nothing arrives later than this before the anchor, or the engine's last tick would not see it.
LAST_ARRIVAL = timedelta(seconds=40)


def no_progress(_step: str, _done: int, _total: int) -> None:
    """For callers that show none."""


def play(services: Services, *, progress: Progress = no_progress, again: bool = False, seed: int = SEED) -> bool:
    """Load the demonstration to its end; returns whether anything was done.

    Returns at once where it is loaded already, or was removed and is not asked for `again`. No other process may
    analyse or alert on this home meanwhile. Raises StoreError when a store does not answer.
    """
    meta = services.operations.meta
    state = meta.get(STATE)
    if state == "done" or (state == "removed" and not again):
        return False
    if state != "loading":
        meta.set(ANCHOR, services.clock.now().isoformat())
        meta.set(STATE, "loading")
    progress("生成示例", 0, 1)
    scenario = generate(seed, parse_local(meta.get(ANCHOR) or ""))
    progress("生成示例", 1, 1)
    played = build(services.settings, TurnedClock(scenario.anchor))
    try:
        load(played, scenario, progress, real=services.clock)
    finally:
        played.close()
    meta.set(STATE, "done")
    return True


def remove(services: Services) -> dict[str, int]:
    """Delete everything of the demonstration; what people brought in themselves stays. Returns how many of what."""
    # Said first: a removal cut short is finished by the next one, and no start loads the sample again.
    services.operations.meta.set(STATE, "removed")
    # Originals first: what is gone from the inbox is not analysed into the store again.
    rows = services.operations.remove_demo()
    documents = services.store.delete(Query().narrow("demo", "1"))
    for key in (ANCHOR, PLAYED_TO):
        services.operations.meta.remove(key)
    shutil.rmtree(services.settings.in_home(FOLDER), ignore_errors=True)
    words = {"alerts": "预警", "tasks": "任务", "inbox": "原文", "pages": "抓取记录", "users": "账号"}
    return {"文档": documents, **{words[table]: number for table, number in rows.items() if table in words}}


def load(played: Services, scenario: Scenario, progress: Progress = no_progress, *, real: Clock | None = None) -> None:
    """All the steps, each of them repeatable; `played` runs on a turned clock that stands at the scenario's anchor.

    Texts of others that wait in the inbox are analysed on the way, and dated by `real`.
    """
    folder = played.settings.in_home(FOLDER)
    _add_staff(played.operations, scenario)
    put_causes(played.operations.causes, scenario, cast("TurnedClock", played.clock))
    _import(played, scenario, folder, progress)
    _crawl(played, scenario, folder, progress)
    clock = cast("TurnedClock", played.clock)
    played.store = cast("DocumentStore", DemoStore(played.store, clock, real or clock))
    _analyse(played, progress)
    clock.turn_to(scenario.anchor)
    progress("归并事件", 0, 1)
    played.grouping(demo=True).run_once()
    progress("归并事件", 1, 1)
    Replay(played, scenario, clock).run(PLAYED_TO, lambda done, total: progress("重放预警与任务", done, total))


def _add_staff(operations: Operations, scenario: Scenario) -> None:
    """The accounts in whose names tasks were worked on; nobody knows their passwords."""
    staff = Staff(operations, scenario)
    known = {user.name for user in operations.users.all()}
    roles: dict[str, Role] = {
        staff.duty: "duty", staff.spokesperson: "spokesperson", staff.people.head: "department",
        staff.people.leader: "manager",
    }  # fmt: skip
    for name, role in roles.items():
        if name not in known:
            operations.users.add(name, role, secrets.token_urlsafe(24), f"示例·{ROLES[role]}", demo=True)
            operations.users.disable(name)
    staff.keep_rota()
    staff.take_posts()


def arrival(scenario: Scenario) -> Arrival:
    """When each text of the scenario reached us: soon after it appeared, always the same, never after the anchor."""

    def arrived_at(raw: RawDocument) -> datetime:
        shortest, longest = ARRIVES_AFTER.get(raw.medium, PAGE_ARRIVES_AFTER)
        share = int(hashlib.sha256(raw.id.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
        after = timedelta(seconds=shortest + share * (longest - shortest))
        return max(raw.published_at, min(raw.published_at + after, scenario.anchor - LAST_ARRIVAL))

    return arrived_at


def _import(played: Services, scenario: Scenario, folder: Path, progress: Progress) -> None:
    export = write_export(scenario, folder / "示例-95598工单.tsv")
    report = import_file(
        export,
        "95598",
        mapping=write_mapping(scenario, folder / "示例-95598工单.toml"),
        inbox=played.operations.inbox,
        clock=played.clock,
        settings=played.settings.intake,
        rejected_folder=folder,
        by="示例",
        progress=lambda done, total: progress("导入示例工单", done, total),
        demo=True,
        arrived_at=arrival(scenario),
    )
    # A start cut short has read the file without saying so.
    if all(known.source != report.source for known in played.operations.imports.latest()):
        played.operations.imports.record(report)


def _crawl(played: Services, scenario: Scenario, folder: Path, progress: Progress) -> None:
    fetched: dict[str, int] = {}
    total = len(scenario.articles)

    def count(source: str, pages: int) -> None:
        fetched[source] = pages
        progress("抓取示例网站", min(sum(fetched.values()), total), total)

    with serve_site(scenario) as base_url:
        sources = folder / "sources.toml"
        sources.write_text(sources_toml(base_url), encoding="utf-8")
        crawl(
            load_sources(sources),
            operations=_public(played.operations, base_url),
            # It is our own server on this machine: nobody needs to be spared.
            settings=replace(played.settings.crawl, delay_seconds=0.0),
            clock=played.clock,
            progress=count,
            arrived_at=arrival(scenario),
        )
    progress("抓取示例网站", total, total)


def _public(operations: Operations, base_url: str) -> Operations:
    """The same operations with an inbox that keeps pages under their public address.

    The server's port is another one each time; under one name a page stays one document, and a reader sees at once
    that the address is made up.
    """
    public = copy.copy(operations)
    public.inbox = cast("Inbox", _PublicInbox(operations.inbox, base_url))
    return public


class _PublicInbox:
    """Gives pages their public address on the way in."""

    def __init__(self, inbox: Inbox, base_url: str) -> None:
        self._inbox, self._base_url = inbox, base_url

    def put(self, raws: Sequence[RawDocument], arrived_at: Arrival | None = None) -> list[Received]:
        """As `Inbox.put`."""
        return self._inbox.put([self._renamed(raw) for raw in raws], arrived_at)

    def _renamed(self, raw: RawDocument) -> RawDocument:
        url = PUBLIC_ADDRESS + (raw.url or "").removeprefix(self._base_url)
        return replace(raw, url=url, external_id=url)


def _analyse(played: Services, progress: Progress) -> None:
    """Analyse until nothing waits."""
    inbox = played.operations.inbox
    total = inbox.counts()["waiting"]
    if not total:
        return
    # Nothing else runs meanwhile, so a second process is worth its start.
    workers = played.settings.analysis.workers
    stage = played.stage(workers=max(2, workers) if workers else 0)
    try:
        while waiting := inbox.counts()["waiting"]:
            progress("分析示例文本", total - waiting, total)
            if not stage.run_once().taken:
                _outlast_leases(played)
    finally:
        stage.close()
    progress("分析示例文本", total, total)


def _outlast_leases(played: Services) -> None:
    """What a killed start had claimed comes free when its lease ends; on our clock that is now."""
    lease = timedelta(seconds=played.settings.analysis.lease_seconds)
    cast("TurnedClock", played.clock).advance(lease)
