"""What became of the grids from one plan to the next: kept, grown, shrunk, split, merged, new, retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridgeo.graphs import unit_graph
from gridgeo.jurisdictions import Jurisdiction

CHANGES: Mapping[str, str] = {
    "kept": "the same units as before",
    "grown": "goes on with more households than before (or as many and more land)",
    "shrunk": "goes on with fewer households than before (or as many and less land)",
    "reshaped": "goes on with other units but as many households and as much land",
    "split": "goes on, and a new grid was cut from it",
    "merged": "goes on, and took in most of a grid that was retired",
    "new": "goes on as no earlier grid",
    "retired": "no grid goes on as it",
}
"""Kinds of change. A grid that was both split and merged is told as merged; its parents and heirs tell the rest."""

SUMS = ("households", "area_m2")

Sums = tuple[int, float]

_LAND = 1.0
"""Square metres up to which land is equal."""


@dataclass(frozen=True)
class Shared:
    """What the grids of two plans have in common.

    Parameters
    ----------
    pairs
        One row a pair with land in common: `before`, `after`, `households`, `area_m2`.
    before, after
        `households` and `area_m2` of every old and every new grid, indexed by grid.
    """

    pairs: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame


def share_out(before: ArrayLike, after: ArrayLike, units: pd.DataFrame) -> Shared:
    """What grids have in common, from the old and the new grid of each of `units`, in their order.

    A unit without an old grid (None) counts for its new grid alone, and the other way round.
    """
    table = pd.DataFrame(
        {
            "before": pd.Series(np.asarray(before, dtype=object)),
            "after": pd.Series(np.asarray(after, dtype=object)),
            "households": units["households"].to_numpy(),
            "area_m2": units["area_m2"].to_numpy(dtype=float),
        }
    )
    sums = list(SUMS)
    return Shared(
        table.groupby(["before", "after"])[sums].sum().reset_index(),
        table.groupby("before")[sums].sum(),
        table.groupby("after")[sums].sum(),
    )


def what_changed(shared: Shared, kept: Mapping[str, str]) -> pd.DataFrame:
    """One row for every new grid, then one for every old grid that isn't among `kept` (new → old).

    Returns
    -------
    Columns: `change`, `grid` (empty for a retired one), `before` (empty for a new one), `parents` and `heirs` (lists of
    old and of new grids that share land with it, most households first, itself left out where it goes on),
    `households_before`, `households_after`, `households_kept`, and the same of `area_m2`.
    """
    pairs = shared.pairs.sort_values(
        ["households", "area_m2", "before", "after"], ascending=[False, False, True, True], kind="stable"
    )
    to: dict[str, list[str]] = {}
    of: dict[str, list[str]] = {}
    common: dict[tuple[str, str], Sums] = {}
    for old, new, households, land in pairs.loc[:, ["before", "after", *SUMS]].to_numpy():
        to.setdefault(old, []).append(new)
        of.setdefault(new, []).append(old)
        common[old, new] = int(households), float(land)
    was, now = _sums(shared.before), _sums(shared.after)
    going = set(kept.values())
    split = {of[new][0] for new in of if new not in kept}
    merged = {to[old][0] for old in to if old not in going}
    rows = []
    for new in now:
        old = kept.get(new, "")
        sums = was.get(old, (0, 0.0)), now[new], common.get((old, new), (0, 0.0))
        change = "merged" if new in merged else "split" if old in split else _size(*sums)
        rows.append(_row(change if old else "new", new, old, *sums) | _kin(new, old, of, to))
    for old in sorted(set(was) - going):
        row = _row("retired", "", old, was[old], (0, 0.0), (0, 0.0))
        rows.append(row | _kin("", old, of, to))
    return pd.DataFrame(rows)


def _sums(frame: pd.DataFrame) -> dict[str, Sums]:
    return {
        str(grid): (int(h), float(m)) for grid, h, m in zip(frame.index, frame[SUMS[0]], frame[SUMS[1]], strict=True)
    }


def _size(before: Sums, after: Sums, both: Sums) -> str:
    if after[1] + before[1] - 2 * both[1] <= _LAND:
        return "kept"
    if after[0] != before[0]:
        return "grown" if after[0] > before[0] else "shrunk"
    if abs(after[1] - before[1]) <= _LAND:
        return "reshaped"
    return "grown" if after[1] > before[1] else "shrunk"


def _row(change: str, new: str, old: str, before: Sums, after: Sums, both: Sums) -> dict[str, Any]:
    row: dict[str, Any] = {"change": change, "grid": new, "before": old}
    for position, name in enumerate(SUMS):
        row |= {f"{name}_before": before[position], f"{name}_after": after[position], f"{name}_kept": both[position]}
    return row


def _kin(new: str, old: str, of: Mapping[str, list[str]], to: Mapping[str, list[str]]) -> dict[str, list[str]]:
    parents = [one for one in of.get(new, []) if one != old]
    return {"parents": parents, "heirs": [one for one in to.get(old, []) if one != new]}


def ties_kept(place: Jurisdiction, old: ArrayLike, new: ArrayLike) -> float:
    """Share of the neighbouring units of one grid that share a grid still; 1 where there were none.

    Parameters
    ----------
    place
        Whose units and borders count; neighbours are units that one can walk between.
    old, new
        Grid of each unit before and after, in the order of the units.
    """
    u, v, _ = unit_graph(place.units, place.borders).edges()
    before, after = np.asarray(old), np.asarray(new)
    together = before[u] == before[v]
    return float((after[u] == after[v])[together].mean()) if together.any() else 1.0
