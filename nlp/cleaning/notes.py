"""Pinyin behind characters, as pages carry it that want to be found: 要點(diǎn)."""

from __future__ import annotations

import re

from nlp.cleaning.traced import Traced

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_SYLLABLE = f"[a-züêɡ{_TONED}]"
_NOTE = re.compile(rf"[（(]\s*({_SYLLABLE}{{1,7}}(?:[ '’·]{_SYLLABLE}{{1,6}}){{0,3}})\s*[)）]")
# In badly decoded pages the character explained is € or a backslash, or ? stands for the opening bracket.
_WITH_LOST = re.compile(rf"[€\\\ufffd?]?{_NOTE.pattern}|[?\ufffd](?=[a-z]*[{_TONED}]){_SYLLABLE}{{1,7}}[)）]")
_TONE = re.compile(f"[{_TONED}]")
# Fewer toned syllables in brackets may be somebody explaining a rare character.
_LEAST = 3


def without_notes(traced: Traced) -> None:
    """Without the notes, where there are enough of them to be no explanation."""
    toned = sum(1 for match in _NOTE.finditer(traced.text) if _TONE.search(match.group()))
    if toned >= _LEAST:
        traced.substitute(_WITH_LOST)
