"""Child servers of a test run: a free port, a start tied to the life of the tests, a stop that leaves nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class ServerFailedError(Exception):
    """A server did not come up; the message ends with the tail of its log."""

    def __init__(self, name: str, log: Path) -> None:
        tail = log.read_text(errors="replace")[-3000:] if log.exists() else ""
        super().__init__(f"{name} did not start; its log ends:\n{tail}")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def spawn(
    command: Sequence[str], log: Path, *, account: str | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server with its output in `log`, as user `account` if given.

    The kernel ends it even when the tests are killed: setpriv asks for that signal, where util-linux is present.
    """
    leash = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*leash, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=account,
            cwd="/",
            env=env,
            # A process group of its own: Ctrl-C reaches the tests, and they stop their servers in order.
            process_group=0,
        )


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Poll `ready` until it is true; False when the process ended or `seconds` passed first."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.1)
    return False


def stop(process: subprocess.Popen[bytes], signal: int, seconds: float = 20) -> None:
    """Send `signal`, wait, and kill what has not ended after `seconds`."""
    if process.poll() is None:
        process.send_signal(signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
