"""Leave to take a package: asked for like a file of many texts, for a reason, and granted by a second person."""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import parse_qsl, urlencode

from config.clock import Clock
from config.errors import ConflictError
from storage.operations import Operations
from storage.operations.disclosures import ExportRequest

_EVENT, _ORIGINALS = "evidence", "originals"


def conditions(event: str, *, originals: bool) -> str:
    """What a request for a package is kept under; no filter of texts reads like this."""
    return urlencode({_EVENT: event, _ORIGINALS: "1" if originals else "0"})


def asked_for(request: ExportRequest) -> tuple[str, bool] | None:
    """(event, with originals) of a request for a package, None for one of a file of texts."""
    found = dict(parse_qsl(request.conditions))
    return (found[_EVENT], found.get(_ORIGINALS) == "1") if _EVENT in found else None


def granted(operations: Operations, clock: Clock, number: int, event: str, actor: str | None = None) -> ExportRequest:
    """The request, where it was granted for this event (and to this person) and its time is not over.

    Raises NotFoundError where there is no such request, ConflictError saying why it gives no leave.
    """
    request = operations.export_requests.get(number)
    wanted = asked_for(request)
    if wanted is None or wanted[0] != event or (actor is not None and request.actor != actor):
        raise ConflictError("制作证据包", f"申请 {number} 不是为这个事件提出的")
    if request.state != "granted" or request.decided_by is None or request.until is None:
        raise ConflictError("制作证据包", f"申请 {number} 还没有得到第二人同意")
    if request.until <= clock.now():
        raise ConflictError("制作证据包", f"申请 {number} 的同意已过期，请重新申请")
    return request


def product() -> str:
    """This product with its version."""
    return f"yujing {version('yujing')}"
