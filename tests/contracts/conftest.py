"""An empty operations database on each of the two engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import TurnedClock
from storage.cipher import Cipher
from storage.operations import Operations, open_operations
from storage.operations.tables import METADATA
from tests.fixtures_operations import KEY, START, Place, empty_database


@pytest.fixture(scope="session")
def migrated_postgresql(request: pytest.FixtureRequest) -> str:
    """A migrated PostgreSQL database, emptied before each test."""
    from tests.services.postgresql import create_database

    url = create_database(request.getfixturevalue("postgresql_url"))
    open_operations(url, Cipher(KEY), TurnedClock(START)).close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        shutil.copy(empty_database(), tmp_path / "operations.db")
        return Place(f"sqlite:///{tmp_path / 'operations.db'}")
    place = Place(request.getfixturevalue("migrated_postgresql"))
    place.execute(f"TRUNCATE {', '.join(table.name for table in METADATA.sorted_tables)} RESTART IDENTITY")
    return place


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database that nobody has opened yet."""
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path / 'fresh' / 'operations.db'}")
    from tests.services.postgresql import create_database

    return Place(create_database(request.getfixturevalue("postgresql_url")))


@pytest.fixture
def clock() -> TurnedClock:
    """Stands at START until the test turns it."""
    return TurnedClock(START)


@pytest.fixture
def ops(place: Place, clock: TurnedClock) -> Iterator[Operations]:
    operations = place.open(clock)
    yield operations
    operations.close()
