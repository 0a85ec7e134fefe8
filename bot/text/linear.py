"""What every linear machine on hashed features shares: rows of features, rarities, the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.text.features import Hashes

SEED = 20260101
SLOT_BITS = 21
PRINT_BITS = 32 - SLOT_BITS
MOST_ROWS = 2**SLOT_BITS
SMOOTHING = 0.02
_PRINT_MASK = np.uint32(2**PRINT_BITS - 1)
_ROW_MASK = np.uint32(MOST_ROWS - 1)
_PRINT_SHIFT = np.uint32(PRINT_BITS)
_ROW_SHIFT = np.uint32(SLOT_BITS)

Floats = NDArray[np.float32]
Rows = NDArray[np.uint32]


def rows_of(slots: Hashes, hashes: Hashes) -> Rows:
    """Look hashes up: the upper bits choose the slot, the lower ones must be those kept in it.

    Row 0 stands for a feature that was never seen in training.
    """
    entries = slots[hashes >> _PRINT_SHIFT]
    same = (entries >> _ROW_SHIFT) == (hashes & _PRINT_MASK)
    rows: Rows = (entries & _ROW_MASK) * same
    return rows


def slots_for(hashes: Hashes) -> Hashes:
    """A table that gives the nth hash, from 1, the row n; a later hash keeps a shared slot."""
    rows = np.arange(1, len(hashes) + 1, dtype=np.uint32)
    slots = np.zeros(2**SLOT_BITS, dtype=np.uint32)
    slots[hashes >> _PRINT_SHIFT] = ((hashes & _PRINT_MASK) << _ROW_SHIFT) | rows
    return slots


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features met in training: their rows and, for each row, how rare the feature is."""

    slots: Hashes
    rarity: NDArray[np.float64]

    @classmethod
    def of(cls, texts: Sequence[Hashes], rarest: int, unseen: float = 0.0) -> Vocabulary:
        """Rows for the features met in ``rarest`` texts or more.

        The commoner one keeps a slot that two want. Rarity is ln((1 + texts) / (1 + met)) + 1;
        ``unseen`` is that of row 0. It has no weight but counts in the norm, so that a text made of
        what was never met gets a score near the middle instead of one drawn from a few features.
        """
        met = np.concatenate([np.unique(hashes) for hashes in texts])
        hashes, counts = np.unique(met, return_counts=True)
        kept = counts >= rarest
        hashes, counts = hashes[kept], counts[kept]
        order = np.argsort(counts, kind="stable")[-(MOST_ROWS - 1) :]
        hashes, counts = hashes[order], counts[order]
        rarity = np.concatenate(([unseen], np.log((1 + len(texts)) / (1 + counts)) + 1))
        return cls(slots_for(hashes), rarity)

    def matrix(self, texts: Sequence[Hashes]) -> Any:
        """A sparse row for each text: counts times rarity over the root of summed squares."""
        from scipy.sparse import csr_matrix

        columns: list[Rows] = []
        values: list[NDArray[np.float64]] = []
        edges = [0]
        for hashes in texts:
            found = rows_of(self.slots, hashes)
            rows, counts = np.unique(found[found > 0], return_counts=True)
            rarity = self.rarity[rows]
            unseen = np.count_nonzero(found == 0) * self.rarity[0] ** 2
            norm = np.sqrt(float((counts * rarity**2).sum() + unseen)) or 1.0
            columns.append(rows)
            values.append(counts * rarity / norm)
            edges.append(edges[-1] + len(rows))
        shape = (len(texts), len(self.rarity))
        return csr_matrix((np.concatenate(values), np.concatenate(columns), edges), shape=shape)


def log_odds(matrix: Any, chosen: NDArray[np.bool_], share: float) -> NDArray[np.float64]:
    """How much oftener each feature stands in the chosen texts: a naive Bayes weight, scaled.

    A margin machine alone forgets what it does not need for its own examples; on writers it has
    not seen, the sum of both finds more at the same false alarms. ``share`` is the standard
    deviation that the summed weight has over the texts.
    """
    counts = [
        np.asarray(matrix[part].sum(axis=0)).ravel() + SMOOTHING for part in (chosen, ~chosen)
    ]
    odds = np.log(counts[0] / counts[0].sum()) - np.log(counts[1] / counts[1].sum())
    odds[0] = 0.0  # what was never met speaks for neither
    return np.asarray(odds * (share / ((matrix @ odds).std() or 1.0)))
