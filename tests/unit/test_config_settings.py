"""Settings: complete, documented, overlaid in order, and every mistake told at once."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import typing
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.settings import DEFAULTS, RANGES, SECTIONS, SHORT_NAMES, Settings, load_settings

LINES = DEFAULTS.read_text(encoding="utf-8").splitlines()
# What its name, section and unit say already, so that a comment would only repeat it.
SELF_EXPLAINING = {
    "site", "web.host", "web.port", "web.session_hours", "web.upload_megabytes", "crawl.every_minutes",
    "crawl.timeout_seconds", "crawl.obey_robots", "analysis.batch", "alerting.every_seconds",
    "delivery.every_seconds", "delivery.timeout_seconds", "smtp.port", "smtp.starttls", "smtp.user", "smtp.password",
    "smtp.sender", "smtp.recipients", "report.author", "logs.level",
}  # fmt: skip


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "site.toml"
    file.write_bytes(text.encode(encoding))
    return file


def problems(file: Path | None = None, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load_settings(file, environ)
    return refused.value.problems


def test_every_key_has_a_field_and_every_field_a_key() -> None:
    defaults = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    wanted = {name: {field.name for field in dataclasses.fields(cls)} for name, cls in SECTIONS.items()}
    assert {name: set(content) for name, content in defaults.items()} == wanted


def test_every_key_is_explained_beside_it_or_by_its_name() -> None:
    section, unexplained = "", []
    for line in LINES:
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        elif (key := re.match(r"(\w+) = ", line)) and "#" not in line.partition("=")[2]:
            unexplained.append(f"{section}.{key[1]}")
    assert set(unexplained) <= SELF_EXPLAINING, "write a comment beside the key in defaults.toml"


def test_every_number_has_its_range() -> None:
    numbers = {
        (section, field.name)
        for section, cls in SECTIONS.items()
        for field in dataclasses.fields(cls)
        if typing.get_type_hints(cls)[field.name] in (int, float)
    }
    assert numbers == set(RANGES)


def test_the_defaults_stand() -> None:
    settings = load_settings()
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)
    assert settings.alerting.first_response_hours == 4.0
    assert settings.smtp.recipients == ()
    assert settings.in_home("inbox") == Path("var/inbox")
    assert settings.in_home("/elsewhere/key") == Path("/elsewhere/key")
    assert settings.store_url == f"sqlite:///{Path('var/documents.db').resolve()}"
    assert settings.database_url == f"sqlite:///{Path('var/operations.db').resolve()}"
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.web.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path, '[site]\nname = "云川供电"\n[web]\nport = 9000\nthreads = 8\n', encoding)
    settings = load_settings(file, {"YUJING_WEB_PORT": "9001", "OTHER_WEB_PORT": "1"})
    assert (settings.site.name, settings.web.port, settings.web.threads) == ("云川供电", 9001, 8)
    assert settings.web.host == "127.0.0.1"


def test_the_environment_in_each_type() -> None:
    settings = load_settings(environ={
        "YUJING_HOME": "/srv/yujing", "YUJING_STORE_URL": "http://host:9200/yujing",
        "YUJING_DATABASE_URL": "postgresql+psycopg://yujing@host/yujing", "YUJING_SMTP_STARTTLS": "Yes",
        "YUJING_CRAWL_OBEY_ROBOTS": "0", "YUJING_SMTP_RECIPIENTS": "a@example.org, b@example.org,",
        "YUJING_CRAWL_DELAY_SECONDS": "0.5", "YUJING_WEB_SESSION_HOURS": "8",
    })  # fmt: skip
    assert settings.home.path == Path("/srv/yujing")
    assert (settings.store_url, settings.database_url) == (settings.home.store_url, settings.home.database_url)
    assert (settings.smtp.starttls, settings.crawl.obey_robots) == (True, False)
    assert settings.smtp.recipients == ("a@example.org", "b@example.org")
    assert (settings.crawl.delay_seconds, settings.web.session_hours) == (0.5, 8)


def test_the_environment_is_read_by_the_type_of_the_setting_not_of_what_it_replaces(tmp_path: Path) -> None:
    file = write(tmp_path, '[crawl]\ndelay_seconds = 2\n[web]\nport = "nine"\n')
    settings = load_settings(file, {"YUJING_CRAWL_DELAY_SECONDS": "0.5", "YUJING_WEB_PORT": "9000"})
    assert (settings.crawl.delay_seconds, settings.web.port) == (0.5, 9000)


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_short_names_point_at_real_settings(name: str) -> None:
    section, key = SHORT_NAMES[name]
    assert key in {field.name for field in dataclasses.fields(SECTIONS[section])}


def test_an_environment_without_ours_changes_nothing() -> None:
    assert load_settings(environ={"PATH": "/bin", "YUJING_SOMETHING_ELSE": "1"}) == load_settings()


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, '[web]\nport = 99999\nprot = 1\n[wbe]\nport = 1\n[logs]\nlevel = "LOUD"\n')
    told = problems(file, YUJING_ANALYSIS_WORKERS="many", YUJING_SMTP_STARTTLS="maybe", YUJING_WEB_COLOUR="red")
    for number, piece in enumerate([
        "设置文件 site.toml：[web] 没有“prot”这一项", "没有名为 [wbe] 的一节",
        "环境变量 YUJING_ANALYSIS_WORKERS：应为整数，现为“many”", "YUJING_SMTP_STARTTLS：应为 true 或 false",
        "YUJING_WEB_COLOUR：[web] 没有“colour”这一项", "[web] port：应在 0 到 65535 之间，现为 99999",
        "[logs] level：应为 DEBUG、INFO、WARNING、ERROR 之一，现为“LOUD”",
    ]):  # fmt: skip
        assert any(piece in problem for problem in told), (number, told)
    assert len(told) == 7
    with pytest.raises(SettingsError, match=r"设置有 7 处错误：\n  1\. "):
        load_settings(file, {"YUJING_ANALYSIS_WORKERS": "many", "YUJING_SMTP_STARTTLS": "?", "YUJING_WEB_COLOUR": "1"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[web]\nport = true", "[web] port：应为整数，现为 True"),
        ('[web]\nport = "8000"', "[web] port：应为整数，现为 '8000'"),
        ("[web]\nport = 8000.5", "[web] port：应为整数，现为 8000.5"),
        ("[site]\nname = 5", "[site] name：应为文字，现为 5"),
        ('[smtp]\nrecipients = "a@b"', "[smtp] recipients：应为文字列表，现为 'a@b'"),
        ("[smtp]\nstarttls = 1", "[smtp] starttls：应为true 或 false，现为 1"),
        ('[home]\npath = ""', "[home] path：应为路径，现为 ''"),
        ("[crawl]\ndelay_seconds = nan", "[crawl] delay_seconds：应在 0 到 3600 之间"),
        ("[crawl]\ndelay_seconds = -1", "[crawl] delay_seconds：应在 0 到 3600 之间"),
        ("web = 5", "没有名为 [web] 的一节"),
        ("[web\n", "不是有效的 TOML"),
    ],
)
def test_each_kind_of_mistake(tmp_path: Path, line: str, problem: str) -> None:
    (told,) = problems(write(tmp_path, line))
    assert problem in told


def test_a_secret_of_the_wrong_type_is_not_repeated(tmp_path: Path) -> None:
    told = problems(write(tmp_path, "[smtp]\npassword = 73462891\n[webhook]\nsecret = 55512345\n"))
    assert told == (
        "[smtp] password：应为文字，现为 （不显示）",
        "[webhook] secret：应为文字，现为 （不显示）",
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "不存在" in problems(tmp_path / "nowhere.toml")[0]
    assert "读不出" in problems(tmp_path)[0]
    assert "不是 UTF-8 编码" in problems(write(tmp_path, '[site]\nname = "云川"\n', "gb18030"))[0]


def test_the_sections_are_those_of_settings() -> None:
    assert list(SECTIONS) == [field.name for field in dataclasses.fields(Settings)]
    assert all(cls.__doc__ for cls in SECTIONS.values())
