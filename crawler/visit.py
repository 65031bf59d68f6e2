"""The crawling process: `python -m crawler.visit`, a job on stdin, then requests on stdout and answers on stdin.

A process of its own, because Twisted's reactor runs once, and because a page must not be able to hurt the product.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from config.logs import setup_logs
from config.settings import CrawlSettings
from crawler.sources import Source, kinds
from crawler.wire import Wire

USER_AGENT = "yujing/0.1 (public-opinion monitor of a power utility; obeys robots.txt)"
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# Sites visited at the same time; the sources of one site follow each other, so that its pause holds.
SITES_AT_ONCE = 8
# A source that takes longer is ended; what is missing comes with the next run.
LONGEST_SECONDS = 900


def make_job(sources: Sequence[Source], settings: CrawlSettings, now: datetime) -> dict[str, Any]:
    """All the crawling process is told."""
    return {"sources": [source.to_json() for source in sources], "settings": asdict(settings), "now": now.isoformat()}


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Our settings in Scrapy's words."""
    return {
        "USER_AGENT": USER_AGENT,
        "ROBOTSTXT_OBEY": settings.obey_robots,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if settings.delay_seconds else 2,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DOWNLOAD_MAXSIZE": settings.page_megabytes * 1024 * 1024,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        "RETRY_TIMES": 1,
        "REDIRECT_MAX_TIMES": 5,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "CLOSESPIDER_TIMEOUT": LONGEST_SECONDS,
        "LOG_ENABLED": False,
    }


async def _visit_all(job: Mapping[str, Any], wire: Wire) -> None:
    from scrapy.crawler import AsyncCrawlerRunner  # noqa: PLC0415 - only after the reactor is installed

    settings = CrawlSettings(**job["settings"])
    runner = AsyncCrawlerRunner(scrapy_settings(settings))
    sites: dict[str, list[Source]] = defaultdict(list)
    for values in job["sources"]:
        source = Source(**values)
        sites[urlsplit(source.url).netloc].append(source)
    free = asyncio.Semaphore(SITES_AT_ONCE)

    async def visit(site: Sequence[Source]) -> None:
        async with free:
            for source in site:
                await runner.crawl(
                    kinds()[source.kind], source, wire, datetime.fromisoformat(job["now"]), settings.page_megabytes
                )
                wire.finished(source.name)

    await asyncio.gather(*(visit(site) for site in sites.values()))


def main() -> None:
    """Serve one job. The line keeps a copy of stdout; whatever else prints goes to stderr."""
    line = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    setup_logs("WARNING")
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    job = json.loads(sys.stdin.readline())

    from scrapy.utils.defer import deferred_f_from_coro_f  # noqa: PLC0415
    from scrapy.utils.reactor import install_reactor  # noqa: PLC0415

    install_reactor(REACTOR)
    from twisted.internet.task import react  # noqa: PLC0415 - imports the reactor, which must be installed before

    async def visit(_reactor: object) -> None:
        await _visit_all(job, Wire(line, sys.stdin, lambda: os._exit(3)))

    react(deferred_f_from_coro_f(visit))


if __name__ == "__main__":
    main()
