"""An installation for tests of the pages: real stores in a folder, a turned clock, analysed texts, alerts and tasks."""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from config.clock import Clock, TurnedClock
from config.settings import Settings, load_settings
from dashboard.app import create_app
from dashboard.live import USUAL, LiveTimes
from nlp.pipeline import Pipeline
from nlp.segment import query_words
from storage.cipher import Cipher
from storage.documents import DocumentStore, open_store
from storage.operations import Operations, open_operations
from storage.query import Query
from storage.records import (
    ROLES,
    AlertDraft,
    Analysis,
    Decision,
    Document,
    Level,
    Notice,
    Window,
)
from tests.fixtures_operations import QUICK

# Sunday noon in Shanghai, 20 minutes past the hour.
NOW = datetime(2026, 11, 22, 4, 20, tzinfo=UTC)
PASSWORD = "correct horse 42"
DUE = timedelta(hours=4)
TEXTS = {
    "停电": "河口镇又停电了，{n} 号楼从早上停到现在没人通知，冰箱里的药怎么办，太气人了",
    "电费": "安泰东路 {n} 号的电费比上月多收了两倍，打电话也说不清楚，请核查电表",
    "咨询": "请问柳园乡第 {n} 组的居民怎样办理峰谷电价，需要带什么材料",
    "表扬": "榆树坪供电所的师傅冒雨抢修到半夜，{n} 户都来电了，非常感谢，服务热情周到",
    "电压": "石桥村 {n} 组晚上电压太低，空调开不了，灯也发暗，反映多次没有解决",
}
REGIONS = {"停电": "河口镇", "电费": "城关镇", "咨询": "柳园乡", "表扬": "榆树坪镇", "电压": "石桥镇"}
SOURCES = {"95598工单": "hotline", "云川论坛": "forum", "云川日报": "news"}


@cache
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


@cache
def analysis_of(text: str) -> Analysis:
    return pipeline().analyse(text)


def document(
    number: int, topic: str, at: datetime, *, source: str = "95598工单", body: str | None = None, demo: bool = False,
    title: str = "", region: str | None = None,
) -> Document:  # fmt: skip
    text = body if body is not None else TEXTS[topic].format(n=number % 40 + 1)
    return Document(
        id=f"{number:024x}", source=source, medium=SOURCES[source], title=title, body=text,  # type: ignore[arg-type]
        published_at=at, arrived_at=at + timedelta(minutes=2), analysed_at=at + timedelta(minutes=3),
        analysis=analysis_of(f"{title}。{text}" if title else text), external_id=f"GD{number:06d}",
        region=region or REGIONS.get(topic), kind="投诉", author_key=f"{number % 50:024x}", demo=demo,
    )  # fmt: skip


def background(days: int = 16, seed: int = 5) -> list[Document]:
    """An ordinary fortnight, busier by day than by night, and an outage that began two hours before NOW."""
    chance = random.Random(seed)
    docs: list[Document] = []
    start = NOW.replace(minute=0) - timedelta(days=days)
    for hour in range(days * 24 + 1):
        at = start + timedelta(hours=hour)
        busy = 1 if (at.hour + 8) % 24 < 7 else 3
        for _ in range(chance.randint(0, busy)):
            topic = chance.choice(list(TEXTS))
            moment = min(at + timedelta(minutes=chance.randrange(60)), NOW - timedelta(minutes=3))
            docs.append(document(len(docs) + 1, topic, moment, source=chance.choice(list(SOURCES))))
    docs += [
        document(len(docs) + 1 + n, "停电", NOW - timedelta(minutes=3 + n * 4), source="95598工单") for n in range(28)
    ]
    return docs


def draft(
    level: Level = "red",
    title: str = "河口镇停电投诉 28 件，为预期的 9 倍",
    *,
    rule: str = "停电突增",
    key: str = "河口镇",
    examples: Sequence[str] = (),
    query: str = "category:TD region:河口镇",
    start: datetime | None = None,
    seen: float = 28,
    expected: float | None = 3,
    first: datetime | None = None,
    demo: bool = False,
) -> AlertDraft:
    start = start or NOW - timedelta(hours=2, minutes=20)
    window = Window(start, start + timedelta(hours=2, minutes=20))
    return AlertDraft(
        rule=rule, key=key, level=level, title=title, window=window, seen=seen, expected=expected,
        because=("停电类 2 小时内 28 件，前 14 天同一时刻为 3 件", "其中 9 件提到没有通知"),
        query=f"{query} since:2026-11-22T10:00 until:2026-11-22T12:20", examples=tuple(examples),
        first_text_at=first or NOW - timedelta(hours=2), muted_until=window.end + timedelta(hours=1),
        state="provisional", demo=demo,
    )  # fmt: skip


