"""How difficult a unit is to work in, and how many minutes of work a month it causes.

Difficulty is a number ≥ 0, 1.0 is ordinary:

    difficulty = base of the unit's community type × (1 + Σ weight of a factor × value of the factor)

Only factors whose data are there count; each has a name, a weight that can be changed, and a value that can be looked at
(`factors`). Workload in minutes a month is

    visits due × service time × difficulty + street length ÷ patrol speed × rounds + expected cases × handling time + fixed share
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput

MEASURED: Mapping[str, str] = MappingProxyType(
    {
        "walk_up": "share of households above the second storey of a building too low to have a lift",
        "steps": "share of street metres that are steps",
        "off_street": "share of households whose building lies farther than 40 m from any street",
        "business": "share of buildings with a shop, office or other business",
    }
)
"""Factors that are measured on the map, and what each value (0 to 1) means."""

SUPPLIED: Mapping[str, str] = MappingProxyType(
    {
        "floating_share": "share of residents without local registration",
        "elderly_share": "share of residents of 65 years and more",
        "key_share": "share of households under special care",
        "rented_share": "share of dwellings let for less than a year",
        "poor_road_share": "share of street metres in bad condition",
        "cases_per_household": "cases a month for each household, from the case log",
    }
)
"""Factors that count where the units carry a column of that name, and what it must hold."""


COMMUNITIES: Mapping[str, float] = MappingProxyType(
    {
        "estate": 1.0,  # houses of flats, most with a lift
        "old estate": 1.15,  # houses of flats without lifts
        "houses": 0.9,
        "centre": 1.2,  # homes over shops, markets
        "rural": 1.1,  # scattered homes
        "work": 0.8,  # hardly anybody lives there
        "open": 0.6,  # parks, fields, water's edge
    }
)
"""Community types and the difficulty of each without anything else."""


@dataclass(frozen=True)
class Factors:
    """What makes a unit difficult; change a copy with `dataclasses.replace`.

    Parameters
    ----------
    base
        Difficulty of a community type without anything else.
    weights
        What a factor of value 1 adds to 1; names as in `MEASURED` and `SUPPLIED`.
    lift_levels
        Buildings with at least this many storeys have a lift.
    off_street_m
        A building farther from every street than this counts as off the street, metres.
    least, most
        Limits of the answer.
    """

    base: Mapping[str, float] = field(default_factory=lambda: COMMUNITIES)
    weights: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "walk_up": 0.4,
                "steps": 0.5,
                "off_street": 0.3,
                "business": 0.2,
                "floating_share": 0.5,
                "elderly_share": 0.4,
                "key_share": 1.0,
                "rented_share": 0.3,
                "poor_road_share": 0.3,
                "cases_per_household": 1.0,
            }
        )
    )
    lift_levels: float = 7.0
    off_street_m: float = 40.0
    least: float = 0.3
    most: float = 3.0

    def __post_init__(self) -> None:
        missing = set(COMMUNITIES) - set(self.base)
        if missing:
            raise BadInput(f"factors: base has no difficulty for community type '{min(missing)}'")
        unknown = set(self.weights) - set(MEASURED) - set(SUPPLIED)
        if unknown:
            known = ", ".join([*MEASURED, *SUPPLIED])
            raise BadInput(f"factors: '{min(unknown)}' is no known factor; known are {known}")
        for name, value in (*self.base.items(), *self.weights.items()):
            if not 0 <= value < np.inf:
                raise BadInput(f"factors: '{name}' is {value}; give a number, 0 or more")
        if not 0 <= self.least <= self.most:
            raise BadInput(f"factors: least {self.least} and most {self.most} are no range")


@dataclass(frozen=True)
class WorkloadRates:
    """How much work a month causes.

    Parameters
    ----------
    visits_per_household
        Visits due a month; a third is one a quarter.
    visit_min
        Minutes at a door of ordinary difficulty, with the way from door to door.
    patrol_m_per_min
        Speed on patrol, metres a minute.
    patrol_rounds
        Times a month that each street is walked.
    cases_per_household
        Cases expected a month.
    case_min
        Minutes to handle a case.
    fixed_min_per_household
        Share of fixed tasks (meetings, statistics, reports), minutes a month.
    """

    visits_per_household: float = 1 / 3
    visit_min: float = 15.0
    patrol_m_per_min: float = 67.0
    patrol_rounds: float = 22.0
    cases_per_household: float = 0.05
    case_min: float = 30.0
    fixed_min_per_household: float = 2.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not 0 <= value < np.inf or (name == "patrol_m_per_min" and value == 0):
                raise BadInput(f"workload rate {name} is {value}; give a number of 0 or more (a speed above 0)")


def streets_of(units: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, land: Any = None) -> pd.DataFrame:
    """Metres of street charged to each unit: half of each street to the unit on either side of it.

    Parameters
    ----------
    units
        Polygons that tile the land, metres.
    road_edges
        Streets; each piece (`street`) counts once, where it can be walked and lies inside the land.
    land
        Union of the units, where it is at hand.

    Returns
    -------
    Columns `street_m` and `steps_m` on the index of `units`. Their sums are the metres inside the land: a street along the outer
    border is charged to its inner side alone.
    """
    walked = road_edges[road_edges["seconds"].notna()].drop_duplicates("street")
    shapes = units.geometry.to_numpy()
    table = pd.DataFrame(0.0, index=units.index, columns=["street_m", "steps_m"])
    if not len(walked) or not len(units):
        return table
    parts, street = clipped(walked.geometry.to_numpy(), shapely.union_all(shapes) if land is None else land)
    points, owner = shapely.get_coordinates(shapely.segmentize(parts, 10.0), return_index=True)
    same = owner[1:] == owner[:-1]
    step = (points[1:] - points[:-1])[same]
    metres = np.hypot(*step.T)
    real = metres > 0
    step, metres = step[real], metres[real]
    middle = ((points[1:] + points[:-1]) / 2)[same][real]
    aside = step[:, ::-1] * (-1.0, 1.0) / metres[:, None] * 0.5
    left, right = _unit_at(middle + aside, shapes), _unit_at(middle - aside, shapes)
    left, right = np.where(left < 0, right, left), np.where(right < 0, left, right)
    lost = left < 0
    if lost.any():
        nearest = shapely.STRtree(shapes).query_nearest(shapely.points(middle[lost]), all_matches=False)[1]
        left[lost] = right[lost] = nearest
    stairs = (walked["highway"] == "steps").to_numpy()[street[owner[:-1][same][real]]]
    for column, weight in (("street_m", metres), ("steps_m", np.where(stairs, metres, 0.0))):
        half = [np.bincount(side, weights=weight / 2, minlength=len(units)) for side in (left, right)]
        table[column] = half[0] + half[1]
    return table


def clipped(lines: NDArray[Any], land: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Parts of lines inside the land, with a margin for rounding; and the position of the line each is part of."""
    wide = shapely.buffer(land, 0.05)
    shapely.prepare(wide)
    inside = np.asarray(shapely.contains_properly(wide, lines))
    crossing = ~inside & np.asarray(shapely.intersects(wide, lines))
    shapes = lines.copy()
    shapes[~inside] = shapely.LineString()
    shapes[crossing] = shapely.intersection(lines[crossing], wide)
    parts, line = shapely.get_parts(shapes, return_index=True)
    linear = (shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)
    return parts[linear], line[linear]


