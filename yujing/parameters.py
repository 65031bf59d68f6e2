"""Values of options that click does not know: moments, days, report formats, import formats; refused in Chinese."""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime

import click

from config.clock import parse_local

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """An ISO date or time, Shanghai time unless it says otherwise; becomes UTC."""

    name = "moment"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment. Fails for anything else."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_local(value)
        except ValueError:
            self.fail(f"“{value}”不是时间，应如 2026-11-01 或 2026-11-01T08:00", param, ctx)


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A day written YYYY-MM-DD."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Fails for anything else."""
        if isinstance(value, date):
            return value
        with contextlib.suppress(ValueError):
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        return self.fail(f"“{value}”不是日期，应如 2026-11-15", param, ctx)


class Formats(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """Report formats, separated by commas, at least one."""

    name = "formats"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Each format once, in the order given. Fails for one that does not exist."""
        from dashboard.reports.weekly import FORMATS  # noqa: PLC0415 - draws charts, which other commands need not load

        if isinstance(value, tuple):
            return value
        wanted = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
        if not wanted or not set(wanted) <= set(FORMATS):
            self.fail(f"“{value}”里应是 {'、'.join(FORMATS)}，用逗号分隔", param, ctx)
        return wanted


class ImportFormat(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """The name of an import format."""

    name = "import format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself. Fails for one that does not exist."""
        from crawler.cause_imports import cause_formats  # noqa: PLC0415 - looks into the folders of formats
        from crawler.closing_imports import closing_formats  # noqa: PLC0415
        from crawler.layout import importers  # noqa: PLC0415

        known = (*importers(), *cause_formats(), *closing_formats())
        if value not in known:
            self.fail(f"没有格式“{value}”；有：{'、'.join(known)}", param, ctx)
        return value
