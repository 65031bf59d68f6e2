from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import Settings, load_settings
from storage.query import Query
from storage.records import RawDocument
from yujing.demo import play as demo
from yujing.demo.pages import PUBLIC_ADDRESS
from yujing.demo.replay import DemoStore
from yujing.demo.scenario import Scenario, generate
from yujing.wiring import Services, build

ANCHOR = datetime(2026, 11, 22, 6, 37, tzinfo=UTC)
OWN = RawDocument("自己的来源", "forum", "", "青禾镇路灯不亮，没人管。", ANCHOR - timedelta(hours=1), external_id="1")


class Stopped(Exception):
    """The process was killed here."""


@pytest.fixture(scope="module")
def short() -> Scenario:
    """The last day of a scenario, so that a test need not wait for three weeks."""
    whole = generate(7, ANCHOR)
    start = ANCHOR - timedelta(hours=16)
    return replace(
        whole,
        start=start,
        orders=tuple(order for order in whole.orders if order.at >= start)[-60:],
        articles=tuple(article for article in whole.articles if article.at >= start),
    )


def settings(home: Path) -> Settings:
    return load_settings(environ={"YUJING_HOME": str(home), "YUJING_ANALYSIS_WORKERS": "0"})


def opened(home: Path) -> Services:
    services = build(settings(home), TurnedClock(ANCHOR))
    services.prepare_home()
    return services


def state_of(services: Services) -> dict[str, object]:
    """What a user would see, without the times of the loading itself."""
    tasks = services.operations.tasks.find(("open", "claimed", "published", "closed"), limit=500)
    return {
        "documents": sorted((doc.id, doc.arrived_at, doc.analysed_at) for doc in services.store.scan(Query())),
        "alerts": sorted(
            (a.draft.rule, a.draft.key, a.draft.window.start) for a in services.operations.alerts.find(limit=500)
        ),
        "tasks": sorted((task.rule, task.key, task.state, task.opened_at) for task in tasks),
        "statements": sum(len(services.operations.statements.of_task(task.id)) for task in tasks),
        "users": [user.name for user in services.operations.users.all()],
        "imports": len(services.operations.imports.latest()),
    }


