"""Lists by pages: which page the address asks for, and where its neighbours are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list of `total` rows: pages count from 1, `offset` rows come before its first."""

    total: int
    number: int
    last: int
    offset: int
    endpoint: str

    def address(self, number: int) -> str:
        """The same list, same filter, at another page."""
        kept: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "page"}
        return url_for(self.endpoint, **kept | {"page": number})


def paging(endpoint: str, total: int, per_page: int) -> Paging:
    """The page of a list at `endpoint` that the address asks for, the last one where it asks for more."""
    last = max(1, -(-total // per_page))
    number = min(last, max(1, request.args.get("page", 1, type=int)))
    return Paging(total, number, last, (number - 1) * per_page, endpoint)


def asked_words() -> str:
    """What is looked for in the list."""
    return request.args.get("find", "").strip()[:100]
