"""Every area of a level partitioned as a jurisdiction of its own, in parallel, into one plan.

Frames become arrays here, in the calling process, a few areas at a time; workers see arrays only. An area that has no plan
is named with its reasons and never stops the others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.graphs import positions
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.many import Balance, Drawn, Jobs, effort, judged, told
from gridgeo.plans.partitioning import _rules as rules_for
from gridgeo.plans.plan import Figures, Plan, numbered
from gridgeo.plans.rules import Band, Rules, measure
from gridgeo_solvers.partition.answer import PartitionParams
from gridgeo_solvers.partition.many import Fate, Outcome, outcomes
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import StopRule

UNUSED = ("buildings", "places", "barriers", "crossings", "water")
"""Layers that no problem of an area depends on."""


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


def partition_each(
    jurisdiction: Jurisdiction,
    level: str,
    k: int | Mapping[str, int] | None = None,
    *,
    households: tuple[float, float] | None = None,
    balance: Balance | None = None,
    objective: str = "compactness",
    keep_together: Iterable[Sequence[str]] = (),
    executor: Executor | None = None,
    workers: int | None = None,
    params: PartitionParams | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
) -> Each:
    """Partition every area of `level` as a jurisdiction of its own, in parallel, into one plan.

    Parameters
    ----------
    jurisdiction, level
        The place, and the level whose areas are partitioned: communities, quarters.
    k
        Grids of each area, by its identifier or name; or one number for all, shared out by households, at least one
        each. Leave it out when `households` is given.
    households
        Smallest and largest number of households in a grid; the number of grids of each area follows.
    balance, objective, keep_together
        As for `gridgeo.partition`; a tolerance is of the mean grid of the same area.
    executor
        Where to work: any `concurrent.futures.Executor`, e.g. a Dask client's; processes of this machine where left out.
    workers
        Number of these processes; 1 works in the calling process.
    params
        How much work each area gets; where left out, as much as a jurisdiction alone, or less beyond 100 areas.
    time_limit, gap, stop, progress
        As for `gridgeo_solvers.partition.many.solve_many`.
    seed
        The same input, seed and versions give the same plan, whatever does the work.

    Returns
    -------
    The plan is nested in `level`; its objective is the sum over the areas. Its rules hold, for each measure, the
    widest band of any area.

    Raises
    ------
    BadInput
        A rule that can't be read, or that names an area, unit, level or measure that doesn't exist.
    NoFeasiblePlan
        No area has a plan.
    """
    area_of = jurisdiction.area_at(level)
    parts = list(_pieces(jurisdiction, area_of))
    counts = _counts(parts, k, level)
    together = _by_area(jurisdiction, area_of, [tuple(group) for group in keep_together])
    if k is None and households is None:
        raise BadInput("how many grids? give k, or the households of a grid as LOW:HIGH")
    # Rules that can't be read concern every area, and are refused before any is solved.
    wish = rules_for(jurisdiction, len(parts), households, balance, objective, level, ())

    def asked(piece: _Piece) -> tuple[Jurisdiction, Rules]:
        count, groups = counts[piece.area], together.get(piece.area, [])
        return piece.town, rules_for(piece.town, count, households, balance, objective, None, groups)

    jobs = Jobs({piece.area: piece for piece in parts}, asked, progress or Progress())
    found = {
        outcome.name: outcome
        for outcome in outcomes(
        jobs, executor=executor, workers=workers, seed=seed, params=effort(params, len(jobs)), gap=gap, time_limit=time_limit,
        progress=progress, stop=stop,
    )}  # fmt: skip
    found |= jobs.refused
    return _assembled(jurisdiction, wish, parts, jobs.rules, found, seed)


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


def _counts(parts: list[_Piece], k: int | Mapping[str, int] | None, level: str) -> dict[str, int | None]:
    if k is None:
        return dict.fromkeys((piece.area for piece in parts), None)
    if isinstance(k, Mapping):
        known = {piece.area for piece in parts} | {piece.town.name for piece in parts}
        for name in k:
            if name not in known:
                raise BadInput(f"a number of grids is given for '{name}', which is no {level} with units")
        counts: dict[str, int | None] = {}
        for piece in parts:
            if piece.area not in k and piece.town.name not in k:
                raise BadInput(f"no number of grids is given for {level} '{piece.area}' ({piece.town.name})")
            counts[piece.area] = int(k[piece.area] if piece.area in k else k[piece.town.name])
        return counts
    people = [float(piece.town.units["households"].sum()) for piece in parts]
    shares = shared_out(k, people, [len(piece.rows) for piece in parts], level)
    return {piece.area: share for piece, share in zip(parts, shares, strict=True)}


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


def _by_area(
    jurisdiction: Jurisdiction, area_of: pd.Series, groups: list[tuple[str, ...]]
) -> dict[str, list[tuple[str, ...]]]:
    """Groups of units that stay together, under the area they lie in."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in groups:
        for unit in group:
            if unit not in area_of.index:
                raise BadInput(f"keep-together names unit '{unit}', which {jurisdiction.name} doesn't have")
        areas = sorted({str(area_of[unit]) for unit in group})
        if len(areas) > 1:
            raise BadInput(
                f"keep-together joins units of different areas: {', '.join(group)} lie in {', '.join(areas)}"
            )
        found.setdefault(areas[0], []).append(group)
    return found


