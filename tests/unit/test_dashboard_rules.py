"""The page of the rules: what holds, the editor, trials, and who may put what in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from alerting.rulebook import DEFAULT_RULES, mistakes, read_text
from dashboard.names import code_name
from dashboard.parts import Parts
from dashboard.trials import LIMIT, Trials
from storage.records import Decision, Window
from tests.fixtures_dashboard import DUE, NOW, Place, draft, opened

GOOD = (
    '[[rule]]\nname = "停电多"\ntype = "frequency"\nlevel = "orange"\nfilter = "category:TD"\n'
    "num_events = 10\ntimeframe = { hours = 2 }\n"
)
SPAN = {"since": "2026-11-08T12:20", "until": "2026-11-22T12:20"}
WHY = "夏季负荷高，界限要提高"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with opened(tmp_path_factory.mktemp("rules")) as place:
        yield place


def text(answer: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def write(place: Place, rules: str = GOOD, role: str = "pr", **more: str) -> TestResponse:
    return place.client(role).post("/rules/drafts", data={"text": rules, **more})


def runner(place: Place) -> Trials:
    found: Trials = place.app.extensions["yujing.trials"]
    return found


def try_out(place: Place, number: int, **more: str) -> TestResponse:
    answer = place.client("pr").post(f"/rules/versions/{number}/trial", data={**SPAN, **more})
    runner(place).wait()
    return answer


def enforce(place: Place, number: int, role: str = "manager", **more: str) -> TestResponse:
    given = {"why": WHY, "sure": "1", "instead_of": "", **more}
    return place.client(role).post(f"/rules/versions/{number}/enforce", data=given)


def test_the_rules_that_hold_are_told_in_words(place: Place) -> None:
    place.operations.alerts.record([Decision(draft(rule=name), ()) for name in ("停电集中", "早就删了的")], due=DUE)
    answer = place.client("spokesperson").get("/rules")
    page = text(answer)
    for piece in (
        "来自随产品发布", "停电集中 高于往常", f"看：类别为{code_name('power8', 'TD')}，工单类型不为表扬；按地区分开",
        "紧急诉求集中 数量达到", "至少件数 5；1 小时内；同一对象 4 小时内只报一次",
        "仅首周：至少件数", "近 7 天 1 次 · 30 天 1 次", "还没有报过", "已不在规则里、但报过警的： 早就删了的",
    ):  # fmt: skip
        assert piece in page, piece
    assert "rule=%E5%81%9C%E7%94%B5%E9%9B%86%E4%B8%AD" in answer.text
    assert "编写新版本" not in page
    alerts = text(place.client("duty").get("/alerts?state=all&rule=停电集中"))
    assert "规则：停电集中" in alerts
    assert "早就删了的" not in alerts


def test_one_rule_is_changed_in_its_place(place: Place) -> None:
    client = place.client("duty")
    page = client.get("/rules/edit?rule=停电集中").text
    own = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert own is not None
    typed = own[1].replace("&#34;", '"')
    assert typed.startswith('[[rule]]\nname = "停电集中"')
    assert typed.count("[[rule]]") == 1
    changed = typed.replace("num_events = 10", "num_events = 15")
    answer = client.post("/rules/drafts", data={"text": changed, "rule": "停电集中", "base": "", "note": "界限提高"})
    assert answer.headers["Location"] == "/rules/versions/1"
    shipped = DEFAULT_RULES.read_text(encoding="utf-8")
    kept = place.operations.rulebook.get(1)
    assert kept.text.count("num_events = 15") == shipped.count("num_events = 15") + 1
    assert len(kept.text.splitlines()) == len(shipped.splitlines())
    assert mistakes(kept.text) == ()
    page = text(client.get("/rules/versions/1"))
    for piece in ("草稿", "界限提高", "没有错误", "- num_events = 10", "+ num_events = 15", "还没有试算过"):
        assert piece in page, piece
    assert place.operations.audit.latest()[0].action == "编写规则"


def test_each_mistake_is_told_where_it_is(place: Place) -> None:
    client = place.client("pr")
    for rules, said in (
        ("", ["规则是空的"]),
        ("[[rule]\nname = 1", ["不是有效的 TOML", "方括号没有成对"]),
        (GOOD.replace("frequency", "magic"), ["1 处错误", "没有规则类型“magic”"]),
        (GOOD.replace("10", "0") + 'colour = "红"\n' + GOOD, ["3 处错误", "num_events", "colour", "名称重复"]),
    ):
        part = client.post("/rules/check", data={"text": rules}, headers={"HX-Request": "true"})
        assert "<html" not in part.text
        whole = client.post("/rules/check", data={"text": rules})
        assert "<html" in whole.text
        for piece in said:
            assert piece in text(part), piece
            assert piece in text(whole), piece
    assert "没有错误" in client.post("/rules/check", data={"text": GOOD}, headers={"HX-Request": "true"}).text


def test_a_version_that_is_wrong_is_kept_but_never_holds(place: Place) -> None:
    assert write(place, "").status_code == 422
    assert write(place, GOOD.replace("frequency", "magic")).status_code == 302
    page = place.client("manager").get("/rules/versions/1")
    assert "有错误的版本不能生效" in page.text
    answer = enforce(place, 1)
    assert answer.status_code == 422
    assert "没有规则类型“magic”" in answer.text
    assert try_out(place, 1).status_code == 422
    assert place.operations.rulebook.number_in_force() is None


def test_a_version_comes_into_force_with_a_reason_and_knowingly(place: Place) -> None:
    write(place)
    page = text(place.client("manager").get("/rules/versions/1"))
    assert "没有在历史上完整试算过" in page
    assert "我已知道" in enforce(place, 1, sure="").text
    assert enforce(place, 1, why="改").status_code == 422
    assert place.operations.rulebook.number_in_force() is None
    assert enforce(place, 1).headers["Location"] == "/rules"
    page = text(place.client("pr").get("/rules"))
    for piece in ("1 条生效 · 来自页面上的第 1 版", "规则文件 default.toml 里的改动不起作用", f"让它生效：{WHY}"):
        assert piece in page, piece
    assert place.operations.cursors.get("预警:停电多:closed") == NOW
    late = enforce(place, 1)
    assert late.status_code == 409
    assert "其间别人已改了生效的规则" in late.text


def test_an_older_version_comes_back_as_a_new_one(place: Place) -> None:
    write(place)
    write(place, GOOD.replace("停电多", "停电很多"), base="1")
    enforce(place, 1)
    enforce(place, 2, instead_of="1")
    client = place.client("admin")
    assert "以它为准再出一版" in client.get("/rules/versions/1").text
    assert enforce(place, 1, instead_of="2").status_code == 409
    assert client.post("/rules/versions/1/copy").headers["Location"] == "/rules/versions/3"
    third = place.operations.rulebook.get(3)
    assert (third.text, third.note, third.state) == (GOOD, "回到第 1 版", "draft")
    assert "第 2 版" in text(client.get("/rules/versions/3"))
    assert "从第 2 版改起" in text(client.get("/rules/edit"))
    assert "从规则文件改起" in text(client.get("/rules/edit?from=0"))
    client.post("/rules/file", data={"why": "先按文件来", "instead_of": "1"})
    assert place.operations.rulebook.number_in_force() == 2
    client.post("/rules/file", data={"why": "先按文件来", "instead_of": "2"})
    assert place.operations.rulebook.number_in_force() is None
    assert "来自随产品发布" in text(client.get("/rules"))


def test_who_may_what(place: Place) -> None:
    write(place)
    for role, path, allowed in (
        ("spokesperson", "drafts", False), ("manager", "drafts", False), ("duty", "drafts", True),
        ("manager", "versions/1/trial", False), ("manager", "check", False), ("manager", "edit", False),
        ("pr", "versions/1/enforce", False), ("duty", "file", False), ("admin", "file", True), ("pr", "check", True),
    ):  # fmt: skip
        given = {"text": GOOD, "why": WHY, "sure": "1"}
        client = place.client(role)
        answer = client.get(f"/rules/{path}") if path == "edit" else client.post(f"/rules/{path}", data=given)
        assert (answer.status_code != 403) is allowed, (role, path)
        assert allowed or "只对" in answer.text
        assert client.get("/rules").status_code == 200


def test_a_trial_is_held_against_what_holds(filled: Place) -> None:
    write(filled)
    answer = try_out(filled, 1)
    assert answer.headers["Location"].endswith("/rules/versions/1#trial")
    (done,) = filled.operations.rulebook.trials(1)
    assert done.state == "done"
    assert done.found["weeks"] == 2
    numbers = {each["rule"]: each for each in done.found["rules"]}
    assert numbers["停电多"]["new"] == numbers["停电多"]["fires"] >= 1
    assert numbers["停电集中"]["gone"] >= 1
    page = text(filled.client("manager").get("/rules/versions/1"))
    for piece in ("共会报", "＋ 新增", "－ 不再报", "2026-11-08 12:20 – 2026-11-22 12:20"):
        assert piece in page, piece
    assert "没有在历史上完整试算过" not in page
    assert "hx-trigger" not in filled.client("pr").get(f"/rules/trials/{done.id}").text
    assert filled.operations.alerts.count(fired=Window(NOW, NOW + DUE)) == 0


def test_who_has_the_same_rules_reads_that_nothing_changes(filled: Place) -> None:
    number = filled.operations.rulebook.add(DEFAULT_RULES.read_text(encoding="utf-8"), "张").number
    try_out(filled, number, rule="停电集中")
    (done,) = filled.operations.rulebook.trials(number)
    assert [(each["rule"], each["new"], each["gone"]) for each in done.found["rules"]] == [("停电集中", 0, 0)]
    assert done.found["fires"] == done.found["rules"][0]["same"] >= 1
    # One rule of many says nothing of the others.
    assert "没有在历史上完整试算过" in filled.client("manager").get(f"/rules/versions/{number}").text


def test_what_would_ring_too_often_asks_again(filled: Place) -> None:
    noisy = '[[rule]]\nname = "样样都报"\ntype = "any"\nlevel = "blue"\nrealert = { minutes = 0 }\n'
    number = filled.operations.rulebook.add(noisy, "张").number
    try_out(filled, number)
    page = text(filled.client("manager").get(f"/rules/versions/{number}"))
    assert re.search(r"规则“样样都报”试算时每周报 \d+(\.\d)? 次，多于 21 次", page)
    assert enforce(filled, number, sure="").status_code == 422
    assert filled.operations.rulebook.trials(number)[0].found["left_out"] > 0


def test_a_span_that_is_none_is_refused(place: Place) -> None:
    write(place)
    for given, said in (
        ({"since": "x"}, "请填写从何时到何时"), ({"since": "2026-11-22T12:20"}, "开始时间应早于结束时间"),
        ({"since": "2020-01-01T00:00"}, "一次最多试算 400 天"), ({"rule": "没有的"}, "这一版没有规则“没有的”"),
    ):  # fmt: skip
        answer = try_out(place, 1, **given)
        assert answer.status_code == 422
        assert said in answer.text
    assert place.operations.rulebook.trials(1) == []


def test_one_trial_at_a_time_and_a_dead_one_is_told(place: Place) -> None:
    write(place)
    runner(place).take()
    assert try_out(place, 1).status_code == 409
    runner(place).free()
    trial = place.operations.rulebook.start_trial(1, NOW - timedelta(days=1), NOW, "张")
    place.operations.rulebook.trial_reached(trial.id, 0.42)
    part = place.client("pr").get(f"/rules/trials/{trial.id}").text
    assert "42%" in part
    assert 'hx-trigger="every 2s"' in part
    place.turned.turn_to(NOW + timedelta(minutes=3))
    part = place.client("pr").get(f"/rules/trials/{trial.id}").text
    assert "试算中断了" in part
    assert "hx-trigger" not in part


class Hasty:
    """A clock on which each look takes a minute."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def test_a_trial_that_takes_too_long_says_so(filled: Place) -> None:
    trials = Trials(Parts(filled.settings, Hasty(), filled.store, filled.operations))
    number = filled.operations.rulebook.add(GOOD, "张").number
    trial = filled.operations.rulebook.start_trial(number, NOW - timedelta(days=14), NOW, "张")
    trials.take()
    trials.start(trial, read_text(GOOD)[0], ())
    trials.wait()
    failed = filled.operations.rulebook.trial(trial.id)
    assert failed.state == "failed"
    assert f"超过 {LIMIT.seconds // 60} 分钟未算完" in failed.problem
    assert 0 < failed.progress < 1
    trials.take()
