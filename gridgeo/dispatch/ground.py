"""A plan as the solvers see it: units as places, officers at their bases, and the road times between them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.graphs import WALKING_M_S
from gridgeo.placed import FAR_M
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads
from gridgeo.routes.visiting.officers import check_officers
from gridgeo_solvers.dispatching import Ground

MOST_PLACES = 4_000
"""Units up to which a table of all road times is made."""
_ALONE_S = 600.0
"""Seconds to the next unit at the most, for a unit that stands alone."""


@dataclass(frozen=True)
class PlanGround:
    """A plan's ground with its labels.

    Parameters
    ----------
    ground
        Places and officers by position.
    units, grids, areas
        Shape (p,): unit, grid and area of each place.
    officers
        Proven table of officers, in the order of the ground.
    """

    ground: Ground
    units: NDArray[np.object_]
    grids: NDArray[np.object_]
    areas: NDArray[np.object_]
    officers: gpd.GeoDataFrame

    @property
    def names(self) -> list[str]:
        """Identifiers of the officers."""
        return [str(name) for name in self.officers["officer"]]


def ground_of(
    plan: Plan,
    officers: pd.DataFrame | None = None,
    *,
    mode: str = "foot",
    demand: str = "households",
    seconds: NDArray[np.float64] | None = None,
) -> PlanGround:
    """The ground of a plan.

    Parameters
    ----------
    plan
        Whose grids have owners.
    officers
        Columns as for `gridgeo.routes.visiting.check_officers`; one for each grid where left out. An officer waits at `lon`, `lat`, or
        at the unit of the first grid from which the others of it are reached soonest, weighed by demand.
    mode
        foot, ebike or car; of everybody, since a case is compared between all.
    demand
        Column of the units that says how many cases come from each: households, workload_min, area_m2 or another.
    seconds
        Shape (p, p): road times between the units, where they are known from another plan of the same town.

    Raises
    ------
    BadInput
        The town has more units than `MOST_PLACES`, a column is missing, or no road joins the units.
    """
    town = plan.jurisdiction
    units = town.units
    if len(units) > MOST_PLACES:
        raise BadInput(
            f"{town.name} has {len(units):,} units, up to {MOST_PLACES:,} can be looked at together; take one area of it"
        )
    if demand not in units.columns:
        raise BadInput(f"the units have no column '{demand}'; they have {', '.join(map(str, units.columns))}")
    weight = pd.to_numeric(units[demand], errors="coerce").fillna(0.0).to_numpy(dtype=float)
    if not (weight >= 0).all() or not weight.any():
        raise BadInput(f"column '{demand}' of the units says nothing of where cases come from; choose another")
    ways = road_times(plan, mode) if seconds is None else seconds
    grids = plan.assignment.reindex(units["unit"]).to_numpy(dtype=object)
    table = pd.DataFrame({"officer": np.unique(grids.astype(str)), "grid": np.unique(grids.astype(str))})
    crew = check_officers(
        table if officers is None else officers, plan, shift_min=1440.0, shift_from="00:00", mode=mode
    )
    base = np.array([_base(crew, row, grids, weight, ways, units) for row in range(len(crew))], dtype=np.int64)
    owns: dict[str, int] = {}
    for row, names in enumerate(crew["grids"]):
        for name in names:
            owns.setdefault(name, row)
    owner = np.array([owns.get(str(grid), -1) for grid in grids], dtype=np.int64)
    ground = Ground(ways, base, weight, owner)
    areas = town.area_at(plan.rules.finest).to_numpy(dtype=object)
    return PlanGround(ground, units["unit"].to_numpy(dtype=object), grids, areas, crew)


def road_times(plan: Plan, mode: str) -> NDArray[np.float64]:
    """Shape (p, p): seconds between the units by road; within a unit, half of the time to its nearest neighbour.

    Every unit is brought to the largest part of the network within which all streets can be left and regained.

    Raises
    ------
    BadInput
        A unit is too far from the streets; the message names it.
    """
    town, units = plan.jurisdiction, plan.jurisdiction.units
    xy = shapely.get_coordinates(shapely.point_on_surface(units.geometry.to_numpy()))
    roads = Roads.of(town.road_nodes, town.road_edges, mode)
    places = roads.snap_at(xy, within_m=FAR_M, part=int(roads.parts()["part"].iloc[0]))
    lost = places.piece < 0
    if lost.any():
        raise BadInput(
            f"unit {units['unit'].iloc[int(lost.argmax())]} lies more than {FAR_M:,.0f} m from every street for {mode}; choose another mode"
        )
    steps = (places.off_m[:, None] + places.off_m[None, :]) / WALKING_M_S
    ways = roads.times(places, places).to_numpy(dtype=float) + steps
    np.fill_diagonal(ways, np.inf)
    np.fill_diagonal(ways, ways.min(axis=1, initial=_ALONE_S) / 2)
    return ways


def _base(
    crew: gpd.GeoDataFrame,
    row: int,
    grids: NDArray[np.object_],
    weight: NDArray[np.float64],
    ways: NDArray[np.float64],
    units: gpd.GeoDataFrame,
) -> int:
    """Position of the unit where an officer waits."""
    point = crew.geometry.iloc[row]
    if point is not None and not point.is_empty:
        return int(shapely.distance(units.geometry.to_numpy(), point).argmin())
    own = crew["grids"].iloc[row]
    mine = np.flatnonzero(grids.astype(str) == own[0]) if own else np.arange(len(grids))
    loads = np.maximum(weight[mine], 1e-9 * weight.max())
    return int(mine[(ways[np.ix_(mine, mine)] @ loads).argmin()])
