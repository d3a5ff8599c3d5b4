"""How many grids each connected part has: the choice for which the least moves by estimate, and what that means for bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case, counts_of
from gridgeo_solvers.redraw.choosing import choose
from gridgeo_solvers.redraw.needs import too_narrow
from gridgeo_solvers.redraw.proving import floor_of

Worth = tuple[float, float]
W = TypeVar("W")


@dataclass(frozen=True)
class Plan:
    """The labels of one case's units (None where none keeps the rules), how many there may be, and how many are used."""

    k: int
    labels: int
    labels_of: IntArray | None


@dataclass(frozen=True)
class Counts:
    """Grids of every case, and what other choices would move at the least."""

    chosen: list[int]
    floors: list[dict[int, float]]
    pools: list[tuple[list[int], int]]
    stray: float

    def bound(self, proven: Sequence[float], price: float = 1.0) -> float:
        """What moves at the least, at its price, over all ways to share out the grids; `proven` holds for the chosen counts."""
        total = -self.stray * price
        for inside, k in self.pools:
            options = [
                {k: price * least for k, least in self.floors[p].items()} | {self.chosen[p]: proven[p]} for p in inside
            ]
            least = _cheapest(options, k, lambda a, b: a + b, 0.0)
            total += np.inf if least is None else least[0]
        return max(total, 0.0)


def share_out(
    asked: Redrawing,
    cases: Sequence[Case],
    seed: int,
    banned: Collection[tuple[int, int]] = (),
    given: Sequence[int] | None = None,
) -> Counts:
    """Choose the number of grids of every case; `banned` are pairs of case and number for which no plan was found.

    Where the numbers are `given`, the bounds alone are asked.

    Raises
    ------
    Infeasible
        No way to share out the grids fits the bands.
    """
    fixed = asked.problem.grids_per_group or {}
    locked = asked.locked_grids
    group = asked.problem.group
    pools: list[tuple[list[int], int]] = []
    for label, count in sorted(fixed.items()):
        assert group is not None
        gone = sum(int(group[np.flatnonzero(asked.old == g)[0]]) == label for g in locked)
        pools.append(([p for p, case in enumerate(cases) if case.group == label], count - gone))
        locked = tuple(g for g in locked if int(group[np.flatnonzero(asked.old == g)[0]]) != label)
    free = [p for p, case in enumerate(cases) if case.group not in fixed]
    if free or not fixed:
        pools.append((free, asked.problem.k - sum(fixed.values()) - len(locked)))
    chosen = [0] * len(cases) if given is None else list(given)
    floors: list[dict[int, float]] = [{} for _ in cases]
    for inside, k in pools if given is None else []:
        shut = [{count for case, count in banned if case == p} for p in inside]
        for p, count in zip(inside, _chosen(asked, [cases[p] for p in inside], k, shut, seed), strict=True):
            chosen[p] = count
    slack = abs(asked.problem.k - asked.m) + 3
    for p, case in enumerate(cases):
        window = [chosen[p]] if len(cases) == 1 else counts_of(case, case.n if case.n < 200 else slack + len(cases))
        floors[p] = {count: floor_of(case, count) for count in window}
    return Counts(chosen, floors, pools, _stray(cases, asked))


def _stray(cases: Sequence[Case], asked: Redrawing) -> float:
    """Households of old grids that reach over parts, outside the part in which they are held to go on.

    The grid might go on there instead, so that bounds are lowered by as much.
    """
    kept = np.zeros(asked.problem.n, dtype=bool)
    for case in cases:
        kept[case.units] = case.home >= 0
    locked = np.isin(asked.old, np.array(asked.locked_grids, dtype=np.int64))
    return float(asked.moving[~kept & ~locked].sum())


def _chosen(asked: Redrawing, cases: list[Case], k: int, shut: list[set[int]], seed: int) -> list[int]:
    slack = abs(k - sum(case.m for case in cases)) + 2
    for wider in (slack, max((case.n for case in cases), default=0)):
        windows = [counts_of(case, wider) for case in cases]
        options: list[dict[int, Worth]] = []
        for case, window, closed in zip(cases, windows, shut, strict=True):
            if len(cases) == 1:
                options.append({k: (0.0, 0.0)} if k in window and k not in closed else {})
            else:
                options.append({count: _estimate(case, count, seed) for count in window if count not in closed})
        best = _cheapest(options, k, lambda a, b: (a[0] + b[0], a[1] + b[1]), (0.0, 0.0))
        if best is not None:
            return best[1]
    raise Infeasible(_no_counts(asked, cases, windows, k))


def _estimate(case: Case, k: int, seed: int) -> Worth:
    choices = choose(case, k, 1, seed, 2.0)
    if not choices:
        return (0.0, float(case.mass.sum()))
    return (round(choices[0].missed, 6), choices[0].moved)


def _no_counts(asked: Redrawing, cases: Sequence[Case], windows: Sequence[range], k: int) -> list[str]:
    told = [too_narrow(asked, case) for case, window in zip(cases, windows, strict=True) if not len(window)]
    fewest = sum(window.start for window in windows)
    most = sum(window.stop - 1 for window in windows)
    if not told:
        told.append(
            f"{k} grids are asked for beside {len(asked.locked_grids)} locked ones; the bands leave {fewest} to {most}"
            if asked.locked_grids
            else f"{k} grids are asked for; the bands and locks leave {fewest} to {most}"
        )
    return told


def _cheapest(options: Sequence[dict[int, W]], k: int, add: Callable[[W, W], W], zero: W) -> tuple[W, list[int]] | None:
    """One count for each case, in all `k`, with the least worth (dynamic programme over cases); None where there is none."""
    table: dict[int, tuple[W, list[int]]] = {0: (zero, [])}
    for values in options:
        grown: dict[int, tuple[W, list[int]]] = {}
        for used, (value, chosen) in sorted(table.items()):
            for count, extra in sorted(values.items()):
                total = add(value, extra)
                if used + count <= k and (used + count not in grown or total < grown[used + count][0]):  # type: ignore[operator]
                    grown[used + count] = (total, [*chosen, count])
        table = grown
    return table.get(k)
