"""Places along streets, wherever on them they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class Places:
    """Places on pieces of street.

    Parameters
    ----------
    piece
        Shape (k,): piece of street of each place.
    share
        Shape (k,): how far along the piece it lies, 0 to 1 in the direction of the piece's first arc.

    Raises
    ------
    BadProblem
        The two differ in length, or a share is outside 0..1.
    """

    piece: NDArray[np.int64]
    share: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len(self.piece) != len(self.share):
            raise BadProblem(f"{len(self.piece)} pieces but {len(self.share)} shares: give one for each place")
        if not ((self.share >= 0) & (self.share <= 1)).all():
            row = int(np.argmin((self.share >= 0) & (self.share <= 1)))
            raise BadProblem(f"place {row} lies at share {self.share[row]} of its street; give 0 to 1")

    def __len__(self) -> int:
        return len(self.piece)

    def rows(self, which: slice | NDArray[np.int64]) -> Places:
        """Some of the places."""
        return Places(self.piece[which], self.share[which])
