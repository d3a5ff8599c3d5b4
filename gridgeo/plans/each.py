"""Every area of a level partitioned as a jurisdiction of its own, in parallel, into one plan."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.graphs import positions
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.cutting import Cut
from gridgeo.plans.many import judged
from gridgeo.plans.plan import Figures, Plan, numbered
from gridgeo.plans.rules import Band, Rules, measure
from gridgeo.plans.turns import Case, Drawn, Turns, Work, unsolved
from gridgeo.plans.wishes import Wishes
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.many import Fate, Outcome
from gridgeo_solvers.problems import Objective
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import StopRule

UNUSED = ("buildings", "places", "crossings")
"""Layers that no problem of an area depends on."""

WORST = (Objective.DIAMETER, Objective.BALANCE)
"""Objectives of which the largest counts; all others add up over areas."""

Counts = int | tuple[int, int]


@dataclass(frozen=True)
class Each:
    """One plan over all areas of a level, and what became of each area, in the order of its units.

    Where an area has no plan that keeps every rule, its units lie in the plan that breaks least, or all in one grid;
    `plan.figures.status` is then what became of it, ``infeasible`` before all else.
    """

    plan: Plan
    areas: tuple[Drawn, ...]

    @property
    def ok(self) -> bool:
        """Whether every area has a plan that keeps every rule."""
        return all(area.solved for area in self.areas)


@dataclass(frozen=True)
class _Piece:
    """An area as a jurisdiction of its own: `rows` are its units' positions in the whole."""

    area: str
    rows: NDArray[np.int64]
    town: Jurisdiction


@dataclass(frozen=True)
class _Found:
    """What an area came to: the grid 0, 1, … of each of its units, and its rules where they could be made."""

    drawn: Drawn
    grid: NDArray[np.int64] | None
    rules: Rules | None

    @classmethod
    def of(cls, name: str, outcome: Outcome, case: Case | None) -> _Found:
        """Without the arrays of the problem: there may be thousands."""
        if case is None:
            return cls(unsolved(name, outcome), None, None)
        shown = outcome.answer or outcome.nearest
        return cls(case.told(name, outcome), None if shown is None else shown.assignment, case.rules)


