"""Words: jieba's, with the power industry's vocabulary, for the text, and position-free words for the full-text index.

Two promises. `tokens` joined give the text. And whatever piece of a text somebody searches for is found:
`search_words` holds every dictionary word at every position and every single character, so each word that
`query_words` cuts from any run of Han characters taken out of a text is among the text's `search_words`.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from functools import cache, lru_cache

import opencc

from config.vocabulary import load_words
from nlp.cut import Cutter

VERSION = "3"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<digits>\d+)|(?P<letters>(?:(?![{HAN}])[^\W\d_])+)")
# What of it is not Han, for any text and for one of `_PLAIN` alone.
_OTHER_PIECE = re.compile(rf"\d+|(?:(?![{HAN}])[^\W\d_])+")
_PLAIN_PIECE = re.compile("[0-9]+|[a-z]+")
# Han characters, ASCII and the marks of Chinese texts: nothing that is another word after NFKC.
_PLAIN = re.compile("[\u4e00-\u9fff\x00-\x7f，。、！？：；（）“”‘’【】《》…—～·\u3000]*")
# Single characters that say nothing; dropped from a query as long as something else is left of it.
_EMPTY_WORDS = frozenset("的了吗呢吧啊呀着是在有和与及或就也都很把被给对从到我你他她它们这那")
# Occurrences in jieba's corpus; names of villages have less than a tenth of it.
_COMMON = 300
# Shorter terms (供电所, 没人管) stay whole.
_LONG_TERM = 4
# Simplified by OpenCC in the company of others only (回覆, 藉口).
_TRADITIONAL_IN_PHRASES = "覆藉"
_SURROGATE = re.compile("[\ud800-\udfff]")
_lock = threading.Lock()


def _cutter() -> Cutter:
    """The process's cutter with our vocabulary; the first call takes a third of a second, later ones nothing."""
    with _lock:
        return _load_cutter()


@cache
def _load_cutter() -> Cutter:
    return Cutter(load_words("power"))


@cache
def _long_terms() -> frozenset[str]:
    return frozenset(word for word, _, _ in load_words("power") if len(word) >= _LONG_TERM and not word.isascii())


def tokens(text: str) -> list[str]:
    """jieba's words in order; joined they are `text`, whitespace and marks included."""
    return _cutter().cut(text)


def fine_tokens(cut: tuple[str, ...]) -> tuple[str, ...]:
    """The same text with our long terms cut into their words (经常停电 → 经常, 停电), so that tables find those too."""
    terms = _long_terms()
    if terms.isdisjoint(cut):
        return cut
    fine: list[str] = []
    for word in cut:
        if word in terms:
            fine += _parts(word)
        else:
            fine.append(word)
    return tuple(fine)


@cache  # of our own terms alone
def _parts(word: str) -> tuple[str, ...]:
    return tuple(_finest(word, whole=False))


@lru_cache(maxsize=20_000)
def is_common(word: str) -> bool:
    """Whether `word` is one that everybody uses, and so hardly the beginning of a place's name."""
    cutter = _cutter()
    return cutter.is_word(word) and cutter.weight(word) >= _COMMON


def commonness(word: str) -> int:
    """How often a word is seen among the dictionary's words (供电 tens of thousands, 垫片 a few)."""
    return max(1, _cutter().weight(word))


def fold(text: str) -> str:
    """The form in which words are compared: NFKC, lower case, simplified characters.

    What a character becomes does not depend on others, but for a few phrases of traditional texts.
    """
    return _simplified_signs(unicodedata.normalize("NFKC", text).lower())


def _simplified_signs(text: str) -> str:
    text = simplified(text)
    # What OpenCC leaves for its company (乾隆, 瞭望) would not be left where a search takes a part of it.
    return "".join(map(_simplified_sign, text)) if _traditional().search(text) else text


@lru_cache(maxsize=20_000)
def _simplified_sign(sign: str) -> str:
    converted: str = _converter().convert(sign)
    return converted


def simplified(text: str) -> str:
    """Traditional characters turned into simplified ones (OpenCC t2s); lone surrogates become U+FFFD.

    A text without traditional characters stays as it is, also where OpenCC knows better (打坏 is not 打坯).
    """
    if not _traditional().search(text):
        return text
    converted: str = _converter().convert(encodable(text))
    return converted


def encodable(text: str) -> str:
    """`text` with U+FFFD for each lone surrogate, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _traditional() -> re.Pattern[str]:
    """Finds what OpenCC may change or must not see: traditional characters, all beyond the BMP, lone surrogates."""
    signs = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))]
    converted = _converter().convert("\n".join(signs)).split("\n")
    changed = "".join(sign for sign, other in zip(signs, converted, strict=True) if sign != other)
    return re.compile(f"[{changed}{_TRADITIONAL_IN_PHRASES}\ud800-\udfff\U00010000-\U0010ffff]")


def search_words(text: str) -> tuple[str, ...]:
    """What the index holds: every dictionary word and character of `text`, runs of digits and of letters, once each."""
    if _PLAIN.fullmatch(text):
        text = _simplified_signs(text.lower())
        others = _PLAIN_PIECE.findall(text)
    else:
        text = fold(text)
        others = _OTHER_PIECE.findall(text)
    cutter = _cutter()
    words = dict.fromkeys(filter(str.isalnum, cutter.words(text)))
    words.update(dict.fromkeys(cutter.rare(text)))
    words.update(dict.fromkeys(others))
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
    known = {word for word in _cutter().words(run) if len(word) > 1}
    longest = max(map(len, known), default=0)
    pieces = ((start, run[start:end]) for start in range(len(run))
              for end in range(start + 2, min(start + longest, len(run)) + 1))  # fmt: skip
    return [(start, piece) for start, piece in pieces if piece in known]


def _finest(run: str, *, whole: bool = True) -> list[str]:
    """Cover `run` with as few single characters as can be, then with as many words, then with the commonest.

    Without `whole` the run itself does not count as a word.
    """
    weight = _cutter().weight
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
            options.append((singles, words - 1, rarity - math.log(weight(word)), word))
        best[start] = min(options)
    cut, at = [], 0
    while at < len(run):
        cut.append(best[at][3])
        at += len(cut[-1])
    return cut
