"""Judging the labelled texts of several sets by score: above 0 is positive, all else negative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.analysers.sentiment import SentimentAnalyser
from nlp.learning.sentiment import Example
from nlp.measure import Figure, macro_f1
from nlp.pipeline import Facts, Pipeline
from storage.records import Sentiment

# More texts of a set change the third decimal.
_MOST = 3_000


def analyser_of(pipeline: Pipeline) -> SentimentAnalyser:
    """The sentiment analyser of a pipeline."""
    return next(one for one in pipeline.analysers if isinstance(one, SentimentAnalyser))


def judged(analyser: SentimentAnalyser, pipeline: Pipeline, text: str) -> Sentiment:
    """What `analyser` says of a text whose other facts come from `pipeline`."""
    facts: Facts = pipeline.run(text)
    found: Sentiment = analyser.analyse(facts)["sentiment"]
    return found


def by_set(
    name: str, pipeline: Pipeline, judges: Mapping[str, tuple[SentimentAnalyser, Sequence[Example]]]
) -> dict[str, Figure]:
    """`NAME.SET` for each set and its judge, by the sign of the score, and `NAME.mean` over the sets."""
    found = {}
    for key, (analyser, rows) in judges.items():
        pairs = ((one.label, judged(analyser, pipeline, one.text).score) for one in rows if one.set == key)
        found[f"{name}.{key}"] = macro_f1((label, "positive" if score > 0 else "negative") for label, score in pairs)
    total = sum(figure.value for figure in found.values()) / len(found)
    return {**found, f"{name}.mean": Figure(total, sum(figure.n for figure in found.values()))}


def some(examples: Sequence[Example], name: str) -> list[Example]:
    """At most so many of a set, evenly taken."""
    rows = [one for one in examples if one.set == name]
    return rows[:: max(1, -(-len(rows) // _MOST))]
