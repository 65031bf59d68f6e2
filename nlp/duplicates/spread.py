"""How far a text spread: how often, from how many sources, when first, and who passed it on from whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One member of a group of copies. `parent` is the id of what it reposts where the source says so.

    `reach` is how many people it reached as the source tells it (readers, followers), 0 where it does not.
    """

    id: str
    at: datetime
    source: str
    parent: str | None = None
    of: str | None = None
    reach: int = 0


@dataclass(frozen=True, slots=True)
class Heat:
    """The figures of one group. `first` is the member published first, not the one that came in first."""

    count: int
    sources: Mapping[str, int]
    reach: int
    first: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Branch:
    """One member in the spread tree. `inferred`: no id says from whom it came, likeness and time suggest it."""

    id: str
    parent: str | None
    depth: int
    inferred: bool


def heat(posts: Iterable[Post]) -> Heat:
    """The figures of a group; raises ValueError when it is empty."""
    members = sorted(posts, key=lambda post: (post.at, post.id))
    if not members:
        raise ValueError("no posts")
    return Heat(
        count=len(members),
        sources=dict(Counter(post.source for post in members).most_common()),
        reach=sum(post.reach for post in members),
        first=members[0].id,
        first_at=members[0].at,
        last_at=members[-1].at,
    )


def spread_tree(posts: Iterable[Post]) -> tuple[Branch, ...]:
    """Every member below the one it came from, in order of time.

    A member hangs below its `parent` where that belongs to the group; else, inferred, below the member it is most
    like (`of`) if that is older, else below the first. An id that would close a circle is not believed.
    """
    members = sorted(posts, key=lambda post: (post.at, post.id))
    by_id = {post.id: post for post in members}
    parents: dict[str, tuple[str | None, bool]] = {}
    for post in members:
        if post.parent in by_id and not _circle(post.id, post.parent, parents):
            parents[post.id] = post.parent, False
        elif post is members[0]:
            parents[post.id] = None, False
        else:
            parents[post.id] = _inferred(post, members, by_id, parents), True
    return tuple(Branch(post.id, *_place(post.id, parents)) for post in members)


def _inferred(
    post: Post, members: Sequence[Post], by_id: Mapping[str, Post], parents: Mapping[str, tuple[str | None, bool]]
) -> str | None:
    for name in (post.of, members[0].id):
        other = by_id.get(name or "")
        if other and (other.at, other.id) < (post.at, post.id) and not _circle(post.id, other.id, parents):
            return other.id
    return None


def _circle(name: str, parent: str | None, parents: Mapping[str, tuple[str | None, bool]]) -> bool:
    while parent is not None:
        if parent == name:
            return True
        parent = parents.get(parent, (None, False))[0]
    return False


def _place(name: str, parents: Mapping[str, tuple[str | None, bool]]) -> tuple[str | None, int, bool]:
    parent, inferred = parents[name]
    depth, above = 0, parent
    while above is not None:
        depth, above = depth + 1, parents[above][0]
    return parent, depth, inferred
