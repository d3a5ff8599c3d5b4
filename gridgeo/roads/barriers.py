"""Lines that people can't cross on foot: motorways, railways, rivers, and what a planner adds. And where they can be crossed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo.arguments import proven
from gridgeo.crs import to_metric
from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.sources.osm import OsmExtract
from gridgeo.units.borders import find_borders, parts

HIGHWAYS = ("motorway", "trunk")
RAILWAYS = ("rail", "light_rail", "narrow_gauge", "subway")
WATERWAYS = ("river", "canal")
SIDE_TRACKS = ("yard", "siding", "spur", "crossover")
"""Railway `service` values that are no line of their own."""

SAME_SPOT_M = 25.0
"""Crossings of one barrier nearer to each other than this are one: two tracks, two carriageways."""


def find_barriers(
    extract: OsmExtract, crs: pyproj.CRS, road_edges: gpd.GeoDataFrame, *, within: Any, margin_m: float = 50.0
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Barriers of a jurisdiction and where walkable streets cross them.

    Parameters
    ----------
    extract
        Raw tables, EPSG:4326.
    crs
        Metric CRS of the answer.
    road_edges
        The street network in `crs`.
    within
        The jurisdiction, polygon in `crs`; barriers are cut off `margin_m` outside it.
    margin_m
        Metres.

    Returns
    -------
    `barriers` and `crossings` with the columns of `gridgeo.schemas`. What runs in a tunnel is no barrier. A crossing is a
    bridge (the street passes over), a tunnel (it passes under, also under a viaduct), or level.
    """
    ways = _ways(extract.lines, crs, shapely.buffer(within, margin_m))
    walkable = road_edges[road_edges["seconds"].notna()].drop_duplicates("street")
    walkable = walkable[~walkable["highway"].isin(HIGHWAYS)]
    spots = pd.concat([_passing(ways, walkable), _meeting(ways, walkable)], ignore_index=True)
    spots = _merged(spots)
    ways["barrier"] = _named(ways)
    if len(spots):
        spots["barrier"] = ways["barrier"].to_numpy()[spots["way"].to_numpy()]
        spots = _once(spots)
    return _barrier_frame(ways, spots, crs), _crossing_frame(spots, crs)


@proven
def add_barriers(jurisdiction: Jurisdiction, lines: gpd.GeoDataFrame) -> Jurisdiction:
    """The jurisdiction with more barriers: lines that a planner knows nobody crosses, e.g. a wall or a fenced canal.

    Parameters
    ----------
    jurisdiction
        The place; it is left as it is.
    lines
        Lines in any declared CRS. They close the borders they run along; a gap in a line is a crossing.

    Raises
    ------
    BadInput
        A row is no line, or the lines run along no border of units.
    UnknownCRS
        `lines` declare no CRS.
    """
    given = to_metric(lines, jurisdiction.crs)
    wrong = ~given.geom_type.isin(("LineString", "MultiLineString"))
    if wrong.any():
        row = given.index[wrong.to_numpy()][0]
        raise BadInput(f"barriers, row {row}: {given.geom_type[wrong].iloc[0]}; draw barriers as lines")
    known = jurisdiction.barriers
    count = len(given)
    more = gpd.GeoDataFrame(
        {
            "barrier": [f"given-{number}" for number in range(1, count + 1)],
            "kind": ["given"] * count,
            "name": pd.Series([None] * count, dtype="str"),
            "crossings": np.zeros(count, dtype=np.int64),
        },
        geometry=given.geometry.to_numpy(),
        crs=jurisdiction.crs,
    )
    barriers = (
        gpd.GeoDataFrame(pd.concat([known, more], ignore_index=True), crs=jurisdiction.crs) if len(known) else more
    )
    links = jurisdiction.borders[jurisdiction.borders["kind"] == "link"]
    redrawn = find_borders(jurisdiction.units, barriers, jurisdiction.crossings)
    closed = int(
        redrawn["barrier_m"].sum() - find_borders(jurisdiction.units, known, jurisdiction.crossings)["barrier_m"].sum()
    )
    if closed <= 0:
        raise BadInput("the given barriers run along no border of units; draw them along streets or unit borders")
    borders = gpd.GeoDataFrame(pd.concat([redrawn, links], ignore_index=True), crs=jurisdiction.crs)
    units = jurisdiction.units.assign(part=parts(jurisdiction.units, borders))
    return replace(jurisdiction, barriers=barriers, borders=borders, units=units)


