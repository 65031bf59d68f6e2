"""How a text feels about what it tells: a learnt model, a lexicon with rules, who speaks, and the kind of order.

The model knows how people praise and scold; the lexicon knows complaints, with negation, turns and irony; a second
model knows who speaks. An office talks of outages without a feeling of its own, a question is no complaint, and a
letter to an authority is one however polite it is. The blend gives the probabilities of negative, neutral and positive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from operator import mul
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_table
from nlp import segment
from nlp.feeling import CLASSES, PARTS, Feelings, Lexicon, read_lexicon
from nlp.models.linear import LinearModel
from nlp.models.shelf import SHIPPED, Shelf
from nlp.pipeline import Analyser, Facts
from storage.records import Label, Sentiment, WordWeight

MODEL, VOICE = "sentiment", "voice"
# Log-odds and weights beyond say no more.
_MOST_MODEL, _MOST_LEXICON = 5.0, 6.0
# A neutral text of an office stays on the good side of zero: it answers, it does not complain.
_OFFICE_SCORE = 0.02
# What the source calls a question or an application is one.
_ASKED = 2.5
# A text of so few characters is half as sure as a long one.
_FEW = 2.0
_SURE = 0.97
_WORD = re.compile(r"[^\W\d_]")
# Words are told down to this weight and this share of the heaviest: lighter ones decided nothing.
_MOST_WORDS, _LEAST_WEIGHT, _LEAST_SHARE = 8, 0.05, 0.25
# Nearer to zero, positive is as likely as negative: that is no complaint, whatever is likeliest of the three.
_LEAST_SCORE = 0.1
# Weight of feeling that makes intensity one half, and what an exclamation mark adds.
_HALF_INTENSE, _PER_MARK, _MOST_MARKS = 4.0, 0.5, 4


class SentimentAnalyser(Analyser):
    """Gives `sentiment`: score, label, intensity and the words that decided.

    The score is the probability of positive less that of negative, −1…1; the label is the likeliest of the three. The
    weight of a word is its share of what speaks for positive, less where the text as a whole is neutral.
    """

    name: ClassVar[str] = "sentiment"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "matter", "fine_tokens", "kind", "category.order_kind")
    provides: ClassVar[tuple[str, ...]] = ("sentiment",)

    def __init__(
        self,
        lexicon: Lexicon,
        kind_names: Mapping[str, str],
        model: LinearModel,
        voice: LinearModel,
        version: str = "1",
        model_version: str = SHIPPED,
    ) -> None:
        """`kind_names`: the spelling of a source (客户投诉) → the kind of order (投诉).

        The versions are of the lexicon and of the models on their shelf.
        """
        self._feelings, self._kind_names = Feelings(lexicon), dict(kind_names)
        self._model, self._voice, self._lean = model, voice, lexicon.lean
        self._blend = [[lexicon.blend[label][part] for part in PARTS] for label in CLASSES]
        self.version = f"{version}+{model_version}" if model_version else version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the tables sentiment.toml and order_kinds.toml and the models that ship."""
        return cls.from_shelf(folder, Shelf())

    @classmethod
    def from_shelf(cls, folder: Path, shelf: Shelf) -> Self:
        """With the tables of `folder` and the models `sentiment` and `voice` in use."""
        table = load_table("sentiment", folder)
        kinds = load_table("order_kinds", folder).content["kind"]
        names = {spelling: kind["name"] for kind in kinds for spelling in kind["names"]}
        model, voice = (LinearModel.load(shelf.folder(name)) for name in (MODEL, VOICE))
        versions = "/".join(map(shelf.version, (MODEL, VOICE)))
        return cls(read_lexicon(table), names, model, voice, table.version, versions)

    def with_model(self, model: LinearModel) -> Self:
        """The same analyser with another model of negative and positive."""
        return type(self)(self._feelings.lexicon, self._kind_names, model, self._voice, self.version, "")

    def analyse(self, facts: Facts) -> Facts:
        """The sentiment; a text without a word is neutral with score 0."""
        text: str = facts["clean_text"]
        if not _WORD.search(text):
            return {"sentiment": Sentiment(0.0, "neutral")}
        tokens: Sequence[str] = facts["fine_tokens"]
        said = self._feelings.weighed(text, tokens)
        learnt = self._learnt(facts)
        asks = facts["category.order_kind"].code in self._feelings.lexicon.asking
        voice = self._who(text, tokens, asks=asks)
        kind = self._kind_names.get(facts["kind"], "")
        prior = 0.0 if voice["office"] > 0.5 else self._feelings.lexicon.kinds.get(kind, 0.0)
        model = sum(weight for _, weight in learnt)
        chances = self._chances(model, sum(said.values()), voice, prior, _ASKED if kind and asks and not prior else 0)
        negative, neutral, positive = chances
        label: Label = CLASSES[max(range(3), key=chances.__getitem__)]
        score = round(positive - negative, 4)
        if label == "negative" and score > -_LEAST_SCORE:
            label = "neutral"
        if label == "neutral" and voice["office"] > 0.5:
            score = max(score, _OFFICE_SCORE)
        words = self._weights(learnt, said, voice)
        if prior:
            words[kind] = words.get(kind, 0.0) + prior
        heard = 1.0 - neutral
        return {"sentiment": Sentiment(score, label, _because(words, heard), None, _intensity(text, said, heard))}

    def _learnt(self, facts: Facts) -> list[tuple[str, float]]:
        """Token → what it adds to the log-odds of positive, and the bias under an empty name."""
        text, tokens = facts["matter"], facts["fine_tokens"]
        if text != facts["clean_text"]:
            tokens = segment.fine_tokens(tuple(segment.tokens(text)))
        bias, weights = self._model.weighed(text, tokens)
        total = abs(bias + sum(weights))
        factor = len(text) / (len(text) + _FEW) * (_MOST_MODEL / total if total > _MOST_MODEL else 1.0)
        return [("", bias * factor), *((token, w * factor) for token, w in zip(tokens, weights, strict=True))]

    def _who(self, text: str, tokens: Sequence[str], *, asks: bool) -> dict[str, float]:
        """Who speaks, together 1, and whether he asks: what the blend reads besides feelings."""
        found = self._voice.probabilities(text, tokens)
        citizen, office = 1.0 - found["letter"], found["office"]
        # Whoever is surely heard already needs no words to tell him.
        if office < citizen and found["feeling"] < _SURE and self._feelings.official(tokens) >= 1.0:
            office = citizen
        letter, plain = found["letter"] * (1.0 - office), found["plain"] * (1.0 - office)
        return {
            "office": office, "plain": plain, "feeling": max(0.0, 1.0 - office - letter - plain),
            "letter": 0.0 if asks else letter, "letter_asks": letter if asks else 0.0,
            "asks": 1.0 - letter if asks else 0.0,
        }  # fmt: skip

    def _chances(
        self, model: float, lexicon: float, voice: Mapping[str, float], prior: float, asked: float
    ) -> list[float]:
        """The probabilities of the three classes."""
        lexicon = max(-_MOST_LEXICON, min(_MOST_LEXICON, lexicon))
        letter = voice["letter"] + voice["letter_asks"]
        read = {
            **voice, "model_feeling": model * voice["feeling"], "model_letter": model * letter, "lexicon": lexicon,
            "strength_model": abs(model) * voice["feeling"], "strength_lexicon": abs(lexicon), "bias": 1.0,
        }  # fmt: skip
        parts = [read[name] for name in PARTS]
        sums = [sum(map(mul, weights, parts)) for weights in self._blend]
        sums[0] -= min(0.0, prior)
        sums[1] += asked
        sums[2] += max(0.0, prior)
        most = max(sums)
        raised = [math.exp(value - most) for value in sums]
        whole = sum(raised)
        return [value / whole for value in raised]

    def _weights(
        self, learnt: Sequence[tuple[str, float]], said: Mapping[str, float], voice: Mapping[str, float]
    ) -> dict[str, float]:
        """What each word adds to positive against negative; what model and lexicon say of the same word is added."""
        lean = self._lean
        letter = voice["letter"] + voice["letter_asks"]
        factor = lean["model_feeling"] * voice["feeling"] + lean["model_letter"] * letter
        words: dict[str, float] = {}
        for word, weight in learnt:
            if len(word) > 1:
                words[word] = words.get(word, 0.0) + weight * factor
        for word, weight in said.items():
            words[word] = words.get(word, 0.0) + weight * lean["lexicon"]
        return words


def _because(words: Mapping[str, float], heard: float) -> tuple[WordWeight, ...]:
    if not words:
        return ()
    least = max(_LEAST_WEIGHT / max(heard, 0.01), _LEAST_SHARE * max(map(abs, words.values())))
    told = [(-abs(weight), word, weight) for word, weight in words.items() if abs(weight) >= least]
    return tuple(WordWeight(word, round(weight * heard, 3)) for _, word, weight in sorted(told)[:_MOST_WORDS])


def _intensity(text: str, said: Mapping[str, float], heard: float) -> float:
    """0…1: how strong the words are and how loud, whatever their direction; nearly 0 in a neutral text."""
    marks = min(_MOST_MARKS, text.count("！") + text.count("!"))
    heat = (1.0 + sum(abs(weight) for weight in said.values()) + _PER_MARK * marks) * heard
    return round(heat / (heat + _HALF_INTENSE), 4)
