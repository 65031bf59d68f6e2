"""Searching lists that people page through: what they type is looked for by the database, in all rows, not in a page.

Words are divided by blanks and must all be found, each in any of the places that are searched. ASCII letters match in
either case; signs of patterns (%, _) are themselves. Every row is looked at: some ten thousand take tens of
milliseconds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from storage.operations.tables import events, tasks, users

_MOST, _LONGEST = 8, 100  # words, and characters of one
Column = sa.ColumnElement[Any]


def holding(typed: str, places: Callable[[str], list[sa.ColumnElement[bool]]]) -> list[sa.ColumnElement[bool]]:
    """Conditions for rows that hold every word of `typed`; [] where nothing was typed.

    `places` gives, for one word, where it may be found.
    """
    return [sa.or_(*places(word[:_LONGEST])) for word in typed.split()[:_MOST]]


def within(word: str, *columns: Column) -> list[sa.ColumnElement[bool]]:
    """Columns that hold the word as it was typed, or in the narrow form of its letters and digits."""
    forms = dict.fromkeys((word, unicodedata.normalize("NFKC", word)))
    return [column.icontains(form, autoescape=True) for form in forms for column in columns]


def by_person(word: str, *columns: Column) -> list[sa.ColumnElement[bool]]:
    """Columns of accounts: the account's name or the name people know it by holds the word."""
    shown = sa.select(users.c.name).where(users.c.display_name.icontains(word, autoescape=True))
    return [*within(word, *columns), *(column.in_(shown) for column in columns)]


def of_subject(word: str, subject: Column) -> list[sa.ColumnElement[bool]]:
    """Subjects (an event's id, `task-N`) whose event or task is titled so, is there, or is named so."""
    event = sa.select(events.c.id).where(sa.or_(*within(word, events.c.title, events.c.region)))
    told = sa.or_(*within(word, tasks.c.title, tasks.c.key))
    own = sa.select(sa.literal("task-") + sa.cast(tasks.c.id, sa.String)).where(told)
    of_event = sa.select(tasks.c.event).where(told, tasks.c.event.is_not(None))
    return [subject == word, subject.in_(event), subject.in_(own), subject.in_(of_event)]