@pytest.fixture(scope="module")
def loaded(short: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = opened(tmp_path_factory.mktemp("loaded"))
    demo.load(services, short)
    yield services
    services.close()


def test_everything_came_in_and_is_marked(loaded: Services, short: Scenario) -> None:
    docs = list(loaded.store.scan(Query()))
    assert len(docs) == len(short.orders) + len(short.articles)
    assert all(doc.demo and not doc.late and doc.source.startswith("示例·") for doc in docs)
    assert loaded.operations.inbox.counts() == {"waiting": 0, "analysed": len(docs), "failed": 0}


def test_texts_arrived_minutes_after_they_appeared(loaded: Services) -> None:
    for doc in loaded.store.scan(Query()):
        assert timedelta(0) <= doc.arrived_at - doc.published_at < timedelta(minutes=20)
        assert doc.arrived_at < doc.analysed_at < ANCHOR


def test_pages_stand_under_their_public_address(loaded: Services, short: Scenario) -> None:
    pages = {doc.url for doc in loaded.store.scan(Query().narrow("medium", "news", "forum", "government"))}
    assert pages == {PUBLIC_ADDRESS + article.path for article in short.articles}


def test_one_task_is_open_with_time_left(loaded: Services) -> None:
    (task,) = loaded.operations.tasks.find()
    assert (task.state, task.key, task.demo) == ("open", "柳湾镇", True)
    assert task.due_at > ANCHOR + timedelta(minutes=10)
    assert task.opened_at < ANCHOR


def test_alerts_fired_when_their_texts_were_in_and_saw_no_later_ones(loaded: Services) -> None:
    alerts = loaded.operations.alerts.find(limit=500)
    assert any(alert.draft.key == "柳湾镇" and alert.draft.seen >= 10 for alert in alerts)
    for alert in alerts:
        assert alert.draft.demo
        assert alert.draft.first_text_at < alert.fired_at <= ANCHOR


def test_no_message_leaves_the_house(loaded: Services) -> None:
    assert loaded.operations.outbox.counts() == {"waiting": 0, "sent": 0, "failed": 0}


def test_loading_again_changes_nothing(loaded: Services, short: Scenario) -> None:
    before = state_of(loaded)
    demo.load(loaded, short)
    assert state_of(loaded) == before


def test_starts_cut_short_are_finished_by_the_next(loaded: Services, short: Scenario, tmp_path: Path) -> None:
    for step in ("导入示例工单", "抓取示例网站", "分析示例文本", "重放预警与任务"):

        def stop(name: str, done: int, total: int, step: str = step) -> None:
            if name == step and done >= total // 2 > 0:
                raise Stopped

        services = opened(tmp_path)
        with pytest.raises(Stopped):
            demo.load(services, short, stop)
        services.close()
    again = opened(tmp_path)
    demo.load(again, short)
    assert state_of(again) == state_of(loaded)
    again.close()


def test_what_a_killed_start_had_claimed_is_taken_over(short: Scenario, tmp_path: Path) -> None:
    services = opened(tmp_path)
    few = replace(short, orders=short.orders[-15:], articles=())
    arrival = demo.arrival(few)
    services.operations.inbox.put([replace(OWN, external_id=f"{number}", demo=True) for number in range(5)], arrival)
    assert services.operations.inbox.take(5, timedelta(seconds=300))
    demo.load(services, few)
    assert services.operations.inbox.counts()["waiting"] == 0
    services.close()


def test_play_knows_where_it_stands_and_remove_ends_it(tmp_path: Path) -> None:
    services = opened(tmp_path)
    services.operations.meta.set(demo.STATE, "done")
    assert not demo.play(services)
    services.operations.inbox.put([OWN])
    services.stage().run_once()
    removed = demo.remove(services)
    assert removed["文档"] == 0
    assert not demo.play(services)
    assert services.store.count(Query()) == 1
    services.close()


def test_remove_takes_all_of_the_sample_and_nothing_else(short: Scenario, tmp_path: Path) -> None:
    services = opened(tmp_path)
    services.operations.inbox.put([OWN])
    later = TurnedClock(ANCHOR + timedelta(hours=3))
    demo.load(services, replace(short, orders=short.orders[-40:], articles=short.articles[-2:]), real=later)
    # Else alerting, which asks by this time, would never see it.
    assert services.store.get([OWN.id])[OWN.id].analysed_at == later.now()
    services.close()
    plain = opened(tmp_path)
    removed = demo.remove(plain)
    assert removed["文档"] == 42
    assert [doc.source for doc in plain.store.scan(Query())] == ["自己的来源"]
    assert state_of(plain)["alerts"] == state_of(plain)["tasks"] == state_of(plain)["users"] == []
    assert plain.operations.inbox.counts()["analysed"] == 1
    for desk in (plain.operations.inquiries, plain.operations.standards, plain.operations.customers):
        assert desk.find(demo=True) == []
    assert plain.operations.facts.pending(demo=True) == plain.operations.appointments.all() == []
    assert not (tmp_path / demo.FOLDER).exists()
    plain.close()


def test_reads_see_nothing_from_later(loaded: Services) -> None:
    plain = build(loaded.settings, TurnedClock(ANCHOR))
    clock = TurnedClock(ANCHOR - timedelta(minutes=30))
    store = DemoStore(plain.store, clock, clock)
    seen = list(store.scan(Query()))
    assert 0 < len(seen) < plain.store.count(Query())
    assert all(doc.analysed_at < clock.now() for doc in seen)
    assert store.count(Query()) == len(seen) == store.find(Query()).total
    assert store.newest(Query()) == max(doc.published_at for doc in seen)
    clock.turn_to(ANCHOR)
    assert store.count(Query()) == plain.store.count(Query())
    plain.close()
