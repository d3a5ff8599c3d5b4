"""What a re-drawing is asked: a partition problem, the plan in force, and what must stay as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.objectives import Objective
from gridgeo_solvers.problems import PartitionProblem

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
PRICED = frozenset({Objective.COMPACTNESS, Objective.BOUNDARY, Objective.CUTS, Objective.TIES, Objective.BALANCE})
"""Objectives that moves can be traded against."""


@dataclass(frozen=True)
class Redrawing:
    """Draw `problem` anew from the plan `old`, moving as little as the rules allow.

    A new grid continues at most one old grid, and an old grid is continued by at most one new one. A unit is moved when
    its new grid doesn't continue its old one. With as many grids as before, or more, every old grid may go on; with
    fewer, some are dissolved.

    Parameters
    ----------
    problem
        The new rules, all of them. `seeds` keep each other apart; where bands are unequal, each grid fits that of its seed,
        whichever old grid it continues.
    old
        Shape (n,): old grid 0..m-1 of every unit. It may break the new rules.
    moving
        Shape (n,), ≥ 0: what moving a unit counts, e.g. its households.
    locked_units
        Positions of units that stay in the continuation of their old grid.
    locked_grids
        Old grids that keep exactly their units.
    spared_grids
        Those of the locked grids that need not keep the rules of single grids, since they are no part of what is drawn.
    most_moved
        Most that may be moved in all, in the unit of `moving`.
    price
        What moving one of `moving` is worth in the unit of the problem's objective, which is then traded against moves.
        None: as little as possible is moved, whatever the shapes.
    old_names
        What messages call the old grids; their numbers where left out.

    Raises
    ------
    BadProblem
        Names the field and the item that is wrong.
    """

    problem: PartitionProblem
    old: IntArray
    moving: FloatArray
    locked_units: tuple[int, ...] = ()
    locked_grids: tuple[int, ...] = ()
    spared_grids: tuple[int, ...] = ()
    most_moved: float = np.inf
    price: float | None = None
    old_names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for field, kind in (("old", np.int64), ("moving", np.float64)):
            object.__setattr__(self, field, np.asarray(getattr(self, field), dtype=kind))
        for field in ("locked_units", "locked_grids", "spared_grids"):
            object.__setattr__(self, field, tuple(int(i) for i in getattr(self, field)))
        self._refuse_shapes()
        self._refuse_rules()

    @property
    def m(self) -> int:
        """Number of old grids."""
        return int(self.old.max()) + 1

    @property
    def fixed(self) -> NDArray[np.bool_]:
        """Whether each unit must stay, because it or its grid is locked."""
        held = np.isin(self.old, np.array(self.locked_grids, dtype=np.int64))
        held[list(self.locked_units)] = True
        return held

    @property
    def spared(self) -> NDArray[np.bool_]:
        """Whether each unit lies in a grid that need not keep the rules."""
        return np.isin(self.old, np.array(self.spared_grids, dtype=np.int64))

    @property
    def apart(self) -> tuple[tuple[int, int], ...]:
        """Pairs that never share a grid: those of the problem, and its seeds."""
        seeds = self.problem.seeds
        pairs = [(a, b) for number, a in enumerate(seeds) for b in seeds[number + 1 :]]
        return tuple(dict.fromkeys([*self.problem.apart, *pairs]))

    def grid_name(self, g: int) -> str:
        """What messages call the old grid `g`."""
        return f"grid {g if self.old_names is None else self.old_names[g]}"

    def _refuse_shapes(self) -> None:
        n = self.problem.n
        for field in ("old", "moving"):
            if getattr(self, field).shape != (n,):
                raise BadProblem(f"{field} has {getattr(self, field).size} items, the problem has {n} units")
        if (self.old < 0).any():
            raise BadProblem(f"old of {self.problem.unit_name(int(self.old.argmin()))} is negative: name a grid 0..m-1")
        if not (np.isfinite(self.moving) & (self.moving >= 0)).all():
            i = int(np.flatnonzero(~(np.isfinite(self.moving) & (self.moving >= 0)))[0])
            raise BadProblem(f"moving of {self.problem.unit_name(i)} is {self.moving[i]}: it must be a number ≥ 0")
        _refuse_outside("locked_units", self.locked_units, n)
        _refuse_outside("locked_grids", self.locked_grids, self.m)
        loose = sorted(set(self.spared_grids) - set(self.locked_grids))
        if loose:
            raise BadProblem(f"spared_grids names {loose[0]}, which isn't locked: only locked grids are spared")
        missing = sorted(set(range(self.m)) - set(self.old.tolist()))
        if missing:
            raise BadProblem(f"old leaves grid {missing[0]} without a unit: number the old grids 0..m-1 without gaps")
        if self.old_names is not None and len(self.old_names) != self.m:
            raise BadProblem(f"old_names has {len(self.old_names)} names for {self.m} old grids")

    def _refuse_rules(self) -> None:
        if not self.most_moved >= 0:
            raise BadProblem(f"most_moved is {self.most_moved}: it must be a number ≥ 0")
        if self.price is not None and not (0 <= self.price < np.inf):
            raise BadProblem(f"price is {self.price}: it must be a finite number ≥ 0")
        if self.price is None:
            return
        odd = [str(term.objective) for term in self.problem.terms if term.objective not in PRICED]
        if odd or len({term.rank for term in self.problem.terms}) > 1:
            what = odd[0] if odd else "a ranked objective"
            raise BadProblem(
                f"moves can't be traded against {what}; choose one or a weighed sum of {', '.join(sorted(PRICED))}"
            )


def _refuse_outside(field: str, given: Sequence[int], most: int) -> None:
    for item in given:
        if not 0 <= item < most:
            raise BadProblem(f"{field} names {item}, there are 0..{most - 1}")
