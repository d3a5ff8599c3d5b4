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
        Capacitated k-means starts, each annealed briefly.
    kept
        Starts that are annealed longer and polished by integer programming.
    rounds
        Merge-and-split rounds on the best plan, each annealed; polished when promising.
    sweeps
        Proposed moves per unit in one long annealing.
    whole
        Largest units × grids at which one integer programme treats all grids at once.
    nodes
        Branch-and-bound nodes after which one integer programme stops.
    bound_steps
        Subgradient steps of the Lagrangian bound; 0 leaves the bound out.
    exact_units
        Largest number of units of a connected part for which optimality is pursued by branch and bound.
    """

    starts: int = 16
    kept: int = 4
    rounds: int = 24
    sweeps: int = 6000
    whole: int = 3000
    nodes: int = 30
    bound_steps: int = 200
    exact_units: int = 130

    def __post_init__(self) -> None:
        for name in ("starts", "kept", "sweeps", "nodes"):
            if getattr(self, name) < 1:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be at least 1")
        for name in ("rounds", "whole", "bound_steps", "exact_units"):
            if getattr(self, name) < 0:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be ≥ 0")
