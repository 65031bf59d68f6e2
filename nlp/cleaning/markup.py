"""What is left of HTML: tags, comments, scripts, entities."""

from __future__ import annotations

import html
import re

from nlp.cleaning.traced import Traced

_OPENER = re.compile(r"<(script|style)(?:\s[^<>]{0,600})?>|<!--", re.I)
_BREAK = re.compile(
    r"</?(?:br|p|div|li|tr|h[1-6]|table|ul|ol|section|article)(?:[\s/][^<>]{0,300})?/?>|_x000D_\n?", re.I
)
# A name of ASCII letters alone, then the end or attributes: <A市物业管理条例> and a<b are no tags.
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:-]{0,20}(?:\s[^<>]{0,600}|/)?>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# Written twice over: &amp;nbsp;
_DOUBLE = re.compile(r"&amp;(?=(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|nbsp|lt|gt|quot|amp|hellip|ldquo|rdquo|middot);)")


def without_markup(traced: Traced) -> None:
    """Blocks end lines, other tags go, entities become characters."""
    if "<" in traced.text or "_x000D_" in traced.text:
        _drop_blocks(traced)
        traced.substitute(_BREAK, "\n")
        traced.substitute(_TAG)
    if "&" in traced.text:
        traced.substitute(_DOUBLE, "&")
        traced.substitute(_ENTITY, lambda match: html.unescape(match.group()))


def _drop_blocks(traced: Traced) -> None:
    """Without scripts, styles and comments, up to their ends; one that never ends stays and its tag goes alone."""
    text, kept, at = traced.text, [], 0
    lowered = text.lower() if len(text.lower()) == len(text) else text
    missing: set[str] = set()
    for match in _OPENER.finditer(text):
        closing = f"</{match.group(1).lower()}" if match.group(1) else "-->"
        if match.start() < at or closing in missing:
            continue
        end = lowered.find(closing, match.end())
        if end < 0:
            missing.add(closing)
            continue
        end = text.find(">", end + 2) + 1 or len(text)
        kept.append((at, match.start()))
        at = end
    if at:
        traced.keep([*kept, (at, len(text))])
