"""Where a place named in words lies: codes of the table of divisions, two digits (province) to nine (township)."""

from __future__ import annotations

from functools import cache

from config.vocabulary import FOLDER

_FILE = FOLDER / "regions" / "divisions.tsv"
_PROVINCE = 2


@cache
def _divisions() -> dict[str, tuple[str, ...]]:
    """Every name with the codes that bear it; 20 ms and a few megabytes, for those who ask."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return {name: tuple(codes.split()) for name, _, codes in (line.partition("\t") for line in lines if line)}


def province(name: str) -> str | None:
    """The code of a province by its full name (江苏省), None where there is none of that name."""
    return next((code for code in _divisions().get(name, ()) if len(code) == _PROVINCE), None)


def codes_of(text: str, within: str = "") -> tuple[str, ...]:
    """The codes that a place can mean: 长沙县 one, 城关镇 many, 湖南省长沙市 one; () where nothing is known.

    `within` names what it is part of (the site's own region): a place that may lie there does, and so does one of which
    nothing is known, or whose name is known from elsewhere alone, unless it names another province.
    """
    around, found = codes_of(within) if within else (), _chain(text.strip())
    if not around:
        return found
    inside = tuple(code for code in found if code.startswith(around))
    elsewhere = any(text.strip().startswith(name) for name in _provinces())
    return inside or (found if elsewhere else around)


@cache
def _provinces() -> tuple[str, ...]:
    return tuple(name for name, codes in _divisions().items() if any(len(code) == _PROVINCE for code in codes))


@cache
def _chain(text: str) -> tuple[str, ...]:
    """Names written one after another, each inside the one before: 湖南省长沙市雨花区."""
    codes: tuple[str, ...] = ()
    while text:
        head = next((text[:end] for end in range(len(text), 1, -1) if text[:end] in _divisions()), "")
        if not head:
            break
        inner = _divisions()[head]
        inside = tuple(code for code in inner if code.startswith(codes)) if codes else inner
        codes, text = inside or codes, text[len(head) :]
    return codes


def lies_in(codes: tuple[str, ...], regions: tuple[str, ...]) -> bool:
    """Whether a place surely lies in one of the regions (codes); a name that may be elsewhere does not."""
    return bool(codes) and all(code.startswith(regions) for code in codes) if regions else True
