"""Cases that need several officers with skills: who goes, by integer programming.

The order of aims is that of `batch`: as many cases as can be staffed in full, of these the urgent ones, then the earliest possible
worst arrival, then the least total. Each is an integer programme in HiGHS; the worst arrival is found by a search over thresholds, so no big constants
blur it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.assignment.batch import ranks_of
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.partition.ground.highs import run

NOBODY = -1


@dataclass(frozen=True)
class Teams:
    """Who goes where, and as what.

    Parameters
    ----------
    case, skill
        Shape (m,): case and skill of each officer, -1 for those who stay.
    staffed
        Shape (k,): whether each case has all whom it needs.
    worst, total
        Seconds of the latest arrival, and of all together.
    """

    case: NDArray[np.int64]
    skill: NDArray[np.int64]
    staffed: NDArray[np.bool_]
    worst: float
    total: float


def assign_teams(
    seconds: ArrayLike,
    skills: ArrayLike,
    need: ArrayLike,
    *,
    urgency: ArrayLike | None = None,
    time_limit: float = 10.0,
) -> Teams:
    """Give cases the officers that they need; a case is staffed in full or not at all.

    Parameters
    ----------
    seconds
        Shape (k, m): arrival of each officer at each case, inf where one can't be sent.
    skills
        Shape (m, s): which skills each officer has.
    need
        Shape (k, s): how many officers with each skill a case needs, each of them counting once.
    urgency
        Shape (k,): whole numbers, the lower goes first where not all cases can be staffed. All alike where left out.
    time_limit
        Seconds of each integer programme at the most.

    Raises
    ------
    BadProblem
        Shapes don't fit, a time is negative or not a number, a need is negative, or the time limit was too short.

    Examples
    --------
    A case needs a medic and any second officer; the only medic is far, the others are near:

    >>> teams = assign_teams([[300.0, 60.0, 90.0]], [[1, 1], [0, 1], [0, 1]], [[1, 1]])
    >>> teams.case.tolist(), teams.skill.tolist(), teams.worst
    ([0, 0, -1], [0, 1, -1], 300.0)
    """
    time = np.asarray(seconds, dtype=np.float64)
    has, wants = np.asarray(skills, dtype=np.bool_), np.asarray(need, dtype=np.int64)
    _refuse(time, has, wants)
    legs = [
        (i, j, s)
        for i, j in np.argwhere(np.isfinite(time)).tolist()
        for s in np.flatnonzero(has[j] & (wants[i] > 0)).tolist()
    ]
    cost = np.array([time[i, j] for i, j, _ in legs])
    served = _served(legs, cost, wants, ranks_of(urgency, len(time)), time_limit)
    most = sum(count for _, count in served)
    if not most:
        return _told([], legs, time, wants)
    times = np.unique(cost)
    low, high = 0, len(times) - 1
    while low < high:
        middle = (low + high) // 2
        kept = [leg for leg, t in zip(legs, cost.tolist(), strict=True) if t <= times[middle]]
        if len(_solved(kept, cost, wants, time_limit, upto=served)[1]) == most:
            high = middle
        else:
            low = middle + 1
    within = cost <= times[low]
    legs = [leg for leg, near in zip(legs, within.tolist(), strict=True) if near]
    chosen, _ = _solved(legs, cost[within], wants, time_limit, exactly=served)
    return _told(chosen, legs, time, wants)


def _refuse(time: NDArray[np.float64], has: NDArray[np.bool_], wants: NDArray[np.int64]) -> None:
    if time.ndim != 2 or has.ndim != 2 or wants.ndim != 2:
        raise BadProblem("seconds, skills and need are tables: cases × officers, officers × skills, cases × skills")
    (k, m), (people, s) = time.shape, has.shape
    if people != m or wants.shape != (k, s):
        raise BadProblem(f"{k} cases and {m} officers, but skills are {has.shape} and need is {wants.shape}")
    if np.isnan(time).any() or (time < 0).any():
        raise BadProblem("an arrival time is negative or not a number")
    if (wants < 0).any():
        raise BadProblem(f"case {int(np.argwhere(wants < 0)[0, 0])} needs fewer than no officers")


Class = tuple[list[int], int]
"""Cases that are equally urgent, and how many of them are staffed."""


def _served(
    legs: list[tuple[int, int, int]],
    cost: NDArray[np.float64],
    wants: NDArray[np.int64],
    rank: NDArray[np.int64],
    time_limit: float,
) -> list[Class]:
    """How many of each class are staffed: as many in all as can be, and of these the most of every more urgent class."""
    wanted = wants.any(axis=1)
    classes = [np.flatnonzero((rank == r) & wanted).tolist() for r in range(int(rank.max(initial=-1)) + 1)]
    everybody = np.flatnonzero(wanted).tolist()
    staffed = _solved(legs, cost, wants, time_limit)[1]
    most = (everybody, len(staffed))
    served: list[Class] = []
    for alike in classes:
        if len(set(alike) & set(staffed)) < min(len(alike), most[1] - sum(count for _, count in served)):
            staffed = _solved(legs, cost, wants, time_limit, exactly=[most, *served], of=alike)[1]
        served.append((alike, len(set(alike) & set(staffed))))
    return served


def _solved(
    legs: list[tuple[int, int, int]],
    cost: NDArray[np.float64],
    wants: NDArray[np.int64],
    time_limit: float,
    *,
    exactly: Sequence[Class] = (),
    upto: Sequence[Class] = (),
    of: Collection[int] | None = None,
) -> tuple[list[int], list[int]]:
    """Positions of the legs that are made, and the cases staffed: most of them, or of those in `of`; the least total where only
    `exactly` is given.
    """
    least = bool(exactly) and of is None
    model = pulp.LpProblem("teams", pulp.LpMinimize if least else pulp.LpMaximize)
    goes = [model.add_variable(f"x{i}_{j}_{s}", 0, 1, pulp.LpInteger) for i, j, s in legs]
    full = {i: model.add_variable(f"y{i}", 0, 1, pulp.LpInteger) for i in np.flatnonzero(wants.any(axis=1)).tolist()}
    by_need: dict[tuple[int, int], list[pulp.LpVariable]] = {}
    by_officer: dict[int, list[pulp.LpVariable]] = {}
    for (i, j, s), variable in zip(legs, goes, strict=True):
        by_need.setdefault((i, s), []).append(variable)
        by_officer.setdefault(j, []).append(variable)
    if least:
        model += pulp.lpSum(round(t, 3) * variable for t, variable in zip(cost.tolist(), goes, strict=True))
    else:
        model += pulp.lpSum(variable for i, variable in full.items() if of is None or i in of)
    for alike, count in exactly:
        model += pulp.lpSum(full[i] for i in alike) == count
    for alike, count in upto:
        model += pulp.lpSum(full[i] for i in alike) <= count
    for i, variable in full.items():
        for s in np.flatnonzero(wants[i]).tolist():
            model += pulp.lpSum(by_need.get((i, s), [])) == int(wants[i, s]) * variable
    for variables in by_officer.values():
        model += pulp.lpSum(variables) <= 1
    if not full:
        return [], []
    outcome = run(model, seconds=time_limit, gap=0.0)
    if not outcome.solved:
        raise BadProblem(f"no teams were found within {time_limit:g} s; give a longer time limit or fewer cases")
    chosen = [row for row, variable in enumerate(goes) if round(variable.varValue or 0.0) == 1]
    return chosen, [i for i, variable in full.items() if round(variable.varValue or 0.0) == 1]


def _told(
    chosen: list[int], legs: list[tuple[int, int, int]], time: NDArray[np.float64], wants: NDArray[np.int64]
) -> Teams:
    m = time.shape[1]
    case, skill = np.full(m, NOBODY, dtype=np.int64), np.full(m, NOBODY, dtype=np.int64)
    have = np.zeros_like(wants)
    for i, j, s in (legs[row] for row in chosen):
        case[j], skill[j] = i, s
        have[i, s] += 1
    arrivals = time[case[case >= 0], np.flatnonzero(case >= 0)]
    return Teams(
        case, skill, np.asarray((have >= wants).all(axis=1)), float(arrivals.max(initial=0.0)), float(arrivals.sum())
    )
