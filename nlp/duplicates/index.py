"""The index of near copies: a document comes in, the group it belongs to is told at once, and stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlp.duplicates.likeness import grams, kept_form, likeness, plain, related, same_whole, sketch
from nlp.duplicates.shelf import Shelf
from nlp.duplicates.table import SketchTable

# Documents that share most with a new one are compared in full: each costs about 20 µs.
_COMPARED = 5
# Two texts of which less of the characters is common are not compared any further.
_SIGNS = 0.6
# Members of a group that are asked, and the share of them that must agree: otherwise A joins C because both resemble
# B, and every officials' phrase becomes a group.
_ASKED, _AGREEING = 6, 0.7
# From so many members on nearly all must be copies of the new one: many texts that quote one another are no one text.
_LARGE, _AGREEING_LARGE = 8, 0.9
# A document's number (0: none), how alike it is, and the names of other groups.
_Found = tuple[int, float, tuple[str, ...]]
_NONE: _Found = (0, 0.0, ())


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What was told of one document.

    `group` is the id of the first document that came in of its group, its own for a new text. `of` is the document
    it is most like, None for a new text; `similarity` is 0 for a new text and 1 for the same text. `also` names other
    groups of which it is a copy as well: those came in before their common origin. They stay groups of their own here;
    who has all texts may unite them.
    """

    group: str
    kind: Literal["new", "exact", "near"]
    of: str | None = None
    similarity: float = 0.0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """One document as a store gives it back: what `load` needs to go on where the last process stopped."""

    id: str
    text: str
    at: datetime
    group: str


