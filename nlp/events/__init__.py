"""Which texts tell of the same event: each joins or opens one as it arrives; people may merge and split."""

from __future__ import annotations

from nlp.events.index import Assignment, Decision, EventIndex, Placed
from nlp.events.story import Sentence, Story, Telling, story
from nlp.events.terms import EventText, Weigher, event_text

__all__ = [
    "Assignment",
    "Decision",
    "EventIndex",
    "EventText",
    "Placed",
    "Sentence",
    "Story",
    "Telling",
    "Weigher",
    "event_text",
    "story",
]
