"""How many copies of short posts are found, and how many pairs put together are none; on posts made from a seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import ClassVar

from nlp.duplicates.lines import Groups
from nlp.measure import Figure, Measure
from nlp.measures._posts import CHANGES, Copied, posts
from nlp.pipeline import Pipeline

_POSTS, _COPIED, _SEED = 20_000, 400, 7
# A pair is right when both come from one text, or are this much alike by what the eye sees.
_JACCARD, _CONTAINMENT = 0.5, 0.8


class Duplicates(Measure):
    """Recall: copies in the group of their origin. Precision: pairs within groups that are copies."""

    name: ClassVar[str] = "duplicates"
    title: ClassVar[str] = "重复与近似（自造 20000 条，七种改动）"
    files: ClassVar[tuple[str, ...]] = ()

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """`duplicates.recall`, with one class for each change, and `duplicates.precision`."""
        del data, pipeline
        made = posts(_POSTS, _COPIED, _SEED)
        groups = grouped(made)
        return {"duplicates.recall": recall(made, groups), "duplicates.precision": precision(made, groups)}


def grouped(made: Sequence[Copied]) -> dict[str, str]:
    """The group of every post, told in their order."""
    groups = Groups()
    for post in made:
        groups.add(post.id, post.text)
    return groups.told()


def recall(made: Sequence[Copied], groups: Mapping[str, str]) -> Figure:
    """The share of copies that are in the group of their origin."""
    all_of, found = Counter[str](), Counter[str]()
    for post in made:
        if post.change:
            all_of[post.change] += 1
            found[post.change] += groups[post.id] == groups[post.origin]
    rows = {name: {"recall": found[name] / all_of[name], "n": float(all_of[name])} for name in CHANGES if all_of[name]}
    return Figure(found.total() / all_of.total() if all_of else 0.0, all_of.total(), rows)


def precision(made: Sequence[Copied], groups: Mapping[str, str]) -> Figure:
    """The share of pairs within groups that are of one origin or much alike."""
    members: dict[str, list[Copied]] = defaultdict(list)
    for post in made:
        members[groups[post.id]].append(post)
    right = [_is_right(one, other) for one, other in _pairs(members)]
    return Figure(sum(right) / len(right) if right else 1.0, len(right))


def _pairs(members: Mapping[str, Sequence[Copied]]) -> Iterator[tuple[Copied, Copied]]:
    for group in members.values():
        yield from combinations(group, 2)


def _is_right(one: Copied, other: Copied) -> bool:
    if one.origin == other.origin:
        return True
    ones, others = _grams(one.text), _grams(other.text)
    common = len(ones & others)
    return common >= _JACCARD * len(ones | others) or common >= _CONTAINMENT * min(len(ones), len(others))


def _grams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}
