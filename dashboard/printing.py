"""Paper: an HTML page of our own as PDF, by WeasyPrint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.errors import InputError

_MISSING = "这台机器缺少打印所需的 Pango 库（Debian：apt-get install libpango-1.0-0 libpangoft2-1.0-0）"


def pdf_of(html: str, style: Path) -> bytes:
    """The pages as PDF, with a style sheet of ours; nothing is fetched from anywhere.

    Raises InputError where the machine cannot print.
    """
    found: bytes = laid_out(html, style).write_pdf()
    return found


def laid_out(html: str, style: Path) -> Any:
    """A WeasyPrint document: the pages as they will be printed. Raises InputError where the machine cannot print."""
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415 - takes most of a second to import
    except OSError as error:
        raise InputError(_MISSING) from error
    return HTML(string=html, url_fetcher=_nothing).render(stylesheets=[CSS(filename=str(style))])


def _nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    """A page that is printed stands alone: whatever it would load is left out."""
    raise ValueError(url)
