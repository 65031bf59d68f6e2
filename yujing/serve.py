"""The processes that keep running, and how they end: on Ctrl-C or SIGTERM everything is given back."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from types import FrameType

import click
from waitress.server import create_server

from config.errors import ConflictError
from config.logs import setup_logs
from storage.query import Query
from yujing.accounts import FILE, first_accounts
from yujing.apart import Apart
from yujing.progress import Bars
from yujing.schedule import Jobs, Schedule, schedule_lock
from yujing.wiring import Services


def run_all(services: Services, *, sample: bool) -> int:
    """Everything: this process and its children; returns the exit code."""
    with _until_stopped() as stopped:
        _prepare(services, "run")
        with _listening(services) as listener, schedule_lock(services):
            passwords = first_accounts(services.operations, services.settings)
            if sample:
                _load_sample(services)
            with _doing(services, ("intake",), apart=(("watch",), ("analysis",))):
                _serve(services, listener, stopped, passwords)
    return 0


def run_web(services: Services) -> int:
    """The pages alone."""
    with _until_stopped() as stopped:
        _prepare(services, "web")
        with _listening(services) as listener:
            _serve(services, listener, stopped, first_accounts(services.operations, services.settings))
        services.close()
    return 0


def run_schedule(services: Services, *, intake: bool) -> int:
    """The jobs alone, until stopped: those of `intake` and the watch, or analysis."""
    with _until_stopped() as stopped:
        _prepare(services, "schedule" if intake else "work")
        with schedule_lock(services) if intake else nullcontext():
            apart: Sequence[Sequence[Jobs]] = (("watch",),) if intake else ()
            with _doing(services, ("intake",) if intake else ("analysis",), apart=apart):
                click.echo("已启动，Ctrl-C 停止")
                stopped.wait()
    return 0


@contextmanager
def _doing(services: Services, jobs: Sequence[Jobs], apart: Sequence[Sequence[Jobs]]) -> Iterator[None]:
    """Do `jobs` here and those `apart` in processes of their own; at the end everything is given back."""
    schedule = Schedule(services, jobs)
    processes = [Apart(services, each) for each in apart]
    try:
        schedule.start()
        for process in processes:
            process.start()
        yield
    finally:
        click.echo("正在停止…")
        for process in processes:
            process.stop()
        schedule.stop()
        services.close()


def _prepare(services: Services, part: str) -> None:
    services.prepare_home()
    # A file for each part: two processes that turn the same file over lose a day of it.
    setup_logs(services.settings.logs.level, services.settings.in_home("logs") / f"{part}.log")
    # Opened here, so that what is wrong with them is said before anything starts.
    _ = services.operations, services.store, services.rules, services.watch()


def _load_sample(services: Services) -> None:
    from yujing.demo.play import play  # noqa: PLC0415 - only the first start needs it

    with Bars() as bars:
        play(services, progress=bars)


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second one ends the process the hard way."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    except KeyboardInterrupt:
        if not stopped.is_set():
            raise
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def _listening(services: Services) -> Iterator[socket.socket]:
    """The listening socket, taken before anything long begins. Raises ConflictError when the port is in use."""
    web = services.settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((web.host, web.port))
        except OSError as error:
            reason = f"{web.host}:{web.port} 不能监听（{_why(error)}），可换端口：PORT=9000 make run"
            raise ConflictError("启动页面", reason) from None
        yield listener


def _why(error: OSError) -> str:
    import errno  # noqa: PLC0415

    known = {errno.EADDRINUSE: "端口被占用", errno.EACCES: "没有权限", errno.EADDRNOTAVAIL: "本机没有这个地址"}
    return known.get(error.errno or 0, "地址不对")


def _serve(services: Services, listener: socket.socket, stopped: threading.Event, passwords: dict[str, str]) -> None:
    """Serve pages until stopped."""
    from dashboard.app import create_app  # noqa: PLC0415 - the jobs alone do not need Flask

    settings = services.settings
    app = create_app(
        settings=settings, clock=services.clock, store=services.store, operations=services.operations, ending=stopped,
    )  # fmt: skip
    server = create_server(
        app,
        sockets=[listener],
        threads=settings.web.threads,
        max_request_body_size=(settings.web.upload_megabytes + 1) * 1024 * 1024,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    _greet(services, listener, passwords)
    try:
        server.run()
    except KeyboardInterrupt:
        stopped.set()
    finally:
        server.close()


def _greet(services: Services, listener: socket.socket, passwords: dict[str, str]) -> None:
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    click.echo(f"\n舆警已启动：http://{shown}:{port}/")
    file = services.settings.in_home(FILE)
    if passwords:
        click.echo(f"账号与密码（也在 {file}）：")
        for name, password in passwords.items():
            click.echo(f"  {name:<12} {password}")
    elif file.exists():
        click.echo(f"初始账号与密码在 {file}")
    if services.store.newest(Query()) is None:
        inbox = services.settings.in_home(services.settings.intake.inbox_folder)
        click.echo(
            "这里还没有文本。先做其中一件：\n"
            f"  把工单导出文件放进 {inbox}，或 yujing import 文件 --as 95598，或在“导入”页上传\n"
            f"  在 {services.settings.in_home(services.settings.crawl.sources_file)} 里写下要抓取的信源\n"
            "  停止后 yujing demo load 载入示例"
        )
    click.echo("Ctrl-C 停止")
