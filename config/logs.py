"""Logging to stderr, with personal data masked whatever a message holds."""

from __future__ import annotations

import logging
import sys
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path

from config.masking import mask

DAYS_KEPT = 190


class MaskingFormatter(logging.Formatter):
    """The usual line, masked after it is complete, so that arguments and tracebacks are masked too."""

    def format(self, record: logging.LogRecord) -> str:
        """One log line without personal data."""
        return mask(super().format(record))


def setup_logs(level: str = "INFO", file: Path | None = None) -> None:
    """Send the root logger to `file`, kept half a year, and its warnings to stderr; called by the roof only.

    Without `file` everything from `level` on goes to stderr.
    """
    console = logging.StreamHandler(sys.stderr)
    handlers: list[logging.Handler] = [console]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Logs are to be kept for at least six months (Cybersecurity Law, art. 21).
        handlers.append(TimedRotatingFileHandler(file, when="midnight", backupCount=DAYS_KEPT, encoding="utf-8"))
        console.setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(level)
    for noisy in ("scrapy", "twisted", "elastic_transport", "readability", "jieba", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns whenever a run is merged with one still going on, which is what we ask of it.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
