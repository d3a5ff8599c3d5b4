"""How many grids a part needs at the least, rule by rule, and how many it can fill at the most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridgeo_solvers.redraw.packing import fewest_bins, parted
from gridgeo_solvers.words import figures

if TYPE_CHECKING:
    from gridgeo_solvers.redraw.asking import IntArray, Redrawing
    from gridgeo_solvers.redraw.cases import Case

NO_WAYS = np.zeros((0, 0), dtype=bool)


class Need(NamedTuple):
    """Grids that a part needs at the least by one kind of rule; `measure` numbers the band, -1 where it is none."""

    grids: int
    rule: str
    measure: int = -1


def needs(case: Case) -> Iterator[Need]:
    """What each kind of rule needs, first what is simplest to tell: bands, pairs kept apart, ways, locks."""
    yield from _bins(case, case.row_of, "bands")
    yield Need(parted(NO_WAYS, case.rivals), "apart")
    yield Need(parted(case.limits.far, case.rivals), "ways")
    homes = np.where(case.fixed, case.home, -1)
    yield Need(len(np.unique(homes[homes >= 0])), "locks")
    # Units of one row, or locked into one grid, are one load.
    yield from _bins(case, np.where(homes >= 0, case.rows + homes, case.row_of), "locks")


def _bins(case: Case, load: IntArray, rule: str) -> Iterator[Need]:
    for number, (weights, high) in enumerate(zip(case.weights, case.high, strict=True)):
        if np.isfinite(high) and high > 0:
            loads = np.bincount(load, weights=weights).astype(np.float64)
            yield Need(fewest_bins(loads, float(high)), rule, number)


def most_filled(case: Case) -> tuple[int, int]:
    """Most grids that the lower ends of bands can fill, and the number of the band that says so (-1: the units do)."""
    most, tightest = case.rows, -1
    for number, (weights, low) in enumerate(zip(case.weights, case.low, strict=True)):
        if low > 0:
            filled = math.floor(float(weights.sum()) / low + 1e-12)
            most, tightest = min((most, tightest), (filled, number), key=lambda one: one[0])
    return most, tightest


def too_narrow(asked: Redrawing, case: Case) -> str:
    """Why no number of grids fits a part: what needs many, and what leaves few."""
    banded = [measure for measure in asked.problem.measures if measure.banded]
    most, tightest = most_filled(case)
    need = next((one for one in needs(case) if one.grids > most), None)
    unit = asked.problem.unit_name(int(case.units[case.mass.argmax()]))
    told = f"the part around {unit} ({case.n} units) fits no whole number of grids"
    if need is None:
        return f"{told}; widen a band"
    if tightest < 0:
        few = f"it has {most:,} {'unit' if most == 1 else 'sets of units'} that move alone"
    else:
        total, low = figures(float(case.weights[tightest].sum()), banded[tightest].lowest)
        few = (
            f"its {banded[tightest].told(total)} fill at most {most:,} grid{'' if most == 1 else 's'} of at least {low}"
        )
    if need.rule == "bands":
        high = figures(banded[need.measure].highest)[0]
        many, mend = f"{need.grids:,} are needed for at most {high} in each", "widen the band"
        if need.measure != tightest:
            many = f"{need.grids:,} are needed for at most {banded[need.measure].told(high)} in each"
    else:
        many, mend = {
            "apart": (
                f"{need.grids:,} are needed for units that must lie in different grids",
                "widen the band or join some",
            ),
            "ways": (
                f"{need.grids:,} are needed for units too far apart to share one",
                "widen the band or allow more reach",
            ),
            "locks": (f"{need.grids:,} are needed for what is locked", "widen the band or unlock some"),
        }[need.rule]
    return f"{told}: {few}, but {many}; {mend}"
