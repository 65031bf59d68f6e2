"""The level of what texts say: points for what can be counted or read in them, each with its evidence.

Weights and thresholds are data (config/vocab/levels.toml). The same stored texts give the same score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from alerting.judge.facts import Facts, RankOf
from alerting.wording import number_words
from config.errors import VocabularyError
from config.masking import mask
from config.vocabulary import FOLDER, load_table
from storage.query import format_query
from storage.records import LEVELS, Customer, Document, Level, ScorePart

TABLE = "levels"
_QUOTES = 2  # texts that speak for one part
_QUOTE = 40  # characters of one
_NUMBERED = 5  # customers whose masked numbers are told
_MOST_IN_QUERY = 20  # customers whose texts a link shows
Steps = tuple[tuple[float, float], ...]
Listed = Mapping[str, Customer]
_NOBODY: Listed = {}


@dataclass(frozen=True, slots=True)
class Scale:
    """What gives how many points, and how many a level takes; see the comments of levels.toml."""

    thresholds: Mapping[str, float]
    steps: Mapping[str, Steps]
    media: Mapping[str, float]
    danger: Mapping[str, float]
    important: Mapping[str, float]
    listed: Mapping[str, Steps]
    volume_least: int
    sentiment_least: int
    repeat_times: int
    offline_reason: str
    offline_points: tuple[float, float]
    offline_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """The parts that have any points, and the level that all together reach."""

    parts: tuple[ScorePart, ...]
    level: Level

    @property
    def points(self) -> float:
        """The sum of the parts."""
        return sum(part.points for part in self.parts)


def score_of(
    facts: Facts, scale: Scale, rank_of: RankOf, expected: float | None = None, listed: Listed = _NOBODY
) -> Score:
    """The score of some texts; `expected` is how many were to be expected, None where nobody can say.

    `listed`: by the keyed hashes of `facts.customers`, those whom the site has on its list of customers.
    """
    parts = tuple(
        part
        for part in (
            _volume(facts, scale, expected),
            _speed(facts, scale),
            _media(facts, scale, rank_of),
            _sentiment(facts, scale),
            _read("危险", facts, scale.danger),
            _repeat(facts, scale),
            _important(facts, scale, listed),
            _offline(facts, scale),
        )
        if part.points > 0
    )
    return Score(parts, level_of(sum(part.points for part in parts), scale))


def level_of(points: float, scale: Scale) -> Level:
    """The gravest level whose threshold the points reach; the mildest has none."""
    reached = (level for level in LEVELS if level in scale.thresholds and points >= scale.thresholds[level])
    return cast("Level", next(reached, "blue"))


def _volume(facts: Facts, scale: Scale, expected: float | None) -> ScorePart:
    points, told = _step(facts.total, scale.steps["volume"]), [f"共 {facts.total} 条"]
    if expected is not None and expected > 0 and facts.total >= scale.volume_least:
        times = facts.total / expected
        extra = _step(times, scale.steps["ratio"])
        points += extra
        told += [f"预期 {number_words(expected)} 条，为其 {number_words(times)} 倍"] if extra else []
    return ScorePart("数量", points, tuple(told), format_query(facts.query))


def _speed(facts: Facts, scale: Scale) -> ScorePart:
    return ScorePart("速度", _step(facts.peak, scale.steps["speed"]), (f"最密的一小时有 {facts.peak} 条",))


def _media(facts: Facts, scale: Scale, rank_of: RankOf) -> ScorePart:
    """The highest rank among negative texts, and how many sources there are."""
    ranked: list[tuple[float, str, Document]] = []
    for doc in facts.online:
        rank = rank_of(doc.source, doc.url, doc.medium) if doc.analysis.sentiment.label == "negative" else None
        if rank is not None:
            ranked.append((scale.media.get(rank[0], 0.0), rank[1], doc))
    top = max(ranked, key=lambda it: (it[0], it[2].id), default=None)
    told = [] if top is None or not top[0] else [f"{top[1]}：{top[2].source}"]
    online = {doc.source for doc in facts.online}
    spread = _step(len(online), scale.steps["spread"])
    told += [f"{len(online)} 家来源"] if spread else []
    query = format_query(facts.query.narrow("source", *sorted(online))) if online else ""
    return ScorePart("媒体", (top[0] if top else 0.0) + spread, tuple(told), query)


def _sentiment(facts: Facts, scale: Scale) -> ScorePart:
    share = facts.negative / facts.total if facts.total >= scale.sentiment_least else 0.0
    query = format_query(facts.query.narrow("label", "negative"))
    told = f"负面 {facts.negative} 条，占 {share:.0%}"
    return ScorePart("情感", _step(share, scale.steps["sentiment"]), (told,), query)


def _repeat(facts: Facts, scale: Scale) -> ScorePart:
    often = [count for count in facts.repeats if count >= scale.repeat_times]
    told = f"{len(often)} 位客户反映 {scale.repeat_times} 次以上，最多 {max(often, default=0)} 次"
    return ScorePart("重复诉求", _step(len(often), scale.steps["repeat"]), (told,))


def _read(name: str, facts: Facts, points: Mapping[str, float]) -> ScorePart:
    """The reason with the most points among those that the urgent texts give."""
    found = {title: [doc for doc in facts.urgent if _says(doc, title)] for title in points}
    top = max((title for title, docs in found.items() if docs), key=lambda it: (points[it], it), default="")
    if not top:
        return ScorePart(name, 0.0, ())
    told = (f"{top}：{len(found[top])} 条", *_quotes(found[top], top))
    return ScorePart(name, points[top], told, format_query(facts.query.narrow("urgency", "H")))


def _important(facts: Facts, scale: Scale, listed: Listed) -> ScorePart:
    """What texts say of important users, or how many customers of the list there are; the graver, not their sum."""
    read, known = _read("重要用户", facts, scale.important), _listed(facts, scale, listed)
    if not known.points or not read.points:
        return known if known.points else read
    query = format_query(facts.query) if read.query != known.query else read.query
    return ScorePart("重要用户", max(read.points, known.points), (*known.evidence, *read.evidence), query)


def _listed(facts: Facts, scale: Scale, listed: Listed) -> ScorePart:
    """Points for the customers of the list, each once under whatever number they called; numbers are masked."""
    people = {customer.id: customer for customer in listed.values()}
    texts = Counter[int]()
    for key, customer in listed.items():
        texts[customer.id] += facts.customers.get(key, 0)
    graver = [number for number, it in people.items() if it.important or it.sensitive]
    groups = {
        "important": ("重要用户", graver),
        "large": ("大客户", [number for number, it in people.items() if it.large and number not in graver]),
    }
    points, told = 0.0, []
    for name, (title, numbers) in groups.items():
        points += _step(len(numbers), scale.listed[name])
        if numbers:
            first = sorted(numbers, key=lambda it: (-texts[it], it))[:_NUMBERED]
            shown = "、".join(f"{_numbered(people[it])} {texts[it]} 条" for it in first)
            told.append(f"{title} {len(numbers)} 户：{shown}{' 等' if len(numbers) > len(first) else ''}")
    keys = sorted(key for key, it in listed.items() if it.important or it.sensitive or it.large)
    query = format_query(facts.query.narrow("customer", *keys)) if 0 < len(keys) <= _MOST_IN_QUERY else ""
    return ScorePart("重要用户", points, tuple(told), query)


def _numbered(customer: Customer) -> str:
    return f"户号 {customer.shown}" + (f"（{customer.sensitive}）" if customer.sensitive else "")


def _offline(facts: Facts, scale: Scale) -> ScorePart:
    docs = [doc for doc in facts.urgent if _says(doc, scale.offline_reason)]
    acting = [doc for doc in docs if any(word in doc.analysis.clean_text for word in scale.offline_words)]
    threat, action = scale.offline_points
    points = action if acting else threat if docs else 0.0
    told = (f"{'线下行动' if acting else scale.offline_reason}：{len(acting or docs)} 条",)
    quotes = _quotes(acting or docs, scale.offline_reason)
    return ScorePart("线下行动", points, (*told, *quotes), format_query(facts.query.narrow("urgency", "H")))


def reason_of(because: str) -> str:
    """The name of a reason of urgency; behind it stand the words that told it."""
    return because.partition("：")[0]


def _says(doc: Document, title: str) -> bool:
    return any(reason_of(because) == title for because in doc.analysis.urgency.because)


def _quotes(docs: Sequence[Document], title: str) -> Iterator[str]:
    """Masked pieces of the first texts, around the words that told."""
    for doc in docs[:_QUOTES]:
        because = next((it for it in doc.analysis.urgency.because if reason_of(it) == title), "")
        text = " ".join(mask(doc.analysis.clean_text or doc.title).split())
        at = max(text.find(because.partition("：")[2]), 0)
        start = max(0, min(at - _QUOTE // 3, len(text) - _QUOTE))
        yield f"“{text[start : start + _QUOTE]}”"


def _step(value: float, steps: Steps) -> float:
    """The points of the highest step that is reached."""
    return max((points for least, points in steps if value >= least), default=0.0)


@cache
def load_scale(folder: Path = FOLDER) -> Scale:
    """Read and check levels.toml. Raises VocabularyError naming the key."""
    content, file = load_table(TABLE, folder).content, folder / f"{TABLE}.toml"

    def table(name: str) -> dict[str, Any]:
        found = content.get(name)
        if not isinstance(found, dict):
            raise VocabularyError("缺少这一节", file=file, field=name)
        return found

    def steps(section: str, key: str = "steps") -> Steps:
        rows: Any = table(section).get(key)
        fits = isinstance(rows, list) and all(isinstance(row, list) and len(row) == 2 for row in rows)
        if not fits or any(not _number(cell) for row in rows for cell in row):
            raise VocabularyError("应写成 [[值, 分], …]", file=file, field=f"{section}.{key}")
        return tuple((float(least), float(points)) for least, points in rows)

    def points(section: str, *, but: Sequence[str] = ()) -> dict[str, float]:
        found = {key: value for key, value in table(section).items() if key not in but}
        if wrong := [key for key, value in found.items() if not _number(value)]:
            raise VocabularyError("应为不小于 0 的分数", file=file, field=f"{section}.{wrong[0]}")
        return {key: float(value) for key, value in found.items()}

    thresholds = points("thresholds")
    ordered = [thresholds.get(level) for level in ("red", "orange", "yellow")]
    if None in ordered or ordered != sorted(ordered, reverse=True):  # type: ignore[type-var]
        raise VocabularyError("应有 red、orange、yellow，由高到低", file=file, field="thresholds")
    offline = table("offline")
    try:
        return Scale(
            thresholds,
            {
                "volume": steps("volume"), "ratio": steps("volume", "ratio"), "speed": steps("speed"),
                "spread": steps("media", "spread"), "sentiment": steps("sentiment"), "repeat": steps("repeat"),
            },
            points("media", but=("spread",)), points("danger"), points("important"),
            {name: steps("customers", name) for name in ("important", "large")}, int(table("volume")["least"]),
            int(table("sentiment")["least"]), int(table("repeat")["times"]), str(offline["reason"]),
            (float(offline["threat"]), float(offline["action"])), tuple(map(str, offline["words"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise VocabularyError(f"缺少或不是数：{error.args[0]}", file=file) from error


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
