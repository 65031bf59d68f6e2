"""Logging to stderr, with personal data masked whatever a message holds."""

from __future__ import annotations

import logging
import sys

from config.masking import mask


class MaskingFormatter(logging.Formatter):
    """The usual line, masked after it is complete, so that arguments and tracebacks are masked too."""

    def format(self, record: logging.LogRecord) -> str:
        """One log line without personal data."""
        return mask(super().format(record))


def setup_logs(level: str = "INFO") -> None:
    """Send the root logger to stderr, once; called by the command line only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("scrapy", "twisted", "elastic_transport", "apscheduler", "readability", "jieba", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
