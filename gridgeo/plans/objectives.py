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
    return {name: float(value) for name, value in evaluate(problem, assignment)["objectives"].items()}
