"""What routes are asked for, as arrays: tasks that may be served in one or two modes, on one day or several."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.tours.rules import normal_fields, refuse_contradictions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LEFT_OUT: Any = None
"""Default of fields that are filled in by their rule when a problem is made."""


class Goal(StrEnum):
    """What is made small."""

    TOTAL = "total"
    """Cost of all routes of all days."""
    LONGEST = "longest"
    """Duration of the longest route first, then the cost of all."""


@dataclass(frozen=True)
class Tours:
    """Tasks 0..n-1 to be served by routes that begin and end at a depot, on one day or on several.

    A visit to a door is a task with one mode, entered and left at the same place. A street that may be served both ways is
    a task with two modes: entered at one end and left at the other, or the other way round. Costs are in any one unit; whole
    numbers stay exact. Once made, every field but `names` is filled in: limits have shape (days,), tables shape (n, m).

    Parameters
    ----------
    travel
        Shape (places, places), ≥ 0: cost of going from the place of the row to the place of the column; inf where there
        is no way. It may differ by direction.
    entry, exit
        Shape (n,) or (n, m), m 1 or 2: the place where a task begins and ends in each mode.
    depot
        Place where every route begins and ends, unless `starts` and `ends` say otherwise.
    demand
        Shape (n,), ≥ 0: what one visit takes of the capacity. None: nothing.
    capacity
        What a route holds: one number, or one for each day; inf for no limit.
    service
        Shape (n,) or (n, m), ≥ 0: cost of serving in each mode, part of the cost and of the duration. None: nothing.
    minutes
        Shape (n,), ≥ 0: what a visit adds to the duration alone, in the unit of cost. None: nothing.
    modes
        Shape (n,): how many modes each task has, 1 or 2; the second column of a task with one mode is not read. None: as many as `entry` has columns.
    days
        Number of days.
    patterns
        For each task the sets of days it may be visited on, each a sum of 2 ** day over days 0..days-1. One set is
        chosen and each of its days has one visit. None: any one of the days.
    vehicles
        Routes on a day at the most: one number, or one for each day; None for any number.
    longest
        Duration of a route at the most: one number, or one for each day; None for no limit.
    objective
        See `Goal`.
    starts, ends
        Shape (vehicles,): places where the route of each vehicle begins and ends, every day. None: at the depot.
    names
        What messages call the tasks; their numbers where left out.

    Attributes
    ----------
    n
        Number of tasks.

    Raises
    ------
    BadProblem
        Names the field and the task that is wrong.

    Examples
    --------
    >>> square = np.array([[0, 1, 2, 1], [1, 0, 1, 2], [2, 1, 0, 1], [1, 2, 1, 0]])
    >>> Tours(square, entry=[1, 2, 3], exit=[1, 2, 3]).n
    3
    """

    travel: FloatArray
    entry: IntArray
    exit: IntArray
    depot: int = 0
    demand: FloatArray = _LEFT_OUT
    capacity: FloatArray = _LEFT_OUT
    service: FloatArray = _LEFT_OUT
    minutes: FloatArray = _LEFT_OUT
    modes: IntArray = _LEFT_OUT
    days: int = 1
    patterns: tuple[tuple[int, ...], ...] = _LEFT_OUT
    vehicles: IntArray = _LEFT_OUT
    longest: FloatArray = _LEFT_OUT
    objective: Goal = Goal.TOTAL
    starts: IntArray | None = None
    ends: IntArray | None = None
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for field, value in normal_fields(self).items():
            object.__setattr__(self, field, value)
        object.__setattr__(self, "objective", _goal(self.objective))
        refuse_contradictions(self)

    @classmethod
    def of_doors(cls, travel: ArrayLike, **fields: Any) -> Tours:
        """Tasks with one mode each: the depot is place 0, task t is at place t + 1.

        Examples
        --------
        >>> Tours.of_doors([[0, 2], [2, 0]], demand=[3], capacity=5).entry.tolist()
        [[1]]
        """
        table = np.asarray(travel, dtype=np.float64)
        places = np.arange(1, len(table))
        return cls(table, places, places, **fields)

    @property
    def n(self) -> int:
        """Number of tasks."""
        return len(self.entry)

    def task_name(self, task: int) -> str:
        """What messages call `task`."""
        return f"task {task}" if self.names is None else f"task {self.names[task]}"


def _goal(asked: str) -> Goal:
    try:
        return Goal(asked)
    except ValueError:
        raise BadProblem(f"objective is {asked!r}: choose one of {', '.join(Goal)}") from None
