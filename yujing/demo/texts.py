"""A small grammar for texts that vary like real ones; the phrases are TOML tables that an editor may change.

A phrase may hold
    {name}       a value of the text's context (place, phone …), else a phrase of symbol `name`
    {name?60}    the same with 60 chances in a hundred ({name?}: 50)
    {#3-8}       a whole number, both ends included
    {a|b|c}      one of these, which may hold braces again; an empty one is allowed
and begins with `*3 ` to be three times as likely. A symbol `name@tag` adds its phrases where the tag holds (night, hot,
投诉 …). Phrases used once in a text are not used again in it while others are left.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from config.errors import VocabularyError
from config.vocabulary import load_table

FOLDER = Path(__file__).parents[2] / "config" / "samples" / "demo"
# A tagged phrase says more about the moment than a plain one, so it is drawn more often.
TAGGED = 3
DEEPEST = 12
_WEIGHT = re.compile(r"\*(\d+) ")
_OPTION = re.compile(r"([a-z_]\w*)\?(\d*)")
_RANGE = re.compile(r"#(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One alternative of a symbol and how likely it is against the others."""

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Grammar:
    """The phrases of one subject: its own file over the shared one, and the kinds of order it comes as."""

    name: str
    kinds: Mapping[str, int]
    symbols: Mapping[str, tuple[Phrase, ...]]

    def phrases(self, symbol: str, tags: Collection[str]) -> list[Phrase]:
        """Every phrase of `symbol` that fits `tags`."""
        plain = list(self.symbols.get(symbol, ()))
        for tag in sorted(tags):
            plain += [Phrase(p.text, p.weight * TAGGED) for p in self.symbols.get(f"{symbol}@{tag}", ())]
        return plain

    def check(self, slots: Collection[str]) -> None:
        """Raises VocabularyError for a name that neither a symbol nor one of `slots` explains."""
        known = {symbol.partition("@")[0] for symbol in self.symbols} | set(slots)
        for symbol, phrases in self.symbols.items():
            for phrase in phrases:
                for name in _names(phrase.text):
                    if name not in known:
                        raise VocabularyError(f"没有“{name}”", file=f"{self.name}.toml", field=symbol)


@dataclass(slots=True)
class Writer:
    """Writes one text: holds what was used in it. `slots` are the values of its context, `tags` what holds of it."""

    grammar: Grammar
    rng: random.Random
    slots: Mapping[str, str]
    tags: Collection[str]
    used: set[str] = field(default_factory=set)

    def write(self, symbol: str = "text", depth: int = 0) -> str:
        """One text of `symbol`. Raises VocabularyError where the grammar holds no phrase for it or never ends."""
        phrases = self.grammar.phrases(symbol, self.tags)
        if not phrases or depth > DEEPEST:
            reason = "没有可用的说法" if not phrases else "说法互相引用，没有尽头"
            raise VocabularyError(reason, file=f"{self.grammar.name}.toml", field=symbol)
        fresh = [phrase for phrase in phrases if phrase.text not in self.used] or phrases
        (chosen,) = self.rng.choices(fresh, [phrase.weight for phrase in fresh])
        self.used.add(chosen.text)
        return self.fill(chosen.text, depth + 1)

    def fill(self, text: str, depth: int = 0) -> str:
        """`text` with everything in braces put in."""
        return "".join(self._piece(piece, depth) if braced else piece for piece, braced in pieces(text))

    def _piece(self, piece: str, depth: int) -> str:
        alternatives = split_alternatives(piece)
        if len(alternatives) > 1:
            return self.fill(self.rng.choice(alternatives), depth)
        if numbers := _RANGE.fullmatch(piece):
            return str(self.rng.randint(int(numbers[1]), int(numbers[2])))
        if option := _OPTION.fullmatch(piece):
            return self._piece(option[1], depth) if self.rng.random() * 100 < int(option[2] or 50) else ""
        return self.slots[piece] if piece in self.slots else self.write(piece, depth)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a phrase in order: (text, whether it stood in braces). Raises VocabularyError for open braces."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        yield text[at:start], False
        end, deep = start + 1, 1
        while deep and end < len(text):
            deep += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        if deep:
            raise VocabularyError(f"大括号不成对：{text}")
        yield text[start + 1 : end - 1], True
        at = end
    yield text[at:], False


def split_alternatives(piece: str) -> list[str]:
    """`a|b|{c|d}` at its outer bars."""
    parts, deep = [""], 0
    for char in piece:
        deep += {"{": 1, "}": -1}.get(char, 0)
        if char == "|" and deep == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _names(text: str) -> Iterator[str]:
    """Every name a phrase refers to."""
    for piece, braced in pieces(text):
        if not braced or _RANGE.fullmatch(piece):
            continue
        alternatives = split_alternatives(piece)
        if len(alternatives) > 1:
            yield from (name for part in alternatives for name in _names(part))
        else:
            option = _OPTION.fullmatch(piece)
            yield option[1] if option else piece


@cache
def load_grammar(name: str, folder: Path = FOLDER / "phrases") -> Grammar:
    """The grammar of `name`.toml over shared.toml. Raises VocabularyError naming file and symbol."""
    own = load_table(name, folder)
    shared = load_table("shared", folder).content["symbols"] if (folder / "shared.toml").exists() else {}
    kinds = own.content.get("kinds", {})
    if not kinds:
        raise VocabularyError("缺少", file=folder / f"{name}.toml", field="kinds")
    return grammar_of(name, kinds, _over(shared, own.content["symbols"]))


def grammar_of(name: str, kinds: Mapping[str, int], symbols: Mapping[str, object]) -> Grammar:
    """A grammar from tables already read. Raises VocabularyError naming the symbol that is not a list of texts."""
    return Grammar(name, kinds, {symbol: _phrases(name, symbol, texts) for symbol, texts in symbols.items()})


def _over(shared: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    """A symbol that a file has itself, with whatever tags, replaces every tag of the shared one of that name."""
    mine = {symbol.partition("@")[0] for symbol in own}
    return {**{name: texts for name, texts in shared.items() if name.partition("@")[0] not in mine}, **own}


def _phrases(name: str, symbol: str, texts: object) -> tuple[Phrase, ...]:
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise VocabularyError("应为文字列表", file=f"{name}.toml", field=symbol)
    return tuple(_phrase(text) for text in texts)


def _phrase(text: str) -> Phrase:
    weight = _WEIGHT.match(text)
    return Phrase(text[weight.end() :], int(weight[1])) if weight else Phrase(text, 1)
