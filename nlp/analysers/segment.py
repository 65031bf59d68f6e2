"""The words of the text and the words of the index."""

from __future__ import annotations

from typing import ClassVar

from nlp import segment
from nlp.phrases import Words
from nlp.pipeline import Analyser, Facts


class Segment(Analyser):
    """`tokens` joined give `clean_text`, `fine_tokens` too with long terms cut; `search_words` are for the index."""

    name: ClassVar[str] = "segment"
    requires: ClassVar[tuple[str, ...]] = ("clean_text",)
    provides: ClassVar[tuple[str, ...]] = ("tokens", "fine_tokens", "search_words")
    version: str = segment.VERSION

    def analyse(self, facts: Facts) -> Facts:
        """The words."""
        text: str = facts["clean_text"]
        cut = tuple(segment.tokens(text))
        return {
            "tokens": cut,
            "fine_tokens": Words(segment.fine_tokens(cut)),
            "search_words": segment.search_words(text),
        }
