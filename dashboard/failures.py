"""Error pages: what happened, in Chinese, and what to do; never the text of an error that is not ours."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from config.errors import ConflictError, InputError, NotFoundError, QueryError, StoreError
from dashboard.parts import parts

Answer = tuple[str, int]
log = logging.getLogger(__name__)

TITLES = {
    400: "请求不完整",
    403: "没有权限",
    404: "没有这个页面",
    405: "不能这样访问",
    409: "没有做成",
    413: "文件太大",
    500: "出错了",
    503: "存储暂时不可用",
}
REASONS = {
    400: "请求里缺少内容或内容不对，请返回重试。",
    403: "您的角色不能做这件事。",
    404: "地址写错了，或者内容已被删除。",
    405: "请从页面上的按钮操作。",
}


def page_for(status: int, reason: str = "", incident: str = "") -> Answer:
    """The error page, or only its message where htmx asked for a part of a page."""
    template = "failure_part.html" if request.headers.get("HX-Request") else "failure.html"
    title = TITLES.get(status, "出错了")
    return render_template(
        template, status=status, title=title, reason=reason or REASONS.get(status, ""), incident=incident
    ), status


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NotFoundError, lambda error: page_for(404, str(error)))
    app.register_error_handler(ConflictError, lambda error: page_for(409, str(error)))
    app.register_error_handler(QueryError, lambda error: page_for(400, str(error)))
    app.register_error_handler(InputError, lambda error: page_for(400, str(error)))
    app.register_error_handler(StoreError, _store)
    # A number in the address that no database can hold names nothing.
    app.register_error_handler(OverflowError, lambda _error: page_for(404))
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Answer:
    status = error.code or 500
    if status == 413:
        return page_for(
            413, f"一次最多上传 {parts().settings.web.upload_megabytes} MB。可拆成几个文件，或用命令 yujing import。"
        )
    # Only our own abort() calls bring a description in Chinese.
    words = error.description or ""
    return page_for(status, words if any("\u4e00" <= sign <= "\u9fff" for sign in words) else "")


def _csrf(_error: CSRFError) -> Answer:
    return page_for(400, "页面放得太久或登录已变，请刷新后再试；已写的内容请先复制。")


def _store(error: StoreError) -> Answer:
    log.error("store away: %s", error)
    return page_for(503, f"{error}。数据没有丢失，恢复后刷新本页即可。")


def _unexpected(error: Exception) -> Answer:
    incident = secrets.token_hex(4)
    log.error("incident %s at %s", incident, request.path, exc_info=error)
    return page_for(500, "这是程序的错误，已记入日志。请把下面的编号告诉管理员。", incident)