def _unit_at(points: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """The polygon that holds each point, -1 where none does."""
    unit = np.full(len(points), -1, dtype=np.int64)
    # Polygons ask for points, not the other way round: a polygon that asks is prepared once for all its points.
    places = np.asarray(shapely.points(points), dtype=object)
    shape, point = shapely.STRtree(places).query(shapes, predicate="intersects")
    unit[point[::-1]] = shape[::-1]
    return unit


def factors(
    units: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    road_edges: gpd.GeoDataFrame,
    options: Factors | None = None,
    streets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The value of every factor for each unit, and its community type.

    Parameters
    ----------
    units, buildings, road_edges
        Layers of a jurisdiction. Columns of `units` named in `SUPPLIED` count too; an empty cell counts as the median of the others.
    streets
        Answer of `streets_of`, where it is at hand.

    Returns
    -------
    On the index of `units`: `community` and one column for each factor whose data are there.
    """
    options = options or Factors()
    position = pd.Index(units["unit"]).get_indexer(pd.Index(buildings["unit"]))
    table = _measure_buildings(len(units), position, buildings, road_edges, options)
    streets = streets_of(units, road_edges) if streets is None else streets
    table["steps"] = (streets["steps_m"] / streets["street_m"].where(streets["street_m"] > 0)).fillna(0.0).to_numpy()
    answer = pd.DataFrame({"community": _community(units, table)}, index=units.index)
    for name in MEASURED:
        answer[name] = table[name].to_numpy()
    for name in SUPPLIED:
        if name in units.columns and units[name].notna().any():
            value = pd.to_numeric(units[name], errors="coerce").astype(float)
            if (value < 0).any():
                row = units.index[int(np.argmax((value < 0).to_numpy()))]
                raise BadInput(f"units, column '{name}', row {row}: {value[row]} is negative; give {SUPPLIED[name]}")
            answer[name] = value.fillna(value.median())
    return answer


def _measure_buildings(
    count: int, unit: NDArray[np.int64], buildings: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, options: Factors
) -> pd.DataFrame:
    """Sums over the buildings of each unit, and the factors that follow from them."""
    households = buildings["households"].to_numpy(dtype=float)
    levels = np.maximum(buildings["levels"].to_numpy(dtype=float), 1.0)
    climbing = np.where(levels < options.lift_levels, np.maximum(levels - 2, 0) / levels, 0.0) * households
    far = np.zeros(len(buildings))
    if len(road_edges) and len(buildings):
        home = np.flatnonzero(households > 0)
        near = shapely.STRtree(road_edges.drop_duplicates("street").geometry.to_numpy()).query(
            buildings.geometry.to_numpy()[home], predicate="dwithin", distance=options.off_street_m
        )[0]
        far = households.copy()
        far[home[np.unique(near)]] = 0.0
    use = buildings["use"].to_numpy()
    kept = unit >= 0

    def total(weight: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(unit[kept], weights=weight[kept], minlength=count), dtype=float)

    all_, people = total(np.ones(len(buildings))), total(households)
    working = total(np.isin(use, ["mixed", "work"]).astype(float))
    return pd.DataFrame(
        {
            "households": people,
            "buildings": all_,
            "homes": total((households > 0).astype(float)),
            "mixed": total((use == "mixed").astype(float)),
            "walk_up": _ratio(total(climbing), people),
            "off_street": _ratio(total(far), people),
            "business": _ratio(working, all_),
        }
    )


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def _community(units: gpd.GeoDataFrame, table: pd.DataFrame) -> NDArray[np.object_]:
    """Community type by homes: how many households a home holds, how dense they lie, how many have shops below."""
    homes = table["homes"].to_numpy()
    per_home = _ratio(table["households"].to_numpy(), homes)
    hectares = units.geometry.area.to_numpy() / 1e4
    lived_in = homes > 0
    choice = [
        ~lived_in & (table["buildings"].to_numpy() == 0),
        ~lived_in,
        _ratio(table["mixed"].to_numpy(), homes) > 0.4,
        (per_home <= 3) & (homes < 2 * hectares),
        per_home <= 3,
        table["walk_up"].to_numpy() > 0.15,
    ]
    return np.select(choice, ["open", "work", "centre", "rural", "houses", "old estate"], default="estate").astype(
        object
    )


def rate(
    units: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    road_edges: gpd.GeoDataFrame,
    options: Factors | None = None,
    streets: pd.DataFrame | None = None,
) -> pd.Series:
    """Difficulty of each unit, 1.0 is ordinary; a Series on the index of `units`. Parameters as for `factors`."""
    options = options or Factors()
    return combine(factors(units, buildings, road_edges, options, streets), options)


def combine(table: pd.DataFrame, options: Factors) -> pd.Series:
    """Difficulty from a table of `factors`, so that values changed by hand count too."""
    extra = sum(
        (options.weights.get(name, 0.0) * table[name] for name in table.columns if name != "community"), start=0.0
    )
    difficulty = table["community"].map(options.base).astype(float) * (1.0 + extra)
    return difficulty.clip(options.least, options.most).round(3).rename("difficulty")


def workload(units: pd.DataFrame, rates: WorkloadRates | None = None) -> pd.Series:
    """Minutes of work a month that each unit causes, from its `households`, `difficulty` and `street_m`.

    Where the units carry `visits_due` or `cases_per_household`, these replace the rates.
    """
    rates = rates or WorkloadRates()
    households = units["households"].astype(float)
    visits = units["visits_due"] if "visits_due" in units.columns else households * rates.visits_per_household
    cases = units["cases_per_household"] if "cases_per_household" in units.columns else rates.cases_per_household
    minutes = (
        visits * rates.visit_min * units["difficulty"]
        + units["street_m"] / rates.patrol_m_per_min * rates.patrol_rounds
        + households * cases * rates.case_min
        + households * rates.fixed_min_per_household
    )
    return minutes.astype(float).round(1).rename("workload_min")
