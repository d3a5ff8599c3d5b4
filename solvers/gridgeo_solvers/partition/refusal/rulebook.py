"""The rules of a problem one by one, so that some can be left out: what conflicts are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from gridgeo_solvers.check import SLACK
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray
from gridgeo_solvers.partition.refusal.naming import area, ends, many, named, way
from gridgeo_solvers.problems import Objective, PartitionProblem
from gridgeo_solvers.words import figures


@dataclass(frozen=True)
class Rule:
    """One rule: its `kind`, what it is about (a measure's name, a position in the problem's list, a label) and a sentence.

    Kinds are ``most`` and ``least`` (the ends of a measure's band), ``count`` (of grids), ``nesting``, ``fixed`` (grids
    of a group), ``together``, ``apart``, ``seeds``, ``reach``, ``splits`` (of an area) and ``contiguity``.
    """

    kind: str
    item: str | int | None
    text: str


@dataclass(frozen=True)
class Case:
    """A problem with some of its rules: `any_count` frees the number of grids, without `connected` grids may scatter."""

    problem: PartitionProblem
    any_count: bool
    connected: bool

    @property
    def labelled(self) -> bool:
        """Whether it matters which grid is which."""
        return labelled(self.problem)


def labelled(problem: PartitionProblem) -> bool:
    """Whether grids have seeds or bands of their own, so that it matters which is which (and how many there are)."""
    return bool(problem.seeds) or any(np.ndim(m.lower) or np.ndim(m.upper) for m in problem.measures)


def rules_of(problem: PartitionProblem) -> list[Rule]:
    """Every rule that can exclude a plan and can be left out, those that planners would rather loosen last.

    The number of grids can't be left out where grids are named by seeds or unequal bands.
    """
    rules = [Rule("contiguity", None, "every grid is connected")]
    if problem.group is not None:
        rules.append(
            Rule("nesting", None, f"no grid lies in two {'groups' if problem.group_names is None else 'areas'}")
        )
    rules += [
        Rule("fixed", label, f"{problem.group_name(label)} has {many(count, 'grid')}")
        for label, count in sorted((problem.grids_per_group or {}).items())
    ]
    if problem.seeds:
        rules.append(Rule("seeds", None, "every grid holds its seed"))
    rules += [
        Rule("together", number, f"{named(problem, units)} share a grid")
        for number, units in enumerate(problem.together)
        if len(set(units)) > 1
    ]
    rules += [
        Rule("apart", number, f"{named(problem, pair)} are kept apart") for number, pair in enumerate(problem.apart)
    ]
    if problem.zone is not None:
        zone = np.asarray(problem.zone)
        for label in np.unique(zone[zone >= 0]).tolist():
            units = np.flatnonzero(zone == label)
            if len(units) > problem.splits + 1:
                text = f"{area(problem, units)} lies in at most {many(problem.splits + 1, 'grid')}"
                rules.append(Rule("splits", label, text))
    if np.isfinite(problem.reach):
        rules.append(Rule("reach", None, f"no way across a grid is longer than {way(problem, problem.reach)}"))
    rules += _bands(problem)
    if not labelled(problem):
        rules.append(Rule("count", None, f"{many(problem.k, 'grid')} {'is' if problem.k == 1 else 'are'} asked for"))
    return rules


def _bands(problem: PartitionProblem) -> list[Rule]:
    rules = []
    for m in problem.measures:
        # Ends that differ by little don't read alike.
        least, most = figures(m.lowest, m.highest) if np.isfinite(m.highest) else (*figures(m.lowest), "")
        if np.any(np.asarray(m.lower) > 0):
            told = "as much as its band begins at" if np.ndim(m.lower) else least
            rules.append(Rule("least", m.name, f"every grid has at least {m.told(told)}"))
        if np.any(np.isfinite(m.upper)):
            told = "as much as its band ends at" if np.ndim(m.upper) else most
            rules.append(Rule("most", m.name, f"no grid has more than {m.told(told)}"))
    return rules


def case_of(problem: PartitionProblem, kept: Iterable[Rule]) -> Case:
    """The problem with the rules `kept` alone; a group's number of grids means nothing without the nesting."""
    have = {(rule.kind, rule.item) for rule in kept}
    nested = ("nesting", None) in have
    fixed = {label: c for label, c in (problem.grids_per_group or {}).items() if nested and ("fixed", label) in have}
    measures = [
        replace(
            m,
            lower=m.lower if ("least", m.name) in have else -np.inf,
            upper=m.upper if ("most", m.name) in have else np.inf,
        )
        for m in problem.measures
    ]
    zone = None if problem.zone is None else np.asarray(problem.zone).copy()
    if zone is not None:
        held = [int(item) for kind, item in have if kind == "splits" and item is not None]
        zone[~np.isin(zone, held)] = -1
    case = problem.without(
        measures=tuple(measures),
        objective=Objective.COMPACTNESS,
        ties=None,
        group=problem.group if nested else None,
        grids_per_group=fixed or None,
        together=tuple(units for i, units in enumerate(problem.together) if ("together", i) in have),
        apart=tuple(pair for i, pair in enumerate(problem.apart) if ("apart", i) in have),
        seeds=problem.seeds if ("seeds", None) in have else (),
        reach=problem.reach if ("reach", None) in have else np.inf,
        zone=zone if zone is not None and (zone >= 0).any() else None,
    )
    any_count = not labelled(problem) and ("count", None) not in have
    return Case(case, any_count, ("contiguity", None) in have)


