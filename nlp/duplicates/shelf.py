"""Kept texts by number in a few large blocks, so that a million of them are no million Python objects."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field

_BLOCK = 16_384


@dataclass(slots=True)
class _Block:
    """Up to `_BLOCK` texts one behind the other; `ends` are byte offsets; `newest` is the latest time in seconds."""

    content: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("I"))
    names: bytearray = field(default_factory=bytearray)
    name_ends: array[int] = field(default_factory=lambda: array("I"))
    groups: array[int] = field(default_factory=lambda: array("I"))
    newest: float = 0.0


class Shelf:
    """Documents by number, from 1 in the order in which they were added; the oldest blocks can be thrown away."""

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque()
        self._first = 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def oldest(self) -> int:
        """The smallest number still held."""
        return self._first

    @property
    def size(self) -> int:
        """Bytes taken, about."""
        return sum(
            len(block.content) + len(block.names) + 4 * (2 * len(block.ends) + len(block.groups))
            for block in self._blocks
        )

    def add(self, name: str, text: str, group: int, at: float) -> int:
        """The number of the new document; group 0 makes it the first of a group of its own."""
        if not self._blocks or len(self._blocks[-1].ends) == _BLOCK:
            self._blocks.append(_Block())
        block = self._blocks[-1]
        block.content += text.encode("utf-16-le", errors="surrogatepass")
        block.ends.append(len(block.content))
        block.names += name.encode(errors="surrogatepass")
        block.name_ends.append(len(block.names))
        number = self._first + self._count
        block.groups.append(group or number)
        block.newest = max(block.newest, at)
        self._count += 1
        return number

    def text(self, number: int) -> str:
        """The kept text."""
        block, place = self._find(number)
        start = block.ends[place - 1] if place else 0
        return block.content[start : block.ends[place]].decode("utf-16-le", errors="surrogatepass")

    def name(self, number: int) -> str:
        """The document's id."""
        block, place = self._find(number)
        start = block.name_ends[place - 1] if place else 0
        return block.names[start : block.name_ends[place]].decode(errors="surrogatepass")

    def group(self, number: int) -> int:
        """The number of the first document of its group, which may have been thrown away."""
        block, place = self._find(number)
        return block.groups[place]

    def drop(self, capacity: int, before: float) -> int:
        """Throw away whole blocks: those whose texts are all from before `before`, and the oldest above `capacity`.

        Returns how many texts went.
        """
        first = self._first
        while len(self._blocks) > 1 and (
            self._blocks[0].newest < before or self._count - len(self._blocks[0].ends) >= capacity
        ):
            gone = len(self._blocks.popleft().ends)
            self._first += gone
            self._count -= gone
        return self._first - first

    def _find(self, number: int) -> tuple[_Block, int]:
        row, place = divmod(number - self._first, _BLOCK)
        return self._blocks[row], place
