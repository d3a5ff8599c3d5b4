"""What a plan makes small: objectives written as text, and what a plan is worth by each of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo_solvers.check import evaluate
from gridgeo_solvers.problems import Objective, PartitionProblem, Term

OBJECTIVES: Mapping[str, str] = {
    "compactness": "moment of inertia around each grid's best unit, mass · km²",
    "boundary": "metres of border between grids",
    "travel": "mass · seconds on foot to each grid's best unit",
    "cuts": "number of neighbouring units in different grids",
    "ties": "metres of border that part neighbours of one custom, or that follow no road or river",
    "diameter": "longest way between two units of one grid: seconds on foot where walks are asked for, else km straight",
    "balance": "largest deviation of a grid from its target, as a share",
}
"""What a plan can minimise, alone or several together."""

_GOAL = re.compile(r"(?:(?P<weight>[^*~]+)\*)?(?P<name>[^*~]+)(?:~(?P<slack>[^*~]+))?")


def read_objective(text: str) -> tuple[Term, ...]:
    """The goals that `text` names, weighed and ranked.

    Parameters
    ----------
    text
        Names of `OBJECTIVES`. A plus sign weighs goals against each other (``compactness+0.5*boundary``: half a
        household·km² for a metre). A comma settles the first before the second (``balance,compactness``). What follows
        may give up the share behind a tilde (``balance~0.02,compactness``: at most 2 % of the balance reached).

    Raises
    ------
    BadInput
        A name, weight or share can't be used, or a goal stands twice.

    Examples
    --------
    >>> [(str(t.objective), t.weight, t.rank) for t in read_objective("balance,compactness+0.5*boundary")]
    [('balance', 1.0, 0), ('compactness', 1.0, 1), ('boundary', 0.5, 1)]
    """
    terms: list[Term] = []
    for rank, goals in enumerate(str(text).split(",")):
        terms += [_term(goal.strip(), rank, text) for goal in goals.split("+")]
    names = [term.objective for term in terms]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"objective '{text}' names {name} twice; name each goal once")
    return tuple(terms)


def _term(goal: str, rank: int, text: str) -> Term:
    parts = _GOAL.fullmatch(goal)
    name = "" if parts is None else parts["name"].strip()
    if parts is None or name not in OBJECTIVES:
        raise BadInput(f"unknown objective '{name or goal}' in '{text}'; choose {', '.join(OBJECTIVES)}")
    weight = _number(parts["weight"], 1.0, f"objective '{text}': the weight of {name}")
    slack = _number(parts["slack"], 0.0, f"objective '{text}': the share that may be given up of {name}")
    if weight == 0:
        raise BadInput(f"objective '{text}': {name} weighs nothing; leave it out or give a weight above 0")
    return Term(Objective(name), weight, rank, slack)


def _number(text: str | None, otherwise: float, what: str) -> float:
    if text is None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise BadInput(f"{what} is '{text.strip()}'; give a number, 0 or more")
    return value


def with_aim(terms: tuple[Term, ...], aim: tuple[str, ...]) -> tuple[Term, ...]:
    """`terms` with balance settled before them where measures are aimed at and no term says balance."""
    if not aim or any(term.objective is Objective.BALANCE for term in terms):
        return terms
    return (Term(Objective.BALANCE), *(replace(term, rank=term.rank + 1) for term in terms))


def needs_seconds(terms: tuple[Term, ...]) -> bool:
    """Whether any of `terms` is measured in walking time."""
    return any(term.objective in (Objective.TRAVEL, Objective.DIAMETER) for term in terms)


def disc_value(objective: Objective, mass: float, area_m2: float, k: int, border_m: float) -> float:
    """What `k` equal discs would be worth: the scale on which goals of different units are weighed.

    Parameters
    ----------
    objective
        The goal.
    mass, area_m2
        Of the whole jurisdiction.
    k
        Number of grids.
    border_m
        Mean length of a border between units, metres.

    Examples
    --------
    >>> round(disc_value(Objective.BOUNDARY, 1.0, 1e6, 4, 100.0))
    3545
    """
    radius = math.sqrt(area_m2 / (math.pi * k))
    parted = math.pi * radius * k
    if objective is Objective.COMPACTNESS:
        return mass * (radius / 1000) ** 2 / 2
    if objective is Objective.TRAVEL:
        return mass * radius * 2 / 3 / 1.25
    if objective is Objective.DIAMETER:
        return 2 * radius / 1.25
    if objective is Objective.CUTS:
        return parted / max(border_m, 1.0)
    return 0.1 if objective is Objective.BALANCE else parted


def objective_values(problem: PartitionProblem, assignment: NDArray[np.int64]) -> dict[str, float]:
    """What a plan is worth by every objective of which `problem` holds the figures, each alone.

    Parameters
    ----------
    problem
        What was asked; travel needs its `seconds`, ties its `ties`.
    assignment
        Grid 0..k-1 of every unit.
    """
    told = evaluate(problem, assignment)
    if "objectives" in told:
        return {str(name): float(value) for name, value in told["objectives"].items() if value is not None}
    labels = np.asarray(assignment)
    values: dict[str, float] = {}
    single = [Objective.COMPACTNESS, Objective.BOUNDARY]
    for objective in single + ([Objective.TRAVEL] if problem.seconds is not None else []):
        values[str(objective)] = float(evaluate(replace(problem, objective=objective), labels)["objective"])
    u, v, _ = problem.graph.edges()
    parted = labels[u] != labels[v]
    values["cuts"] = float(parted.sum())
    if problem.ties is not None:
        values["ties"] = float(np.asarray(problem.ties)[parted].sum())
    values["diameter"] = max(_widest(problem, np.flatnonzero(labels == g)) for g in range(problem.k))
    values["balance"] = _imbalance(problem, labels)
    return values


def _widest(problem: PartitionProblem, members: NDArray[np.int64]) -> float:
    if problem.seconds is not None:
        return float(problem.seconds[np.ix_(members, members)].max(initial=0.0))
    x, y = problem.x[members], problem.y[members]
    return max((float(np.hypot(x - x[i], y - y[i]).max()) / 1000 for i in range(len(members))), default=0.0)


def _imbalance(problem: PartitionProblem, labels: NDArray[np.int64]) -> float:
    chosen = [m for m in problem.measures if m.aim] or [m for m in problem.measures if m.banded]
    order = np.arange(problem.k)
    if len(problem.seeds) == problem.k:
        order = labels[np.array(problem.seeds, dtype=np.int64)]
    worst = 0.0
    for one in chosen:
        totals = np.bincount(labels, weights=one.weights, minlength=problem.k)[order]
        target = totals.sum() / problem.k if one.target is None else np.asarray(one.target, dtype=float)
        share = np.abs(totals - target) / np.maximum(target, 1e-12)
        worst = max(worst, float(share.max()))
    return worst
