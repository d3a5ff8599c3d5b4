"""Drawing a plan: from a jurisdiction and rules to arrays, to the solver, and back to names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.graphs import unit_graph, unit_travel_seconds
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.judging import check
from gridgeo.plans.plan import Figures, Plan, numbered
from gridgeo.plans.rules import DEFAULT_BALANCE, MEASURES, Band, Rules, measure
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.partition import solve
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import StopRule

UNITS_OF_MEASURE = {"area": "m²", "workload": "min"}


def partition(
    jurisdiction: Jurisdiction,
    k: int | None = None,
    *,
    households: tuple[float, float] | None = None,
    balance: Mapping[str, float | str | Band] | None = None,
    objective: str = "compactness",
    within: str | None = None,
    keep_together: Iterable[Sequence[str]] = (),
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Partition a jurisdiction into `k` connected, balanced, compact grids.

    Parameters
    ----------
    jurisdiction
        The place, with units and their borders.
    k
        Number of grids; leave it out when `households` is given.
    households
        Smallest and largest number of households in a grid; k is then the number of grids whose mean lies
        nearest the middle, and the range is the band.
    balance
        A band for each measure that must hold, e.g. ``{"households": 0.10, "area": 0.5}``; ±10 % of
        households where left out. Other measures are reported only.
    objective
        ``compactness`` (moment of inertia, household·km²), ``boundary`` (metres of border between grids) or
        ``travel`` (household·seconds on foot to each grid's best unit).
    within
        Level whose areas no grid may cross.
    keep_together
        Groups of units that must share a grid: courtyards, estates, natural villages.
    time_limit
        Seconds of search at the most. Without it the search ends by an amount of work that depends on the
        problem alone, so that the plan doesn't depend on the machine.
    gap
        Relative gap between objective and bound at which the search may end.
    seed
        The same input, seed and versions give the same plan.
    stop
        Another reason to end with the best plan so far.
    progress
        Hears of stages, incumbents and bounds.

    Returns
    -------
    A plan that the judge of `gridgeo.check` finds without fault.

    Raises
    ------
    BadInput
        A rule that can't be read, or that names a unit, level or measure that doesn't exist.
    NoFeasiblePlan
        No plan keeps all rules, or none was found in time; the reasons name rules and units.
    """
    rules = _rules(jurisdiction, k, households, balance, objective, within, keep_together)
    problem = build_problem(jurisdiction, rules)
    try:
        answer = solve(problem, stop=stop, time_limit=time_limit, gap=gap, seed=seed, progress=progress)
    except Infeasible as error:
        raise NoFeasiblePlan(error.reasons) from None
    plan = Plan(
        jurisdiction,
        numbered(jurisdiction, answer.assignment),
        rules,
        Figures(answer.objective, answer.bound, answer.gap, str(answer.status), seed),
    )
    verdict = check(jurisdiction, plan)
    if not verdict.ok:
        raise NoFeasiblePlan(
            [f"the plan found breaks a rule and is not handed out: {reason}" for reason in verdict.reasons()]
        )
    return plan


def build_problem(jurisdiction: Jurisdiction, rules: Rules) -> PartitionProblem:
    """The arrays of a partition problem; position i is the i-th row of the units.

    Distances weigh by half the households and half the land (scaled to the same total), so that a park or
    a port without households still joins the grid it lies in.
    """
    units = jurisdiction.units
    if rules.k > len(units):
        raise NoFeasiblePlan([f"{rules.k} grids are asked for, but {jurisdiction.name} has only {len(units)} units"])
    centre = units.geometry.representative_point()
    people = units["households"].to_numpy(dtype=float)
    land = units["area_m2"].to_numpy(dtype=float)
    mass = land / land.sum() * max(people.sum(), 1.0)
    if people.sum() > 0:
        mass = (mass + people) / 2
    travel = rules.objective == Objective.TRAVEL
    group, group_names = _groups(jurisdiction, rules.within)
    try:
        return PartitionProblem(
            graph=unit_graph(units, jurisdiction.borders),
            measures=tuple(_measure(units, name, rules) for name in MEASURES),
            k=rules.k,
            mass=mass,
            x=centre.x.to_numpy(),
            y=centre.y.to_numpy(),
            objective=Objective(rules.objective),
            seconds=unit_travel_seconds(jurisdiction) if travel else None,
            group=group,
            together=_positions(jurisdiction, rules.keep_together),
            names=tuple(units["unit"]),
            group_names=group_names,
        )
    except BadProblem as error:
        raise BadInput(str(error)) from None


def _measure(units: pd.DataFrame, name: str, rules: Rules) -> Measure:
    weights = measure(units, name).to_numpy(dtype=float)
    band = rules.balance.get(name)
    unit = UNITS_OF_MEASURE.get(name, "")
    if band is None:
        return Measure(name, weights, unit=unit)
    return Measure(name, weights, *band.bounds(float(weights.sum()), rules.k), unit=unit)


def _groups(jurisdiction: Jurisdiction, within: str | None) -> tuple[NDArray[np.int64] | None, dict[int, str] | None]:
    """A number for the area that each unit must stay in, and the names of these areas."""
    if within is None:
        return None, None
    labels, areas = pd.factorize(jurisdiction.area_at(within))
    called = jurisdiction.areas.set_index("area")["name"]
    return labels.astype(np.int64), {label: str(called[area]) for label, area in enumerate(areas)}


def _positions(jurisdiction: Jurisdiction, groups: Iterable[Sequence[str]]) -> tuple[tuple[int, ...], ...]:
    position = {unit: i for i, unit in enumerate(jurisdiction.units["unit"])}
    for group in groups:
        for unit in group:
            if unit not in position:
                raise BadInput(f"keep-together names unit '{unit}', which {jurisdiction.name} doesn't have")
    return tuple(tuple(position[unit] for unit in group) for group in groups)


def _rules(
    jurisdiction: Jurisdiction,
    k: int | None,
    households: tuple[float, float] | None,
    balance: Mapping[str, float | str | Band] | None,
    objective: str,
    within: str | None,
    keep_together: Iterable[Sequence[str]],
) -> Rules:
    bands = {name: Band.parse(band) for name, band in (DEFAULT_BALANCE if balance is None else balance).items()}
    if households is not None:
        bands["households"] = Band.parse(households)
        k = grid_count(int(jurisdiction.units["households"].sum()), households) if k is None else k
    if k is None:
        raise BadInput("how many grids? give k, or the households of a grid as LOW:HIGH")
    together = tuple(tuple(group) for group in keep_together)
    return Rules(k=k, balance=bands, objective=objective, within=within, keep_together=together)


def grid_count(total: int, households: tuple[float, float]) -> int:
    """Number of grids whose mean of `total` households lies nearest the middle of the range.

    Examples
    --------
    >>> grid_count(6_000, (300, 500))
    15
    """
    low, high = households
    fewest, most = max(1, math.ceil(total / high)) if high else 1, math.floor(total / low) if low else total
    if fewest > most:
        raise NoFeasiblePlan([f"no number of grids gives {low:g} to {high:g} households each of {total} in all"])
    middle = (low + high) / 2
    return min(range(fewest, most + 1), key=lambda count: (abs(total / count - middle), count))
