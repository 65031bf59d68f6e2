"""Pages found by folder: one file in dashboard/views/ is one page with its blueprint and its place in the rail."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, Literal

from flask import Blueprint

import dashboard.views
from config.registry import Registry, discover
from dashboard.permissions import Action

Group = Literal["看", "警", "答", "报"]
GROUPS: Sequence[Group] = ("看", "警", "答", "报")


class Page(ABC):
    """One page. `name` is also the blueprint's name; its landing view is the endpoint `NAME.show`.

    `group` and `order` place it in the rail; `on_phone` puts it among the few tabs at the foot of a phone; `count`
    names the number of `dashboard.live.Snapshot` that stands beside it; `may` is the action it is open to.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group]
    order: ClassVar[int]
    on_phone: ClassVar[bool] = False
    count: ClassVar[str | None] = None
    may: ClassVar[Action] = "read"
    blueprint: ClassVar[Blueprint]


def all_pages() -> Registry[Page]:
    """Every page of the folder, by name."""
    return discover(dashboard.views, Page, "页面")


def rail(pages: Registry[Page]) -> list[tuple[Group, list[type[Page]]]]:
    """The rail from above: each group with its pages in order; groups without a page are left out."""
    found = [
        (group, sorted((page for page in pages.values() if page.group == group), key=lambda page: page.order))
        for group in GROUPS
    ]
    return [(group, members) for group, members in found if members]
