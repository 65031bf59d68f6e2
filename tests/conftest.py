"""Real servers for whoever asks: started once per session, stopped at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.absent import absent
from tests.services.postgresql import find_programs, running_postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database of a real PostgreSQL; `tests.services.postgresql.create_database` gives further ones."""
    if (programs := find_programs()) is None:
        absent("PostgreSQL's server programs are not installed (apt-get install postgresql)")
    with running_postgresql(programs) as url:
        yield url
