"""The answer of the partition engine, and the choices a caller can make about the search."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status


@dataclass(frozen=True)
class Partition:
    """Units to grids, and how good that is.

    `assignment` has shape (n,): the grid 0..k-1 of every unit, grids numbered by their lowest unit.
    `objective` and `bound` are in the unit of the problem's `Objective`; `bound` and `gap` are None where
    nothing is proven. `totals` holds an array (k,) per measure.
    """

    assignment: NDArray[np.int64]
    objective: float
    bound: float | None
    gap: float | None
    status: Status
    seconds: float
    seed: int
    totals: dict[str, NDArray[np.float64]]
    starts: int
    faults: tuple[str, ...] = ()
    """Broken rules in words; empty for every answer that `solve` returns, filled on `Infeasible.nearest`."""
    notes: tuple[str, ...] = field(default=())

    @property
    def k(self) -> int:
        """Number of grids."""
        return int(self.assignment.max()) + 1


@dataclass(frozen=True)
class PartitionParams:
    """How much work the search does. The defaults end by themselves (by work, never by the clock).

    Parameters
    ----------
    starts
        Sets of fresh centres that are settled.
    rounds
        Times that a region of the best centres is drawn anew; fewer on very large parts. An eighth of it are the rounds
        of merging and splitting where distances don't count, or while a rule is broken.
    plans
        Sets of centres that are made whole: annealed, then improved by integer programming.
    sweeps
        Proposed moves per unit in one annealing.
    pairs
        Pairs of unit and grid, beyond one a unit, in one integer programme.
    nodes
        Branch-and-bound nodes after which one integer programme stops.
    bound_steps
        Steps of the Lagrangian bound; 0 leaves the bound out.
    exact_units
        Largest number of units of a connected part for which optimality is pursued by branch and bound.
    """

    starts: int = 8
    rounds: int = 160
    plans: int = 4
    sweeps: int = 600
    pairs: int = 3000
    nodes: int = 20
    bound_steps: int = 1500
    exact_units: int = 150

    def __post_init__(self) -> None:
        for name in ("starts", "plans", "sweeps", "nodes"):
            if getattr(self, name) < 1:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be at least 1")
        for name in ("rounds", "pairs", "bound_steps", "exact_units"):
            if getattr(self, name) < 0:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be ≥ 0")