@dataclass
class Place:
    """One installation and its app."""

    settings: Settings
    clock: Clock
    store: DocumentStore
    operations: Operations
    app: Flask

    @property
    def turned(self) -> TurnedClock:
        assert isinstance(self.clock, TurnedClock)
        return self.clock

    def client(self, role: str | None = None) -> FlaskClient:
        """A browser, already logged in where a role is given (hashing a password in every test takes too long)."""
        client = self.app.test_client()
        if role:
            with client.session_transaction() as session:
                session.update(
                    id=secrets.token_hex(8),
                    user=role,
                    epoch=self.operations.users.session_epoch(role),
                    since=self.clock.now().isoformat(),
                )
                session.permanent = True
        return client

    def login(self, role: str) -> FlaskClient:
        """A browser that has sent name and password."""
        client = self.app.test_client()
        assert client.post("/login", data={"name": role, "password": PASSWORD}).status_code == 302
        return client

    def fill(self, *, demo: bool = False) -> None:
        """Texts, three alerts with tasks, one delivery log."""
        docs = (
            [*background()]
            if not demo
            else [document(n, "停电", NOW - timedelta(minutes=n), demo=True) for n in (5, 6)]
        )
        self.store.save(docs)
        self.at(timedelta(minutes=-25))
        self.alert(draft(examples=[doc.body for doc in docs[-3:]], demo=demo), channels=("smtp", "webhook"))
        if demo:
            self.at(timedelta(0))
            return
        self.at(timedelta(hours=-2))
        self.alert(
            draft("orange", "安泰东路电费多收，3 小时增 12 条", rule="电费突增", key="城关镇", query="category:DF",
                  seen=12, expected=4, first=NOW - timedelta(hours=2, minutes=50))
        )  # fmt: skip
        self.alert(
            draft("yellow", "石桥村低电压反复", rule="低电压", key="石桥镇", query="category:DY", seen=3, expected=None,
                  first=NOW - timedelta(minutes=30))
        )  # fmt: skip
        self.at(timedelta(0))
        messages = self.operations.outbox.take(10, timedelta(minutes=1))
        self.operations.outbox.sent(messages[0].id, "250 OK")
        self.operations.outbox.failed(messages[1].id, "HTTP 500")

    def at(self, before_now: timedelta) -> None:
        """Turn the clock, where it is one that can be turned."""
        if isinstance(self.clock, TurnedClock):
            self.clock.turn_to(NOW + before_now)

    def alert(self, found: AlertDraft, channels: Sequence[str] = ()) -> int:
        notices = tuple(Notice(channel, found.title, "正文") for channel in channels)
        return self.operations.alerts.record([Decision(found, notices)], due=DUE).alert_ids[0]

    def count(self, query: Query | None = None) -> int:
        return self.store.count(query or Query())

    def close(self) -> None:
        self.store.close()
        self.operations.close()


def make_place(
    home: Path,
    *,
    clock: Clock | None = None,
    environ: dict[str, str] | None = None,
    csrf: bool = False,
    accounts: bool = True,
    times: LiveTimes = USUAL,
) -> Place:
    """An empty installation under `home` with one account per role, all with PASSWORD."""
    settings = load_settings(environ={"YUJING_HOME": str(home), "YUJING_SITE_NAME": "云川供电", **(environ or {})})
    clock = clock or TurnedClock(NOW)
    operations = open_operations(settings.database_url, Cipher(bytes(32)), clock, hasher=QUICK)
    store = open_store(settings.store_url, query_words)
    for role in ROLES if accounts else ():
        operations.users.add(role, role, PASSWORD, f"{ROLES[role]}甲")  # type: ignore[arg-type]
    app = create_app(settings=settings, clock=clock, store=store, operations=operations, times=times)
    app.config["WTF_CSRF_ENABLED"] = csrf
    # Each test has an app of its own; compiling the templates anew for each would take most of its time.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_compiled())
    return Place(settings, clock, store, operations, app)


@cache
def _compiled() -> str:
    return tempfile.mkdtemp(prefix="yujing-templates-")


@cache
def _master(filled: bool) -> Path:
    """A home made once per test process; tests work on copies."""
    home = Path(tempfile.mkdtemp(prefix="yujing-pages-"))
    place = make_place(home)
    if filled:
        place.fill()
    place.close()
    return home


@contextmanager
def opened(
    home: Path,
    *,
    filled: bool = True,
    clock: Clock | None = None,
    csrf: bool = False,
    times: LiveTimes = USUAL,
    **environ: str,
) -> Iterator[Place]:
    """A place of the test's own at `home`, with or without the usual content."""
    shutil.copytree(_master(filled), home, dirs_exist_ok=True)
    place = make_place(home, clock=clock, environ=environ, csrf=csrf, accounts=False, times=times)
    try:
        yield place
    finally:
        place.close()
