"""Rows of bits over all enterprises, packed into 64-bit words, in one block of memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
WORD = 64


def words_for(bits: int) -> int:
    return (bits + WORD - 1) // WORD


def pack(rows: NDArray[np.int32], mask: NDArray[np.bool_], words: int) -> Words:
    """The bitmap of those of `rows` (ascending) whose mask is set."""
    if len(rows) and len(rows) == int(rows[-1]) + 1:
        flags = mask
    else:
        flags = np.zeros(words * WORD, np.bool_)
        flags[rows[mask]] = True
    packed = np.zeros(words * 8, np.uint8)
    octets = np.packbits(flags, bitorder="little")
    packed[: len(octets)] = octets
    return packed.view(np.uint64)


def members(bits: Words) -> NDArray[np.int32]:
    """Which bits are set, ascending."""
    octets = bits.view(np.uint8)
    filled = np.flatnonzero(octets)
    if len(filled) * 4 < len(octets):
        places, offsets = np.nonzero(np.unpackbits(octets[filled, None], axis=1, bitorder="little"))
        return (filled[places] * 8 + offsets).astype(np.int32)
    return np.flatnonzero(np.unpackbits(octets, bitorder="little")).astype(np.int32)


class Bitmaps:
    """A growing block of bitmaps of equal length; `row(id)` stays valid until the block grows."""

    def __init__(self, words: int) -> None:
        self.words = words
        self._block: Words = np.zeros((64, words), np.uint64)
        self._free: list[int] = list(range(63, -1, -1))

    @property
    def nbytes(self) -> int:
        return self._block.nbytes

    def take(self) -> int:
        """A row of zeros."""
        if not self._free:
            count = len(self._block)
            grown = np.zeros((count + max(64, count // 4), self.words), np.uint64)
            grown[:count] = self._block
            self._block = grown
            self._free = list(range(len(grown) - 1, count - 1, -1))
        return self._free.pop()

    def give_back(self, row: int) -> None:
        self._block[row] = 0
        self._free.append(row)

    def row(self, row: int) -> Words:
        found: Words = self._block[row]
        return found

    def rows(self) -> list[Words]:
        """All rows by id, for one pass over many of them."""
        return list(self._block)

    def set(self, row: int, bits: Words) -> None:
        self._block[row] = bits

    def set_some(self, row: int, at: NDArray[np.int32], on: NDArray[np.bool_]) -> None:
        """Set exactly these bits (each once) to `on`."""
        mine = self._block[row]
        masks = np.left_shift(np.uint64(1), (at & 63).astype(np.uint64))
        np.bitwise_and.at(mine, at >> 6, ~masks)
        np.bitwise_or.at(mine, at[on] >> 6, masks[on])

    def set_one(self, row: int, at: int, on: bool) -> None:
        mask = 1 << (at & 63)
        word = int(self._block[row, at >> 6])
        self._block[row, at >> 6] = word | mask if on else word & ~mask

    def bit_of(self, rows: NDArray[np.intp], at: int) -> NDArray[np.bool_]:
        """The bit of one enterprise in many rows."""
        words = self._block[rows, at >> 6]
        bits: NDArray[np.bool_] = (words >> np.uint64(at & 63)) & np.uint64(1) != 0
        return bits

    def widen(self, words: int) -> None:
        """Room for more enterprises; their bits are zero."""
        grown = np.zeros((len(self._block), words), np.uint64)
        grown[:, : self.words] = self._block
        self._block, self.words = grown, words
