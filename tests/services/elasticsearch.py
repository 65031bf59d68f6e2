"""A real Elasticsearch for the tests: one node from the server's own published jars, on a free port, gone afterwards.

Elastic publishes the server and its HTTP layer on Maven Central; `SearchNode.java` starts one node of them. Such a
build has no scripts, no delete or update by query, no reindex, no ILM and no security, so a green run also tells
that the product needs none of these.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.process import ServerFailedError, free_port, spawn, stop, wait_until

VERSIONS = ("8.19.21", "9.5.3")
_HERE = Path(__file__).resolve().parent
# Fetched once per machine (about 45 MB a version), kept between runs.
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yujing-tests"
_DESCRIPTOR = """\
name=transport-netty4
description=HTTP and transport over Netty
classname=org.elasticsearch.transport.netty4.Netty4Plugin
version={version}
elasticsearch.version={version}
java.version=17
has.native.controller=false
licensed=false
"""
# What the server's own start script gives to its JVM, and the JDK that knows the flag first.
_FLAGS = {
    "--add-modules=jdk.incubator.vector": 16,
    "--enable-native-access=ALL-UNNAMED": 21,
    "--sun-misc-unsafe-memory-access=allow": 23,
}


def _major(version: str) -> int:
    return int(version.partition(".")[0])


def why_not(version: str) -> str | None:
    """What this machine lacks to run `version`, None when it can."""
    least = _least_jdk(version)
    if find_jdk(least) is None:
        return f"Elasticsearch {version} needs a JDK {least} or newer under /usr/lib/jvm or in JAVA_HOME"
    if shutil.which("mvn") is None and not _laid_out(version).exists():
        return f"Elasticsearch {version} is fetched with mvn, which is not installed (apt-get install maven)"
    return None


def _least_jdk(version: str) -> int:
    return 17 if _major(version) == 8 else 21


def find_jdk(least: int) -> Path | None:
    """The home of the oldest JDK (with a compiler) that is at least `least`."""
    homes = [*Path("/usr/lib/jvm").glob("*/")]
    if named := os.environ.get("JAVA_HOME"):
        homes.append(Path(named))
    fit = {(number, str(home.resolve())) for home in homes if (number := _jdk_number(home)) >= least}
    return Path(min(fit)[1]) if fit else None


def _jdk_number(home: Path) -> int:
    """The major version of a JDK, 0 for what is none; read from its `release` file, which every JDK since 9 has."""
    if not (home / "bin" / "javac").exists() or not (home / "release").exists():
        return 0
    found = re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text())
    return int(found[1]) if found else 0


@contextmanager
def running_elasticsearch(version: str, *, heap: str = "512m") -> Iterator[str]:
    """Start one node and give its URL once it is green; stop it and remove its data at the end."""
    jdk = find_jdk(_least_jdk(version))
    if jdk is None:
        raise RuntimeError(why_not(version))
    server = _fetch(version, jdk)
    home = Path(tempfile.mkdtemp(prefix="yujing-elasticsearch-"))
    try:
        url = f"http://127.0.0.1:{_configure(home, server)}"
        known = [flag for flag, since in _FLAGS.items() if since <= _jdk_number(jdk)]
        flags = [*known, f"-Xms{heap}", f"-Xmx{heap}", f"-Djava.io.tmpdir={home}"]
        classes = f"{server / 'classes'}:{server / 'lib'}/*"
        process = spawn([str(jdk / "bin" / "java"), *flags, "-cp", classes, "SearchNode", str(home)], home / "log")
        try:
            if not wait_until(lambda: _is_green(url), process, 180):
                raise ServerFailedError(f"Elasticsearch {version}", home / "log")
            yield url
        finally:
            stop(process, signal.SIGTERM)
    finally:
        shutil.rmtree(home)


def _configure(home: Path, server: Path) -> int:
    """Write the node's configuration; returns its HTTP port."""
    port = free_port()
    settings = {
        "cluster.name": "yujing-tests",
        "node.name": "only",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": free_port(),
        # A test machine may be nearly full; a node that refuses writes for it would only confuse.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        # The product must create its indices from its template; anything else is a mistake to be seen.
        "action.auto_create_index": "yujing*,test-*",
    }
    (home / "config").mkdir()
    lines = (f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
    (home / "config" / "elasticsearch.yml").write_text("".join(lines))
    (home / "modules").symlink_to(server / "modules")
    return port


def _is_green(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "green")
    except (urllib.error.URLError, OSError):
        return False


def _laid_out(version: str) -> Path:
    return _CACHE / f"elasticsearch-{version}"


def _fetch(version: str, jdk: Path) -> Path:
    """The server laid out as lib/, modules/ and classes/; made once, by renaming, so that two runs can't mix."""
    server = _laid_out(version)
    if not server.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f"{server.name}-", dir=_CACHE))
        try:
            _lay_out(making, version)
            making.rename(server)
        except OSError:
            if not server.exists():  # otherwise another run was faster, and that one is as good
                raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    _compile(server, jdk)
    return server


def _lay_out(folder: Path, version: str) -> None:
    fetch = ["dependency:copy-dependencies", f"-DoutputDirectory={folder / 'lib'}", f"-Dserver.version={version}"]
    _run(["mvn", "--quiet", "--batch-mode", "--file", str(_HERE / "pom.xml"), *fetch])
    module = folder / "modules" / "transport-netty4"
    module.mkdir(parents=True)
    for jar in [*(folder / "lib").glob("netty-*.jar"), *(folder / "lib").glob("transport-netty4-*.jar")]:
        jar.rename(module / jar.name)
    (module / "plugin-descriptor.properties").write_text(_DESCRIPTOR.format(version=version))


def _compile(server: Path, jdk: Path) -> None:
    """Compile the launcher when there is none or it is older than its source."""
    source, made = _HERE / "SearchNode.java", server / "classes" / "SearchNode.class"
    if made.exists() and made.stat().st_mtime > source.stat().st_mtime:
        return
    classes = str(server / "classes")
    _run([str(jdk / "bin" / "javac"), "-nowarn", "-cp", f"{server / 'lib'}/*", "-d", classes, str(source)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
