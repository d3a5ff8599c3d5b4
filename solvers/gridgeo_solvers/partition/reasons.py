"""Why no plan can exist, or what the nearest one breaks, in sentences that name units and measures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridgeo_solvers.partition.allotment import addable
from gridgeo_solvers.partition.parts import SLACK, Part
from gridgeo_solvers.problems import PartitionProblem

MOST_NAMED = 5


def impossible(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    """Certain reasons against every plan, found by arithmetic; an empty list proves nothing."""
    reasons = _too_many_grids(problem, parts) + _sums(problem) + _heavy(problem, parts)
    if reasons:
        return reasons
    counts = [part.counts() for part in parts]
    reasons = _lonely_parts(problem, parts, counts)
    if reasons:
        return reasons
    return _counts_dont_add_up(problem, parts, counts)


def describe(problem: PartitionProblem, part: Part) -> str:
    """A name for a part: its group if there are groups, and its units."""
    units = [problem.unit_name(int(i)) for i in part.units[:MOST_NAMED]]
    more = f" and {len(part.units) - MOST_NAMED} more" if len(part.units) > MOST_NAMED else ""
    group = f" in group {part.group}" if problem.group is not None else ""
    return f"the connected part{group} of {', '.join(units)}{more}"


def _too_many_grids(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    rows = sum(part.n for part in parts)
    if problem.k > problem.n:
        return [f"{problem.k} grids are asked for, there are only {problem.n} units"]
    if problem.k > rows:
        return [f"{problem.k} grids are asked for, units that must stay together leave only {rows} pieces"]
    if problem.k < len(parts):
        return [
            f"the units fall into {len(parts)} parts without a walkable border between them; {problem.k} grids can't "
            "cover them: add links between the parts, or ask for more grids"
        ]
    return []


def _sums(problem: PartitionProblem) -> list[str]:
    reasons = []
    for m in problem.measures:
        total = float(m.weights.sum())
        if m.lower * problem.k > total * (1 + SLACK):
            reasons.append(
                f"{problem.k} grids with at least {m.lower:.10g} {m.name} each need {m.lower * problem.k:.10g}, "
                f"there are {total:.10g}"
            )
        if m.upper * problem.k < total * (1 - SLACK):
            reasons.append(
                f"{problem.k} grids with at most {m.upper:.10g} {m.name} each hold {m.upper * problem.k:.10g}, "
                f"there are {total:.10g}"
            )
    return reasons


def _heavy(problem: PartitionProblem, parts: Sequence[Part]) -> list[str]:
    reasons = []
    for part in parts:
        for name, weights, upper in zip(part.names, part.weights, part.upper, strict=True):
            for row in np.flatnonzero(weights > upper * (1 + SLACK)).tolist():
                units = part.units[part.row_of == row]
                named = ", ".join(problem.unit_name(int(i)) for i in units[:MOST_NAMED])
                alone = "alone has" if len(units) == 1 else "must share a grid and have"
                reasons.append(f"{named} {alone} {weights[row]:.10g} {name}; the band ends at {upper:.10g}")
    return reasons


def _lonely_parts(problem: PartitionProblem, parts: Sequence[Part], counts: Sequence[range]) -> list[str]:
    reasons = []
    for part, count in zip(parts, counts, strict=True):
        if len(count):
            continue
        sums = ", ".join(
            f"{float(w.sum()):.10g} {name} (band {low:.10g}:{high:.10g})"
            for name, w, low, high in zip(part.names, part.weights, part.lower, part.upper, strict=True)
        )
        reasons.append(f"{describe(problem, part)} has {sums}: no number of grids keeps every one inside its band")
    return reasons


def _counts_dont_add_up(problem: PartitionProblem, parts: Sequence[Part], counts: Sequence[range]) -> list[str]:
    reasons = []
    for label, fixed in sorted((problem.grids_per_group or {}).items()):
        inside = [count for part, count in zip(parts, counts, strict=True) if part.group == label]
        if not addable(inside, fixed):
            least, most = sum(c.start for c in inside), sum(c.stop - 1 for c in inside)
            reasons.append(f"group {label} is to have {fixed} grids; its bands allow {least} to {most}")
    least, most = sum(c.start for c in counts), sum(c.stop - 1 for c in counts)
    if not addable(counts, problem.k):
        reasons.append(
            f"the bands allow {least} to {most} grids over {len(parts)} part(s) that no grid may cross; "
            f"{problem.k} are asked for"
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