@proven
def partition_each(
    jurisdiction: Jurisdiction,
    level: str,
    k: Counts | Mapping[str, Counts] | None = None,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    params: PartitionParams | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> Each:
    """Partition every area of `level` as a jurisdiction of its own, in parallel, into one plan.

    Parameters
    ----------
    jurisdiction, level
        The place, and the level whose areas are partitioned: communities, quarters.
    k
        Grids of each area, by its identifier or name; or one number for all, shared out by households, at least one
        each. The fewest and the most instead of a number: each area gets the fewest of its share that keep every rule.
        Leave it out where it follows from `households`, `officer_hours`, `seeds` or `targets`, area by area.
    wishes
        As for `gridgeo.partition`; a tolerance is of the mean grid of the same area. What names units is cut to each
        area. `splits` counts areas of a level inside `level`. `within` isn't taken: grids lie in `level`.
    executor
        Where to work: any `concurrent.futures.Executor`, e.g. a Dask client's; processes of this machine where left out.
    workers
        Number of these processes; 1 works in the calling process.
    params
        How much work each area gets; where left out, as much as a jurisdiction alone, or less beyond 100 areas.
    time_limit, gap, stop, progress
        As for `gridgeo_solvers.partition.many.solve_many`; the time is for each number of grids of each area.
    seed
        The same input, seed and versions give the same plan, whatever does the work.

    Returns
    -------
    The plan is nested in `level`. Its figures are of the areas by themselves: sums, and the largest for diameter and
    balance; borders between areas aren't counted. Its rules hold, for each measure, the widest band of any area.

    Raises
    ------
    BadInput
        A rule that can't be read, or that names an area, unit, level or measure that doesn't exist.
    NoFeasiblePlan
        No area has a plan.
    """
    jurisdiction.check_units()
    area_of = jurisdiction.area_at(level)
    # Rules that can't be read concern every area, and are refused before any is solved.
    _refuse_uncounted(k, wishes)
    parts = list(_pieces(jurisdiction, area_of))
    counts = _counts(parts, k, level)
    cut = Cut.of(jurisdiction, level, _expected(jurisdiction, counts, wishes), wishes)

    def asked(piece: _Piece) -> tuple[Jurisdiction, Rules]:
        return piece.town, cut.rules(piece.town, piece.area, counts[piece.area])

    work = Work(executor, workers, params, time_limit, gap, seed, stop, progress or Progress())
    name = {piece.area: piece.town.name for piece in parts}
    found = {
        outcome.name: _Found.of(name[outcome.name], outcome, case)
        for outcome, case in Turns({piece.area: piece for piece in parts}, asked, work).outcomes()
    }
    return _assembled(jurisdiction, cut.whole, parts, found, seed)


def _refuse_uncounted(k: Counts | Mapping[str, Counts] | None, wishes: Wishes) -> None:
    ways = ("households", "officer_hours", "seeds", "targets", "fix")
    if k is None and all(wishes.get(name) is None for name in ways):
        raise BadInput("how many grids? give k, the households of a grid as LOW:HIGH, or the hours of an officer")


def _expected(jurisdiction: Jurisdiction, counts: Mapping[str, Counts | None], wishes: Wishes) -> int:
    """About how many grids there will be in all."""
    known = [count for count in counts.values() if count is not None]
    households, hours, units = wishes.get("households"), wishes.get("officer_hours"), jurisdiction.units
    if known:
        expected = sum(count if isinstance(count, int) else count[0] for count in known)
    elif households is not None and sum(households) > 0:
        expected = round(2 * float(units["households"].sum()) / sum(households))
    elif hours:
        expected = math.ceil(float(measure(units, "workload").sum()) / (hours * 60))
    else:
        expected = len(counts)
    return min(max(expected, len(counts)), len(units))


def _pieces(jurisdiction: Jurisdiction, area_of: pd.Series) -> Iterator[_Piece]:
    """Every area that has units, with the layers that a partition needs; linear in the number of units and borders."""
    units, borders = jurisdiction.units, jurisdiction.borders
    labels, names = pd.factorize(area_of)
    a = labels[positions(units["unit"], borders["unit_a"], "borders")]
    b = labels[positions(units["unit"], borders["unit_b"], "borders")]
    inner = np.flatnonzero(a == b)
    unit_rows = _grouped(labels, len(names))
    border_rows = _grouped(a[inner], len(names))
    where = pd.Series(np.arange(len(jurisdiction.areas)), index=jurisdiction.areas["area"])
    empty = {name: getattr(jurisdiction, name).iloc[:0] for name in UNUSED}
    light = replace(jurisdiction, **empty)
    for label, name in enumerate(names):
        row = jurisdiction.areas.iloc[[int(where[name])]]
        town = replace(
            light,
            boundary=row[["name", "source", row.geometry.name]],
            units=units.iloc[unit_rows[label]],
            borders=borders.iloc[inner[border_rows[label]]],
        )
        yield _Piece(str(name), unit_rows[label], town)


def _grouped(labels: NDArray[Any], count: int) -> list[NDArray[np.int64]]:
    """Positions of every label 0..count-1, ascending."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])


def _counts(parts: list[_Piece], k: Counts | Mapping[str, Counts] | None, level: str) -> dict[str, Counts | None]:
    if k is None:
        return dict.fromkeys((piece.area for piece in parts), None)
    if isinstance(k, Mapping):
        return {piece.area: count for piece, count in zip(parts, _given(parts, k, level), strict=True)}
    people = [float(piece.town.units["households"].sum()) for piece in parts]
    units = [len(piece.rows) for piece in parts]
    if isinstance(k, int):
        shares: list[Counts] = list(shared_out(k, people, units, level))
    else:
        # More grids in all never take one from an area, so that each share of the fewest is at most that of the most.
        shares = list(zip(*(shared_out(end, people, units, level) for end in k), strict=True))
    return {piece.area: share for piece, share in zip(parts, shares, strict=True)}


def _given(parts: list[_Piece], k: Mapping[str, Counts], level: str) -> Iterator[Counts]:
    known = {piece.area for piece in parts} | {piece.town.name for piece in parts}
    for name in k:
        if name not in known:
            raise BadInput(f"a number of grids is given for '{name}', which is no {level} with units")
    for piece in parts:
        if piece.area not in k and piece.town.name not in k:
            raise BadInput(f"no number of grids is given for {level} '{piece.area}' ({piece.town.name})")
        count = k[piece.area] if piece.area in k else k[piece.town.name]
        yield (int(count[0]), int(count[1])) if isinstance(count, tuple) else int(count)


def shared_out(k: int, people: Sequence[float], units: Sequence[int], level: str = "area") -> list[int]:
    """Share `k` grids among areas by their `people`, at least one each and no more than their `units`.

    The grids go one by one to the area with the largest people ÷ (2·grids + 1): Webster's method, after Balinski and
    Young, Fair Representation (1982).

    Examples
    --------
    >>> shared_out(6, [900, 450, 40], [60, 60, 60])
    [3, 2, 1]
    """
    if not len(units) <= k <= sum(units):
        raise NoFeasiblePlan(
            [
                f"{k} grids can't be shared out: every {level} needs at least one ({len(units)}), and has no more than units ({sum(units)})"
            ]
        )
    shares = [1] * len(units)
    queue = [(-people[i] / 3, i) for i in range(len(units)) if units[i] > 1]
    heapq.heapify(queue)
    for _ in range(k - len(units)):
        _, i = heapq.heappop(queue)
        shares[i] += 1
        if shares[i] < units[i]:
            heapq.heappush(queue, (-people[i] / (2 * shares[i] + 1), i))
    return shares


def _assembled(
    jurisdiction: Jurisdiction,
    wish: Rules,
    parts: list[_Piece],
    found: Mapping[str, _Found],
    seed: int,
) -> Each:
    """The plans of all areas as one."""
    labels = np.empty(len(jurisdiction.units), dtype=np.int64)
    used = total = 0
    for piece in parts:
        grid, rules = found[piece.area].grid, found[piece.area].rules
        inside = np.zeros(len(piece.rows), dtype=np.int64) if grid is None else grid
        labels[piece.rows] = inside + used
        used += int(inside.max()) + 1
        total += 1 if rules is None else rules.fewest
    areas = [found[piece.area].drawn for piece in parts]
    if not any(area.solved for area in areas):
        raise NoFeasiblePlan([f"{area.name}: {reason}" for area in areas for reason in area.reasons])
    bands = {name: band if name in wish.targets else _widest(name, parts, found) for name, band in wish.balance.items()}
    figures = _summed(areas, wish, seed)
    plan = Plan(jurisdiction, numbered(jurisdiction, labels), _of_the_whole(wish, total, bands), figures)
    each = Each(plan, tuple(areas))
    if each.ok:
        judged(jurisdiction, each.plan)
    return each


def _of_the_whole(wish: Rules, total: int, bands: Mapping[str, Band]) -> Rules:
    # An area without a plan may leave fewer grids than seeds; the plan then breaks a rule anyway, and says so.
    return replace(wish, k=total if total >= len(wish.seeds) else (total, len(wish.seeds)), balance=bands)


def _widest(name: str, parts: Sequence[_Piece], found: Mapping[str, _Found]) -> Band:
    ruled = [(piece.town.units, found[piece.area].rules) for piece in parts]
    ends = [
        rules.balance[name].bounds(float(measure(units, name).sum()), rules.fewest)
        for units, rules in ruled
        if rules is not None
    ]
    return Band(low=min(low for low, _ in ends), high=max(high for _, high in ends))


def _summed(areas: list[Drawn], wish: Rules, seed: int) -> Figures:
    unsolved = [area.status for area in areas if not area.solved]
    if unsolved:
        return Figures(status=str(Fate.INFEASIBLE) if Fate.INFEASIBLE in unsolved else unsolved[0], seed=seed)
    first = [term.objective for term in wish.terms if term.rank == wish.terms[0].rank]
    added = max if len(first) == 1 and first[0] in WORST else sum
    objective = added([area.figures.objective or 0.0 for area in areas])
    bounds = [area.figures.bound for area in areas]
    bound = None if None in bounds else added([b for b in bounds if b is not None])
    optimal = all(area.status == Status.OPTIMAL for area in areas)
    gap = 0.0 if optimal else relative_gap(objective, bound)
    values = {
        name: (max if name in WORST else sum)(area.figures.objectives[name] for area in areas)
        for name in areas[0].figures.objectives
        if all(name in area.figures.objectives for area in areas)
    }
    return Figures(objective, bound, gap, str(Status.OPTIMAL if optimal else Status.FEASIBLE), seed, values)
