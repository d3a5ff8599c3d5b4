"""Two plans side by side: what moved, for whom, and every measure A / B / Δ."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.changes import ties_kept
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES
from gridgeo.plans.spread import spread
from gridgeo_solvers.assignment import pair_most_shared

if TYPE_CHECKING:
    import folium
    from matplotlib.axes import Axes

UNLIKE_M2 = 1.0
"""Units of one name that differ by more area than this aren't the same units."""


@dataclass(frozen=True)
class Comparison:
    """What lies between plan A (`before`) and plan B (`after`).

    A grid of A and one of B are the same where they have the same `by`: their ``code``, or their identifier (``grid``).
    `figures` says how much would move under the kindest renaming of B's grids. Households, areas and workloads of what
    moved are those of `before`.
    """

    before: Plan
    after: Plan
    by: str = "code"

    @cached_property
    def called(self) -> tuple[pd.Series, pd.Series]:
        """What each grid of A, and each of B, is called here: grid → code, or the identifier itself."""
        sides = (self.before, self.after)
        return (_called(sides[0], self.by), _called(sides[1], self.by))

    @cached_property
    def moved(self) -> gpd.GeoDataFrame:
        """Every unit that changes its grid, in the order of the units.

        Columns `unit`, `from`, `to`, `area`, `households`, `area_m2`, `difficulty`, `workload_min` and its polygon.
        """
        units = self.before.jurisdiction.units
        old, new = self._labels()
        changed = old != new
        names = ["area", "households", "area_m2", "difficulty", "workload_min"]
        columns = {"unit": units["unit"].to_numpy()[changed], "from": old[changed], "to": new[changed]}
        columns |= {name: units[name].to_numpy()[changed] for name in names}
        return gpd.GeoDataFrame(columns, geometry=units.geometry.to_numpy()[changed], crs=units.crs)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """What goes from one grid to another: `from`, `to`, `units`, `households`, `area_m2`, `workload_min`; the most households first."""
        sums = {name: (name, "sum") for name in ("households", "area_m2", "workload_min")}
        table = (
            pd.DataFrame(self.moved.drop(columns="geometry"))
            .groupby(["from", "to"])
            .agg(units=("unit", "size"), **sums)
        )
        return table.reset_index().sort_values(
            ["households", "from", "to"], ascending=[False, True, True], ignore_index=True
        )

    @cached_property
    def grids(self) -> pd.DataFrame:
        """Each grid of either plan, ordered by what it is called.

        `grid`, `state` (same, changed, new, gone), `households_out` and `households_in`, and for each measure ``<measure>_A``,
        ``<measure>_B``, ``<measure>_Δ`` (missing where the grid isn't).
        """
        old, new = (
            plan.metrics()[list(MEASURES)].rename(index=called.to_dict())
            for plan, called in zip((self.before, self.after), self.called, strict=True)
        )
        index = old.index.union(new.index).rename("grid")
        moved = self.moved
        out = moved.groupby("from")["households"].sum().reindex(index, fill_value=0)
        into = moved.groupby("to")["households"].sum().reindex(index, fill_value=0)
        touched = index.isin(moved["from"]) | index.isin(moved["to"])
        state = np.select(
            [~index.isin(new.index), ~index.isin(old.index), touched], ["gone", "new", "changed"], default="same"
        )
        columns: dict[str, Any] = {"state": state, "households_out": out, "households_in": into}
        for name in MEASURES:
            a, b = old[name].reindex(index), new[name].reindex(index)
            columns |= {f"{name}_A": a, f"{name}_B": b, f"{name}_Δ": b - a}
        return pd.DataFrame(columns, index=index).reset_index()

    @cached_property
    def borders(self) -> gpd.GeoDataFrame:
        """Lines between two grids of A or of B: `state` (kept, dropped, new) and the line; links, which have no line, are left out."""
        borders = self.before.jurisdiction.borders
        old, new = (pd.Series(side, index=self.before.assignment.index) for side in self._labels())
        parted, parts = (
            side[borders["unit_a"]].to_numpy() != side[borders["unit_b"]].to_numpy() for side in (old, new)
        )
        state = np.select([parted & parts, parted, parts], ["kept", "dropped", "new"], default="")
        shown = (state != "") & ~(borders.geometry.is_empty | borders.geometry.isna()).to_numpy()
        lines = borders.geometry[shown]
        return gpd.GeoDataFrame({"state": state[shown]}, geometry=lines.to_numpy(), index=lines.index, crs=lines.crs)

    @property
    def vanished(self) -> gpd.GeoSeries:
        """Lines that part two grids in A and lie inside a grid in B."""
        return self.borders.geometry[self.borders["state"] == "dropped"]

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Every measure of the two plans: `measure`, `statistic`, `A`, `B`, `Δ` = B − A.

        Balance of households, area (m²), difficulty (weighted households) and workload (minutes a month): mean, min, max,
        coefficient of variation, Gini coefficient, worst deviation from the mean. Compactness (Polsby-Popper) and metres
        of walkable border between grids.
        """
        sides = [pd.Series(_measured(plan)) for plan in (self.before, self.after)]
        table = pd.DataFrame({"A": sides[0], "B": sides[1]})
        change = table["B"] - table["A"]
        # What the order of a sum alone makes of rounding is no change.
        table["Δ"] = change.where(change.abs() > 1e-9 * table.abs().max(axis=1), 0.0)
        names = pd.DataFrame(list(table.index), columns=["measure", "statistic"], index=table.index)
        return pd.concat([names, table], axis=1).reset_index(drop=True)

    def figures(self) -> dict[str, Any]:
        """How much moved, in a few numbers.

        `ties_kept` is the share of neighbouring units of one grid that stay in one grid (1 where there are none);
        `households_moved_renamed` is what would move if B's grids were named after the A's that they share most with.
        """
        total = int(self.before.jurisdiction.units["households"].sum())
        households = int(self.moved["households"].sum())
        kept = _most_kept(self.before, self._labels()[1])
        return {
            "units_moved": len(self.moved),
            "households_moved": households,
            "share_moved": households / total if total else 0.0,
            "households_moved_renamed": total - kept,
            "ties_kept": ties_kept(self.before.jurisdiction, *self._labels()),
            "grids": {"A": self.before.assignment.nunique(), "B": self.after.assignment.nunique()},
        }

    def to_file(self, path: str | os.PathLike[str], lang: str = "en") -> None:
        """Write what moved: `.geojson`, `.fgb`, `.parquet`, `.shp` (units), `.csv` (their table), `.gpkg`, `.xlsx` (all tables), `.html` (map).

        Raises
        ------
        BadInput
            The ending is another one, or the path can't be written.
        """
        from gridgeo.plans.exchange.differences import write_comparison

        write_comparison(self, Path(path), lang)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the units that move in the colour of the grid they come to, with the old and new borders (matplotlib)."""
        from gridgeo.layers import plot_moves

        return plot_moves(self, ax)

    def explore(self) -> folium.Map:
        """A map of what moved for a notebook or a single file that needs no internet (folium)."""
        from gridgeo.layers import explore_moves

        return explore_moves(self)

    def _labels(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """What the grid of each unit is called in A and in B, in the order of A's units."""
        sides = (self.before.assignment, self.after.assignment.reindex(self.before.assignment.index))
        return (sides[0].map(self.called[0]).to_numpy(), sides[1].map(self.called[1]).to_numpy())


@proven
def compare(before: Plan, after: Plan, by: str | None = None) -> Comparison:
    """Compare two plans of the same units: what moved, for how many households, and every measure A / B / Δ.

    Parameters
    ----------
    before, after
        The plans A and B.
    by
        ``code`` or ``grid``: what makes a grid of A and one of B the same. Where nothing is said, the code, if both plans have
        codes of which some are the same; else the identifier.

    Raises
    ------
    BadInput
        The plans are of other units: an identifier is missing on one side, or stands for another polygon. Or two grids
        of one plan have the code by which they shall be told apart.
    """
    _refuse_other_units(before, after)
    if by not in (None, "code", "grid"):
        raise BadInput(f"grids can't be compared by '{by}'; choose code or grid")
    codes = [plan.identities["code"] for plan in (before, after)]
    if by == "code":
        for name, code in zip("AB", codes, strict=True):
            if code.duplicated().any():
                raise BadInput(
                    f"two grids of plan {name} have the code '{code[code.duplicated()].iloc[0]}'; compare by grid"
                )
    if by is None:
        usable = all(code.is_unique for code in codes) and codes[0].isin(codes[1]).any()
        by = "code" if usable else "grid"
    return Comparison(before, after, by)


def _called(plan: Plan, by: str) -> pd.Series:
    code = plan.identities["code"]
    return code if by == "code" else pd.Series(code.index, index=code.index, name="grid")


def _refuse_other_units(before: Plan, after: Plan) -> None:
    a, b = before.jurisdiction.units, after.jurisdiction.units
    gone, added = a["unit"][~a["unit"].isin(b["unit"])], b["unit"][~b["unit"].isin(a["unit"])]
    mend = "carry A over to the units of B first (gridgeo.carry_over, or 'gridgeo import-plan TOWN FILE --carry-over')"
    if len(gone) or len(added):
        parts = [
            f"{len(ids)} only in {name}, first {ids.iloc[0]}" for name, ids in (("A", gone), ("B", added)) if len(ids)
        ]
        raise BadInput(f"the two plans partition different units ({'; '.join(parts)}); {mend}")
    if before.jurisdiction is after.jurisdiction:
        return
    there = b.set_index("unit").geometry.loc[a["unit"]].to_crs(a.crs).to_numpy()
    here = a.geometry.to_numpy()
    unlike = shapely.area(shapely.symmetric_difference(here, there)) > UNLIKE_M2
    if unlike.any():
        raise BadInput(
            f"the two plans partition different units: {int(unlike.sum())} have another shape in B, first "
            f"{a['unit'].to_numpy()[unlike][0]}; {mend}"
        )


def _measured(plan: Plan) -> dict[tuple[str, str], float]:
    table = spread(plan)
    values = {("grids", "count"): float(plan.assignment.nunique())}
    for name in MEASURES:
        for statistic in ("mean", "min", "max", "cv", "gini", "worst_deviation"):
            values[name, statistic] = float(table[statistic][name])
    compactness = plan.metrics()["compactness"]
    values["compactness", "mean"] = float(compactness.mean())
    values["compactness", "min"] = float(compactness.min())
    values["boundary_m", "total"] = _border_metres(plan)
    return values


def _border_metres(plan: Plan) -> float:
    town = plan.jurisdiction
    borders = town.borders[town.borders["walkable"].to_numpy(dtype=bool)]
    grid = plan.assignment
    parted = grid[borders["unit_a"]].to_numpy() != grid[borders["unit_b"]].to_numpy()
    return float(borders["length_m"].to_numpy(dtype=float)[parted].sum())


def _most_kept(before: Plan, after: NDArray[np.object_]) -> int:
    """Most households that can stay under their grid's name when the new grids take names of old ones, each once."""
    old, new = pd.factorize(before.assignment)[0], pd.factorize(after)[0]
    households = before.jurisdiction.units["households"].to_numpy()
    shared = (
        pd.DataFrame({"old": old, "new": new, "households": households}).groupby(["old", "new"], as_index=False).sum()
    )
    chosen = pair_most_shared(shared["old"], shared["new"], shared["households"])
    return int(shared["households"].iloc[chosen].sum())
