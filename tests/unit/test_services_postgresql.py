"""The PostgreSQL of the tests is real, speaks UTF-8 and gives each asker an empty database."""

from __future__ import annotations

import pytest
import sqlalchemy

from tests.services.postgresql import create_database

pytestmark = pytest.mark.postgresql


def test_the_server_answers_and_keeps_chinese(postgresql_url: str) -> None:
    engine = sqlalchemy.create_engine(postgresql_url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT '停电' || '😡'")) == "停电😡"
        assert connection.scalar(sqlalchemy.text("SHOW server_encoding")) == "UTF8"


def test_each_database_is_new_and_empty(postgresql_url: str) -> None:
    first, second = create_database(postgresql_url), create_database(postgresql_url)
    engine = sqlalchemy.create_engine(first, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE only_here (id int)"))
    other = sqlalchemy.create_engine(second, poolclass=sqlalchemy.NullPool)
    assert sqlalchemy.inspect(other).get_table_names() == []
    assert sqlalchemy.inspect(engine).get_table_names() == ["only_here"]
