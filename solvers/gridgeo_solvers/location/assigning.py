"""Sites with room for only so many: every demand is given to one site by an integer programme (Balinski 1965)."""

from __future__ import annotations

import numpy as np
import pulp

from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.location.problem import Sites, SitesProblem, told
from gridgeo_solvers.partition.ground.highs import run

_PAIRS = 200_000
"""Pairs of demand and candidate of the largest programme that is stated."""


def assign(
    problem: SitesProblem,
    count: int | None,
    *,
    within: float | None = None,
    fewest: bool = False,
    time_limit: float = 60.0,
    seed: int = 0,
) -> Sites:
    """Choose sites with capacities.

    Parameters
    ----------
    problem
        With `capacity`.
    count
        Sites in all, those kept among them; None for as many as are needed.
    within
        Minutes of a round trip at the most; None for any.
    fewest
        Serve every demand by the fewest sites. Otherwise `within` serves the most weight, and without it the ways are least.
    time_limit, seed
        Seconds of search, and what the answer carries.

    Raises
    ------
    BadProblem
        The programme would be too large.
    Infeasible
        Capacities or the limit leave no answer.
    """
    if problem.capacity is None:
        raise BadProblem("the problem has no capacity; give one for each candidate")
    minutes, weight, capacity = problem.minutes, problem.weight, problem.capacity
    allowed = np.isfinite(minutes) if within is None else minutes <= within
    rows, columns = np.nonzero(allowed)
    if len(rows) > _PAIRS:
        raise BadProblem(
            f"{len(rows):,} pairs of demand and candidate with capacities; {_PAIRS:,} can be stated: join demands or give fewer candidates"
        )
    most = within is not None and not fewest
    model = pulp.LpProblem("sites", pulp.LpMaximize if most else pulp.LpMinimize)
    opens = [model.add_variable(f"y{j}", lowBound=int(j in problem.kept), upBound=1, cat=pulp.LpInteger) for j in range(minutes.shape[1])]  # fmt: skip
    goes = [model.add_variable(f"x{i}_{j}", cat=pulp.LpBinary) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]  # fmt: skip
    for i in range(len(minutes)):
        total = pulp.lpSum(goes[k] for k in np.flatnonzero(rows == i).tolist())
        model += (total <= 1) if most else (total + 0 * opens[0] == 1)
    for j in range(len(opens)):
        own = np.flatnonzero(columns == j).tolist()
        model += pulp.lpSum(float(weight[rows[k]]) * goes[k] for k in own) <= float(capacity[j]) * opens[j]
        for k in own:
            model += goes[k] <= opens[j]
    if count is not None:
        model += pulp.lpSum(opens) == count
    if fewest:
        model.setObjective(pulp.lpSum(opens))
    else:
        worth = weight[rows] if most else weight[rows] * minutes[rows, columns]
        model.setObjective(pulp.lpSum(float(w) * x for w, x in zip(worth, goes, strict=True)))
    outcome = run(model, seconds=time_limit, gap=0.0)
    if not outcome.solved:
        room = f"room for {float(np.sort(capacity)[::-1][: count or len(capacity)].sum()):g} of {float(weight.sum()):g}"
        raise Infeasible(
            [f"no choice of sites takes every demand; the largest sites have {room}"], proven=outcome.infeasible
        )
    site_of = np.full(len(minutes), -1, dtype=np.int64)
    taken = np.array([round(one.varValue or 0.0) == 1 for one in goes], dtype=bool)
    site_of[rows[taken]] = columns[taken]
    sites = np.flatnonzero([round(one.varValue or 0.0) == 1 for one in opens])
    served = np.flatnonzero(site_of >= 0)
    if fewest:
        objective = float(len(sites) - len(problem.kept))
        return told(sites, site_of, objective, float(np.ceil(outcome.bound - 1e-6)) - len(problem.kept), seed)
    objective = float(weight[served].sum() if most else (weight[served] * minutes[served, site_of[served]]).sum())
    return told(sites, site_of, objective, outcome.bound, seed)