def loose(case: Case) -> PartitionProblem:
    """The case's problem on a graph whose parts are the groups, for reasons that need no borders."""
    problem = case.problem
    group = np.zeros(problem.n, dtype=np.int64) if problem.group is None else problem.group
    order = np.argsort(group, kind="stable")
    return problem.without(graph=Graph.from_edges(problem.n, np.column_stack([order[:-1], order[1:]])))


def broken(problem: PartitionProblem, rules: Iterable[Rule], plan: IntArray) -> frozenset[Rule]:
    """The rules that a plan breaks."""
    plan = np.asarray(plan, dtype=np.int64)
    return frozenset(rule for rule in rules if not _keeps(problem, rule, plan))


def _keeps(problem: PartitionProblem, rule: Rule, plan: IntArray) -> bool:
    used = np.unique(plan)
    match rule.kind:
        case "count":
            return len(used) == problem.k
        case "least" | "most":
            return not misses(problem, str(rule.item), plan, rule.kind).any()
        case "contiguity":
            return int(problem.graph.within(plan).components().max()) + 1 == len(used)
        case "nesting":
            assert problem.group is not None
            return len(np.unique(np.column_stack([plan, problem.group]), axis=0)) == len(used)
        case "fixed":
            assert problem.group is not None
            assert problem.grids_per_group is not None
            label = int(rule.item or 0)
            return len(np.unique(plan[problem.group == label])) == problem.grids_per_group[label]
        case "together":
            return len(np.unique(plan[list(problem.together[int(rule.item or 0)])])) == 1
        case "apart":
            a, b = problem.apart[int(rule.item or 0)]
            return bool(plan[a] != plan[b])
        case "seeds":
            return bool((plan[list(problem.seeds)] == np.arange(len(problem.seeds))).all())
        case "splits":
            return len(np.unique(plan[np.asarray(problem.zone) == rule.item])) <= problem.splits + 1
    return all(not _too_long(problem, np.flatnonzero(plan == g)) for g in used.tolist())


def misses(problem: PartitionProblem, name: str, plan: IntArray, kind: str) -> FloatArray:
    """What every grid lacks (`kind` ``least``) or has too much (``most``) of a measure, 0 within the judge's rounding."""
    measure = next(m for m in problem.measures if m.name == name)
    grids = int(plan.max()) + 1
    total = np.bincount(plan, weights=measure.weights, minlength=grids)
    low, high = (end[:grids] if len(end) >= grids else np.full(grids, end[0]) for end in ends(measure, problem.k))
    if kind == "most":
        return np.where(total > high + SLACK * np.abs(high), total - high, 0.0)
    present = np.bincount(plan, minlength=grids) > 0
    return np.where(present & (total < low - SLACK * np.abs(low)), low - total, 0.0)


def ways(problem: PartitionProblem, a: IntArray, b: IntArray) -> FloatArray:
    """Longer way of the two directions between the units `a` and the units `b`, in the unit of `reach`; (a, b)."""
    if problem.seconds is not None:
        seconds = np.asarray(problem.seconds)
        return np.maximum(seconds[np.ix_(a, b)], seconds[np.ix_(b, a)].T)
    return np.hypot(problem.x[a, None] - problem.x[None, b], problem.y[a, None] - problem.y[None, b]) / 1000


def _too_long(problem: PartitionProblem, units: IntArray) -> bool:
    return bool((ways(problem, units, units) > problem.reach * (1 + SLACK)).any())
