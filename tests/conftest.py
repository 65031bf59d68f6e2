"""What most tests need: a clock that stands still, an operations database, services over a home of their own, and
real servers, started once per session and stopped at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import Settings, load_settings
from storage.cipher import Cipher
from storage.operations import Operations, open_operations
from tests.services.absent import absent
from tests.services.postgresql import find_programs, running_postgresql

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai


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
    operations = open_operations(f"sqlite:///{tmp_path / 'operations.db'}", Cipher(bytes(32)), clock)
    yield operations
    operations.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database of a real PostgreSQL; `tests.services.postgresql.create_database` gives further ones."""
    if (programs := find_programs()) is None:
        absent("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    with running_postgresql(programs) as url:
        yield url
