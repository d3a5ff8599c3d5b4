"""Why rules between units (kept together, kept apart, seeds, reach, areas) leave no plan, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part
from gridgeo_solvers.partition.refusal.cliques import largest_clique
from gridgeo_solvers.partition.refusal.naming import MOST_NAMED, area, describe, many, measure_of, named, way
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.words import figures


def scattered(problem: PartitionProblem) -> list[str]:
    """Sets kept together that no walkable border joins inside their group."""
    if not problem.together:
        return []
    label = (problem.graph if problem.group is None else problem.graph.within(problem.group)).components()
    reasons = []
    for units in bundles(problem):
        if len(np.unique(label[units])) > 1:
            apart = [int(units[label[units] == one][0]) for one in np.unique(label[units])]
            reasons.append(
                f"{named(problem, apart)} must share a grid, but no walkable border joins them: "
                "add a link between them, or let them part"
            )
    return reasons[:MOST_NAMED]


def bundles(problem: PartitionProblem) -> list[IntArray]:
    """Units that must share a grid, sets with a common unit joined; ascending, only those of two units and more."""
    home: dict[int, set[int]] = {}
    for units in problem.together:
        joined = set(units).union(*(home.get(i, set()) for i in units))
        for i in joined:
            home[i] = joined
    unique = {min(one): one for one in home.values() if len(one) > 1}
    return [np.array(sorted(unique[first]), dtype=np.int64) for first in sorted(unique)]


def torn(problem: PartitionProblem) -> list[str]:
    """Units that must share a grid and may not: kept apart, too far from each other, or two seeds."""
    reasons = []
    sets = bundles(problem)
    home = {int(i): number for number, units in enumerate(sets) for i in units}
    for a, b in problem.apart:
        if a == b or (a in home and home[a] == home.get(b)):
            reasons.append(f"{named(problem, [a, b])} must share a grid and are to be kept apart: drop one of the two")
    for units in sets:
        seeds = [i for i in problem.seeds if i in units]
        if len(seeds) > 1:
            reasons.append(f"{named(problem, seeds)} must share a grid, but each is the seed of its own: let them part")
        far = _farthest(problem, units)
        if far is not None:
            a, b, distance = far
            reasons.append(
                f"{named(problem, [a, b])} must share a grid and lie {way(problem, distance)} from each other; the "
                f"longest way allowed is {way(problem, problem.reach)}: let them part, or allow a longer way"
            )
    twice = sorted({i for i in problem.seeds if problem.seeds.count(i) > 1})
    if twice:
        reasons.append(f"{named(problem, twice)} can't be the seed of two grids: give every grid its own")
    return reasons[:MOST_NAMED]


def _farthest(problem: PartitionProblem, units: IntArray) -> tuple[int, int, float] | None:
    """Two units farther from each other than a grid may reach."""
    if not np.isfinite(problem.reach):
        return None
    if problem.seconds is not None:
        ways = np.asarray(problem.seconds)[np.ix_(units, units)]
        ways = np.maximum(ways, ways.T)
    else:
        x, y = problem.x[units], problem.y[units]
        ways = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) / 1000
    np.fill_diagonal(ways, 0.0)
    if not (ways > problem.reach * (1 + SLACK)).any():
        return None
    a, b = np.unravel_index(int(ways.argmax()), ways.shape)
    return int(units[a]), int(units[b]), float(ways.max())


def first_units(part: Part, rows: Iterable[int]) -> list[int]:
    """The lowest unit of each row."""
    return [int(part.units[part.row_of == row][0]) for row in rows]


def rivals(problem: PartitionProblem, parts: Sequence[Part], most: Sequence[range], any_count: bool) -> list[str]:
    """More units that may never meet than there are grids, in one part, one group or all."""
    cliques = [largest_clique(part.apart) for part in parts]
    why = _why_apart(problem, len(problem.seeds) > 1)
    for part, clique, counts in zip(parts, cliques, most, strict=True):
        limit = len(part.seeds) if problem.seeds else counts.stop - 1
        limit = limit if any_count else min(limit, problem.k)
        if len(clique) > limit:
            return [
                f"{named(problem, first_units(part, clique))} may not share a grid with each other ({why}), but "
                f"{describe(problem, part)} can have at most {many(limit, 'grid')}: {_mend(problem)}"
            ]
    scopes = [(f" in {problem.group_name(label)}", count, label) for label, count in _fixed(problem)]
    for where, count, label in [*scopes, *[("", problem.k, None)] * (not any_count)]:
        chosen = [(p, c) for p, c in zip(parts, cliques, strict=True) if label is None or p.group == label]
        if sum(len(clique) for _, clique in chosen) > count:
            units = [i for part, clique in chosen for i in first_units(part, clique)]
            each = "lie in a part of their own or " if len(chosen) > 1 else ""
            return [
                f"{named(problem, units)} {each}may not share a grid with each other ({why}): they need {len(units)} "
                f"grids{where}, {count} are asked for: {_mend(problem)}"
            ]
    return []


def _fixed(problem: PartitionProblem) -> list[tuple[int, int]]:
    return sorted((problem.grids_per_group or {}).items())


def _why_apart(problem: PartitionProblem, seeded: bool) -> str:
    """The rules that keep units apart, seeds among them where they are `seeded`."""
    causes = ["kept apart"] * bool(problem.apart) + ["seeds"] * seeded
    if np.isfinite(problem.reach):
        causes.append(f"farther than {way(problem, problem.reach)}")
    return " or ".join(causes)


def _mend(problem: PartitionProblem) -> str:
    ways = ["keep fewer apart"] * bool(problem.apart) + ["allow a longer way"] * bool(np.isfinite(problem.reach))
    return " or ".join([*ways, "ask for more grids"])


def seeds(problem: PartitionProblem, parts: Sequence[Part], connected: bool) -> list[str]:
    """Parts without a seed, groups with another number of seeds than grids, and what seeds can't hold."""
    if len(problem.seeds) != problem.k:
        return []
    reasons = [
        f"{describe(problem, part)} has no seed, and no grid from elsewhere reaches it: name a seed in it, or add a link"
        for part in parts
        if not len(part.seeds)
    ]
    for label, count in _fixed(problem):
        held = sum(len(part.seeds) for part in parts if part.group == label)
        if held != count:
            reasons.append(
                f"{problem.group_name(label)} is to have {many(count, 'grid')} and has {many(held, 'seed')}: make the two agree"
            )
    if reasons:
        return reasons[:MOST_NAMED]
    for part in parts:
        reasons += _seeded(problem, part, connected)
    return reasons[:MOST_NAMED]


