"""Why no plan can exist, in sentences that name units and measures and say what to change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from gridgeo_solvers.partition.ground.allotment import addable
from gridgeo_solvers.partition.ground.parts import SLACK, Part
from gridgeo_solvers.partition.refusal.links import rivals, scattered, seeds, torn, zones
from gridgeo_solvers.partition.refusal.naming import MOST_NAMED, advice, describe, ends, many, measure_of, named, widest
from gridgeo_solvers.partition.refusal.sums import counts_of, grid_sums
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.words import against, figures

__all__ = ["MOST_NAMED", "advice", "describe", "impossible"]


def impossible(
    problem: PartitionProblem, parts: Sequence[Part], *, any_count: bool = False, connected: bool = True
) -> list[str]:
    """Certain reasons against every plan, found by arithmetic; an empty list proves nothing.

    With `any_count` a reason holds for every number of grids, without `connected` for grids in pieces as well (then
    the parts are whatever no grid crosses).
    """
    for reasons in _looks(problem, parts, any_count, connected):
        if reasons:
            return reasons
    return []


def _looks(problem: PartitionProblem, parts: Sequence[Part], any_count: bool, connected: bool) -> Iterator[list[str]]:
    """Reasons of one kind after the other, the plainest first; each may rely on there being none before."""
    yield scattered(problem) + torn(problem)
    counted = [] if any_count else _too_many_grids(problem, parts) + _sums(problem)
    yield counted + _heavy(problem, parts) + seeds(problem, parts, connected) + zones(problem, parts)
    yield [] if any_count else _too_many_heavy(problem)
    yield _no_whole_sum(problem, parts, any_count)
    counts = [counts_of(part, len(part.seeds) if len(problem.seeds) == problem.k else None) for part in parts]
    yield _lonely_parts(problem, parts, counts)
    yield _counts_dont_add_up(problem, parts, counts, any_count)
    yield rivals(problem, parts, counts, any_count)
    yield _stuck(problem, parts) if connected else []


def _too_many_grids(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    rows = sum(part.n for part in parts)
    k = problem.k
    if k > problem.n:
        have = many(problem.n, "unit")
        return [f"{k:,} grids are asked for, there are only {have}: ask for at most {many(problem.n, 'grid')}"]
    if k > rows:
        return [
            f"{k} grids are asked for, units that must stay together leave only {many(rows, 'piece')}: "
            f"ask for at most {many(rows, 'grid')}"
        ]
    if k < len(parts):
        return [
            f"the units fall into {len(parts)} parts without a walkable border between them; {many(k, 'grid')} can't "
            f"cover them: add links between the parts, or ask for at least {len(parts)} grids"
        ]
    return []


def _sums(problem: PartitionProblem) -> list[str]:
    reasons = []
    for m in problem.measures:
        total = float(m.weights.sum())
        low, high = (float(end.sum()) for end in ends(m, problem.k))
        if low > total * (1 + SLACK):
            reasons.append(_too_little(m, problem.k, low, total))
        if high < total * (1 - SLACK):
            reasons.append(_too_much(m, problem.k, high, total))
    return reasons


def _too_little(m: Measure, k: int, low: float, total: float) -> str:
    if np.ndim(m.lower):
        need, have = figures(low, total)
        return f"the bands of {k} grids begin at {m.told(need)} in all, there are {have}: lower the bands"
    least, need, have = figures(float(m.lower), low, total)
    fewer = math.floor(total / float(m.lower))
    return (
        f"{many(k, 'grid')} with at least {m.told(least)}{' each need' if k > 1 else ' needs'} {need}, there are {have}: "
        f"lower the band{', or ask for at most ' + many(fewer, 'grid') if fewer else ''}"
    )


def _too_much(m: Measure, k: int, high: float, total: float) -> str:
    if np.ndim(m.upper):
        hold, have = figures(high, total)
        return f"the bands of {k} grids end at {m.told(hold)} in all, there are {have}: raise the bands"
    most, hold, have = figures(float(m.upper), high, total)
    enough = f", or ask for at least {math.ceil(total / float(m.upper))} grids" if float(m.upper) > 0 else ""
    return (
        f"{many(k, 'grid')} with at most {m.told(most)}{' each hold' if k > 1 else ' holds'} {hold}, there are {have}: "
        f"raise the band{enough}"
    )


def _heavy(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    reasons = []
    for part in parts:
        for name, weights, upper in zip(part.names, part.weights, part.upper, strict=True):
            measure = measure_of(problem, name)
            for row in np.flatnonzero(weights > upper * (1 + SLACK)).tolist():
                units = part.units[part.row_of == row]
                alone, divide = "alone has", "divide the unit"
                if len(units) > 1:
                    alone, divide = "must share a grid and have", "let them part"
                value, most = figures(float(weights[row]), float(upper))
                reasons.append(
                    f"{named(problem, units)} {alone} {measure.told(value)}; the band ends at {most}: "
                    f"widen it, ask for fewer grids or {divide}"
                )
    if len(reasons) > MOST_NAMED:
        reasons[MOST_NAMED:] = [f"{len(reasons) - MOST_NAMED} more are too heavy in the same way"]
    return reasons


def _no_whole_sum(problem: PartitionProblem, parts: Sequence[Part], any_count: bool) -> list[str]:
    """Bands too narrow for whole numbers: over the whole problem no sum of units lies inside."""
    reasons = []
    for m in problem.measures:
        weights = [part.weights[part.names.index(m.name)] for part in parts if m.name in part.names]
        lower, upper = widest(m)
        sums = grid_sums(np.concatenate(weights), max(lower, 0.0), upper) if weights else None
        if sums is None:
            continue
        # Beside a whole number, so that rounding doesn't hide why there is none.
        _, band = against(round((max(lower, 0.0) + upper) / 2), lower, upper)
        if not sums.reach:
            reasons.append(f"no set of units has {m.told(band)}, as every grid must: widen the band")
        elif not any_count and not sums.allows(problem.k, float(m.weights.sum())):
            least, most, total = figures(sums.smallest, sums.largest, float(m.weights.sum()))
            reasons.append(
                f"inside the band {band} units can add up only to {m.told(f'{least} to {most}')}, and {problem.k} such "
                f"grids never make {total} in all: {advice(problem)}"
            )
    return reasons


def _lonely_parts(problem: PartitionProblem, parts: Sequence[Part], counts: Sequence[range]) -> list[str]:
    reasons = []
    for part, count in zip(parts, counts, strict=True):
        if len(count):
            continue
        sums = []
        for name, weights, low, high in zip(part.names, part.weights, part.lower, part.upper, strict=True):
            value, band = against(float(weights.sum()), float(low), float(high))
            sums.append(f"{measure_of(problem, name).told(value)} (band {band})")
        reasons.append(
            f"{describe(problem, part)} has {', '.join(sums)}: no number of grids keeps every one inside its band; "
            f"{advice(problem)}"
        )
    return reasons


def _counts_dont_add_up(
    problem: PartitionProblem, parts: Sequence[Part], counts: Sequence[range], any_count: bool
) -> list[str]:
    reasons = []
    for label, fixed in sorted((problem.grids_per_group or {}).items()):
        inside = [count for part, count in zip(parts, counts, strict=True) if part.group == label]
        if not addable(inside, fixed):
            least, most = sum(c.start for c in inside), sum(c.stop - 1 for c in inside)
            reasons.append(
                f"{problem.group_name(label)} is to have {fixed} grids; its bands allow {least} to {most}: "
                "ask for a number between, or widen the bands"
            )
    if any_count:
        return reasons
    least, most = sum(c.start for c in counts), sum(c.stop - 1 for c in counts)
    if not addable(counts, problem.k):
        over = f" over {len(parts)} parts that no grid may cross" if len(parts) > 1 else ""
        reasons.append(
            f"the bands allow {least} to {most} grids{over}; {problem.k} are asked for: "
            "ask for a number between, or widen the bands"
        )
    elif problem.grids_per_group and not reasons:
        fixed_sum = sum(problem.grids_per_group.values())
        free = [c for part, c in zip(parts, counts, strict=True) if part.group not in problem.grids_per_group]
        rest = problem.k - fixed_sum
        if (free and not addable(free, rest)) or (not free and rest != 0):
            reasons.append(
                f"groups with a fixed number take {fixed_sum} of {problem.k} grids; the others can't have {rest}"
            )
    return reasons


def _too_many_heavy(problem: PartitionProblem) -> list[str]:
    """More units above half of the band than grids: no two of them fit into one."""
    for m in problem.measures:
        upper = widest(m)[1]
        if not m.banded or not np.isfinite(upper):
            continue
        heavy = np.flatnonzero(2 * m.weights > upper * (1 + SLACK)).tolist()
        if len(heavy) > problem.k:
            return [
                f"{len(heavy)} units have each more than half of the {m.told(figures(upper)[0])} that a grid may have, "
                f"so that no two of them share one, and {problem.k} grids are asked for: {named(problem, heavy)}; "
                f"{advice(problem)}"
            ]
    return []


def _stuck(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    """Units too light for a grid of their own that fit beside none of their neighbours."""
    reasons = []
    for part in parts:
        light = (part.weights < part.lower[:, None] * (1 - SLACK)).any(axis=0)
        ends_a = np.repeat(np.arange(part.n), np.diff(part.graph.indptr))
        ends_b = part.graph.indices
        fits = (part.weights[:, ends_a] + part.weights[:, ends_b] <= part.upper[:, None] * (1 + SLACK)).all(axis=0)
        foes = set(zip(*(end.tolist() for end in part.apart.edges()[:2]), strict=True))
        if foes:
            pairs = zip(np.minimum(ends_a, ends_b).tolist(), np.maximum(ends_a, ends_b).tolist(), strict=True)
            fits = fits & np.array([pair not in foes for pair in pairs], dtype=bool)
        beside = np.bincount(ends_a, weights=fits, minlength=part.n) > 0
        for row in np.flatnonzero(light & ~beside).tolist():
            units = part.units[part.row_of == row]
            m = int(np.flatnonzero(part.weights[:, row] < part.lower * (1 - SLACK))[0])
            measure = measure_of(problem, part.names[m])
            value, least = figures(float(part.weights[m, row]), float(part.lower[m]))
            has = "has" if len(units) == 1 else "have"
            reasons.append(
                f"{named(problem, units)} {has} {measure.told(value)}, too few for a grid of its own (the band begins at "
                f"{least}), and may join none of its neighbours: {advice(problem)}"
            )
    return reasons[:MOST_NAMED]
