"""What stands in a text twice: single paragraphs, and whole articles even when cut into lines differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Span = tuple[int, int]

# Shorter paragraphs and sentences (谢谢！, 停电了！) repeat in honest texts.
_LEAST_PARAGRAPH, _LEAST_SENTENCE = 15, 12
# A text whose repeated sentences make up more than this share stands there twice.
_DOUBLED_SHARE = 0.2
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;]*")
_PARTS = re.compile(r"[。！？!?；;\n]+")
_MARKS = re.compile(r"[\W_]+")


def is_doubled(text: str) -> bool:
    """Whether a text of one line could hold a sentence twice; quick."""
    sentences = [sentence for sentence in _PARTS.split(text) if len(sentence) >= _LEAST_SENTENCE]
    return len(sentences) > 1 and len(set(map(_plain, sentences))) < len(sentences)


def once(text: str, lines: Sequence[Span]) -> list[Span]:
    """`lines` without repeated paragraphs, and of a doubled text each sentence once."""
    kept = _paragraphs_once(text, lines) if len(lines) > 1 else list(lines)
    sentences = [[match.span() for match in _SENTENCE.finditer(text, *line) if match.end() > match.start()]
                 for line in kept]  # fmt: skip
    keys = [key for parts in sentences for part in parts if len(key := _key(text, part)) >= _LEAST_SENTENCE]
    distinct = set(keys)
    if len(distinct) == len(keys):
        return kept
    repeated = sum(map(len, keys)) - sum(map(len, distinct))
    if repeated <= _DOUBLED_SHARE * sum(map(len, keys)):
        return kept
    return list(_sentences_once(text, kept, sentences))


def _sentences_once(text: str, lines: Sequence[Span], sentences: Sequence[Sequence[Span]]) -> Iterator[Span]:
    """Every sentence once; a short one goes only with the one before it or as a line of its own."""
    seen: set[str] = set()
    dropped = False
    for (_, end), parts in zip(lines, sentences, strict=True):
        left = False
        for part in parts:
            key = _key(text, part)
            again = key in seen and (len(key) >= _LEAST_SENTENCE or dropped or (len(parts) == 1 and len(key) > 1))
            dropped = again or (dropped and not key)
            if len(key) > 1:
                seen.add(key)
            if not dropped:
                left = True
                yield part
        if left and text[end - 1] == "\n":
            yield end - 1, end


def _paragraphs_once(text: str, lines: Sequence[Span]) -> list[Span]:
    """Every paragraph once; a short one (a heading) goes only with the one before or behind it."""
    seen: set[str] = set()
    again: list[bool] = []
    gone: list[bool] = []
    for number, line in enumerate(lines):
        key = _key(text, line)
        again.append(key in seen)
        gone.append(again[-1] and (len(key) >= _LEAST_PARAGRAPH or (number > 0 and gone[-1])))
        seen.add(key)
        if number == 0 and "。" in (first := text[line[0] : line[1]]):
            # The first line is the title, joined by 。 to the first paragraph: either may come again alone.
            seen.update(_plain(part) for part in first.partition("。")[::2])
    for number in range(len(lines) - 2, -1, -1):
        gone[number] = gone[number] or (again[number] and gone[number + 1])
    return [line for line, dropped in zip(lines, gone, strict=True) if not dropped]


def _key(text: str, span: Span) -> str:
    return _plain(text[span[0] : span[1]])


def _plain(text: str) -> str:
    return _MARKS.sub("", text)
