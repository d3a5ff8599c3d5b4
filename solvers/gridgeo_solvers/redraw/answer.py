"""The answer of a re-drawing, and how much work is spent on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status


@dataclass(frozen=True)
class Redrawn:
    """A new plan, what it continues, and how little was moved.

    Parameters
    ----------
    assignment
        Shape (n,): new grid 0..k-1 of every unit.
    continues
        Shape (k,): the old grid that each new one continues, -1 for a new one.
    moved
        What is moved in all, in the unit of `Redrawing.moving`.
    bound
        No plan of this problem moves less; None where nothing is proven.
    gap
        Share of `moved` that may still be saved; None where no bound is known.
    objective
        `moved`, or with a price what is traded: price · moved + the problem's objective.
    status
        Optimal only where `objective` is proven the least.
    seconds, seed
        Of this call.
    objective_bound
        With a price: no plan of this problem is worth less than this, see `valuing`. Else None.
    """

    assignment: NDArray[np.int64]
    continues: NDArray[np.int64]
    moved: float
    bound: float | None
    gap: float | None
    objective: float
    status: Status
    seconds: float
    seed: int
    objective_bound: float | None = None

    @property
    def k(self) -> int:
        """Number of new grids."""
        return len(self.continues)


@dataclass(frozen=True)
class RedrawParams:
    """How much work is done; the defaults end by themselves, by work and never by the clock.

    Parameters
    ----------
    sweeps
        Proposed moves per unit in one annealing.
    choices
        Ways to split and dissolve grids that are tried.
    rounds
        Times that the best plan is shaken and improved again.
    tries
        Regions for each grid that are annealed anew; 0 leaves that out.
    regions
        Grids of which units are exchanged at once by an integer programme; 0 leaves these programmes out.
    nodes
        Branch-and-bound nodes of one such programme.
    proof_nodes
        Branch-and-bound nodes spent on the proof in all; 0 leaves the bound to linear programmes.
    proof_work
        Nodes times pairs of unit and grid that a proof may take where no time limit is given, so that large ones end as well.
    pairs
        Pairs of unit and grid up to which linear programmes bound what must move.
    """

    sweeps: int = 1500
    choices: int = 4
    rounds: int = 2
    tries: int = 20
    regions: int = 5
    nodes: int = 60
    proof_nodes: int = 5000
    proof_work: int = 300_000
    pairs: int = 150_000

    def __post_init__(self) -> None:
        for name in ("sweeps", "choices", "nodes"):
            if getattr(self, name) < 1:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be at least 1")
        for name in ("rounds", "tries", "regions", "proof_nodes", "proof_work", "pairs"):
            if getattr(self, name) < 0:
                raise BadProblem(f"parameter {name} is {getattr(self, name)}: it must be ≥ 0")
