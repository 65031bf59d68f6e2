"""A real PostgreSQL for the tests: a cluster in a temporary folder, on a free port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services.process import ServerFailedError, free_port, spawn, stop, wait_until

# Debian keeps the server's programs out of PATH, one folder per major version.
_DEBIAN = Path("/usr/lib/postgresql")
# Durability is not what these tests are about; without fsync a session takes a tenth of the time.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


def find_programs() -> Path | None:
    """The folder with `initdb` and `postgres`: the newest of Debian's, else the one in PATH, else None."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    if (found := shutil.which("initdb")) is not None:
        folders.append(Path(found).resolve().parent)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _account() -> str | None:
    """Whom the server runs as: the server refuses root; anybody else runs it as himself."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def running_postgresql(programs: Path) -> Iterator[str]:
    """Start a server and give `postgresql+psycopg://…` of an empty UTF-8 database; stop and remove all at the end."""
    account = _account()
    # Not pytest's tmp_path: its folders are closed to the account the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="yujing-postgresql-"))
    try:
        if account is not None:
            shutil.chown(folder, account)
        port = free_port()
        _initialise(programs, folder, account)
        log = folder / "log"
        settings = [f"--{setting}" for setting in _FAST]
        place = ["-D", str(folder / "cluster"), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        process = spawn([str(programs / "postgres"), *place, *settings], log, account=account)
        try:
            address = f"127.0.0.1:{port}"
            if not wait_until(lambda: _answers(address), process, 60):
                raise ServerFailedError("PostgreSQL", log)
            yield create_database(f"postgresql+psycopg://yujing@{address}/postgres")
        finally:
            stop(process, signal.SIGINT)  # "fast": ends sessions, then itself
    finally:
        shutil.rmtree(folder)


def create_database(url: str) -> str:
    """A new empty database beside the one of `url`, for a test that wants its own; returns its URL."""
    server = url.rpartition("/")[0]
    name = f"yujing_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{_plain(server)}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


def _initialise(programs: Path, folder: Path, account: str | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "cluster"), "-U", "yujing", "-A", "trust", "--no-sync"]
    command += ["-E", "UTF8", "--locale=C"]
    done = subprocess.run(command, user=account, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _answers(address: str) -> bool:
    try:
        psycopg.connect(f"postgresql://yujing@{address}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _plain(url: str) -> str:
    """Without SQLAlchemy's driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
