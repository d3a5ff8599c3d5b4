"""Problems as arrays, refused when they are made if their numbers contradict themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph


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


@dataclass(frozen=True)
class Term:
    """One objective of several: `weight` is what one unit of it is worth; a lower `rank` is settled before a higher.

    Later ranks may give up at most the share `slack` of what this rank reached (the largest slack of a rank counts).
    """

    objective: Objective
    weight: float = 1.0
    rank: int = 0
    slack: float = 0.0


@dataclass(frozen=True)
class Measure:
    """Something every grid has a total of: households, area, difficulty.

    `weights` has shape (n,), ≥ 0; `lower` and `upper` are absolute: one number for every grid, or shape (k,) for unequal
    grids (in the order of the problem's `seeds`). An open end is ``-inf`` or ``inf``: with both open the measure is
    reported, never enforced. With `aim` the objective `Objective.BALANCE` counts its deviation from `target`: one
    number or shape (k,), the mean where left out. `unit` stands behind its numbers in messages, e.g. m².
    """

    name: str
    weights: NDArray[np.float64]
    lower: float | NDArray[np.float64] = -np.inf
    upper: float | NDArray[np.float64] = np.inf
    unit: str = ""
    aim: bool = False
    target: float | NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=np.float64)
        object.__setattr__(self, "weights", weights)
        if weights.ndim != 1:
            raise BadProblem(f"measure {self.name}: weights must be one number per unit")
        _refuse_negative(f"measure {self.name}", weights)
        low, high = np.broadcast_arrays(np.asarray(self.lower, dtype=float), np.asarray(self.upper, dtype=float))
        bad = np.isnan(low) | np.isnan(high) | (low > high)
        if bad.any():
            g = np.flatnonzero(bad.ravel())[0]
            raise BadProblem(f"measure {self.name}: the band {low.ravel()[g]:g}:{high.ravel()[g]:g} is empty")

    @classmethod
    def within(cls, name: str, weights: ArrayLike, k: int, tolerance: float) -> Measure:
        """Band of `tolerance` (0.10 is ±10 %) around the mean of `k` grids.

        Examples
        --------
        >>> band = Measure.within("households", [10, 20, 30], k=2, tolerance=0.5)
        >>> band.lower, band.upper
        (15.0, 45.0)
        """
        if not tolerance >= 0:
            raise BadProblem(f"measure {name}: tolerance {tolerance} must be ≥ 0")
        values = np.asarray(weights, dtype=np.float64)
        mean = float(values.sum()) / max(k, 1)
        return cls(name, values, mean * (1 - tolerance), mean * (1 + tolerance))

    def told(self, figure: str) -> str:
        """A figure of this measure as messages say it.

        Examples
        --------
        >>> Measure("households", np.ones(3)).told("1,108"), Measure("area", np.ones(3), unit="m²").told("5,000")
        ('1,108 households', '5,000 m² of area')
        """
        return f"{figure} {self.unit} of {self.name}" if self.unit else f"{figure} {self.name}"

    @property
    def banded(self) -> bool:
        """Whether the band can exclude anything."""
        return bool(np.any(np.asarray(self.lower) > 0) or np.any(np.isfinite(self.upper)))


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
        for field in ("mass", "x", "y"):
            object.__setattr__(self, field, np.asarray(getattr(self, field), dtype=np.float64))
        if self.group is not None:
            object.__setattr__(self, "group", np.asarray(self.group, dtype=np.int64))
        if not isinstance(self.objective, tuple):
            try:
                object.__setattr__(self, "objective", Objective(self.objective))
            except ValueError:
                raise BadProblem(f"objective {self.objective!r} is none of {', '.join(Objective)}") from None
        _check_problem(self)

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


def _refuse_negative(field: str, values: NDArray[np.float64]) -> None:
    bad = ~(values >= 0) | np.isinf(values)
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise BadProblem(f"{field} of unit {i} is {values[i]}: it must be a finite number ≥ 0")


def _check_problem(p: PartitionProblem) -> None:
    if p.k < 1:
        raise BadProblem(f"k is {p.k}: at least one grid is needed")
    for field in ("mass", "x", "y", "group", "names"):
        values = getattr(p, field)
        if values is not None and len(values) != p.n:
            raise BadProblem(f"{field} has {len(values)} items, the graph has {p.n} units")
    _refuse_negative("mass", p.mass)
    for field in ("x", "y"):
        bad = ~np.isfinite(getattr(p, field))
        if bad.any():
            raise BadProblem(f"{field} of unit {int(np.flatnonzero(bad)[0])} is not a finite number")
    seen: set[str] = set()
    for measure in p.measures:
        if len(measure.weights) != p.n:
            raise BadProblem(f"measure {measure.name} has {len(measure.weights)} weights for {p.n} units")
        if measure.name in seen:
            raise BadProblem(f"measure {measure.name} stands twice")
        seen.add(measure.name)
    _check_travel(p)
    _check_links(p)


def _check_travel(p: PartitionProblem) -> None:
    if p.seconds is None and all(term.objective is not Objective.TRAVEL for term in p.terms):
        return
    if p.seconds is None:
        raise BadProblem("objective travel needs `seconds`, a matrix of road times between the units")
    seconds = np.asarray(p.seconds, dtype=np.float64)
    object.__setattr__(p, "seconds", seconds)
    if seconds.shape != (p.n, p.n):
        raise BadProblem(f"seconds has shape {seconds.shape}, expected ({p.n}, {p.n})")
    bad = ~(seconds >= 0) | np.isinf(seconds)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise BadProblem(f"seconds from unit {i} to unit {j} is {seconds[i, j]}: it must be a finite number ≥ 0")


def _check_links(p: PartitionProblem) -> None:
    for number, units in enumerate(p.together):
        for i in units:
            if not 0 <= i < p.n:
                raise BadProblem(f"together {number} names unit {i}, the units are 0..{p.n - 1}")
        if p.group is not None and len({int(p.group[i]) for i in units}) > 1:
            raise BadProblem(f"together {number} {tuple(units)} joins units of different groups")
    if p.grids_per_group is None:
        return
    if p.group is None:
        raise BadProblem("grids_per_group is given but no group")
    known = set(p.group.tolist())
    for label, count in p.grids_per_group.items():
        if label not in known:
            raise BadProblem(f"grids_per_group names group {label}, which no unit has")
        if count < 1:
            raise BadProblem(f"grids_per_group of group {label} is {count}: at least one grid is needed")