def _assembled(
    jurisdiction: Jurisdiction,
    wish: Rules,
    parts: list[_Piece],
    rules: Mapping[str, Rules],
    found: Mapping[str, Outcome],
    seed: int,
) -> Each:
    """The plans of all areas as one."""
    labels = np.empty(len(jurisdiction.units), dtype=np.int64)
    used = 0
    areas: list[Drawn] = []
    for piece in parts:
        outcome = found[piece.area]
        shown = outcome.answer or outcome.nearest
        inside = np.zeros(len(piece.rows), dtype=np.int64) if shown is None else shown.assignment
        labels[piece.rows] = inside + used
        used += int(inside.max()) + 1
        areas.append(told(piece.town.name, outcome))
    if not any(area.solved for area in areas):
        raise NoFeasiblePlan([f"{area.name}: {reason}" for area in areas for reason in area.reasons])
    asked = {piece.area: rules[piece.area] for piece in parts if piece.area in rules}
    total = sum(asked[piece.area].k if piece.area in asked else 1 for piece in parts)
    bands = {name: _widest(name, parts, asked) for name in wish.balance}
    whole = replace(
        wish,
        k=total,
        balance=bands,
        keep_together=tuple(group for one in asked.values() for group in one.keep_together),
    )
    each = Each(Plan(jurisdiction, numbered(jurisdiction, labels), whole, _summed(areas, seed)), tuple(areas))
    if each.ok:
        judged(jurisdiction, each.plan)
    return each


def _widest(name: str, parts: list[_Piece], rules: Mapping[str, Rules]) -> Band:
    ends = [
        rules[piece.area].balance[name].bounds(float(measure(piece.town.units, name).sum()), rules[piece.area].k)
        for piece in parts
        if piece.area in rules
    ]
    return Band(low=min(low for low, _ in ends), high=max(high for _, high in ends))


def _summed(areas: list[Drawn], seed: int) -> Figures:
    unsolved = [area.status for area in areas if not area.solved]
    if unsolved:
        return Figures(status=str(Fate.INFEASIBLE) if Fate.INFEASIBLE in unsolved else unsolved[0], seed=seed)
    objective = sum(area.figures.objective or 0.0 for area in areas)
    bounds = [area.figures.bound for area in areas]
    bound = None if None in bounds else sum(b for b in bounds if b is not None)
    optimal = all(area.status == Status.OPTIMAL for area in areas)
    gap = 0.0 if optimal else relative_gap(objective, bound)
    return Figures(objective, bound, gap, str(Status.OPTIMAL if optimal else Status.FEASIBLE), seed)
