"""Bad input through the real command line, in processes of their own: what is wrong is told in Chinese, naming file,
row or key; what is good is kept; the exit code is not 0 where nothing could be done."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.fixtures_site import Reply, Site, running_site
from yujing.cli import _load_commands, run

_load_commands()

ROOT = Path(__file__).parent.parent.parent
HEADER = "工单编号,受理时间,受理内容\n"
GOOD = "A1,2026-03-01 08:00:00,小区停电三小时没有人管\n"
# Latin words that a Chinese message may hold: names of formats, options, fields and files.
ALLOWED = re.compile(
    r"UTF-16|UTF-8|GB18030|CSV|CR|JSON|TOML|XML|HTTP|RSS|Atom|MB|xlsx|SQLite|Elasticsearch|Ctrl-C|PORT|make run"
    r"|Asia/\w+|https?://\S*|[\w./-]*\.(?:csv|toml|xlsx|jsonl|html|db|key)|--[\w-]+|yujing[\w -]*|\[+\w+\]+"
    r"|“[^”]*”|'[^']*'|crawl\.page_megabytes"
)


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def refused(self, *parts: str, code: int = 1) -> None:
        """The command did nothing and told why, in Chinese alone."""
        assert (self.code, self.out) == (code, ""), self
        for part in parts:
            assert part in self.err
        assert "Traceback" not in self.err
        assert not re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]+)*", ALLOWED.sub("", self.err)), self.err


@dataclass(frozen=True)
class Shell:
    """A folder to work in, with a home of its own."""

    folder: Path

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "yujing", "--home", str(self.folder / "home"), *words]

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("YUJING_")}
        return {**own, "PYTHONPATH": str(ROOT), "YUJING_ANALYSIS_WORKERS": "0", **more}

    def __call__(
        self,
        *words: str,
        stdin: bytes = b"",
        limit: Callable[[], None] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Said:
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(environment or {}),
            input=stdin,
            capture_output=True,
            timeout=120,
            preexec_fn=limit,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def file(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def documents_waiting(self) -> int:
        return int(json.loads(self("status", "--json").out)["inbox"])


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


JAPANESE = "番号,時間,内容\n" + "A1,2026-03-01,停電が続いていますどうすればいいですか\n" * 20
FILES: dict[str, tuple[bytes, str]] = {
    "utf16.csv": ((HEADER + GOOD).encode("utf-16"), "编码是 UTF-16"),
    "utf16le.csv": ((HEADER + GOOD * 3).encode("utf-16-le"), "编码是 UTF-16"),
    "sjis.csv": (JAPANESE.encode("shift_jis"), "编码不对：既不是 UTF-8 也不是 GB18030"),
    "binary.csv": (bytes(range(256)) * 8, "不是文本文件"),
    "semicolon.csv": ((HEADER + GOOD).replace(",", ";").encode(), "第 1 行：分隔符不对"),
    "missing.csv": ("工单编号,受理内容\nA1,停电\n".encode(), "缺少时间列"),
    "empty.csv": (b"", "文件是空的"),
    "header.csv": (HEADER.encode(), "只有表头，没有数据行"),
    "mac.csv": ((HEADER + GOOD).replace("\n", "\r").encode(), "换行符是旧式的回车"),
    "renamed.xlsx": ((HEADER + GOOD).encode(), "不是有效的 xlsx 文件；内容是文本"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_of_ours(shell: Shell, name: str) -> None:
    content, reason = FILES[name]
    shell("import", shell.file(name, content), "--as", "95598").refused(f"文件 {name}", reason)


def test_impossible_dates_cost_their_rows_and_the_good_ones_are_kept(shell: Shell) -> None:
    wrong = ["2026-13-45", "0000-00-00", "2026-02-31", "2099-01-01", "2026-03-01 08:00+99:00"]
    rows = "".join(f"D{number},{date},停电了没有人管\n" for number, date in enumerate(wrong))
    shell.file("dates.csv", HEADER + GOOD + rows)
    said = shell("import", "dates.csv", "--as", "95598", "--json")
    assert said.code == 0
    counts = json.loads(said.out)
    assert list(counts) == ["read", "new", "updated", "unchanged", "rejected", "rejected_file"]
    assert list(counts.values())[:5] == [6, 1, 0, 0, 5]
    rejected = Path(counts["rejected_file"]).read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in rejected] == [[str(number), "受理时间"] for number in range(3, 8)]
    reasons = [line.split(",")[2] for line in rejected]
    assert [reason[:9] for reason in reasons[:3]] == ["没有这样的日期或时"] * 3
    assert reasons[3].endswith("还没有到")
    assert reasons[4] == "没有这样的时区“+99:00”"
    assert shell.documents_waiting() == 1


def test_when_every_row_is_rejected_the_exit_code_says_so(shell: Shell) -> None:
    said = shell("import", shell.file("all.csv", HEADER + "D1,2026-13-45,停电\n"), "--as", "95598")
    assert said.code == 1
    assert said.out.splitlines()[-1] == "读入 1 新增 0 更新 0 未变 0 拒收 1"


def test_formulas_without_value_cost_their_rows(shell: Shell) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER.strip().split(","), GOOD.strip().split(","), ["A2", "=NOW()", "停电"]):
        book.worksheets[0].append(row)
    book.save(shell.folder / "sheet.xlsx")
    counts = json.loads(shell("import", "sheet.xlsx", "--as", "95598", "--json").out)
    assert (counts["read"], counts["new"], counts["rejected"]) == (2, 1, 1)
    assert "Sheet!3,受理时间,公式没有算出的值" in Path(counts["rejected_file"]).read_text(encoding="utf-8")


def test_memory_does_not_grow_with_the_file(shell: Shell) -> None:
    """The peak of an import of 24 MB is within 16 MB of that of a file of three rows."""
    body = "小区停电三小时没有人管，打了好几次电话也没有人来。" * 40
    with (shell.folder / "big.csv").open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(f"B{number},2026-03-01 08:00,{body}{number}\n" for number in range(8000))
    assert (shell.folder / "big.csv").stat().st_size > 23_000_000
    small, large = (_peak_megabytes(shell, name) for name in (shell.file("small.csv", HEADER + GOOD * 3), "big.csv"))
    assert large - small < 16, (small, large)
    assert shell.documents_waiting() == 8001


def _peak_megabytes(shell: Shell, name: str) -> float:
    """The peak resident memory of one import, told by a parent of its own."""
    program = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], capture_output=True).returncode;"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", program, *shell.command("import", name, "--as", "95598")]
    out = subprocess.run(command, cwd=shell.folder, env=shell.environment({}), capture_output=True, check=True).stdout
    code, kilobytes = map(int, out.split())
    assert code == 0
    return kilobytes / 1024


def test_a_line_without_end_is_refused_in_bounded_memory(shell: Shell) -> None:
    with (shell.folder / "line.csv").open("wb") as out:
        out.write(HEADER.encode())
        for _ in range(200):
            out.write(b"1" * 1_000_000)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))

    shell("import", "line.csv", "--as", "95598", limit=limit).refused("文件 line.csv，第 2 行：一行超过 4 MB")


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


def test_sources_that_cannot_be_read_are_told_and_the_good_one_is_kept(shell: Shell, site: Site) -> None:
    text = "据居民反映，小区从清晨起就没有电，电梯停运，家里的老人和孩子上下楼都很不方便，希望尽快恢复。" * 3
    site.pages |= {
        "/list": Reply("<ul><li><a href='/news/1001.html'>小区停电八小时无人应答</a></li></ul>".encode()),
        "/news/1001.html": Reply(f"<html><body><h1>小区停电八小时</h1><p>{text}</p></body></html>".encode()),
        "/feed": Reply("<html><body>网站维护中</body></html>".encode()),
        "/huge": Reply(stream=_fifty_megabytes),
        "/slow": Reply(wait=4),
    }
    kinds = {"feed": "feed", "huge": "listing", "slow": "listing", "list": "listing"}
    entries = "".join(
        f'[[source]]\nname = "{name}"\nkind = "{kind}"\nurl = "{site.url}/{name}"\n' for name, kind in kinds.items()
    )
    entries += '[[source]]\nname = "gone"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed"\n'
    shell.file("sources.toml", entries)
    shell.file("site.toml", "[crawl]\ntimeout_seconds = 2\ndelay_seconds = 0\npage_megabytes = 1\n")
    said = shell("crawl", "--sources", "sources.toml", "--config", "site.toml", "--json", "--quiet")
    assert (said.code, said.err) == (1, "")
    reports = {report["source"]: report for report in map(json.loads, said.out.splitlines())}
    assert reports["feed"]["reasons"] == [f"不是 XML 订阅源（RSS 或 Atom），而是网页：{site.url}/feed"]
    assert reports["huge"]["reasons"] == [f"页面过大，超过上限 1 MB：{site.url}/huge"]
    assert reports["slow"]["reasons"] == [f"超时，没有应答：{site.url}/slow"]
    assert reports["gone"]["reasons"] == ["拒绝连接：http://127.0.0.1:9/feed"]
    assert (reports["list"]["new"], reports["list"]["failed"]) == (1, 0)
    said = shell("crawl", "没有的", "--sources", "sources.toml")
    assert (said.code, said.out) == (1, "")
    assert said.err == "没有名为“没有的”的来源；现有：feed、gone、huge、list、slow\n"


def _fifty_megabytes(out: Any) -> None:
    for _ in range(50):
        out.write(b"<p>" + b"x" * (1024 * 1024))
    raise AssertionError("50 MB were taken")


def test_a_page_of_50_megabytes_is_not_extracted(shell: Shell) -> None:
    with (shell.folder / "page.html").open("wb") as out:
        out.truncate(50 * 1024 * 1024)
    shell("extract", "page.html").refused("文件 page.html：页面过大：50.0 MB，超过上限 8 MB")


TOMLS = [
    (
        ["rules", "check"],
        '[[rule]]\nname = "x"\ntype = "frequency"\nnum_event = 3\n',
        ["x.toml", "“num_event”：没有这一项"],
    ),
    (["crawl", "--sources"], "[[source\n", ["x.toml", "第 1 行第 9 列：方括号没有成对"]),
    (["crawl", "--sources"], "", ["没有可抓取的来源"]),
    (
        ["crawl", "--sources"],
        '[[source]]\nname = "a"\nkind = "fed"\nurl = "ftp://x"\nspeed = 1\n'
        '[[source]]\nkind = "feed"\nurl = "http://x/"\nspeed = 1\n',
        ["4 处错误", "来源“a”的 kind", "来源“a”的 url", "第 2 个来源的 name", "第 2 个来源的 speed：没有这一项"],
    ),
    (
        ["import", "good.csv", "--as", "table", "--mapping"],
        'sourc = "a"\ntime_zone = "Asia/Beijing"\n[columns]\ntext = "受理内容"\n',
        ["x.toml", "没有“sourc”这一项", "没有名为“Asia/Beijing”的时区", "[columns] 没有“text”这一项", "缺少 time"],
    ),
    (
        ["import", "good.csv", "--as", "table", "--mapping"],
        "source = 信访\n",
        ["x.toml", "第 1 行第 10 列：值的写法不对"],
    ),
    (["status", "--config"], "[web\n", ["x.toml", "第 1 行第 5 列：方括号没有成对"]),
    (
        ["status", "--config"],
        '[web]\nport = "many"\nthread = 3\n[alerting]\nevery_seconds = 0\n',
        ["设置有 3 处错误", "[web] port", "[web] 没有“thread”这一项", "[alerting] every_seconds"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "content", "told"), TOMLS)
def test_all_mistakes_of_a_file_are_told_at_once(
    shell: Shell, call: Sequence[str], content: str, told: Sequence[str]
) -> None:
    shell.file("good.csv", HEADER + GOOD)
    said = shell(*call, shell.file("x.toml", content))
    assert (said.code, said.out) == (1, "")
    assert all(part in said.err for part in told), said.err
    assert "Traceback" not in said.err


def test_bad_lines_of_analyse_are_told_by_number_and_the_good_ones_answered(shell: Shell) -> None:
    lines = [
        b'\xef\xbb\xbf{"id": 1, "text": "\xe5\x81\x9c\xe7\x94\xb5"}\r',
        b"no json", b"[1]", b'{"text": "x"}', b'{"id": true, "text": "x"}',
        b'{"id": 2, "text": "\\ud83d"}', b'{"id": 3, "text": "\xff"}', b"", b'{"id": "z", "title": "a", "body": "b"}',
    ]  # fmt: skip
    said = shell("analyse", "-", stdin=b"\n".join(lines))
    assert said.code == 1
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == [1, 2, "z"]
    assert [line.partition("：")[0] for line in said.err.splitlines()] == [
        "第 2 行", "第 3 行", "第 4 行，“id”", "第 5 行，“id”", "第 7 行",
    ]  # fmt: skip


def test_bad_rows_of_detect_are_told_by_number_and_the_good_ones_answered(shell: Shell) -> None:
    rows = [
        "timestamp,value",
        "2026-03-01 00:00,1",
        "2026-13-45 00:00,1",
        "2026-03-01 01:00,many",
        "2026-03-01 02:00,3",
    ]
    said = shell("detect", "-", stdin="\n".join(rows).encode())
    assert said.code == 1
    assert said.out.splitlines()[0] == "timestamp,value,anomaly_score,expected,alert"
    assert [line[:18] for line in said.out.splitlines()[1:]] == ["2026-03-01 00:00,1", "2026-03-01 02:00,3"]
    assert [line.partition("：")[0] for line in said.err.splitlines()] == ["第 3 行", "第 4 行"]


PLACES = [
    ({"YUJING_STORE_URL": "nonsense"}, "存储 nonsense 不可用"),
    ({"YUJING_STORE_URL": "http://127.0.0.1:9"}, "连不上 Elasticsearch"),
    ({"YUJING_DATABASE_URL": "nonsense"}, "存储 nonsense 不可用"),
    ({"YUJING_DATABASE_URL": "postgresql+psycopg://a:secret@127.0.0.1:9/db"}, "数据库没有应答"),
    ({"YUJING_HOME": "good.csv"}, "good.csv"),
]


@pytest.mark.parametrize(("environment", "told"), PLACES)
def test_places_that_cannot_be_used(shell: Shell, environment: dict[str, str], told: str) -> None:
    shell.file("good.csv", HEADER + GOOD)
    home = ["--home", environment.pop("YUJING_HOME")] if "YUJING_HOME" in environment else []
    said = shell(*home, "status", environment=environment)
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert "secret" not in said.err
    assert said.err.count("\n") == 1


WRONG_CALLS = [
    (["rules", "replay", "x.toml", "--from", "soon", "--to", "2026-03-01"], "--from 的值不对：“soon”不是时间"),
    (["rules", "replay", "x.toml", "--from", "2026-03-02", "--to", "2026-03-01"], "--to 应晚于 --from"),
    (["report", "weekly", "--ending", "2026-13-45", "--out", "o"], "--ending 的值不对：“2026-13-45”不是日期"),
    (["report", "weekly", "--ending", "2026-W46-1", "--out", "o"], "不是日期，应如 2026-11-15"),
    (["report", "weekly", "--ending", "2026-03-01", "--format", "xls", "--out", "o"], "--format 的值不对：“xls”"),
    (["report", "weekly", "--ending", "2026-03-01", "--format", ",", "--out", "o"], "--format 的值不对"),
    (["import", "x.csv", "--as", "xls"], "--as 的值不对：没有格式“xls”；有：95598、table"),
    (["import", "x.csv", "--as", "table"], "--as table 需要 --mapping"),
    (["run", "--port", "99999"], "--port 的值不对：应为 0 到 65535 的整数"),
]


@pytest.mark.parametrize(("call", "told"), WRONG_CALLS)
def test_a_wrong_call_ends_with_2(call: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(call) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err


def test_accounts_refuse_short_passwords_and_names_that_exist(shell: Shell) -> None:
    add = ("user", "add", "li", "--role", "pr")
    shell(*add, stdin=b"short\n").refused("密码至少 8 个字符")
    assert shell(*add, stdin=b"long enough\n").code == 0
    shell(*add, stdin=b"long enough\n").refused("账号“li”已存在")
    shell("user", "disable", "wang").refused("没有名为“wang”的账号")


def _has_rows(database: Path) -> bool:
    """Whether the first batch of an import has been kept."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM inbox)").fetchone()[0])
        except sqlite3.OperationalError:
            return False  # its tables are being made


