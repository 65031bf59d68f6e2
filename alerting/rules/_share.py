"""Shares of a part of the texts within windows: what percentage_match and negative_share have in common."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerting.rules import Finding
from alerting.texts import Share, Texts, farthest, slide
from alerting.wording import number_words, window_words
from storage.records import Window
from storage.rows import Matcher


def find_share(
    texts: Texts, period: Window, closed: datetime, timeframe: timedelta, step: timedelta, fits: Matcher,
    low: float | None, high: float | None, least: int, what: str,
) -> Finding | None:  # fmt: skip
    """The closed window whose share (percent) lies farthest outside the limits; `what` names the part."""
    readings = slide(texts, period, timeframe, step, Share(fits, least))
    found = farthest([(window, value) for window, value in readings if window.end <= closed], low, high)
    if found is None:
        return None
    window, value, first = found
    rows = texts.rows(window)
    above = high is not None and value > high
    limit = high if above else low
    assert limit is not None
    hits = sum(map(fits.fits, rows))
    told = f"{what}占比 {number_words(value)}%"
    side = "高于" if above else "低于"
    counted = f"{window_words(window)}共 {len(rows)} 件，其中{what} {hits} 件"
    because = f"{counted}，占 {number_words(value)}%，{side}界限 {number_words(limit)}%"
    return Finding(window, value, first, (because,), told=told, unit="%")
