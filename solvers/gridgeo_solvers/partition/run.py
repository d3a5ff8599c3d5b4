"""What one call of the engine knows throughout."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.partition.beside import Beside
from gridgeo_solvers.partition.ground.answer import PartitionParams
from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, better
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule


@dataclass
class Run:
    """What one call of `solve` knows throughout: its choices, its clock, its listener."""

    problem: PartitionProblem
    params: PartitionParams
    seed: int
    gap: float
    stop: StopRule
    progress: Progress
    executor: Executor | None = None
    limit: float | None = None
    start: IntArray | None = None
    began: float = field(default_factory=clock.now)
    starts: int = 0
    beside: Beside | None = None
    bound: float | None = None
    """Proven on the whole so far."""

    def left(self) -> float:
        """Seconds left of the time limit; without end where there is none."""
        return np.inf if self.limit is None else self.began + self.limit - clock.now()

    def whole(self, part: Part) -> bool:
        """Whether `part` is all there is."""
        return len(part.units) == self.problem.n

    def hearer(self, part: Part) -> Callable[[Found], None]:
        """Told of every better plan of `part`; where that is all there is, the plan is an incumbent."""
        whole = self.whole(part)

        def hear(found: Found) -> None:
            if whole and found.feasible:
                self.progress.incumbent(found.value.cost, self.bound)

        return hear

    def bounded(self, parts: list[Part], cost: float, bound: float) -> None:
        """Tell of a bound on `parts`, whose best plan costs `cost`, where they are all there is."""
        if sum(len(part.units) for part in parts) == self.problem.n and 0 < bound <= cost:
            self.bound = bound
            self.progress.incumbent(cost, bound)

    def counted(self, searched: tuple[Found, int]) -> Found:
        """The plan that a search found, its starts counted."""
        self.starts += searched[1]
        self.progress.advance()
        return searched[0]

    def joined(self, part: Part, known: Found, *, wait: bool = True) -> Found:
        """The better of `known` and what another process found meanwhile, if one was asked."""
        other = None if self.beside is None else self.beside.end(wait=wait and not self.stop())
        if other is None:
            return known
        self.starts += other[1]
        best = better(known, other[0])
        self.hearer(part)(best)
        return best
