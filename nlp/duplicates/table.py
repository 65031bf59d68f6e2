"""A hash table from sketches to documents in numpy arrays: six bytes an entry, no Python object per entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Documents remembered per bucket: a newer one takes the place of the oldest. It also caps what a sentence that
# everybody uses costs.
WIDTH = 8
# At least 16: a tag holds the upper 16 bits of a hash, and doubling needs the bit above the row's.
_FIRST_BITS = 16
# Buckets double when they are this full on average; fuller ones would lose entries before their time.
_FILL = 0.7
_TAG_SHIFT = np.uint32(16)
_ONE, _LAST = np.uint8(1), np.uint8(WIDTH - 1)
_NOTHING = np.empty(0, dtype=np.uint32)


class SketchTable:
    """Which documents (numbers from 1, growing) have which hashes.

    Adding and asking cost the same however many there are. The table doubles as it fills, up to 2 ** `most_bits`
    buckets (16–24); from then on the oldest entries of a bucket give way.
    """

    def __init__(self, most_bits: int = 21) -> None:
        self._most = most_bits
        self._bits = _FIRST_BITS
        self._documents = np.zeros((1 << self._bits, WIDTH), dtype=np.uint32)
        self._tags = np.zeros((1 << self._bits, WIDTH), dtype=np.uint16)
        self._next = np.zeros(1 << self._bits, dtype=np.uint8)
        self._entries = 0

    @property
    def size(self) -> int:
        """Bytes taken."""
        return self._documents.nbytes + self._tags.nbytes + self._next.nbytes

    def find(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
        """Documents that share a hash, once per shared hash, and which of the hashes (its place) that is.

        0 among the documents is a free place, for the caller to leave out.
        """
        rows = self._rows(hashes)
        found = (self._tags[rows] == _tags(hashes)[:, None]).ravel().nonzero()[0]
        if not len(found):
            return _NOTHING, found
        places = found // WIDTH
        return self._documents[rows[places], found % WIDTH], places

    def add(self, document: int, hashes: NDArray[np.uint32]) -> None:
        """Remember the hashes of a document; its number must be larger than all before."""
        if self._entries >= _FILL * self._documents.size and self._bits < self._most:
            self._double()
        rows = self._rows(hashes)
        slots = self._next[rows]
        at = rows * WIDTH + slots
        self._documents.reshape(-1)[at] = document
        self._tags.reshape(-1)[at] = _tags(hashes)
        self._next[rows] = (slots + _ONE) & _LAST
        self._entries += len(hashes)

    def _rows(self, hashes: NDArray[np.uint32]) -> NDArray[np.intp]:
        return (hashes & np.uint32((1 << self._bits) - 1)).astype(np.intp)

    def _double(self) -> None:
        """Twice as many buckets: one more bit of each hash decides in which half an entry lies."""
        high = ((self._tags >> np.uint16(self._bits - 16)) & np.uint16(1)).astype(bool)
        halves = [self._half(high), self._half(~high)]
        self._documents = np.concatenate([documents for documents, _ in halves])
        self._tags = np.concatenate([tags for _, tags in halves])
        self._next = (np.count_nonzero(self._documents, axis=1) % WIDTH).astype(np.uint8)
        self._bits += 1

    def _half(self, gone: NDArray[np.bool_]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """The entries that are not `gone`, oldest first, free places behind them."""
        documents = np.where(gone, np.uint32(0), self._documents)
        order = np.argsort(documents - np.uint32(1), axis=1)  # 0 wraps round to the largest number
        return np.take_along_axis(documents, order, axis=1), np.take_along_axis(self._tags, order, axis=1)


def _tags(hashes: NDArray[np.uint32]) -> NDArray[np.uint16]:
    return (hashes >> _TAG_SHIFT).astype(np.uint16)
