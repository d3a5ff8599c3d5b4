"""The ground that officers work on: places, the time between them, where officers wait, and where cases come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem


@dataclass(frozen=True)
class Ground:
    """Places and officers.

    Parameters
    ----------
    seconds
        Shape (p, p): travel time from place to place.
    base
        Shape (m,): place where each officer waits.
    demand
        Shape (p,): how many cases come from each place, ≥ 0; only shares count here.
    owner
        Shape (p,): officer whose ground each place is, -1 where nobody's.
    skills
        Shape (m,): skills of each officer, a bit each; all of them where left out.
    """

    seconds: NDArray[np.float64]
    base: NDArray[np.int64]
    demand: NDArray[np.float64]
    owner: NDArray[np.int64]
    skills: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        p, m = len(self.demand), len(self.base)
        if self.seconds.shape != (p, p):
            raise BadProblem(
                f"{p} places, but seconds has shape {self.seconds.shape}; give a row and a column for each"
            )
        if np.isnan(self.seconds).any() or (self.seconds < 0).any():
            raise BadProblem("a travel time is negative or not a number")
        if not m or not ((self.base >= 0) & (self.base < p)).all():
            raise BadProblem(
                f"every officer needs a base among the places 0..{p - 1}, and there must be one officer at least"
            )
        if not (np.isfinite(self.demand) & (self.demand >= 0)).all() or not self.demand.any():
            raise BadProblem("demand must be numbers of 0 or more, not all of them 0")
        if self.owner.shape != (p,) or not ((self.owner >= -1) & (self.owner < m)).all():
            raise BadProblem(f"every place needs an owner among the officers 0..{m - 1}, or -1")
        if self.skills is not None and self.skills.shape != (m,):
            raise BadProblem(f"{m} officers but {self.skills.size} sets of skills: give one for each")

    @property
    def officers(self) -> int:
        """How many officers there are."""
        return len(self.base)

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(self.demand)

    def covers(self, limit: float) -> NDArray[np.bool_]:
        """Shape (m, p): which places each officer reaches from the base within `limit` seconds."""
        return np.asarray(self.seconds[self.base] <= limit)

    def share(self) -> NDArray[np.float64]:
        """Shape (p,): share of all cases that comes from each place."""
        return np.asarray(self.demand / self.demand.sum())
