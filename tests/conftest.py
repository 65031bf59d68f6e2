"""Real servers for whoever asks: started once per session, stopped at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.services import elasticsearch
from tests.services.absent import absent
from tests.services.postgresql import find_programs, running_postgresql


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