def test_ctrl_c_in_an_import_loses_nothing(shell: Shell) -> None:
    rows = 15_000
    with (shell.folder / "long.csv").open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(f"L{number},2026-03-01 08:00,停电了没有人管{number}\n" for number in range(rows))
    command = shell.command("import", "long.csv", "--as", "95598")
    database = shell.folder / "home" / "operations.db"
    with subprocess.Popen(
        command, cwd=shell.folder, env=shell.environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and not _has_rows(database):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out_bytes, err = process.communicate(timeout=60)
    assert (process.returncode, out_bytes) == (130, b"")
    assert "已读入的行已保存" in err.decode()
    assert err.decode().endswith("已停止\n")
    kept = shell.documents_waiting()
    assert 0 < kept < rows
    counts = json.loads(shell("import", "long.csv", "--as", "95598", "--json").out)
    assert [counts[name] for name in ("new", "updated", "unchanged")] == [rows - kept, 0, kept]


def test_a_reader_that_goes_away_is_no_error_message(shell: Shell) -> None:
    lines = "".join(f'{{"id": {number}, "text": "停电"}}\n' for number in range(2000))
    with subprocess.Popen(
        shell.command("analyse", shell.file("many.jsonl", lines)), cwd=shell.folder, env=shell.environment({}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdout.close()
        assert process.stderr.read() == b""
