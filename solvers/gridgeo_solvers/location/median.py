"""Sites with the shortest ways: the p-median, with capacities where there are any.

Small problems go to an integer programme as they are. Of large ones the Lagrangian bound settles most candidates first; what is
left is stated by radii (Cornuéjols, Nemhauser and Wolsey 1980, *A canonical representation of simple plant location problems
and its applications*; Elloumi 2010, *A tighter formulation of the p-median problem*), in which a demand knows only candidates
nearer than its nearest settled site.
"""

from __future__ import annotations

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.location.assigning import assign
from gridgeo_solvers.location.lagrangian import Priced, price
from gridgeo_solvers.location.problem import Sites, SitesProblem, nearest_open, told
from gridgeo_solvers.partition.ground.highs import run

_TERMS = 400_000
"""Terms of the largest programme that is stated; above, the Lagrangian bound is all there is."""


def shortest_ways(problem: SitesProblem, new: int, *, time_limit: float = 60.0, seed: int = 0) -> Sites:
    """Open `new` sites beside those kept so that the weighted minutes of all demands are least.

    Parameters
    ----------
    problem
        Demand and candidates.
    new
        How many sites to open.
    time_limit
        Seconds of integer programming at the most.
    seed
        Same problem, same seed: the same sites, unless the limit ended the search.

    Returns
    -------
    Sites; `objective` and `bound` are weighted minutes.

    Raises
    ------
    BadProblem
        There aren't so many candidates.
    Infeasible
        No choice of sites reaches every demand, or has room for all.

    Examples
    --------
    Three villages on a road, ten minutes apart; the middle one is best for all:

    >>> ways = 2 * np.array([[0.0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> best = shortest_ways(SitesProblem(ways, np.ones(3)), 1)
    >>> best.sites, best.objective, str(best.status)
    ((1,), 40.0, 'optimal')
    """
    count = problem.checked(new)
    if problem.capacity is not None:
        return assign(problem, count, time_limit=time_limit, seed=seed)
    weight = problem.weight
    reached = np.where(np.isfinite(problem.minutes), problem.minutes, 0.0)
    # Dearer than any answer that reaches all: one that doesn't is told from it by its cost.
    priced = reached * weight[:, None]
    away = 10.0 * (float(priced.max(axis=1).sum()) + 1.0)
    cost = np.where(np.isfinite(problem.minutes), priced, away)
    found = price(cost, count, problem.kept, seed=seed)
    sites, objective, bound = found.sites, found.objective, found.bound
    if bound < objective * (1 - 1e-9):
        sites, objective, bound = _finished(cost, count, found, time_limit)
    if objective >= away:
        short = nearest_open(problem.minutes, sites) < 0
        raise Infeasible(
            [
                f"no {count} sites found that every demand can reach; demand {int(np.argmax(short))} reaches none of the best"
            ],
            proven=bound >= away * (1 - 1e-9),
        )
    return told(sites, nearest_open(problem.minutes, sites), objective, bound, seed)


def _finished(
    cost: NDArray[np.float64], count: int, found: Priced, time_limit: float
) -> tuple[NDArray[np.int64], float, float]:
    """Sites, objective and bound after an integer programme over what isn't settled."""
    firm = np.flatnonzero(found.surely_open)
    free = np.flatnonzero(~found.surely_open & ~found.surely_closed)
    usual = cost[:, firm].min(axis=1) if len(firm) else np.full(len(cost), np.inf)
    near = cost[:, free] < usual[:, None] - 1e-12
    if near.sum() > _TERMS:
        return found.sites, found.objective, found.bound
    model, opens, fixed = _by_radius(cost, free, near, usual, count - len(firm), found.sites)
    outcome = run(model, seconds=time_limit, gap=0.0)
    sites, objective = found.sites, found.objective
    if outcome.solved:
        chosen = np.concatenate([firm, free[[round(one.varValue or 0.0) == 1 for one in opens]]]).astype(np.int64)
        total = float(cost[:, chosen].min(axis=1).sum())
        if total < objective:
            sites, objective = np.sort(chosen), total
    # No answer better than the known one lies outside the programme, so its bound holds up to the known objective.
    inside = objective if outcome.infeasible else outcome.bound + fixed
    return sites, objective, max(found.bound, min(inside, objective))


def _by_radius(
    cost: NDArray[np.float64],
    free: NDArray[np.int64],
    near: NDArray[np.bool_],
    usual: NDArray[np.float64],
    count: int,
    start: NDArray[np.int64],
) -> tuple[pulp.LpProblem, list[pulp.LpVariable], float]:
    """Minimise the ways: a demand pays the next ring whenever no site within the rings so far is open.

    What every answer pays, the nearest ring, is told beside the model: solvers leave constants out of their bounds.
    """
    model = pulp.LpProblem("sites", pulp.LpMinimize)
    opens = [model.add_variable(f"y{j}", cat=pulp.LpBinary) for j in free.tolist()]
    open_now = np.isin(free, start)
    for variable, value in zip(opens, open_now.tolist(), strict=True):
        variable.setInitialValue(int(value))
    model += pulp.lpSum(opens) == count
    terms, fixed = [], 0.0
    for i in range(len(cost)):
        own = np.flatnonzero(near[i])
        own = own[np.argsort(cost[i, free[own]], kind="stable")]
        radius = np.append(cost[i, free[own]], usual[i])
        if not len(own):
            fixed += float(usual[i])
            continue
        fixed += float(radius[0])
        before = None
        k = 0
        while k < len(own):
            after = k + 1
            while after < len(own) and radius[after] <= radius[k] + 1e-12:
                after += 1
            here = pulp.lpSum(opens[j] for j in own[k:after].tolist())
            step = float(radius[after] - radius[k])
            if not np.isfinite(step):  # the last ring of a demand with no settled site: some site within must be open
                model += here + 0 >= (1 if before is None else before)
                break
            missed = model.add_variable(f"z{i}_{k}", lowBound=0)
            model += missed + here >= (1 if before is None else before)
            terms.append(step * missed)
            before, k = missed, after
    model.setObjective(pulp.lpSum(terms))
    return model, opens, fixed
