"""The effect of a statement over generated series: a daily course, days that differ, an event, a publication."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerting.desk.effect import DAY, HOUR, LEAST_AFTER, STEP, Effect, Heard, amounts, effect_of
from alerting.season import FreeDays
from config.calendar import Calendar

MIDNIGHT = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)  # Wednesday 00:00 in Shanghai
HISTORY = 27 * DAY
FREE = FreeDays(Calendar())


def heard(
    seed: int,
    published_at: datetime,
    *,
    base: float = 12.0,
    factor: float = 1.0,
    surge: float = 3.0,
    begun: timedelta = 6 * HOUR,
    negative: tuple[float, float] = (0.5, 0.5),
    history: timedelta = HISTORY,
    until: timedelta = 2 * DAY,
) -> Heard:
    """A series whose event multiplies the usual by `surge` from `begun` before the publication, and after it by
    `surge` × `factor`. Days differ by a fifth beyond chance; nights have a tenth of the day."""
    rng = np.random.default_rng(seed)
    start = MIDNIGHT - history
    steps = int((published_at + until - start) / STEP)
    moments = [start + place * STEP for place in range(steps)]
    local = np.array([((moment + 8 * HOUR).hour + (moment + 8 * HOUR).minute / 60) for moment in moments])
    course = 0.1 + 0.9 * np.clip(np.sin((local - 6) / 17 * math.pi), 0, None)
    days = rng.gamma(25, 1 / 25, steps * STEP // DAY + 2)
    rate = base * course * days[[int((moment - start) / DAY) for moment in moments]] * (STEP / HOUR)
    times = np.array([(moment - published_at) / HOUR for moment in moments])
    rate *= np.where(times < -begun / HOUR, 1.0, np.where(times < 0, surge, max(surge * factor, 0.0)))
    texts = rng.poisson(rate)
    shares = np.where(times < 0, *negative) if negative[0] != negative[1] else negative[0]
    return Heard(start, texts.tolist(), rng.binomial(texts, shares).tolist())


def told(seed: int, hour: int = 11, after: timedelta = 5 * HOUR, **changes: object) -> Effect:
    published_at = MIDNIGHT + hour * HOUR
    series = heard(seed, published_at, **changes)  # type: ignore[arg-type]
    begun: timedelta = changes.get("begun", 6 * HOUR)  # type: ignore[assignment]
    return effect_of(series, published_at, published_at + after, FREE, first_text_at=published_at - begun)


def verdicts(seeds: int = 30, **changes: object) -> Counter[str]:
    return Counter(told(seed, **changes).verdict for seed in range(seeds))  # type: ignore[arg-type]


@pytest.mark.parametrize(("factor", "verdict"), [(0.35, "fell"), (2.5, "rose")])
def test_a_change_is_seen(factor: float, verdict: str) -> None:
    found = verdicts(factor=factor)
    assert found[verdict] >= 26, found


def test_no_change_is_rarely_taken_for_one() -> None:
    """At most one in ten; over 120 seeds it was 9 % at nine in the morning, after a thin night, and 2 % at two."""
    found = verdicts(25, hour=9) + verdicts(25, hour=14) + verdicts(25, hour=18)
    assert found["fell"] + found["rose"] <= 9, found


def test_the_quiet_of_the_night_is_no_success() -> None:
    found = verdicts(hour=20, after=8 * HOUR)
    assert found["fell"] <= 3, found
    some = [told(seed, hour=20, after=8 * HOUR) for seed in range(5)]
    naive = [it.after.texts / it.before.texts for it in some if it.after and it.before]
    assert sorted(naive)[2] < 0.6  # what a count alone would have called a great success


def test_the_morning_rush_is_no_failure() -> None:
    assert verdicts(hour=7, begun=5 * HOUR)["rose"] <= 3


def test_the_band_tells_how_sure_one_can_be() -> None:
    few, many = told(1, base=8.0, factor=0.7), told(1, base=200.0, factor=0.7)
    assert few.volume is not None
    assert many.volume is not None
    assert few.volume.low < few.volume.value < few.volume.high
    assert many.volume.high / many.volume.low < few.volume.high / few.volume.low
    assert "97.5% 区间" in many.because[0]


def test_a_band_that_says_nothing_is_not_called_no_change() -> None:
    found = verdicts(base=1.2, surge=2.0)
    assert found["same"] == 0, found
    assert found["unknown"] >= 24, found


def test_the_share_speaks_where_the_volume_says_nothing() -> None:
    effect = told(3, base=60.0, negative=(0.7, 0.4))
    assert effect.share is not None
    assert (effect.share.verdict, effect.verdict) == ("fell", "fell")
    assert -0.4 < effect.share.low < effect.share.value < effect.share.high < 0
    assert "个百分点" in effect.because[1]


def test_where_volume_and_share_contradict_each_other_nothing_is_told() -> None:
    effect = told(3, base=60.0, factor=0.3, negative=(0.3, 0.8))
    assert effect.verdict == "unknown"
    assert effect.because[0] == "数量与负面占比变化相反"


def test_too_soon() -> None:
    effect = told(1, after=LEAST_AFTER * HOUR - STEP)
    assert (effect.verdict, effect.word) == ("unknown", "尚不能判断")
    assert "发布时间太短" in effect.because[0]
    assert told(1, after=LEAST_AFTER * HOUR, base=50.0).before is not None


def test_replaced_at_once() -> None:
    at = MIDNIGHT + 11 * HOUR
    effect = effect_of(heard(1, at), at, at + 9 * HOUR, FREE, replaced_at=at + HOUR)
    assert "被新口径替代" in effect.because[0]
    later = effect_of(heard(1, at), at, at + 9 * HOUR, FREE, replaced_at=at + 4 * HOUR)
    assert later.after is not None
    assert later.after.window.end - later.after.window.start == 4 * HOUR


def test_too_few_texts() -> None:
    effect = told(1, base=0.2, surge=1.0)
    assert effect.verdict == "unknown"
    assert "文本太少" in effect.because[0]


def test_another_event_in_between() -> None:
    at = MIDNIGHT + 11 * HOUR
    args = (heard(1, at, factor=0.3), at, at + 5 * HOUR, FREE)
    effect = effect_of(*args, others=[(at + HOUR, "河口镇变压器起火")])
    assert (effect.verdict, effect.because) == ("unknown", ("同一地区同类的另一事件混在其中：河口镇变压器起火",))
    for outside in (at - 2 * DAY, at + 6 * HOUR):
        assert effect_of(*args, first_text_at=at - 6 * HOUR, others=[(outside, "旧事")]).verdict == "fell"


def test_too_short_a_history() -> None:
    effect = told(1, history=DAY, base=40.0)
    assert effect.verdict == "unknown"
    assert "历史不足" in effect.because[0]
    at = MIDNIGHT + 3 * HOUR
    bare = Heard(at - HOUR, [3] * 60, [1] * 60)
    assert effect_of(bare, at, at + 3 * HOUR, FREE).verdict == "unknown"


def test_the_spans_are_whole_hours_on_both_sides() -> None:
    effect = told(1, after=3.4 * HOUR, begun=2.5 * HOUR, base=50.0)
    assert effect.before is not None
    assert effect.after is not None
    assert effect.before.window.end == effect.after.window.start == MIDNIGHT + 11 * HOUR
    assert effect.before.window.start == MIDNIGHT + 8 * HOUR
    assert effect.after.window.end == MIDNIGHT + 14 * HOUR
    assert effect.after.expected is not None


def test_buckets_are_laid_on_the_grid() -> None:
    laid = amounts([(MIDNIGHT, 2), (MIDNIGHT + STEP, 3), (MIDNIGHT + 3 * STEP, 9)], MIDNIGHT, 3)
    assert laid.tolist() == [2, 3, 0]
