"""Which text repeats which: exact copies, reposts and near copies, told as they arrive."""

from __future__ import annotations

from nlp.duplicates.index import Duplicate, DuplicateIndex, Kept
from nlp.duplicates.spread import Branch, Heat, Post, heat, spread_tree

__all__ = ["Branch", "Duplicate", "DuplicateIndex", "Heat", "Kept", "Post", "heat", "spread_tree"]