def _seeded(problem: PartitionProblem, part: Part, connected: bool) -> list[str]:
    """Seeds too heavy for their own grid, parts too heavy or too light for their seeds, rows no seed may hold."""
    grid_of = {unit: g for g, unit in enumerate(problem.seeds)}
    row = {int(unit): int(r) for unit, r in zip(part.units, part.row_of, strict=True)}
    held = [(row[unit], g) for unit, g in grid_of.items() if unit in row]
    ends = [measure_of(problem, name).bounds(problem.k) for name in part.names]
    low = np.array([least for least, _ in ends]).reshape(-1, problem.k)
    high = np.array([most for _, most in ends]).reshape(-1, problem.k)
    reasons = []
    for m, name in enumerate(part.names):
        measure = measure_of(problem, name)
        for r, g in held:
            if part.weights[m, r] > high[m, g] * (1 + SLACK):
                value, most = figures(float(part.weights[m, r]), float(high[m, g]))
                reasons.append(
                    f"{problem.unit_name(problem.seeds[g])}, a seed, has {measure.told(value)}; the band of its grid "
                    f"ends at {most}: widen it or choose another seed"
                )
        grids = [g for _, g in held]
        total, least, most_of_all = float(part.weights[m].sum()), low[m, grids].sum(), high[m, grids].sum()
        if total > most_of_all * (1 + SLACK) or total < least * (1 - SLACK):
            over = total > most_of_all
            value, end = figures(total, float(most_of_all if over else least))
            reasons.append(
                f"{describe(problem, part)} has {measure.told(value)}; the grids of its {many(len(grids), 'seed')} "
                f"{'hold at most' if over else 'need at least'} {end}: widen the band, or "
                f"{'add' if over else 'take away'} a seed there"
            )
    return reasons or (_unheld(problem, part, held, high) if connected else [])


def _unheld(problem: PartitionProblem, part: Part, held: list[tuple[int, int]], high: FloatArray) -> list[str]:
    """Rows that no seed reaches through rows that may share its grid."""
    reached = np.zeros(part.n, dtype=bool)
    for seed, g in held:
        barred = np.zeros(part.n, dtype=bool)
        barred[part.apart.neighbours(seed)] = True
        limit = high[:, g] * (1 + SLACK) - part.weights[:, seed]
        barred |= (part.weights > limit[:, None]).any(axis=0)
        barred[seed] = False
        reached |= part.graph.reached(seed, ~barred)
    lost = np.flatnonzero(~reached)
    if len(lost) == 0:
        return []
    rules = [text for text in (_why_apart(problem, seeded=False), "bands" * bool(len(part.weights))) if text]
    one = len(lost) == 1
    return [
        f"{named(problem, first_units(part, lost))} can join the grid of no seed ({' or '.join(rules)}): "
        f"name a seed nearer to {'it' if one else 'them'}, or loosen the rule"
    ]


def zones(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    """Areas that need more grids than their splits allow: by parts, by totals, by units that may not meet."""
    if problem.zone is None:
        return []
    zone = np.asarray(problem.zone)
    reasons = []
    for label in np.unique(zone[zone >= 0]).tolist():
        units = np.flatnonzero(zone == label)
        told = _area_needs(problem, parts, units)
        if told:
            reasons.append(told)
    return reasons[:MOST_NAMED]


def _area_needs(problem: PartitionProblem, parts: Sequence[Part], units: IntArray) -> str:
    allowed = problem.splits + 1
    where = [(part, np.unique(part.row_of[np.isin(part.units, units)])) for part in parts]
    where = [(part, rows) for part, rows in where if len(rows)]
    may = f"may lie in {many(allowed, 'grid')}"
    if len(where) > allowed:
        return (
            f"{area(problem, units)} {may}, but falls into {len(where)} parts without a walkable border between them: "
            "allow more splits, or add a link"
        )
    for m in problem.measures:
        if not m.banded:
            continue
        high = float(np.max(m.upper))
        inside = [float(m.weights[units][np.isin(units, part.units)].sum()) for part, _ in where]
        need = sum(max(math.ceil(total / high * (1 - SLACK) - SLACK), 1) if high > 0 else 1 for total in inside)
        if need > allowed:
            total, end = figures(sum(inside), high)
            return (
                f"{area(problem, units)} has {m.told(total)} and {may} of at most {end} each: "
                "allow more splits, or widen the band"
            )
    rivals = [(part, rows[largest_clique(part.apart.subgraph(rows))]) for part, rows in where]
    if sum(len(rows) for _, rows in rivals) > allowed:
        apart = [i for part, rows in rivals for i in first_units(part, rows)]
        return (
            f"{area(problem, units)} {may}, but {named(problem, apart)} in it may not share one "
            f"({_why_apart(problem, len(problem.seeds) > 1)}): allow more splits, or loosen the other rule"
        )
    return ""
