"""Login, sessions and their ends, passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.permissions import HOME
from tests.fixtures_dashboard import PASSWORD, Place, opened

NEW = "a brand new 77"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


@pytest.mark.parametrize(
    "path", ["/", "/overview", "/documents", "/documents.csv", "/alerts", "/tasks", "/import", "/password", "/nowhere"]
)
def test_nothing_is_open_without_login(place: Place, path: str) -> None:
    answer = place.client().get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


def test_stream_and_state_say_401_without_login(place: Place) -> None:
    assert place.client().get("/live").status_code == 401
    assert place.client().get("/live.json").status_code == 401


def test_htmx_is_sent_to_the_login_as_a_whole_page(place: Place) -> None:
    answer = place.client().get("/alerts", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


def test_after_htmx_the_login_leads_back_to_the_page_it_was_on(place: Place) -> None:
    page = "http://somewhere/documents?q=label:negative"
    answer = place.client().get("/alerts", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert answer.headers["HX-Redirect"] == "/login?next=/documents?q%3Dlabel:negative"


def test_login_leads_back_to_where_one_wanted_to_go(place: Place) -> None:
    client = place.client()
    asked = client.get("/documents?q=停电")
    page = client.get(asked.location).text
    target = re.search(r'name="next" value="([^"]+)"', page)
    assert target is not None
    answer = client.post("/login", data={"name": "pr", "password": PASSWORD, "next": target[1].replace("&amp;", "&")})
    assert answer.location.startswith("/documents?q=")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_login_never_leads_elsewhere(place: Place, target: str) -> None:
    answer = place.client().post("/login", data={"name": "pr", "password": PASSWORD, "next": target})
    assert answer.location == "/overview"
    assert target not in place.client().get("/login", query_string={"next": target}).text


@pytest.mark.parametrize(("role", "landing"), HOME.items())
def test_everybody_lands_on_the_page_of_the_role(place: Place, role: str, landing: str) -> None:
    answer = place.client().post("/login", data={"name": role, "password": PASSWORD})
    assert answer.location == f"/{landing}"
    assert place.login(role).get("/").location == answer.location


def test_wrong_password_and_unknown_name_read_alike(place: Place) -> None:
    wrong = place.client().post("/login", data={"name": "pr", "password": "no"})
    unknown = place.client().post("/login", data={"name": "nobody", "password": "no"})
    assert wrong.status_code == unknown.status_code == 401
    said = [re.findall(r'role="alert">([^<]+)<', answer.text) for answer in (wrong, unknown)]
    assert said == [["账号或密码不对；连续输错 5 次的账号要等 5 分钟才能登录"]] * 2


def test_a_lock_does_not_tell_which_names_exist(place: Place) -> None:
    answers = []
    for name in ("pr", "nobody"):
        tried = [place.client().post("/login", data={"name": name, "password": "no"}) for _ in range(6)]
        answers.append([re.findall(r'role="alert">([^<]+)<', answer.text) for answer in tried])
    assert answers[0] == answers[1]


def test_a_copied_cookie_is_worth_nothing_after_logout(place: Place) -> None:
    client = place.login("pr")
    cookie = client.get_cookie("yujing")
    assert cookie is not None
    thief, other = place.app.test_client(), place.login("pr")
    thief.set_cookie("yujing", cookie.value)
    assert thief.get("/overview").status_code == 200
    client.post("/logout")
    assert thief.get("/overview").location == "/login?next=/overview"
    assert other.get("/overview").status_code == 200  # the same person at another desk


def test_five_failures_lock_for_a_while(place: Place) -> None:
    client = place.client()
    for _ in range(5):
        client.post("/login", data={"name": "pr", "password": "no"})
    locked = client.post("/login", data={"name": "pr", "password": PASSWORD})
    assert locked.status_code == 401
    assert "要等 5 分钟" in locked.text
    place.turned.advance(timedelta(minutes=6))
    assert client.post("/login", data={"name": "pr", "password": PASSWORD}).status_code == 302


def test_attempts_are_audited(place: Place) -> None:
    place.client().post("/login", data={"name": "pr", "password": "no"})
    place.login("pr")
    assert [(line.actor, line.action) for line in place.operations.audit.latest(2)] == [
        ("pr", "登录"),
        ("pr", "登录失败"),
    ]


def test_what_is_no_account_does_not_come_into_the_audit_log(place: Place) -> None:
    place.client().post("/login", data={"name": PASSWORD, "password": ""})
    (line,) = place.operations.audit.latest(1)
    assert (line.actor, line.action, line.subject) == ("-", "登录失败", "-")


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    answer = place.client().post("/login", data={"name": "pr", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_session_ends_after_its_hours(place: Place) -> None:
    client = place.login("pr")
    place.turned.advance(timedelta(hours=11, minutes=59))
    assert client.get("/documents").status_code == 200
    place.turned.advance(timedelta(minutes=2))
    assert client.get("/documents").status_code == 302


def test_session_ends_when_the_account_is_disabled_or_its_password_replaced(place: Place) -> None:
    one, other = place.login("pr"), place.login("duty")
    place.operations.users.disable("pr")
    place.operations.users.set_password("duty", NEW)
    assert one.get("/documents").location.startswith("/login")
    assert other.get("/documents").location.startswith("/login")


def test_logout_ends_the_session(place: Place) -> None:
    client = place.login("pr")
    assert client.post("/logout").location == "/login"
    assert client.get("/documents").status_code == 302


def test_answers_on_their_way_bring_no_session_back(place: Place) -> None:
    client = place.login("pr")
    assert "Set-Cookie" not in client.get("/live.json").headers


def test_a_forgotten_tab_does_not_disturb_the_login_form(tmp_path: Path) -> None:
    with opened(tmp_path / "home", filled=False, csrf=True) as place:
        client = place.client()
        page = client.get("/login").text
        assert client.get("/live.json").status_code == 401
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        form = {"name": "pr", "password": PASSWORD, "csrf_token": token[1]}
        assert client.post("/login", data=form).status_code == 302


def test_change_of_password_keeps_this_session_and_ends_the_others(place: Place) -> None:
    here, there = place.login("pr"), place.login("pr")
    answer = here.post("/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert "密码已更换" in here.get("/overview").text
    assert there.get("/overview").status_code == 302
    assert place.client().post("/login", data={"name": "pr", "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "原密码不对"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一样"),
        (PASSWORD, "short", "short", "密码至少 8 个字符"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码应与原密码不同"),
    ],
)
def test_password_that_cannot_be_taken(place: Place, old: str, new: str, again: str, said: str) -> None:
    answer = place.login("pr").post("/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.text


def test_first_password_must_be_changed_before_anything_else(place: Place) -> None:
    place.operations.users.set_password("manager", PASSWORD, must_change=True)
    client = place.login("manager")
    assert client.get("/overview").location == "/password"
    assert "请先换成自己的密码" in client.get("/password").text
    client.post("/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert client.get("/overview").status_code == 200


def test_forms_without_token_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "home", filled=False, csrf=True) as place:
        answer = place.client().post("/login", data={"name": "pr", "password": PASSWORD})
        assert answer.status_code == 400
        assert "请刷新后再试" in answer.text
