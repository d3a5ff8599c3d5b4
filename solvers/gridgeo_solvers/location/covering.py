"""Sites that nobody is too far from: the most people within a limit, or the fewest sites that reach everybody.

The set covering location problem (Toregas, Swain, ReVelle and Bergman 1971, *The location of emergency service facilities*) and
the maximal covering location problem (Church and ReVelle 1974). Demands that the same candidates reach are one row.
"""

from __future__ import annotations

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.location.assigning import assign
from gridgeo_solvers.location.problem import Sites, SitesProblem, nearest_open, told
from gridgeo_solvers.partition.ground.highs import run


def cover_most(problem: SitesProblem, new: int, within: float, *, time_limit: float = 60.0, seed: int = 0) -> Sites:
    """Open `new` sites beside those kept so that the most weight has one within `within` minutes there and back.

    Parameters
    ----------
    problem
        Demand and candidates.
    new
        How many sites to open.
    within
        Minutes of a round trip at the most.
    time_limit, seed
        As in `shortest_ways`.

    Returns
    -------
    Sites; `objective` and `bound` are the weight covered. Demands that none reaches in time have site -1.

    Raises
    ------
    BadProblem
        There aren't so many candidates, or the limit isn't above 0.

    Examples
    --------
    >>> ways = 2 * np.array([[0.0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> cover_most(SitesProblem(ways, np.array([5.0, 1, 1])), 1, 10).sites
    (0,)
    """
    count = problem.checked(new)
    _refuse_limit(within)
    if problem.capacity is not None:
        return assign(problem, count, within=within, time_limit=time_limit, seed=seed)
    reach, weight = _grouped(problem, within)
    m = problem.minutes.shape[1]
    model = pulp.LpProblem("most", pulp.LpMaximize)
    opens = _opens(model, problem)
    told_to = [model.add_variable(f"z{g}", lowBound=0, upBound=1) for g in range(len(reach))]
    model += pulp.lpSum(float(w) * z for w, z in zip(weight, told_to, strict=True))
    for row, covered in zip(reach, told_to, strict=True):
        model += pulp.lpSum(opens[j] for j in np.flatnonzero(row).tolist()) >= covered
    model += pulp.lpSum(opens) == count
    start = _greedy(reach, weight, count, problem.kept)
    for j in range(m):
        opens[j].setInitialValue(int(j in start))
    hit = np.atleast_1d(reach[:, sorted(start)].any(axis=1))
    for covered, value in zip(told_to, hit.tolist(), strict=True):
        covered.setInitialValue(int(value))
    outcome = run(model, seconds=time_limit, gap=0.0)
    sites = _chosen(opens) if outcome.solved else np.array(sorted(start), dtype=np.int64)
    site_of = nearest_open(problem.minutes, sites)
    late = problem.minutes[np.arange(len(site_of)), site_of] > within
    site_of[late] = -1
    objective = float(problem.weight[site_of >= 0].sum())
    bound = outcome.bound if np.isfinite(outcome.bound) else float(weight.sum())
    return told(sites, site_of, objective, max(bound, objective), seed)


def cover_all(problem: SitesProblem, within: float, *, time_limit: float = 60.0, seed: int = 0) -> Sites:
    """The fewest sites beside those kept that every demand reaches within `within` minutes there and back.

    Parameters
    ----------
    problem
        Demand and candidates.
    within
        Minutes of a round trip at the most.
    time_limit, seed
        As in `shortest_ways`.

    Returns
    -------
    Sites; `objective` and `bound` are the number of new ones.

    Raises
    ------
    BadProblem
        The limit isn't above 0.
    Infeasible
        A demand reaches no candidate in time; the reasons name it.

    Examples
    --------
    >>> ways = 2 * np.array([[0.0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> cover_all(SitesProblem(ways, np.ones(3)), 20).sites
    (1,)
    """
    _refuse_limit(within)
    lost = ~(problem.minutes <= within).any(axis=1)
    if lost.any():
        near = problem.minutes.min(axis=1)
        raise Infeasible(
            [f"demand {i} reaches no candidate within {within:g} minutes; the nearest takes {near[i]:.1f}" for i in np.flatnonzero(lost).tolist()]
        )  # fmt: skip
    if problem.capacity is not None:
        return assign(problem, None, within=within, fewest=True, time_limit=time_limit, seed=seed)
    reach, _ = _grouped(problem, within)
    model = pulp.LpProblem("all", pulp.LpMinimize)
    opens = _opens(model, problem)
    model += pulp.lpSum(opens)
    for row in reach:
        model += pulp.lpSum(opens[j] for j in np.flatnonzero(row).tolist()) >= 1
    start = _greedy(reach, np.ones(len(reach)), None, problem.kept)
    for j, variable in enumerate(opens):
        variable.setInitialValue(int(j in start))
    outcome = run(model, seconds=time_limit, gap=0.0)
    sites = _chosen(opens) if outcome.solved else np.array(sorted(start), dtype=np.int64)
    objective = float(len(sites) - len(problem.kept))
    bound = float(np.ceil(outcome.bound - 1e-6)) - len(problem.kept) if np.isfinite(outcome.bound) else 0.0
    return told(sites, nearest_open(problem.minutes, sites), objective, min(bound, objective), seed)


def _refuse_limit(within: float) -> None:
    if not (np.isfinite(within) and within > 0):
        raise BadProblem(f"a limit of {within} minutes; give a number above 0")


def _opens(model: pulp.LpProblem, problem: SitesProblem) -> list[pulp.LpVariable]:
    kept = set(problem.kept)
    count = problem.minutes.shape[1]
    return [model.add_variable(f"y{j}", lowBound=int(j in kept), upBound=1, cat=pulp.LpInteger) for j in range(count)]


def _chosen(opens: list[pulp.LpVariable]) -> NDArray[np.int64]:
    return np.flatnonzero([round(one.varValue or 0.0) == 1 for one in opens]).astype(np.int64)


def _grouped(problem: SitesProblem, within: float) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which candidates are in reach, one row for all demands with the same ones, and their weights together."""
    rows, back = np.unique(problem.minutes <= within, axis=0, return_inverse=True)
    weight = np.bincount(back.ravel(), weights=problem.weight, minlength=len(rows)).astype(np.float64)
    some = rows.any(axis=1)
    return rows[some], weight[some]


def _greedy(
    reach: NDArray[np.bool_], weight: NDArray[np.float64], count: int | None, kept: tuple[int, ...]
) -> set[int]:
    """Sites taken one after another, each for what it adds; until all is covered where no number is told."""
    sites = set(kept)
    left = ~reach[:, sorted(sites)].any(axis=1) if sites else np.ones(len(reach), dtype=bool)
    while (count is None and left.any()) or (count is not None and len(sites) < count):
        gain = (reach[left] * weight[left, None]).sum(axis=0)
        gain[sorted(sites)] = -1.0
        best = int(gain.argmax())
        sites.add(best)
        left &= ~reach[:, best]
    return sites
