"""How a text feels about what it tells: a learnt model, a lexicon with rules, who speaks, and the kind of order.

The model knows how people praise and scold; the lexicon knows complaints, with negation, turns and irony; a second
model knows who speaks. An office talks of outages without a feeling of its own, a question is no complaint, and a
letter to an authority is one however polite it is. The blend gives the probabilities of negative, neutral and positive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import mul
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

from config.vocabulary import FOLDER, load_table
from nlp import segment
from nlp.feeling import CLASSES, PARTS, Feelings, Lexicon, Parts, Seen, read_lexicon
from nlp.models.features import read_together
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


_NOTHING = Sentiment(0.0, "neutral")


class _Learnt(NamedTuple):
    """What the model says: `factor` × weight is what a token adds to the log-odds of positive; `total` of all."""

    tokens: Sequence[str]
    weights: Sequence[float]
    factor: float
    total: float


class _Voice(NamedTuple):
    """Who speaks (together 1), and whether he asks."""

    office: float
    plain: float
    feeling: float
    letter: float
    asks: bool


class _Heard(NamedTuple):
    """What a text says: the words of feeling with their weights, who speaks, and what the blend reads of it."""

    said: Mapping[str, float]
    voice: _Voice
    parts: Parts


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

    def with_voice(self, voice: LinearModel) -> Self:
        """The same analyser with another model of who speaks."""
        return type(self)(self._feelings.lexicon, self._kind_names, self._model, voice, self.version, "")

    def analyse(self, facts: Facts) -> Facts:
        """The sentiment; a text without a word is neutral with score 0."""
        return self.analyse_many([facts])[0]

    def analyse_many(self, batch: Sequence[Facts]) -> Sequence[Facts]:
        """The sentiment of each text; the models read all of them at once."""
        telling = [facts for facts in batch if _WORD.search(facts["clean_text"])]
        found = iter(self._judged(telling) if telling else ())
        return [{"sentiment": next(found) if _WORD.search(it["clean_text"]) else _NOTHING} for it in batch]

    def parts_of(self, batch: Sequence[Facts]) -> list[Parts]:
        """What the blend reads of each text, every one with a word in it: what its weights are fitted to."""
        return [self._hear(*each).parts for each in self._read(batch)]

    def _judged(self, batch: Sequence[Facts]) -> list[Sentiment]:
        return [self._judge(*each) for each in self._read(batch)]

    def _read(self, batch: Sequence[Facts]) -> Iterator[tuple[Facts, _Learnt, Mapping[str, float]]]:
        """Each text with what the two models say of it."""
        texts: list[str] = [facts["clean_text"] for facts in batch]
        tokens: list[Sequence[str]] = [facts["fine_tokens"] for facts in batch]
        # What the writer himself says, where that is not all of the text, is read behind the texts.
        own = {at: facts["matter"] for at, facts in enumerate(batch) if facts["matter"] != facts["clean_text"]}
        place = dict(zip(own, range(len(batch), len(batch) + len(own)), strict=True))
        read = read_together([*texts, *own.values()])
        cut = tokens + [segment.fine_tokens(tuple(segment.tokens(matter))) for matter in own.values()]
        bias, weights = self._model.weighed_of(read, cut)
        voices = self._voice.probabilities_of(read, cut)
        for at, facts in enumerate(batch):
            matter = place.get(at, at)
            yield facts, _learnt(own.get(at, texts[at]), cut[matter], bias, weights[matter]), voices[at]

    def _hear(self, facts: Facts, learnt: _Learnt, chances_of_voices: Mapping[str, float]) -> _Heard:
        text, tokens = facts["clean_text"], facts["fine_tokens"]
        seen = self._feelings.look(tokens)
        said = self._feelings.weighed(text, tokens, seen)
        asks = facts["category.order_kind"].code in self._feelings.lexicon.asking
        voice = self._who(chances_of_voices, seen, asks=asks)
        return _Heard(said, voice, self._parts(learnt.total, sum(said.values()), voice))

    def _judge(self, facts: Facts, learnt: _Learnt, chances_of_voices: Mapping[str, float]) -> Sentiment:
        said, voice, parts = self._hear(facts, learnt, chances_of_voices)
        kind = self._kind_names.get(facts["kind"], "")
        prior = 0.0 if voice.office > 0.5 else self._feelings.lexicon.kinds.get(kind, 0.0)
        asked = _ASKED if kind and voice.asks and not prior else 0.0
        negative, neutral, positive = chances = self._chances(parts, prior, asked)
        label: Label = CLASSES[chances.index(max(chances))]
        score = round(positive - negative, 4)
        if label == "negative" and score > -_LEAST_SCORE:
            label = "neutral"
        if label == "neutral" and voice.office > 0.5:
            score = max(score, _OFFICE_SCORE)
        words = self._weights(learnt, said, voice)
        if prior:
            words[kind] = words.get(kind, 0.0) + prior
        heard = 1.0 - neutral
        return Sentiment(score, label, _because(words, heard), None, _intensity(facts["clean_text"], said, heard))

    def _who(self, found: Mapping[str, float], seen: Seen, *, asks: bool) -> _Voice:
        """Who speaks, by how likely each voice is and by an office's wording, and whether he asks."""
        citizen, office = 1.0 - found["letter"], found["office"]
        # Whoever is surely heard already needs no words to tell him.
        if office < citizen and found["feeling"] < _SURE and self._feelings.official(seen) >= 1.0:
            office = citizen
        letter, plain = found["letter"] * (1.0 - office), found["plain"] * (1.0 - office)
        return _Voice(office, plain, max(0.0, 1.0 - office - letter - plain), letter, asks)

    def _parts(self, model: float, lexicon: float, voice: _Voice) -> Parts:
        """What the blend reads of one text."""
        lexicon = max(-_MOST_LEXICON, min(_MOST_LEXICON, lexicon))
        office, plain, feeling, letter, asks = voice
        return Parts(
            1.0, model * feeling, lexicon, model * letter, office, plain, 0.0 if asks else letter,
            letter if asks else 0.0, abs(model) * feeling, abs(lexicon), feeling, 1.0 - letter if asks else 0.0,
        )  # fmt: skip

    def _chances(self, parts: Parts, prior: float, asked: float) -> list[float]:
        """The probabilities of the three classes."""
        negative, neutral, positive = self._blend
        sums = (
            sum(map(mul, negative, parts)) - min(0.0, prior),
            sum(map(mul, neutral, parts)) + asked,
            sum(map(mul, positive, parts)) + max(0.0, prior),
        )
        most = max(sums)
        raised = [math.exp(value - most) for value in sums]
        whole = sum(raised)
        return [value / whole for value in raised]

    def _weights(self, learnt: _Learnt, said: Mapping[str, float], voice: _Voice) -> dict[str, float]:
        """What each word adds to positive against negative; what model and lexicon say of the same word is added."""
        lean = self._lean
        factor = learnt.factor * (lean["model_feeling"] * voice.feeling + lean["model_letter"] * voice.letter)
        told = [
            (word, weight * factor) for word, weight in zip(learnt.tokens, learnt.weights, strict=True) if len(word) > 1
        ]
        words = dict(told)
        if len(words) < len(told):
            words = dict.fromkeys(words, 0.0)
            for word, weight in told:
                words[word] += weight
        for word, weight in said.items():
            words[word] = words.get(word, 0.0) + weight * lean["lexicon"]
        return words


