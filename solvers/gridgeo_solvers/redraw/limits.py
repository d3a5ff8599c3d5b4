"""What grids are held to beside bands and pairs: ways that are too long, areas split too often, grids that are unequal.

Unequal grids are told apart by their anchors: each grid holds exactly one, and fits the band of that one. Which old grid it
continues is free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw.asking import FloatArray, IntArray, Redrawing

AT_ONCE = 1 << 22
"""Distances held in memory at once."""
SLACK = 1e-9
"""Share by which a way may pass the reach: the rounding of sums."""


@dataclass(frozen=True)
class Limits:
    """The limits of one case of n units.

    Parameters
    ----------
    far
        Shape (n, n), or (0, 0) where no way is too long: pairs that never share a grid, however many they are.
    zone
        Shape (n,): area of each unit, numbered from 0; -1 where it may be split at will.
    room
        Shape (Z,): most grids of the case that an area may lie in.
    own
        Shape (Z,): whether that is all that the rule allows. Of an area in several cases `room` is only a share, which
        binds the search and proves nothing.
    anchors
        Shape (S,): units of which every grid holds exactly one; empty where grids are equal.
    low, high
        Shape (M, S): ends of the bands of the grid that holds each anchor, rounding forgiven.
    """

    far: NDArray[np.bool_]
    zone: IntArray
    room: IntArray
    own: NDArray[np.bool_]
    anchors: IntArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def none(cls, n: int) -> Limits:
        """No limit for any of `n` units."""
        nothing, numbers = np.zeros(0, dtype=np.int64), np.zeros((0, 0))
        free = np.full(n, -1, dtype=np.int64)
        no = np.zeros(0, dtype=bool)
        return cls(np.zeros((0, 0), dtype=bool), free, nothing, no, nothing, numbers, numbers)

    def broken(self, plan: IntArray) -> bool:
        """Whether `plan`, the label of every unit, breaks a limit; bands are looked at elsewhere."""
        return self.excess(plan) > 0 or self.meetings(plan) > 0 or not self.anchored(plan)

    def anchored(self, plan: IntArray) -> bool:
        """Whether every used label holds exactly one anchor, where there are any."""
        return not len(self.anchors) or np.array_equal(np.sort(plan[self.anchors]), np.unique(plan))

    def excess(self, plan: IntArray) -> int:
        """How many grids too many areas lie in, all together."""
        return int(np.maximum(self.spread(plan) - self.room, 0).sum())

    def spread(self, plan: IntArray) -> IntArray:
        """How many grids each area lies in, shape (Z,)."""
        inside = self.zone >= 0
        met = np.unique(np.column_stack([self.zone[inside], plan[inside]]), axis=0)
        return np.bincount(met[:, 0], minlength=len(self.room)).astype(np.int64)

    def meetings(self, plan: IntArray) -> int:
        """Pairs that share a grid and are too far apart."""
        if not len(self.far):
            return 0
        order = np.argsort(plan, kind="stable")
        ends = np.flatnonzero(np.diff(plan[order])) + 1
        return sum(int(self.far[np.ix_(units, units)].sum()) for units in np.split(order, ends)) // 2

    def restricted(self, units: IntArray, plan: IntArray) -> Limits:
        """The limits of `units`, all those of some grids of `plan`: what other grids hold of an area is taken off its room."""
        outside = np.ones(len(plan), dtype=bool)
        outside[units] = False
        taken = replace(self, zone=np.where(outside, self.zone, -1)).spread(plan)
        position = np.full(len(plan), -1, dtype=np.int64)
        position[units] = np.arange(len(units))
        kept = position[self.anchors] >= 0
        return replace(
            self,
            far=self.far[np.ix_(units, units)] if len(self.far) else self.far,
            zone=self.zone[units],
            room=self.room - taken,
            anchors=position[self.anchors][kept],
            low=self.low[:, kept],
            high=self.high[:, kept],
        )


def limits_of(asked: Redrawing, part: IntArray, case: int) -> Limits:
    """The limits of the units with ``part == case``; units of locked grids have part -1.

    Raises
    ------
    Infeasible
        An area lies in more parts and locked grids than it may be split between.
    """
    units = np.flatnonzero(part == case)
    problem = asked.problem
    zone, room, own = _zones(asked, part, case)
    position = np.full(problem.n, -1, dtype=np.int64)
    position[units] = np.arange(len(units))
    banded = [measure for measure in problem.measures if measure.banded]
    unequal = any(measure.unequal for measure in banded)
    anchors = position[list(problem.seeds)] if unequal else np.zeros(0, dtype=np.int64)
    here = anchors >= 0
    ends = [measure.bounds(problem.k) for measure in banded] if unequal else []
    shape = (len(banded), len(anchors))
    low = np.array([np.maximum(low, 0) * (1 - m.rounding) for (low, _), m in zip(ends, banded, strict=False)])
    high = np.array(
        [np.minimum(high * (1 + m.rounding), 2 * m.weights.sum()) for (_, high), m in zip(ends, banded, strict=False)]
    )
    low, high = low.reshape(shape), high.reshape(shape)
    return Limits(
        far=far_pairs(problem, units), zone=zone, room=room, own=own, anchors=anchors[here], low=low[:, here],
        high=high[:, here],
    )  # fmt: skip


def far_pairs(problem: PartitionProblem, units: IntArray) -> NDArray[np.bool_]:
    """Which of `units` are farther apart than the reach one way or the other, shape (n, n); (0, 0) without a reach."""
    if np.isinf(problem.reach):
        return np.zeros((0, 0), dtype=bool)
    n, most = len(units), problem.reach * (1 + SLACK)
    far = np.zeros((n, n), dtype=bool)
    step = max(1, AT_ONCE // max(n, 1))
    for start in range(0, n, step):
        some = units[start : start + step]
        if problem.seconds is not None:
            far[start : start + step] = problem.seconds[np.ix_(some, units)] > most
        else:
            away = problem.x[some, None] - problem.x[units], problem.y[some, None] - problem.y[units]
            far[start : start + step] = np.hypot(*away) / 1000 > most
    far |= far.T
    np.fill_diagonal(far, False)
    return far


def _zones(asked: Redrawing, part: IntArray, case: int) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Area of each unit of the case, and how many of the case's grids each area may lie in."""
    problem = asked.problem
    units = np.flatnonzero(part == case)
    if problem.zone is None:
        return Limits.none(len(units)).zone, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    labels = np.unique(problem.zone[units])
    labels = labels[labels >= 0]
    shares = [_room(asked, part, int(label)) for label in labels]
    at = np.searchsorted(labels, problem.zone[units])
    return (
        np.where(problem.zone[units] >= 0, at, -1).astype(np.int64),
        np.array([share[case] for share in shares], dtype=np.int64),
        np.array([len(share) == 1 for share in shares], dtype=bool),
    )


def _room(asked: Redrawing, part: IntArray, label: int) -> dict[int, int]:
    """Grids that each part may have in the area `label`: one, and more where most old grids share it."""
    problem = asked.problem
    inside = np.flatnonzero(problem.zone == label)
    locked = len(np.unique(asked.old[inside[part[inside] < 0]]))
    parts = np.unique(part[inside[part[inside] >= 0]]).tolist()
    left = problem.splits + 1 - locked - len(parts)
    if left < 0:
        called = problem.unit_name(int(inside[problem.mass[inside].argmax()]))
        raise Infeasible(
            [
                f"the area {label} around {called} lies in {locked} locked grids and {len(parts)} parts that no grid can "
                f"join, and may lie in {problem.splits + 1} grids; unlock some or allow more splits"
            ]
        )
    room = dict.fromkeys(parts, 1)
    for _ in range(left):
        most = max(parts, key=lambda p: len(np.unique(asked.old[inside[part[inside] == p]])) - room[p])
        room[most] += 1
    return room
