"""Logs: one line to stderr, personal data masked wherever it stands."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from config.logs import MaskingFormatter, setup_logs


@pytest.fixture(autouse=True)
def _root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], _ = handlers, root.setLevel(level)


def test_messages_arguments_and_tracebacks_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logs()
    log = logging.getLogger("yujing.test")
    log.info("来电 13812345678")
    log.warning("来电 %s，户号：%s", "13912345678", "0123456789")
    try:
        int("第 3 行 15012345678")
    except ValueError:
        log.exception("导入失败")
    told = capsys.readouterr().err
    for number in ("13812345678", "13912345678", "0123456789", "15012345678"):
        assert number not in told
    assert "138****5678" in told
    assert "Traceback" in told
    assert "ValueError" in told


def test_twice_set_up_writes_once_and_the_level_counts(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logs()
    setup_logs("WARNING")
    logging.getLogger("yujing.test").info("不写")
    logging.getLogger("yujing.test").warning("写一次")
    assert capsys.readouterr().err.count("写一次") == 1
    assert len(logging.getLogger().handlers) == 1


def test_noisy_libraries_are_quiet() -> None:
    setup_logs("DEBUG")
    assert logging.getLogger("scrapy").level == logging.WARNING


def test_the_line_names_level_and_logger() -> None:
    record = logging.LogRecord("nlp.stage", logging.ERROR, __file__, 1, "停电", None, None)
    assert MaskingFormatter("%(levelname)s %(name)s %(message)s").format(record) == "ERROR nlp.stage 停电"