@dataclass(slots=True)
class _Group:
    """A group of two or more: its name and the numbers of some members, the first ones and the last ones."""

    name: str
    members: list[int]
    size: int = 1

    def take(self, number: int) -> None:
        """Remember one more member."""
        self.size += 1
        if len(self.members) >= _ASKED:
            del self.members[_ASKED // 2]
        self.members.append(number)


class DuplicateIndex:
    """Groups of copies among the last `capacity` documents not older than `days`.

    What is told depends only on what was added before, in this order. A group never changes once told: later
    documents join it or open their own. Memory: about 110 bytes and two per character kept (600 at most) for each
    document; cost of adding 0.2–0.4 ms for a text of 60 characters, at any size. Not safe for threads.
    """

    def __init__(self, *, capacity: int = 400_000, days: float = 90) -> None:
        """`capacity` from 1 up; what is too old or too much is thrown away in blocks of 16,384 documents."""
        self._capacity = capacity
        self._window = timedelta(days=days).total_seconds()
        self._table = SketchTable(min(24, max(16, (capacity * 2).bit_length())))
        self._shelf = Shelf()
        self._groups: dict[int, _Group] = {}
        self._newest = 0.0

    def __len__(self) -> int:
        return len(self._shelf)

    @property
    def size(self) -> int:
        """Bytes of memory taken, about."""
        return self._table.size + self._shelf.size

    def add(self, id: str, text: str, at: datetime) -> Duplicate:
        """The group of a new document; `at` is when it was published, and only decides how long it is remembered.

        `text` should be without what says nothing about the matter (the pipeline's fact `matter`), else as it came.
        """
        text = plain(text)
        hashes, kept = sketch(text), kept_form(text)
        number, similarity, also = self._best(kept, hashes) if len(hashes) else _NONE
        if not number:
            self._keep(id, kept, hashes, 0, at)
            return Duplicate(id, "new")
        name, group = self._shelf.name(number), self._shelf.group(number)
        grown = self._groups.get(group) or _Group(name, [number])
        grown.take(self._keep(id, kept, hashes, group, at))
        self._groups[group] = grown
        return Duplicate(grown.name, "exact" if similarity == 1.0 else "near", name, similarity, also)

    def load(self, rows: Iterable[Kept]) -> None:
        """Go on from what a store holds, in the order in which the documents were added; costs 0.05 ms a row."""
        numbers: dict[str, int] = {}
        for row in rows:
            group = numbers.get(row.group, 0)
            text = plain(row.text)
            number = self._keep(row.id, kept_form(text), sketch(text), group, row.at)
            if group:
                self._groups.setdefault(group, _Group(row.group, [group])).take(number)
            else:
                numbers[row.group] = number
                if row.group != row.id:
                    self._groups[number] = _Group(row.group, [number])

    def _keep(self, id: str, kept: str, hashes: NDArray[np.uint32], group: int, at: datetime) -> int:
        second = at.timestamp()
        self._newest = max(self._newest, second)
        if self._shelf.drop(self._capacity, self._newest - self._window):
            oldest = self._shelf.oldest
            self._groups = {number: group for number, group in self._groups.items() if group.members[-1] >= oldest}
        number = self._shelf.add(id, kept, group, second)
        if len(hashes):
            self._table.add(number, hashes)
        return number

    def _best(self, kept: str, hashes: NDArray[np.uint32]) -> _Found:
        """The document that the text copies, how alike they are, and the names of other groups that it copies."""
        documents, places = self._table.find(hashes)
        if not len(documents):
            return _NONE
        for number in documents[places == 0].tolist():
            if number >= self._shelf.oldest and self._shelf.text(number) == kept:
                return number, 1.0, ()
        agreeing: dict[int, tuple[float, int]] = {}
        for similarity, number in self._alike(kept, self._candidates(documents, places)):
            group = self._shelf.group(number)
            if group not in agreeing and self._agree(group, number, kept):
                agreeing[group] = similarity, number
        if not agreeing:
            return _NONE
        first, *others = agreeing
        similarity, number = agreeing[first]
        also = [it for it in others if it >= self._shelf.oldest and same_whole(kept, self._shelf.text(it))]
        return number, similarity, tuple(map(self._name, also))

    def _name(self, group: int) -> str:
        known = self._groups.get(group)
        return known.name if known else self._shelf.name(group)

    def _alike(self, kept: str, candidates: Iterable[int]) -> list[tuple[float, int]]:
        """How alike the candidates are that are copies, with their numbers, most alike first."""
        found: list[tuple[float, int]] = []
        signs, ours = set(kept), None
        for number in candidates:
            text = self._shelf.text(number)
            others = set(text)
            if len(signs & others) < _SIGNS * min(len(signs), len(others)):
                continue
            ours = ours or grams(kept)
            if similarity := likeness(kept, ours, text, grams(text)):
                found.append((similarity, number))
        return sorted(found, key=lambda it: (-it[0], it[1]))

    def _agree(self, group: int, number: int, kept: str) -> bool:
        """Whether the text is the same whole as the first member, or enough of the others may be copies of one text."""
        known = self._groups.get(group)
        large = known is not None and known.size >= _LARGE
        if not large and group >= self._shelf.oldest and same_whole(kept, self._shelf.text(group)):
            return True
        others = [it for it in known.members if it != number and it >= self._shelf.oldest] if known else []
        if not others:
            return True
        texts = [self._shelf.text(other) for other in others]
        same, ours = likeness if large else related, grams(kept)
        agreeing = sum(bool(same(kept, ours, text, grams(text))) for text in texts)
        return agreeing >= (_AGREEING_LARGE if large else _AGREEING) * len(texts)

    def _candidates(self, documents: NDArray[np.uint32], places: NDArray[np.intp]) -> list[int]:
        """Of the documents found those that share two hashes or the whole; a hash that many share says less."""
        ordered = np.sort(documents)
        enough = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        whole = documents[places == 0].tolist() if not places[0] else []
        enough.update(whole)
        if not enough:
            # The ordinary case: nothing shares more than one hash.
            return []
        often = (1 / np.bincount(places)[places]).tolist()
        weight = dict.fromkeys(whole, 1.0)
        for document, rarity in zip(documents.tolist(), often, strict=True):
            if document in enough:
                weight[document] = weight.get(document, 0.0) + rarity
        oldest = self._shelf.oldest
        held = [(-heavy, document) for document, heavy in weight.items() if document >= oldest]
        return [document for _, document in nsmallest(_COMPARED, held)]
