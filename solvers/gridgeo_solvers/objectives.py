"""What a plan is to make small: one objective, or several weighed and ranked."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridgeo_solvers.errors import BadProblem


class Objective(StrEnum):
    """What a partition makes small once every hard rule holds."""

    COMPACTNESS = "compactness"
    """Σ over grids of min over its units j of Σ massᵢ · distance(i, j)², in mass · km²."""
    BOUNDARY = "boundary"
    """Length of the borders between different grids, in metres."""
    TRAVEL = "travel"
    """Σ over grids of min over its units j of Σ massᵢ · seconds(i, j), in mass · seconds."""
    CUTS = "cuts"
    """Number of neighbouring pairs of units that lie in different grids."""
    TIES = "ties"
    """Sum of `PartitionProblem.ties` over the neighbouring pairs that lie in different grids."""
    DIAMETER = "diameter"
    """Longest way between two units of one grid: seconds where they are given, else km in a straight line."""
    BALANCE = "balance"
    """Largest relative deviation from the target, over all measures with an `aim` (all banded ones, where none has)."""


CENTRED = frozenset({Objective.COMPACTNESS, Objective.TRAVEL})
"""Objectives that measure to a grid's best unit."""
PARTING = frozenset({Objective.BOUNDARY, Objective.CUTS, Objective.TIES})
"""Objectives that add up over the neighbouring pairs that a plan parts."""


def objective_named(name: object) -> Objective:
    """The objective of that name; refused with the names there are where there is none."""
    try:
        return Objective(str(name))
    except ValueError:
        raise BadProblem(f"objective {name!r} is none of {', '.join(Objective)}") from None


@dataclass(frozen=True)
class Term:
    """One objective of several: `weight` is what one unit of it is worth; a lower `rank` is settled before a higher.

    Later ranks may give up at most the share `slack` of what this rank reached (the largest slack of a rank counts).
    """

    objective: Objective
    weight: float = 1.0
    rank: int = 0
    slack: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "objective", objective_named(self.objective))
        for field in ("weight", "slack"):
            value = getattr(self, field)
            if not (value >= 0 and np.isfinite(value)):
                raise BadProblem(f"{field} of the term {self.objective} is {value}: it must be a finite number ≥ 0")
        try:
            object.__setattr__(self, "rank", operator.index(self.rank))
        except TypeError:
            raise BadProblem(f"rank of the term {self.objective} is {self.rank!r}: it must be a whole number") from None
