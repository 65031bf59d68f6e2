"""Why a page could not be had, in Chinese."""

from __future__ import annotations

from typing import Any

from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet import error

_MEANINGS = {401: "需要登录", 403: "拒绝访问", 404: "页面不存在", 410: "页面已删除", 429: "要求放慢", 451: "依法不提供"}
_BY_TYPE: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((exceptions.DownloadTimeoutError, error.TimeoutError, error.TCPTimedOutError), "超时，没有应答"),
    ((exceptions.CannotResolveHostError, error.DNSLookupError), "域名解析不了"),
    ((exceptions.DownloadConnectionRefusedError, error.ConnectionRefusedError), "拒绝连接"),
    ((exceptions.DownloadCancelledError,), "页面过大"),
    ((exceptions.ResponseDataLossError,), "内容没有传完"),
    ((exceptions.UnsupportedURLSchemeError, exceptions.NotSupported), "网址的协议不支持"),
    ((error.ConnectError, error.ConnectionLost, error.ConnectionDone), "连接中断"),
    ((exceptions.DownloadFailedError,), "连接中断"),
)
_BY_TEXT = (
    ("robots.txt", "robots.txt 不允许"),
    ("max redirections", "重定向过多"),
    ("DOWNLOAD_MAXSIZE", "页面过大"),
)


def reason_of(failure: Any, page_megabytes: int) -> str:
    """The reason behind a Twisted failure of a request."""
    cause = failure.value
    if isinstance(cause, HttpError):
        status = cause.response.status
        meaning = _MEANINGS.get(status) or ("网站出错" if status >= 500 else "")
        return f"HTTP {status}（{meaning}）" if meaning else f"HTTP {status}"
    reason = next((told for types, told in _BY_TYPE if isinstance(cause, types)), None)
    if reason is None:
        reason = next((told for text, told in _BY_TEXT if text in str(cause)), f"抓取失败（{type(cause).__name__}）")
    return f"{reason}，超过上限 {page_megabytes} MB" if reason == "页面过大" else reason
