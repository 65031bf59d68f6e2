"""What most tests need: a clock that stands still, an operations database, settings over a home of their own, and
real servers, started once per session and stopped at its end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import Settings, load_settings
from storage.operations import Operations
from tests.fixtures_operations import operations_in
from tests.services import elasticsearch
from tests.services.absent import absent
from tests.services.postgresql import find_programs, running_postgresql

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai


def pytest_configure() -> None:
    """A shell that starts tests in the background has them ignore Ctrl+C, and so the programs that they interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--walkthrough` writes docs/walkthrough.md and its pictures anew."""
    parser.addoption("--walkthrough", action="store_true", help="write docs/walkthrough.md with its pictures")


@pytest.fixture
def clock() -> TurnedClock:
    """Stands at NOON until the test turns it."""
    return TurnedClock(NOON)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, over a home of the test's own, analysing in the calling process."""
    return load_settings(environ={"YUJING_HOME": str(tmp_path / "home"), "YUJING_ANALYSIS_WORKERS": "0"})


@pytest.fixture
def operations(tmp_path: Path, clock: TurnedClock) -> Iterator[Operations]:
    """An empty embedded operations database."""
    operations = operations_in(tmp_path, clock, bytes(32))
    yield operations
    operations.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database of a real PostgreSQL; `tests.services.postgresql.create_database` gives further ones."""
    if (programs := find_programs()) is None:
        absent("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    with running_postgresql(programs) as url:
        yield url


@pytest.fixture(scope="session")
def elasticsearch_server() -> Iterator[Callable[[str], str]]:
    """Give a version of `tests.services.elasticsearch.VERSIONS`, get the URL of one running node of it."""
    urls: dict[str, str] = {}
    with ExitStack() as running:

        def url_of(version: str) -> str:
            if (reason := elasticsearch.why_not(version)) is not None:
                absent(reason)
            if version not in urls:
                urls[version] = running.enter_context(elasticsearch.running_elasticsearch(version))
            return urls[version]

        yield url_of


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch_server: Callable[[str], str]) -> str:
    """One node of the oldest supported version; take a prefix of your own (`URL/yujing-mine`)."""
    return elasticsearch_server(elasticsearch.VERSIONS[0])
