"""Problems as arrays, refused when they are made if their numbers contradict themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.objectives import CENTRED, PARTING, Objective, Term
from gridgeo_solvers.problem_rules import normal_fields, refuse_contradictions

__all__ = ["CENTRED", "PARTING", "Measure", "Objective", "PartitionProblem", "Term"]


@dataclass(frozen=True)
class PartitionProblem:
    """Split the vertices of `graph` into `k` connected grids inside the bands of `measures`.

    Parameters
    ----------
    graph
        Walkable borders between units; links (bridges, ferries) are edges of length 0.
    measures
        Totals that every grid has, with their bands.
    k
        Number of grids.
    mass
        Shape (n,), ≥ 0: what distances are weighted with, e.g. households.
    x, y
        Shape (n,), metres: a point of each unit.
    objective
        See `Objective`; several as `Term` values, weighed and ranked.
    seconds
        Shape (n, n): seconds from the unit of the row to the unit of the column, for travel, diameter or `reach`.
    group
        Shape (n,): a grid never holds units of two groups (nesting). None: one group.
    grids_per_group
        Number of grids of some groups, where that is fixed; else found by the solver.
    together
        Positions that must share a grid, one tuple for each such set.
    apart
        Pairs of positions that never share a grid.
    seeds
        Position of one unit of each grid, in the order of the grids: grid g holds ``seeds[g]``. As many as `k`.
    reach
        Longest way allowed between two units of a grid, both ways: seconds where they are given, else km.
    zone
        Shape (n,): area of each unit, -1 for none, where areas may be split between at most ``splits + 1`` grids.
    splits
        How often an area of `zone` may be split; 0 keeps every area in one grid.
    ties
        What parting two neighbours costs, one number ≥ 0 for each edge in the order of ``graph.edges()``: same custom, or a
        border that wouldn't run along a road or river.
    whole_km
        Round distances to whole kilometres before they are squared, as published instances do.
    names
        What to call the units in messages; their positions where left out.
    group_names
        What to call the groups in messages; their labels where left out.

    Raises
    ------
    BadProblem
        Names the field and the item that is wrong.
    """

    graph: Graph
    measures: tuple[Measure, ...]
    k: int
    mass: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    objective: Objective | str | tuple[Term, ...] = Objective.COMPACTNESS
    seconds: NDArray[np.float64] | None = None
    group: NDArray[np.int64] | None = None
    grids_per_group: Mapping[int, int] | None = None
    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    seeds: tuple[int, ...] = ()
    reach: float = np.inf
    zone: NDArray[np.int64] | None = None
    splits: int = 0
    ties: NDArray[np.float64] | None = None
    whole_km: bool = False
    names: tuple[str, ...] | None = None
    group_names: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        for field, value in normal_fields(self).items():
            object.__setattr__(self, field, value)
        refuse_contradictions(self)

    def without(self, **changes: Any) -> PartitionProblem:
        """The same problem with some fields changed and nothing checked: rules that are left may contradict each other.

        For asking which rules conflict; `dataclasses.replace` checks.
        """
        relaxed = copy.copy(self)
        for field, value in changes.items():
            object.__setattr__(relaxed, field, value)
        return relaxed

    @property
    def n(self) -> int:
        """Number of units."""
        return self.graph.n

    @property
    def terms(self) -> tuple[Term, ...]:
        """The objectives, weighed and ranked; one of weight 1 where a single objective is asked for."""
        return self.objective if isinstance(self.objective, tuple) else (Term(Objective(self.objective)),)

    def unit_name(self, i: int) -> str:
        """What messages call unit `i`."""
        return f"unit {i}" if self.names is None else f"unit {self.names[i]}"

    def group_name(self, label: int) -> str:
        """What messages call the group `label`."""
        return (self.group_names or {}).get(label, f"group {label}")
