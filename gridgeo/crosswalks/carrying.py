"""A plan of yesterday's units on today's: what vanished, was split, merged or drawn anew, and a plan to start from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo import crs
from gridgeo.arguments import proven
from gridgeo.crosswalks.fitting import fit_polygons
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules

SAME = 0.99
"""Share of both units that two of the same ground have in common at least."""
MOSTLY = 0.9
"""Share of a unit that lies in another one to be a part of it."""
TOUCH = 0.01
"""Share of a unit below which a common piece is only an unlike border."""


@dataclass(frozen=True)
class CarriedOver:
    """An old plan on new units.

    Parameters
    ----------
    plan
        Every new unit with an old grid, and the old grids' codes, names and owners: a plan to start from.
    units
        One row a new unit: `unit`, `grid`, `change` (``same``, ``renamed``: the same ground under another identifier,
        ``split``: part of an old unit, ``merged``: of whole old units, ``redrawn``, ``new land``; ``new`` where old shapes
        aren't known), `old_units` (identifiers
        with spaces between), `how`, `share`, `share_households_outside` and `share_area_outside` as in
        `gridgeo.crosswalks.matching`.
    gone
        One row an old unit that is no more: `unit`, `grid`, `change` (``renamed``, ``split``, ``merged``, ``redrawn``,
        ``vanished``; ``gone`` where old shapes aren't known), `new_units`, and `area_lost_m2`, its land that lies in no new unit.
    lost_grids
        Old grids that no new unit was given to.
    """

    plan: Plan
    units: pd.DataFrame
    gone: pd.DataFrame
    lost_grids: tuple[str, ...]


@proven
def carry_over(old: Plan, town: Jurisdiction) -> CarriedOver:
    """The old plan on the units of `town`, matched by ground.

    Each new unit is given to the old grid in which most of its households live, then in which most of its land lies;
    land that no old grid had goes to the nearest one. Rules that name units are left out, and a level that `town` doesn't
    have.

    Raises
    ------
    BadInput
        The old plan lies somewhere else.
    """
    before = old.jurisdiction.units[["unit", "geometry"]].assign(grid=old.assignment.to_numpy())
    return carry_ground(before, old.grids, town, old.rules, old.identities)


def carry_ground(
    before: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
    town: Jurisdiction,
    rules: Rules,
    identities: pd.DataFrame,
) -> CarriedOver:
    """As `carry_over`, from what is known of the old plan without its jurisdiction.

    Parameters
    ----------
    before
        The old units: `unit`, `grid`, and their shapes. Where these aren't known (all missing), units are told by their
        name alone: ``same`` where a new one has it and stays in its grid, else ``redrawn``; ``new`` where the old plan has
        none of it; and ``gone`` among the old ones.
    grids
        Shapes of the old grids by `grid`.
    town, rules, identities
        The place now, the old plan's rules, and what its grids are called.
    """
    fitted = fit_polygons(town, grids, "grid")
    units = fitted.units[["unit", "grid", "how", "share", "share_households_outside", "share_area_outside"]].copy()
    old = before.assign(unit=before["unit"].astype(str)).reset_index(drop=True)
    if old.geometry.isna().all():
        found, gone = _by_name(old, units)
    else:
        old = crs.to_metric(old, town.crs)
        pairs = _common(old, town.units)
        found, gone = _new_units(pairs, old, town.units), _old_units(pairs, old, town.units)
    units.insert(2, "change", found["change"].to_numpy())
    units.insert(3, "old_units", found["old_units"].to_numpy())
    gone.insert(1, "grid", old["grid"].to_numpy())
    gone = gone[gone["change"] != "same"].reset_index(drop=True)
    plan = replace(fitted.plan(_rules(rules, town, int(units["grid"].nunique()))), identities=identities)
    return CarriedOver(plan, units, gone, fitted.unused)


def _by_name(before: pd.DataFrame, units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What names alone tell of the new and of the old units."""
    was = units["unit"].map(before.drop_duplicates("unit").set_index("unit")["grid"])
    change = np.select(
        [units["how"] == "nearest", was.isna(), was == units["grid"]], ["new land", "new", "same"], default="redrawn"
    )
    found = pd.DataFrame({"change": change, "old_units": units["unit"].where(was.notna(), "")})
    there = before["unit"].isin(units["unit"])
    gone = pd.DataFrame(
        {"unit": before["unit"], "change": np.where(there, "same", "gone"), "new_units": "", "area_lost_m2": 0.0}
    )
    return found, gone


def _common(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs of old and new units with ground in common: positions, and the share of each that it is."""
    a, b = before.geometry.to_numpy(), after.geometry.to_numpy()
    new, old = shapely.STRtree(a).query(b, predicate="intersects")
    shared = shapely.area(shapely.intersection(a[old], b[new]))
    table = pd.DataFrame({"old": old, "new": new, "of_old": shared / shapely.area(a)[old]})
    table["of_new"] = shared / shapely.area(b)[new]
    table["alike"] = (before["unit"].astype(str).to_numpy()[old]) == (after["unit"].astype(str).to_numpy()[new])
    return table[(table["of_old"] > TOUCH) | (table["of_new"] > TOUCH)]


def _new_units(pairs: pd.DataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    names = before["unit"].astype(str).to_numpy()
    table = pd.DataFrame({"change": "redrawn", "old_units": ""}, index=range(len(after)), dtype="object")
    cover = pairs.groupby("new")["of_new"].sum().reindex(table.index, fill_value=0.0)
    table.loc[cover < 0.5, "change"] = "new land"
    inside = pairs[pairs["of_new"] >= MOSTLY]
    table.loc[inside["new"], "change"] = "split"
    whole = pairs[pairs["of_old"] >= MOSTLY].groupby("new").agg(count=("old", "size"), cover=("of_new", "sum"))
    table.loc[whole.index[(whole["count"] > 1) & (whole["cover"] >= MOSTLY)], "change"] = "merged"
    same = pairs[(pairs["of_old"] >= SAME) & (pairs["of_new"] >= SAME)]
    table.loc[same["new"], "change"] = np.where(same["alike"], "same", "renamed")
    listed = pairs.sort_values(["new", "of_new", "old"], ascending=[True, False, True])
    table["old_units"] = _listed(listed["new"], names[listed["old"]]).reindex(table.index, fill_value="")
    return table


def _old_units(pairs: pd.DataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    names = after["unit"].astype(str).to_numpy()
    table = pd.DataFrame({"unit": before["unit"].astype(str).to_numpy(), "change": "redrawn"}, dtype="object")
    cover = pairs.groupby("old")["of_old"].sum().reindex(table.index, fill_value=0.0)
    table.loc[cover < 0.5, "change"] = "vanished"
    table.loc[pairs.loc[pairs["of_old"] >= MOSTLY, "old"], "change"] = "merged"
    parts = pairs[pairs["of_new"] >= MOSTLY].groupby("old").agg(count=("new", "size"), cover=("of_old", "sum"))
    table.loc[parts.index[(parts["count"] > 1) & (parts["cover"] >= MOSTLY)], "change"] = "split"
    same = pairs[(pairs["of_old"] >= SAME) & (pairs["of_new"] >= SAME)]
    table.loc[same["old"], "change"] = np.where(same["alike"], "same", "renamed")
    listed = pairs.sort_values(["old", "of_old", "new"], ascending=[True, False, True])
    table["new_units"] = _listed(listed["old"], names[listed["new"]]).reindex(table.index, fill_value="")
    lost = np.clip(1 - cover.to_numpy(), 0, 1) * shapely.area(before.geometry.to_numpy())
    table["area_lost_m2"] = np.where(lost > 1.0, lost, 0.0)
    return table


def _listed(key: pd.Series, names: np.ndarray) -> pd.Series:
    return pd.Series(names, index=key.to_numpy(), dtype="object").groupby(level=0).agg(" ".join)


def _rules(old: Rules, town: Jurisdiction, k: int) -> Rules:
    within = old.within
    known = within is None or set(within.split(",")) <= set(town.levels())
    return Rules(
        k=k,
        balance=old.balance,
        aim=old.aim,
        objective=old.objective,
        within=within if known else None,
        prefer_borders=old.prefer_borders,
        reach=old.reach,
    )
