"""Households of buildings: estimated from floor space, or joined from a table that knows them.

The estimate of a building is

    households = footprint × lived-in storeys × (1 − circulation) ÷ dwelling size × occupied share

and never below one where people live. Estimates are fractions; they become integers by largest remainders over the whole town, so
the town's total is the rounded sum of the estimates and rounding favours no kind of building (Hamilton's method of apportionment;
Balinski and Young 1982, *Fair Representation*).
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridgeo.crs import WGS84, transform
from gridgeo.errors import BadInput


@dataclass(frozen=True)
class HouseholdOptions:
    """How households are estimated.

    Parameters
    ----------
    dwelling_m2
        Net floor space of a flat, square metres.
    house_m2
        Net floor space of a house for one household, square metres; for rows of houses and for low buildings of untold kind.
    circulation
        Share of the gross floor space that is walls, stairs and corridors.
    occupied
        Share of dwellings that somebody lives in.
    house_footprint_m2, house_storeys
        A building of untold kind up to this footprint and these storeys counts as a house.
    business_storeys
        Storeys taken by business in a building of mixed use.
    join_m
        A row of a given table that lies in no building goes to the nearest one within this many metres.
    """

    dwelling_m2: float = 85.0
    house_m2: float = 140.0
    circulation: float = 0.25
    occupied: float = 0.95
    house_footprint_m2: float = 300.0
    house_storeys: float = 2.5
    business_storeys: float = 1.0
    join_m: float = 25.0

    def __post_init__(self) -> None:
        for name in ("dwelling_m2", "house_m2"):
            if not 0 < getattr(self, name) < np.inf:
                raise BadInput(f"household option {name} is {getattr(self, name)}; give square metres above 0")
        if not 0 <= self.circulation < 1:
            raise BadInput(f"household option circulation is {self.circulation}; give a share from 0 up to below 1")
        if not 0 < self.occupied <= 1:
            raise BadInput(f"household option occupied is {self.occupied}; give a share above 0, at most 1")
        for name in ("house_footprint_m2", "house_storeys", "business_storeys", "join_m"):
            if not 0 <= getattr(self, name) < np.inf:
                raise BadInput(f"household option {name} is {getattr(self, name)}; give 0 or more")


@dataclass(frozen=True)
class Joined:
    """Outcome of a join: households of each building, and rows of the table that met no building."""

    households: NDArray[np.int64]
    given: NDArray[np.bool_]
    unmatched: tuple[str, ...]


def estimate(described: gpd.GeoDataFrame, options: HouseholdOptions | None = None) -> NDArray[np.int64]:
    """Households of each building.

    Parameters
    ----------
    described
        Buildings as `gridgeo.units.buildings.describe` gives them.
    options
        Assumptions; the defaults where left out.

    Returns
    -------
    Integers, aligned with the rows. Tagged dwellings count as they are tagged; sheds and work places hold nobody.
    """
    options = options or HouseholdOptions()
    kind, use = described["kind"].to_numpy(), described["use"].to_numpy()
    footprint, levels = described["footprint_m2"].to_numpy(dtype=float), described["levels"].to_numpy(dtype=float)
    lived_in = np.isin(use, ["residential", "mixed"])
    storeys = np.where(use == "mixed", np.maximum(levels - options.business_storeys, 0.5), levels)
    low = (kind == "untold") & (levels <= options.house_storeys) & (footprint <= options.house_footprint_m2)
    size = np.where(low | (kind == "row"), options.house_m2, options.dwelling_m2)
    expected = footprint * storeys * (1 - options.circulation) / size * options.occupied
    expected = np.where(lived_in, np.maximum(expected, 1.0), 0.0)
    expected[lived_in & (kind == "house")] = 1.0
    whole = apportion(expected)
    flats = described["flats"].to_numpy(dtype=float)
    return np.where(np.isnan(flats), whole, np.nan_to_num(flats)).astype(np.int64)


def apportion(expected: ArrayLike, total: int | None = None) -> NDArray[np.int64]:
    """Integers near `expected` whose sum is `total` (by default the rounded sum), by largest remainders.

    Each answer is its expectation rounded down or up, where `total` is the rounded sum. Equal remainders go to the first.

    Examples
    --------
    >>> apportion([1.5, 1.25, 2.25]).tolist(), apportion([1.0, 1.0], total=3).tolist()
    ([2, 1, 2], [2, 1])
    """
    share = np.asarray(expected, dtype=float)
    if total is None:
        # Half up, since half to even would make the total depend on its parity.
        total = int(np.floor(share.sum() + 0.5 + 1e-9))
    elif share.sum() > 0:
        share = share * (total / share.sum())
    elif total:
        share = np.full(len(share), total / max(len(share), 1))
    whole = np.floor(share + 1e-9).astype(np.int64)
    missing = int(total - whole.sum())
    order = np.lexsort((np.arange(len(share)), -(share - whole)))
    whole[order[: max(missing, 0)]] += 1
    return whole


def whole_households(table: pd.DataFrame) -> NDArray[np.int64]:
    """The column `households` as integers.

    Raises
    ------
    BadInput
        A cell is missing, no number, negative or a fraction; the message names the row.
    """
    if "households" not in table.columns:
        raise BadInput(
            f"the table of households has no column 'households'; it has {', '.join(map(str, table.columns))}"
        )
    number = pd.to_numeric(table["households"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    empty = table["households"].isna().to_numpy()
    for wrong, why in (
        (empty, "is missing"),
        (np.isnan(number) | np.isinf(number), "is no number"),
        (number < 0, "is negative"),
        (np.nan_to_num(number, posinf=0.0) % 1 != 0, "is a fraction"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            cell = table["households"].iloc[row]
            raise BadInput(f"households, row {table.index[row]}: {cell} {why}; give a whole number, 0 or more")
    return number.astype(np.int64)


def join(described: gpd.GeoDataFrame, table: pd.DataFrame, options: HouseholdOptions | None = None) -> Joined:
    """Households of each building from a table of buildings or of points.

    Parameters
    ----------
    described
        Buildings as `gridgeo.units.buildings.describe` gives them.
    table
        `households` and either `building`, or `lon` and `lat` (degrees), or point geometries. Several rows of one building add up.

    Returns
    -------
    Households, which buildings were given any, and the rows that met no building in words. Buildings that the table doesn't
    name hold nobody.

    Raises
    ------
    BadInput
        A number of households can't be used, or nothing says where the rows belong.
    """
    options = options or HouseholdOptions()
    count = whole_households(table)
    if "building" in table.columns:
        name = pd.Index(described["building"])
        position = name.get_indexer(pd.Index(table["building"].astype(str)))
        what = [f"building {name}" for name in table["building"]]
    else:
        spots, what = _spots(table, described)
        position = np.full(len(table), -1)
        tree = shapely.STRtree(described.geometry.to_numpy())
        row, building = tree.query_nearest(spots, max_distance=options.join_m, all_matches=False)
        position[row] = building
    met = position >= 0
    households = np.bincount(position[met], weights=count[met], minlength=len(described)).astype(np.int64)
    given = np.zeros(len(described), dtype=bool)
    given[position[met]] = True
    lost = tuple(f"row {table.index[i]}: {what[i]}, {count[i]} households" for i in np.flatnonzero(~met).tolist())
    return Joined(households, given, lost)


def _spots(table: pd.DataFrame, described: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], list[str]]:
    if isinstance(table, gpd.GeoDataFrame):
        if table.crs is None:
            raise BadInput(
                "the points of the table of households declare no coordinate reference system; set one, e.g. frame.set_crs(4326)"
            )
        xy = shapely.get_coordinates(table.geometry.representative_point().to_numpy())
        source: object = table.crs
    elif {"lon", "lat"} <= set(table.columns):
        xy, source = table[["lon", "lat"]].to_numpy(dtype=float), WGS84
    else:
        raise BadInput(
            "nothing says where the rows of households belong; add a column building, a column unit, or lon and lat"
        )
    bad = ~np.isfinite(xy).all(axis=1)
    if bad.any():
        raise BadInput(
            f"households, row {table.index[int(np.argmax(bad))]}: a coordinate is missing; give lon and lat in degrees"
        )
    x, y = transform(xy[:, 0], xy[:, 1], source, described.crs)
    return np.asarray(shapely.points(x, y)), [f"at ({a:.8g}, {b:.8g})" for a, b in xy]
