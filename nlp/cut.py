"""Cutting into words: jieba's result by its Rust implementation, a dozen times as fast.

Three things make the results the same. rjieba leaves runs such as `0731-0000` and `t.cn` whole that jieba cuts at
their marks. It takes rare characters (𠮷, 㐂) for parts of words, jieba does not. And for words of ours it chooses
frequencies that are off by one and sums them up otherwise, which turns the cut where two are nearly as likely (速度快).
jieba itself is the reference, loaded by tests and benchmarks alone.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import ahocorasick_rs
import rjieba

if TYPE_CHECKING:
    import jieba

Word = tuple[str, int | None, str | None]

# Importing rjieba makes one, which costs a seventh of a second; the first cutter takes it over.
_UNUSED: list[rjieba.Jieba] = [rjieba.cut.__self__]  # type: ignore[attr-defined]
# Stands for nothing and can stand in no word: holds the frequencies that jieba counts and rjieba does not.
_PADDING = "\x00\x00"
# The sum of the frequencies in jieba's dictionary. A word stands in it twice; jieba sums both, rjieba one.
_TOTAL = 60_101_967
_TWICE = 3
_SURROGATE = re.compile("[\ud800-\udfff]")
# Not Han to jieba (it knows U+4E00 to U+9FD5), but to rjieba.
_RARE = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ebef\U0002f800-\U0002fa1f"
_RARE_ONE = re.compile(f"([{_RARE}])")
# A run in which jieba may cut and rjieba does not holds one of these marks.
_MARK = re.compile(r"[+#&._%\-]")
# Texts without any of these, most by far, are cut alike by both.
_ODD = re.compile(rf"[+#&._%\-{_RARE}]")
# What jieba keeps together of such a run: letters and digits, with decimals and a per cent sign.
_KEPT = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")


class Cutter:
    """Cuts as jieba with the words given. Holds 40 MB."""

    def __init__(self, words: Iterable[Word]) -> None:
        """`words` as (word, frequency, tag); without a frequency the one that jieba would choose."""
        given = list(words)
        engine = _UNUSED.pop() if _UNUSED else rjieba.Jieba()
        suggested = _suggestions(engine, (word for word, number, _ in given if number is None))
        self.frequencies: dict[str, int] = {}
        for word, number, tag in given:
            self.frequencies[word] = suggested(word) if number is None else number
            suggested.add(word, self.frequencies[word], tag)
        self._engine_cut: Callable[..., list[str]] = engine.cut
        self.is_word: Callable[[str], bool] = engine.has_word
        # Every dictionary word of Han characters wherever it stands in a text, and the signs between as they come. What
        # is found in a run of Han characters does not depend on what is around it. The text must be encodable.
        self.words: Callable[[str], list[str]] = engine.cut_all
        # How often a word occurs in jieba's corpus, or may be expected to by its parts if that is more.
        self.weight: Callable[[str], int] = engine.suggest_freq
        self._unknown_signs = _unknown_signs(self.is_word)

    def cut(self, text: str) -> list[str]:
        """The words of `text`; joined they are `text`. About 15 µs for 60 characters."""
        try:
            words = self._engine_cut(text)
        except UnicodeEncodeError:
            return self._cut_broken(text)
        if not _ODD.search(text):
            return words
        if len(parts := _RARE_ONE.split(text)) > 1:
            words = [word for part in parts for word in self._engine_cut(part)]
        return self._repaired(words)

    def _repaired(self, words: list[str]) -> list[str]:
        cut: list[str] = []
        for word in words:
            if len(word) > 1 and word.isascii() and _MARK.search(word) and not self.is_word(word):
                cut.extend(part for part in _KEPT.split(word) if part)
            else:
                cut.append(word)
        return cut

    def _cut_broken(self, text: str) -> list[str]:
        """A text with lone surrogates, which Rust cannot hold; to jieba each is a sign of its own, as U+FFFD is."""
        cut, at = [], 0
        for word in self.cut(_SURROGATE.sub("\ufffd", text)):
            cut.append(text[at : at + len(word)])
            at += len(word)
        return cut

    def rare(self, text: str) -> list[str]:
        """The Han characters of `text` that are no word of the dictionary, which `words` may leave out."""
        return self._unknown_signs.findall(text)


def _unknown_signs(is_word: Callable[[str], bool]) -> re.Pattern[str]:
    """Finds Han characters that are no word: those beyond jieba's range, and half of those in it."""
    signs = "".join(sign for sign in map(chr, range(0x4E00, 0x9FD6)) if not is_word(sign))
    return re.compile(f"[{signs}{_RARE}\U0002a6e0-\U0002a6ff\U0002ebf0-\U0002f7ff\U0002fa20-\U0003134f]")


class _Suggestions:
    """jieba's `suggest_freq`, to the unit: the least frequency with which a word stays whole."""

    def __init__(self, engine: rjieba.Jieba, known: dict[str, int]) -> None:
        self._engine, self._known, self._total = engine, known, _TOTAL
        self._pad(_TWICE)

    def __call__(self, word: str) -> int:
        share, total = 1.0, float(self._total)
        for part in self._engine.cut(word, False):
            share *= self._known.get(part, 1) / total
        return max(int(share * total) + 1, self._known.get(word, 0))

    def add(self, word: str, frequency: int, tag: str | None) -> None:
        """Add `word` to rjieba's dictionary. jieba counts a word again that it had already; so must the sum here."""
        self._engine.add_word(word, frequency, tag)
        self._total += frequency
        if before := self._known.get(word, 0):
            self._pad(self._padding + before)
        self._known[word] = frequency

    def _pad(self, padding: int) -> None:
        self._padding = padding
        self._engine.add_word(_PADDING, padding, None)


def _suggestions(engine: rjieba.Jieba, words: Iterable[str]) -> _Suggestions:
    """Knows the frequencies of `words` and of all words inside them. Reads jieba's dictionary: a tenth of a second."""
    wanted = sorted({part for word in words for part in (word, *engine.cut_all(word))})
    if not wanted:
        return _Suggestions(engine, {})
    dictionary = b"\n" + (jieba_folder() / "dict.txt").read_bytes()
    lines = ahocorasick_rs.BytesAhoCorasick([f"\n{word} ".encode() for word in wanted])
    known = {}
    for number, _, end in lines.find_matches_as_indexes(dictionary):
        known[wanted[number]] = int(dictionary[end : dictionary.index(b" ", end)])
    return _Suggestions(engine, known)


def jieba_folder() -> Path:
    """Where jieba keeps its files; found without importing jieba, which takes longer than reading them."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jieba")
    return Path(found.origin).parent


def reference(words: Iterable[Word]) -> jieba.Tokenizer:
    """jieba itself with the same words: what `Cutter.cut` is compared with. A second and 80 MB."""
    import jieba  # noqa: PLC0415

    jieba.setLogLevel("WARNING")
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word, frequency, tag in words:
        tokenizer.add_word(word, frequency, tag)
    return tokenizer
