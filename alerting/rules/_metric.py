"""What is measured over texts: the types and keys of metric_aggregation and spike_aggregation."""

from __future__ import annotations

from collections.abc import Callable

from alerting.options import Options
from alerting.texts import NUMBERS, Distinct, Filled, Gauge, Measured
from storage.query import FIELDS

TYPES = ("min", "max", "avg", "sum", "cardinality", "value_count", "percentiles")
_NAMES = {
    "min": "最低", "max": "最高", "avg": "平均", "sum": "合计", "cardinality": "不同取值数",
    "value_count": "有值的件数", "percentiles": "百分位",
}  # fmt: skip
_KEYS = {"score": "情感分", "negativity": "负面程度", **FIELDS}


class Metric:
    """A key, a type and a percentile, checked against each other; compares by what it says."""

    def __init__(self, key: str, kind: str, percentile: float, least: int) -> None:
        self.key, self.kind, self.percentile, self.least = key, kind, percentile, least

    @classmethod
    def from_options(cls, options: Options) -> Metric:
        """`metric_agg_key`, `metric_agg_type`; `percentile_range` 0–100 (default 95), `min_doc_count` ≥ 1."""
        kind = options.choice("metric_agg_type", TYPES)
        key = options.choice("metric_agg_key", tuple(_KEYS))
        if (kind in ("cardinality", "value_count")) != (key in FIELDS):
            wanted = "文本的字段" if kind in ("cardinality", "value_count") else "、".join(NUMBERS)
            if not options.lacks("metric_agg_key", "metric_agg_type"):
                options.problem("metric_agg_key", f"{kind} 要用{wanted}，现为“{key}”")
        percentile = options.number("percentile_range", 0, 95.0)
        if percentile > 100:
            options.problem("percentile_range", "应不大于 100")
        return cls(key, kind, percentile, options.whole("min_doc_count", 1, 1))

    def gauge(self) -> Gauge:
        """A new one, over no texts yet."""
        makers: dict[str, Callable[[], Gauge]] = {
            "cardinality": lambda: Distinct(self.key), "value_count": lambda: Filled(self.key),
        }  # fmt: skip
        number: Callable[[], Gauge] = lambda: Measured(  # noqa: E731
            self.key, self.kind, percentile=self.percentile, least=self.least
        )
        return makers.get(self.kind, number)()

    def words(self) -> str:
        """“情感分平均”."""
        rank = f" {self.percentile:g}%" if self.kind == "percentiles" else ""
        return f"{_KEYS[self.key]}{_NAMES[self.kind]}{rank}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Metric) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))


def figure_words(value: float) -> str:
    """41, 0.35: two places, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
