"""What a period of patrols is asked for, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.period.patterns import even_patterns
from gridgeo_solvers.routing.tours.rules import MOST_DAYS


@dataclass(frozen=True)
class Period:
    """Tasks 0..n-1, each to be done some times in a period of shifts, by officers who work side by side in every shift.

    A street is a task with two directions where its piece has two arcs. A wide street whose two sides are patrolled is
    two tasks, one a direction. A hot spot is a task on the street along which it lies, with the stay in its service.

    Parameters
    ----------
    network
        The streets; arcs take the seconds of a walk that serves nothing.
    start, end
        Junctions where every route begins and ends.
    shifts
        Shifts of the period, which repeats.
    officers
        Routes in a shift at the most.
    shift
        Seconds of a route at the most.
    piece
        Shape (n,): piece of street of each task.
    place
        Shape (n,): arc by which a street is gone where only one direction counts, or -1 for either.
    service
        Shape (n,): seconds of each pass: of going along the street on patrol, or to a hot spot, staying, and on to the street's end.
    times
        Shape (n,): passes in a period.
    allowed
        Shape (n,): sum of 2 ** shift over the shifts in which the task may be done.
    most
        Shape (n,): shifts from a pass to the next at the most.

    Raises
    ------
    BadProblem
        A number is out of range, more passes are asked for than shifts are allowed, or a gap can't be kept.
    """

    network: Network
    start: int
    end: int
    shifts: int
    officers: int
    shift: float
    piece: NDArray[np.int64]
    place: NDArray[np.int64]
    service: NDArray[np.float64]
    times: NDArray[np.int64]
    allowed: NDArray[np.int64]
    most: NDArray[np.int64]

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("end", self.end)):
            if not 0 <= value < self.network.n:
                raise BadProblem(f"{name} {value} is outside 0..{self.network.n - 1}")
        if not 1 <= self.shifts <= MOST_DAYS:
            raise BadProblem(f"shifts is {self.shifts}: give 1 to {MOST_DAYS}")
        if self.officers < 1:
            raise BadProblem(f"officers is {self.officers}: give at least 1")
        if not self.shift > 0:
            raise BadProblem(f"a shift of {self.shift} seconds; it must be above 0")
        columns = (self.piece, self.place, self.service, self.times, self.allowed, self.most)
        if len({len(column) for column in columns}) != 1:
            raise BadProblem("piece, place, service, times, allowed and most must have one entry for each task")
        if not (np.isfinite(self.service) & (self.service >= 0)).all():
            raise BadProblem("a service time is negative or not a number")
        if self.n and (self.piece.min() < 0 or self.piece.max() >= self.network.pieces):
            raise BadProblem(f"a task is on a piece outside 0..{self.network.pieces - 1}")
        self.patterns  # noqa: B018  # told now, not when it is solved

    @property
    def n(self) -> int:
        """Number of tasks."""
        return len(self.piece)

    @property
    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """The sets of shifts in which each task may be done, as even as can be."""
        rows = zip(self.times.tolist(), self.allowed.tolist(), self.most.tolist(), strict=True)
        return tuple(even_patterns(self.shifts, times, allowed, most) for times, allowed, most in rows)

    def arcs(self, task: int) -> tuple[int, ...]:
        """Arcs by which a street may be passed, in the order of the modes of its tour task."""
        piece = int(self.piece[task])
        if self.place[task] >= 0:
            return (int(self.place[task]),)
        back = int(self.network.back[piece])
        return (int(self.network.forward[piece]),) + ((back,) if back >= 0 else ())
