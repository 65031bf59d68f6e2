"""The text without what got into it on the way: markup, notes, debris and what stands there twice."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import ClassVar

from config.masking import mask
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN, encodable, simplified

# A text is traditional where OpenCC would change more than this share of its Han characters: simplified texts hold
# a few such characters in names, and those must stay.
_TRADITIONAL_SHARE = 0.01
# Fewer toned syllables in brackets may be somebody explaining a rare character.
_LEAST_NOTES = 5
# Shorter paragraphs and sentences (谢谢！, 停电了！) repeat in honest texts.
_LEAST_PARAGRAPH, _LEAST_SENTENCE = 15, 12
# A text whose repeated sentences make up more than this share stands there twice.
_DOUBLED_SHARE = 0.2

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_NOTE = re.compile(rf"[（(]\s*([a-züê{_TONED}]{{1,7}})\s*[)）]")
_BLOCK = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|h[1-6]|table|ul|ol)\b[^<>]{0,300}>|_x000D_", re.I)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_SPACES = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DEBRIS = re.compile(r"[\s?？•·|*_=\-]*")
_RELATED = re.compile(r"[【\[]?(?:猜你喜欢|相关文章|相关阅读|推荐阅读|延伸阅读|热门推荐)[】\]]?[:：]?")
_SENTENCE = re.compile(r"[^。！？!?；;]*[。！？!?；;]*")
_WIDE = {code: code - 0xFEE0 for low, high in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
         for code in range(low, high + 1)}  # fmt: skip
# t2s leaves 著 where simplified text writes 着 (接著, 有著).
_ZHE = re.compile("(?<![显名专编土原卓论昭巨遗译合所])著(?![名作称述书录者])")


class Clean(Analyser):
    """Gives `clean_text`: simplified, without markup, pinyin notes, debris lines and repetitions.

    Chinese punctuation stays as written; digits and letters in full width become half width; lines are kept apart by
    one line feed. What cleaning brings together (13812<b>345678</b>) is masked once more.
    """

    name: ClassVar[str] = "clean"
    requires: ClassVar[tuple[str, ...]] = ("masked_text",)
    provides: ClassVar[tuple[str, ...]] = ("clean_text",)

    def analyse(self, facts: Facts) -> Facts:
        """The clean text."""
        text = _without_markup(facts["masked_text"])
        text = _in_simplified(_without_notes(text.translate(_WIDE)))
        lines = _without_farms([_SPACES.sub(" ", line).strip() for line in text.split("\n")])
        return {"clean_text": mask("\n".join(_once(lines)))}


def _without_markup(text: str) -> str:
    text = encodable(text).replace("\r\n", "\n").replace("\r", "\n")
    if "<" in text or "_x000D_" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _BLOCK.sub("", text)))
    if "&" in text:
        text = html.unescape(text)
    return _INVISIBLE.sub("", text)


def _without_notes(text: str) -> str:
    toned = sum(any(sign in _TONED for sign in match.group(1)) for match in _NOTE.finditer(text))
    return _NOTE.sub("", text) if toned >= _LEAST_NOTES else text


def _in_simplified(text: str) -> str:
    turned = simplified(text)
    if turned == text or len(turned) != len(text):
        return text
    changed = sum(old != new for old, new in zip(text, turned, strict=True))
    han = sum(map(len, re.findall(f"[{HAN}]+", text)))
    return _ZHE.sub("着", turned) if changed > _TRADITIONAL_SHARE * han else text


def _without_farms(lines: list[str]) -> list[str]:
    """Without lines of marks only, lists of links, and all below a heading that ends the article."""
    half = sum(map(len, lines)) / 2
    kept: list[str] = []
    seen = 0
    for line in lines:
        if _RELATED.fullmatch(line) and seen > half:
            break
        seen += len(line)
        if not _DEBRIS.fullmatch(line) and not _is_link_list(line):
            kept.append(line)
    return kept


def _is_link_list(line: str) -> bool:
    """Eight or more short names between bars, as search-engine spam and menus have them."""
    names = [name.strip() for name in re.split(r"[|｜]", line)]
    return len(names) >= 8 and all(len(name) <= 10 for name in names)


def _once(lines: list[str]) -> Iterator[str]:
    """Each paragraph once; each sentence once where so many repeat that the whole stands there twice."""
    kept = list(_paragraphs_once(lines))
    sentences = [[part for part in _SENTENCE.findall(line) if part] for line in kept]
    keys = [key for parts in sentences for part in parts if len(key := _key(part)) >= _LEAST_SENTENCE]
    repeated = sum(map(len, keys)) - sum(map(len, dict.fromkeys(keys)))
    if repeated <= _DOUBLED_SHARE * sum(map(len, keys)):
        return iter(kept)
    seen: set[str] = set()
    return filter(
        None, ("".join(part for part in parts if _is_new(part, seen, alone=len(parts) == 1)) for parts in sentences)
    )


def _is_new(sentence: str, seen: set[str], *, alone: bool) -> bool:
    """Whether `sentence` is to stay; a short one that is no line of its own (a heading is) always stays."""
    key = _key(sentence)
    if len(key) < (2 if alone else _LEAST_SENTENCE):
        return True
    new = key not in seen
    seen.add(key)
    return new


def _paragraphs_once(lines: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, line in enumerate(lines):
        key = _key(line)
        if len(key) >= _LEAST_PARAGRAPH:
            if key in seen:
                continue
            seen.add(key)
        if number == 0 and "。" in line:
            # The first line is the title, joined by 。 to the first paragraph: either may come again alone.
            seen.update(_key(part) for part in line.partition("。")[::2])
        yield line


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