def _learnt(text: str, tokens: Sequence[str], bias: float, weights: Sequence[float]) -> _Learnt:
    """What the model's weights of a text come to: a short text is less sure, and no text surer than `_MOST_MODEL`."""
    total = bias + sum(weights)
    factor = len(text) / (len(text) + _FEW)
    if abs(total) > _MOST_MODEL:
        factor *= _MOST_MODEL / abs(total)
    return _Learnt(tokens, weights, factor, total * factor)


def _because(words: Mapping[str, float], heard: float) -> tuple[WordWeight, ...]:
    if not words:
        return ()
    weights = words.values()
    least = max(_LEAST_WEIGHT / max(heard, 0.01), _LEAST_SHARE * max(*weights, -min(weights)))
    told = [(-abs(weight), word, weight) for word, weight in words.items() if weight >= least or weight <= -least]
    told.sort()
    return tuple([WordWeight(word, round(weight * heard, 3)) for _, word, weight in told[:_MOST_WORDS]])


def _intensity(text: str, said: Mapping[str, float], heard: float) -> float:
    """0…1: how strong the words are and how loud, whatever their direction; nearly 0 in a neutral text."""
    marks = min(_MOST_MARKS, text.count("！") + text.count("!"))
    heat = (1.0 + sum(map(abs, said.values())) + _PER_MARK * marks) * heard
    return round(heat / (heat + _HALF_INTENSE), 4)
