"""Why no plan can exist, in sentences that name units and measures and say what to change."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gridgeo_solvers.partition.allotment import addable
from gridgeo_solvers.partition.parts import SLACK, Part
from gridgeo_solvers.partition.sums import counts_of, grid_sums
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.words import against, figures

MOST_NAMED = 5


def impossible(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    """Certain reasons against every plan, found by arithmetic; an empty list proves nothing."""
    reasons = _too_many_grids(problem, parts) + _sums(problem) + _heavy(problem, parts)
    if reasons:
        return reasons
    reasons = _no_whole_sum(problem, parts)
    if reasons:
        return reasons
    counts = [counts_of(part) for part in parts]
    reasons = _lonely_parts(problem, parts, counts)
    if reasons:
        return reasons
    return _counts_dont_add_up(problem, parts, counts)


def advice(problem: PartitionProblem) -> str:
    """What a planner can change when bands and the number of grids don't go together."""
    banded = [m.name for m in problem.measures if m.banded]
    ways = [f"widen the band of {' or '.join(banded)}"] if banded else []
    ways.append("ask for another number of grids")
    if problem.group is not None:
        ways.append("nest in another level")
    return ", ".join(ways[:-1]) + " or " * (len(ways) > 1) + ways[-1]


def describe(problem: PartitionProblem, part: Part) -> str:
    """A name for a part: its group where it is all of it, else its heaviest unit."""
    units = f"{len(part.units):,} units" if len(part.units) > 1 else "1 unit"
    heaviest = problem.unit_name(int(part.units[problem.mass[part.units].argmax()]))
    if problem.group is None:
        return f"the connected part around {heaviest} ({units})"
    name = problem.group_name(part.group)
    if int((problem.group == part.group).sum()) == len(part.units):
        return f"{name} ({units})"
    return f"the part of {name} around {heaviest} ({units})"


def _too_many_grids(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    rows = sum(part.n for part in parts)
    k = problem.k
    if k > problem.n:
        return [f"{k} grids are asked for, there are only {problem.n} units: ask for at most {problem.n} grids"]
    if k > rows:
        return [
            f"{k} grids are asked for, units that must stay together leave only {rows} pieces: ask for at most {rows} grids"
        ]
    if k < len(parts):
        return [
            f"the units fall into {len(parts)} parts without a walkable border between them; {k} grids can't "
            f"cover them: add links between the parts, or ask for at least {len(parts)} grids"
        ]
    return []


def _sums(problem: PartitionProblem) -> list[str]:
    reasons = []
    for m in problem.measures:
        total = float(m.weights.sum())
        if m.lower * problem.k > total * (1 + SLACK):
            least, need, have = figures(m.lower, m.lower * problem.k, total)
            reasons.append(
                f"{problem.k} grids with at least {m.told(least)} each need {need}, there are {have}: "
                f"lower the band, or ask for at most {math.floor(total / m.lower)} grids"
            )
        if m.upper * problem.k < total * (1 - SLACK):
            most, hold, have = figures(m.upper, m.upper * problem.k, total)
            enough = f", or ask for at least {math.ceil(total / m.upper)} grids" if m.upper > 0 else ""
            reasons.append(
                f"{problem.k} grids with at most {m.told(most)} each hold {hold}, there are {have}: "
                f"raise the band{enough}"
            )
    return reasons


def _heavy(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    reasons = []
    for part in parts:
        for name, weights, upper in zip(part.names, part.weights, part.upper, strict=True):
            measure = _measure(problem, name)
            for row in np.flatnonzero(weights > upper * (1 + SLACK)).tolist():
                units = part.units[part.row_of == row]
                named = ", ".join(problem.unit_name(int(i)) for i in units[:MOST_NAMED])
                alone, divide = "alone has", "divide the unit"
                if len(units) > 1:
                    alone, divide = "must share a grid and have", "let them part"
                value, most = figures(float(weights[row]), float(upper))
                reasons.append(
                    f"{named} {alone} {measure.told(value)}; the band ends at {most}: "
                    f"widen it, ask for fewer grids or {divide}"
                )
    if len(reasons) > MOST_NAMED:
        reasons[MOST_NAMED:] = [f"{len(reasons) - MOST_NAMED} more are too heavy in the same way"]
    return reasons


def _no_whole_sum(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    """Bands too narrow for whole numbers: over the whole problem no sum of units lies inside."""
    reasons = []
    for m in problem.measures:
        weights = [part.weights[part.names.index(m.name)] for part in parts if m.name in part.names]
        sums = grid_sums(np.concatenate(weights), max(m.lower, 0.0), m.upper) if weights else None
        if sums is None:
            continue
        # Beside a whole number, so that rounding doesn't hide why there is none.
        _, band = against(round((m.lower + m.upper) / 2), m.lower, m.upper)
        if not sums.reach:
            reasons.append(f"no set of units has {m.told(band)}, as every grid must: widen the band")
        elif not sums.allows(problem.k, float(m.weights.sum())):
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
            sums.append(f"{_measure(problem, name).told(value)} (band {band})")
        reasons.append(
            f"{describe(problem, part)} has {', '.join(sums)}: no number of grids keeps every one inside its band; "
            f"{advice(problem)}"
        )
    return reasons


def _counts_dont_add_up(problem: PartitionProblem, parts: Sequence[Part], counts: Sequence[range]) -> list[str]:
    reasons = []
    for label, fixed in sorted((problem.grids_per_group or {}).items()):
        inside = [count for part, count in zip(parts, counts, strict=True) if part.group == label]
        if not addable(inside, fixed):
            least, most = sum(c.start for c in inside), sum(c.stop - 1 for c in inside)
            reasons.append(
                f"{problem.group_name(label)} is to have {fixed} grids; its bands allow {least} to {most}: "
                "ask for a number between, or widen the bands"
            )
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


def _measure(problem: PartitionProblem, name: str) -> Measure:
    return next(m for m in problem.measures if m.name == name)
