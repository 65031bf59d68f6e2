"""Words: jieba with the power industry's vocabulary for the text, and position-free words for the full-text index.

Two promises. `tokens` joined give the text. And whatever piece of a text somebody searches for is found:
`search_words` holds every dictionary word at every position and every single character, so each word that
`query_words` cuts from any run of Han characters taken out of a text is among the text's `search_words`.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import jieba
import opencc

from config.vocabulary import load_words
from nlp.cut import Cutter

VERSION = "2"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<digits>\d+)|(?P<letters>(?:(?![{HAN}])[^\W\d_])+)")
# Single characters that say nothing; dropped from a query as long as something else is left of it.
_EMPTY_WORDS = frozenset("的了吗呢吧啊呀着是在有和与及或就也都很把被给对从到我你他她它们这那")
# Occurrences in jieba's corpus; names of villages have less than a tenth of it.
_COMMON = 300
# Shorter terms (供电所, 没人管) stay whole.
_LONG_TERM = 4
_SURROGATE = re.compile("[\ud800-\udfff]")
_lock = threading.Lock()


def tokenizer() -> jieba.Tokenizer:
    """The process's jieba with our vocabulary; the first call takes about a second, later ones nothing."""
    with _lock:
        return _load_tokenizer()


@cache
def _own_words() -> frozenset[str]:
    return frozenset(word for word, _, _ in load_words("power"))


@cache
def _load_tokenizer() -> jieba.Tokenizer:
    logging.getLogger("jieba").setLevel(logging.WARNING)
    loaded = jieba.Tokenizer()
    loaded.initialize()
    for word, frequency, tag in load_words("power"):
        # Without a frequency jieba chooses the least that keeps the word whole.
        loaded.add_word(word, frequency, tag)
    return loaded


def tokens(text: str) -> list[str]:
    """jieba's words in order; joined they are `text`, whitespace and marks included."""
    return _cutter().cut(text)


@cache
def _cutter() -> Cutter:
    return Cutter(tokenizer())


def fine_tokens(cut: Iterable[str]) -> list[str]:
    """The same text with our long terms cut into their words (经常停电 → 经常, 停电), so that tables find those too."""
    return [part for word in cut for part in (_parts(word) if len(word) >= _LONG_TERM else (word,))]


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(_finest(word, whole=False)) if word in _own_words() and not word.isascii() else (word,)


def is_common(word: str) -> bool:
    """Whether `word` is one that everybody uses, and so hardly the beginning of a place's name."""
    return bool(tokenizer().FREQ.get(word, 0) >= _COMMON)


def fold(text: str) -> str:
    """The form in which words are compared: NFKC, lower case, simplified characters."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def simplified(text: str) -> str:
    """Traditional characters turned into simplified ones (OpenCC t2s); lone surrogates become U+FFFD."""
    converted: str = _converter().convert(encodable(text))
    return converted


def encodable(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def search_words(text: str) -> tuple[str, ...]:
    """What the index holds: every dictionary word and character of `text`, runs of digits and of letters, once each."""
    words: dict[str, None] = {}
    for match in _PIECE.finditer(fold(text)):
        piece = match.group()
        if match.lastgroup == "han":
            words.update(dict.fromkeys(piece))
            for _, word in _dictionary_words(piece):
                words[word] = None
        else:
            words[piece] = None
    return tuple(words)


def query_words(text: str) -> list[str]:
    """The finest dictionary words that cover a query: all must occur in a text for it to be found.

    Fine words find more: 停电通知 asks for 停电 and 通知. Characters that no word covers stand alone; empty
    ones (的, 了) are dropped unless nothing else is left.
    """
    words: dict[str, None] = {}
    for match in _PIECE.finditer(fold(text)):
        words.update(dict.fromkeys(_finest(match.group()) if match.lastgroup == "han" else [match.group()]))
    telling = [word for word in words if word not in _EMPTY_WORDS]
    return telling or list(words)


def _dictionary_words(run: str) -> list[tuple[int, str]]:
    """(start, word) of every dictionary word of at least two characters, wherever it stands in `run`."""
    known: dict[str, int] = tokenizer().FREQ
    found: list[tuple[int, str]] = []
    size = len(run)
    for start in range(size - 1):
        end = start + 2
        # jieba keeps every prefix of a word, with frequency 0 where it is no word itself.
        while (word := run[start:end]) in known:
            if known[word]:
                found.append((start, word))
            if end == size:
                break
            end += 1
    return found


def _finest(run: str, *, whole: bool = True) -> list[str]:
    """Cover `run` with as few single characters as can be, then with as many words, then with the commonest.

    Without `whole` the run itself does not count as a word.
    """
    frequencies: dict[str, int] = tokenizer().FREQ
    starts: list[list[str]] = [[] for _ in run]
    for start, word in _dictionary_words(run):
        if whole or word != run:
            starts[start].append(word)
    best: list[tuple[int, int, float, str]] = [(0, 0, 0.0, "")] * (len(run) + 1)
    for start in range(len(run) - 1, -1, -1):
        singles, words, rarity, _ = best[start + 1]
        options = [(singles + 1, words - 1, rarity, run[start])]
        for word in starts[start]:
            singles, words, rarity, _ = best[start + len(word)]
            options.append((singles, words - 1, rarity - math.log(frequencies[word]), word))
        best[start] = min(options)
    cut, at = [], 0
    while at < len(run):
        cut.append(best[at][3])
        at += len(cut[-1])
    return cut
