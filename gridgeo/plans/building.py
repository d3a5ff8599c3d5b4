"""The arrays of a partition problem from the rules of a plan; position i is the i-th row of the units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.graphs import unit_graph, unit_travel_seconds
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.objectives import needs_seconds
from gridgeo.plans.rules import MEASURES, Rules, measure
from gridgeo.plans.ties import border_ties, unit_mass
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term

UNITS_OF_MEASURE = {"area": "m²", "workload": "min"}


def build_problem(jurisdiction: Jurisdiction, rules: Rules) -> PartitionProblem:
    """The arrays that the solver is given for `rules.fewest` grids.

    Distances weigh as `gridgeo.plans.ties.unit_mass` says. Where travel, diameter or reach is asked for, ways are
    walking seconds along the streets, else straight lines.

    Raises
    ------
    BadInput
        The numbers of the rules contradict each other.
    NoFeasiblePlan
        There are fewer units than grids, or targets that don't add up to what there is.
    """
    units, k = jurisdiction.units, rules.fewest
    if k > len(units):
        raise NoFeasiblePlan([f"{k} grids are asked for, but {jurisdiction.name} has only {len(units)} units"])
    centre = units.geometry.representative_point()
    group, group_names = _groups(jurisdiction, rules.finest)
    graph = unit_graph(units, jurisdiction.borders, links=rules.links)
    seeds = _positions(units, [rules.seeds])[0]
    if any(term.objective is Objective.TIES for term in rules.terms) and not (rules.customs or rules.prefer_borders):
        raise BadInput("the objective ties needs to know what belongs together; give customs, or borders to prefer")
    walked = needs_seconds(rules.terms) or rules.reach is not None
    try:
        return PartitionProblem(
            graph=graph,
            measures=tuple(_measure(units, name, rules) for name in MEASURES),
            k=k,
            mass=unit_mass(units),
            x=centre.x.to_numpy(),
            y=centre.y.to_numpy(),
            objective=_objective(rules),
            seconds=unit_travel_seconds(jurisdiction) if walked else None,
            group=group,
            together=_positions(units, [*rules.keep_together, *rules.fix.items()]),
            apart=_apart(units, rules, seeds),
            # Fewer seeds than grids only keep each other apart; which grid takes a seed matters where each has one.
            seeds=seeds if len(seeds) == k else (),
            reach=np.inf if rules.reach is None else rules.reach * 60,
            zone=_groups(jurisdiction, rules.split_level)[0],
            splits=rules.splits or 0,
            ties=border_ties(jurisdiction, graph, rules),
            names=tuple(units["unit"]),
            group_names=group_names,
        )
    except BadProblem as error:
        raise BadInput(str(error)) from None


def parts_told(jurisdiction: Jurisdiction, graph: Graph) -> str | None:
    """What one should know of parts that no walk joins, largest first; None where all units hang together."""
    label = graph.components()
    if label.max(initial=0) == 0:
        return None
    units = jurisdiction.units
    table = pd.DataFrame(
        {"part": label, "unit": units["unit"].to_numpy(), "households": units["households"].to_numpy()}
    )
    told = []
    for _, part in sorted(table.groupby("part"), key=lambda item: (-len(item[1]), item[0])):
        names = part["unit"].tolist()
        named = ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
        told.append(f"{named} ({int(part['households'].sum()):,} households)")
    more = f"; and {len(told) - 6} more" if len(told) > 6 else ""
    return (
        f"{jurisdiction.name} falls into {len(told)} parts that no walkable border joins: {'; '.join(told[:6])}{more}. "
        f"No grid spans two parts; give links between them where one can walk"
    )


def _objective(rules: Rules) -> Objective | tuple[Term, ...]:
    terms = rules.terms
    return terms[0].objective if len(terms) == 1 else terms


def _measure(units: pd.DataFrame, name: str, rules: Rules) -> Measure:
    weights = measure(units, name).to_numpy(dtype=float)
    band, unit, aim = rules.balance.get(name), UNITS_OF_MEASURE.get(name, ""), name in rules.aim
    targets = rules.targets.get(name)
    if targets is None:
        low, high = (-np.inf, np.inf) if band is None else band.bounds(float(weights.sum()), rules.fewest)
        return Measure(name, weights, low, high, unit=unit, aim=aim)
    target = np.array(targets)
    if band is None:
        return Measure(name, weights, unit=unit, aim=aim, target=target)
    assert band.tolerance is not None
    low_of, high_of = np.maximum(target * (1 - band.tolerance), 0.0), target * (1 + band.tolerance)
    total = float(weights.sum())
    if not low_of.sum() * (1 - 1e-9) <= total <= high_of.sum() * (1 + 1e-9):
        raise NoFeasiblePlan(
            [
                f"the targets of {name} add up to {target.sum():,.0f} (±{band.tolerance:.0%}: {low_of.sum():,.0f} to "
                f"{high_of.sum():,.0f}), but there are {total:,.0f}; mend the targets or widen the tolerance"
            ]
        )
    return Measure(name, weights, low_of, high_of, unit=unit, aim=aim, target=target)


def _groups(jurisdiction: Jurisdiction, level: str | None) -> tuple[NDArray[np.int64] | None, dict[int, str] | None]:
    """A number for the area of `level` that each unit lies in, and the names of these areas."""
    if level is None:
        return None, None
    labels, areas = pd.factorize(jurisdiction.area_at(level))
    called = jurisdiction.areas.set_index("area")["name"]
    return labels.astype(np.int64), {label: str(called[area]) for label, area in enumerate(areas)}


def _positions(units: pd.DataFrame, groups: Iterable[Sequence[str]]) -> tuple[tuple[int, ...], ...]:
    position = {unit: i for i, unit in enumerate(units["unit"])}
    # A unit that is fixed to itself is its own seed and binds nothing.
    return tuple(tuple(dict.fromkeys(position[unit] for unit in group)) for group in groups)


def _apart(units: pd.DataFrame, rules: Rules, seeds: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    given = {(min(a, b), max(a, b)) for a, b in _positions(units, rules.keep_apart)}
    if len(seeds) != rules.fewest:
        given |= {(min(pair), max(pair)) for pair in combinations(seeds, 2)}
    return tuple(sorted(given))