def _ways(lines: gpd.GeoDataFrame, crs: pyproj.CRS, around: Any) -> gpd.GeoDataFrame:
    under = lines["tunnel"].notna() & ~lines["tunnel"].isin(["no"]) | lines["covered"].isin(["yes"])
    kind = pd.Series(None, index=lines.index, dtype=object)
    kind[lines["waterway"].isin(WATERWAYS)] = "river"
    kind[lines["railway"].isin(RAILWAYS) & ~lines["service"].isin(SIDE_TRACKS)] = "railway"
    kind[lines["highway"].isin(HIGHWAYS)] = "motorway"
    chosen = to_metric(lines.assign(kind=kind)[kind.notna() & ~under], crs)
    shapes = shapely.intersection(chosen.geometry.to_numpy(), around)
    cut = chosen.assign(over=chosen["bridge"].notna() & ~chosen["bridge"].isin(["no"]))[["id", "kind", "name", "over"]]
    parts = gpd.GeoDataFrame(cut, geometry=shapes, crs=crs).explode(ignore_index=True)
    return parts[(parts.geom_type == "LineString") & ~parts.geometry.is_empty].reset_index(drop=True)


def _passing(ways: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Points where a street runs across a barrier without a junction."""
    street, way = ways.sindex.query(streets.geometry.to_numpy(), predicate="intersects")
    lines, walls = streets.geometry.to_numpy()[street], ways.geometry.to_numpy()[way]
    points, pair = shapely.get_parts(shapely.intersection(lines, walls), return_index=True)
    point = shapely.get_type_id(points) == 0
    points, pair = points[point], pair[point]
    ends = np.minimum(*(shapely.distance(points, shapely.get_point(lines[pair], end)) for end in (0, -1)))
    points, pair = points[ends > 0.1], pair[ends > 0.1]
    street, way = street[pair], way[pair]
    over, under = streets["bridge"].to_numpy(bool)[street], streets["tunnel"].to_numpy(bool)[street]
    under |= ways["over"].to_numpy(bool)[way] & ~over
    kind = np.where(over, "bridge", np.where(under, "tunnel", "level"))
    return pd.DataFrame({"way": way, "street": streets["street"].to_numpy()[street], "kind": kind, "point": points})


def _meeting(ways: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Junctions on a barrier from which streets lead to both sides of it: one walks across the road there."""
    lines = streets.geometry.to_numpy()
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    number = np.tile(streets["street"].to_numpy(), 2)
    # A step of two metres into the street tells the side on which it leaves.
    inward = np.concatenate([shapely.line_interpolate_point(lines, 2.0), shapely.line_interpolate_point(lines, -2.0)])
    end, way = ways.sindex.query(ends, predicate="dwithin", distance=0.05)
    rows = pd.DataFrame(
        {"way": way, "street": number[end], "side": _side(ways.geometry.to_numpy()[way], ends[end], inward[end])}
    )
    rows["spot"] = [(round(p.x, 1), round(p.y, 1)) for p in ends[end]]
    rows["point"] = ends[end]
    rows = rows[rows["side"] != 0]
    # Where one way of the barrier ends and the next begins, the streets may meet different ways: any pair of sides counts.
    both = rows.groupby("spot")["side"].nunique()
    crossing = (
        rows[rows["spot"].isin(both.index[both == 2])]
        .sort_values(["spot", "street"], kind="stable")
        .drop_duplicates("spot")
    )
    return crossing.assign(kind="level")[["way", "street", "kind", "point"]]


def _side(walls: NDArray[Any], points: NDArray[Any], inward: NDArray[Any]) -> NDArray[np.int64]:
    """1 where `inward` lies left of the wall at the point, -1 right, 0 on it."""
    at = shapely.line_locate_point(walls, points)
    total = shapely.length(walls)
    before = shapely.get_coordinates(shapely.line_interpolate_point(walls, np.maximum(at - 2.0, 0.0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(walls, np.minimum(at + 2.0, total)))
    along, aside = after - before, shapely.get_coordinates(inward) - before
    cross = along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0]
    return np.where(np.abs(cross) < 0.2 * np.hypot(along[:, 0], along[:, 1]), 0, np.sign(cross)).astype(np.int64)


def _named(ways: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Identifier of the barrier that each way is part of: ways of one kind that share a name or touch."""
    count = len(ways)
    if not count:
        return np.empty(0, dtype=object)
    lines = ways.geometry.to_numpy()
    a, b = ways.sindex.query(lines, predicate="dwithin", distance=0.05)
    alike = (ways["kind"].to_numpy()[a] == ways["kind"].to_numpy()[b]) & (
        (ways["name"].to_numpy()[a] == ways["name"].to_numpy()[b])
        | (ways["name"].isna().to_numpy()[a] & ways["name"].isna().to_numpy()[b])
    )
    first = ways.reset_index().groupby(["kind", "name"], dropna=True)["index"].transform("first")
    named = first.dropna().astype(int)
    u = np.concatenate([a[alike], named.index.to_numpy()])
    v = np.concatenate([b[alike], named.to_numpy()])
    part = connected_components(coo_array((np.ones(len(u)), (u, v)), shape=(count, count)), directed=False)[1]
    length = ways.groupby(["kind", part]).geometry.agg(lambda shapes: float(shapes.length.sum()))
    order = sorted(length.items(), key=lambda item: (item[0][0], -round(item[1], 1), item[0][1]))
    number: dict[Any, str] = {}
    for (kind, member), _ in order:
        number[member] = f"{kind}-{1 + sum(name.startswith(kind) for name in number.values())}"
    return np.array([number[member] for member in part], dtype=object)


def _merged(spots: pd.DataFrame) -> pd.DataFrame:
    return spots.drop_duplicates(["way", "street", "kind"]).reset_index(drop=True) if len(spots) else spots


def _once(spots: pd.DataFrame) -> pd.DataFrame:
    """Crossings of one barrier that are almost at one spot, counted once: the one with the lowest street number stays."""
    kept = []
    for _, group in spots.sort_values(["barrier", "street"], kind="stable").groupby("barrier", sort=True):
        points = group["point"].to_numpy()
        taken: list[int] = []
        for row in range(len(points)):
            if not taken or shapely.distance(points[taken], points[row]).min() > SAME_SPOT_M:
                taken.append(row)
        kept.append(group.iloc[taken])
    return pd.concat(kept, ignore_index=True)


def _barrier_frame(ways: gpd.GeoDataFrame, spots: pd.DataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    groups = list(ways.groupby("barrier", sort=False))
    groups.sort(key=lambda item: (item[0].split("-")[0], int(item[0].split("-")[1])))
    count = spots["barrier"].value_counts() if len(spots) else pd.Series(dtype=int)
    table = pd.DataFrame(
        {
            "barrier": pd.Series([str(name) for name, _ in groups], dtype="str"),
            "kind": pd.Series([str(group["kind"].iloc[0]) for _, group in groups], dtype="str"),
            "name": pd.Series([_commonest(group["name"]) for _, group in groups], dtype="str"),
            "crossings": pd.Series([int(count.get(name, 0)) for name, _ in groups], dtype="int64"),
        }
    )
    shapes = [shapely.line_merge(shapely.multilinestrings(group.geometry.to_numpy())) for _, group in groups]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=crs))


def _crossing_frame(spots: pd.DataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    filled = len(spots) > 0
    table = pd.DataFrame(
        {
            "crossing": pd.Series([f"X{number}" for number in range(1, len(spots) + 1)], dtype="str"),
            "barrier": pd.Series(spots["barrier"].to_list() if filled else [], dtype="str"),
            "kind": pd.Series(spots["kind"].to_list() if filled else [], dtype="str"),
            "street": pd.Series(spots["street"].to_list() if filled else [], dtype="int64"),
        }
    )
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(spots["point"].to_list() if filled else [], crs=crs))


def _commonest(names: pd.Series) -> str | None:
    known = names.dropna()
    return None if known.empty else str(known.mode().iloc[0])
