"""Basic units: the smallest pieces of land that a plan never cuts, with the buildings in them and the borders between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.units import difficulty
from gridgeo.units.blocks import Blocks, CutOptions, SizeOptions, cut_blocks, cutting_lines
from gridgeo.units.borders import BorderOptions, assumed_links, declared_links, find_borders, find_links, parts
from gridgeo.units.buildings import BuildingOptions, describe
from gridgeo.units.difficulty import Factors, WorkloadRates
from gridgeo.units.households import HouseholdOptions, apportion, estimate, join, whole_households
from gridgeo.units.merging import merge_blocks
from gridgeo.units.splitting import split_lines
from gridgeo_solvers.progress import Progress

_AFLOAT_M = 30.0
"""A building over water belongs to the land this near, metres."""


@dataclass(frozen=True)
class UnitOptions:
    """Every assumption made on the way from a map to units; change a copy with `dataclasses.replace`."""

    cut: CutOptions = field(default_factory=CutOptions)
    size: SizeOptions = field(default_factory=SizeOptions)
    borders: BorderOptions = field(default_factory=BorderOptions)
    buildings: BuildingOptions = field(default_factory=BuildingOptions)
    households: HouseholdOptions = field(default_factory=HouseholdOptions)
    factors: Factors = field(default_factory=Factors)
    rates: WorkloadRates = field(default_factory=WorkloadRates)


@dataclass(frozen=True)
class UnitLayers:
    """Layers of a jurisdiction that fit each other exactly; columns as in `gridgeo.schemas.JURISDICTION`.

    `boundary` and `areas` are those that were given, drawn again as unions of units, so that they share every vertex. `notes`
    are counts, shares imputed and what was assumed (JSON values).
    """

    boundary: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    borders: gpd.GeoDataFrame
    notes: Mapping[str, Any]


def build_units(
    boundary: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    lines: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    landuse: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    road_nodes: gpd.GeoDataFrame,
    road_edges: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    crossings: gpd.GeoDataFrame,
    households: pd.DataFrame | None = None,
    links: Iterable[Any] = (),
    options: UnitOptions | None = None,
    progress: Progress | None = None,
) -> UnitLayers:
    """Divide a jurisdiction into units.

    Parameters
    ----------
    boundary
        One row: the land, water taken out. All frames are in the same metric CRS.
    areas
        The level tree (`area`, `parent`, …); areas that are nobody's parent tile the boundary.
    lines, buildings, landuse, points
        Raw tables with OpenStreetMap tags as columns, as in `gridgeo.sources.OsmExtract`; they may reach beyond the boundary.
    water
        Water taken out of the land: a building over it belongs to the nearest unit.
    road_nodes, road_edges, barriers, crossings
        Layers of the jurisdiction.
    households
        A table that knows: `households` and `building`, or `lon` and `lat`, or point geometries, or `unit` of an earlier import with the
        same input and options. Estimated where left out.
    links
        Lines that join the units at their two ends where the map shows no way: a ferry, a footbridge.
    options
        Assumptions; the defaults where left out.
    progress
        Hears of stages.

    Returns
    -------
    Units that tile the boundary and nest in its areas, numbered U0001, U0002, … west to east, then north to south; every building in
    exactly one.

    Raises
    ------
    BadInput
        There is no building, or a row of the table of households can't be used.
    """
    options, progress = options or UnitOptions(), progress or Progress()
    progress.stage("buildings")
    homes, notes = _homes(buildings, landuse, points, boundary, water, households, options)
    progress.stage("blocks")
    leaves = areas[~areas["area"].isin(areas["parent"].dropna())].reset_index(drop=True)
    blocks, split = _blocks(boundary, leaves, lines, homes, options)
    progress.stage("units")
    homes, shapes, leaf = _merged(blocks, homes, options.size)
    units, row = _number(shapes, leaves["area"].to_numpy()[leaf], boundary.crs)
    homes["unit"] = units["unit"].to_numpy()[row[homes.pop("at").to_numpy()]]
    if households is not None and "unit" in households.columns and "building" not in households.columns:
        units, homes = _households_by_unit(units, homes, households)
    units = _summed(units, homes)
    land, tree = _redrawn(boundary, areas, units)
    progress.stage("borders")
    borders, assumed = _borders(units, barriers, crossings, road_nodes, road_edges, links, options.borders)
    units["part"] = parts(units, borders)
    progress.stage("difficulty")
    streets = difficulty.streets_of(units, road_edges, land.geometry.iloc[0])
    units["street_m"] = streets["street_m"].round(3)
    units["difficulty"] = difficulty.rate(units, homes, road_edges, options.factors, streets)
    units["workload_min"] = difficulty.workload(units, options.rates)
    notes |= {"blocks": len(blocks.shapes), "blocks_split": split, "links_assumed": assumed}
    notes |= _summary(units, homes, borders)
    lost = areas.loc[~areas["area"].isin(tree["area"]), "area"].tolist()
    if lost:
        notes["areas_without_land"] = lost
    return UnitLayers(land, tree, _ordered(units), _tidy(homes), borders, notes)


def _homes(
    raw: gpd.GeoDataFrame,
    landuse: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    table: pd.DataFrame | None,
    options: UnitOptions,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Buildings of the jurisdiction with their households, and what was assumed."""
    by_unit = table is not None and "unit" in table.columns and "building" not in table.columns
    inside = raw[_belongs(raw, boundary.geometry.union_all(), water)]
    if not len(inside) and not by_unit:
        seen = f"none of its {len(raw)} buildings lies inside the boundary" if len(raw) else "it holds no building"
        raise BadInput(
            f"the map can't tell households: {seen}; choose an extract or a boundary with buildings, "
            "or give a table of households for each unit"
        )
    homes = describe(inside, landuse, points, options.buildings)
    notes: dict[str, Any] = {"buildings_seen": len(raw), "buildings_outside": len(raw) - len(homes)}
    guessed = np.isnan(homes["flats"].to_numpy(dtype=float)) & np.isin(homes["use"], ["residential", "mixed"])
    homes["households"] = estimate(homes, options.households)
    if table is not None and not by_unit:
        joined = join(homes, table, options.households)
        homes["households"] = joined.households
        guessed = np.zeros(len(homes), dtype=bool)
        lived_in = (joined.households > 0) & ~np.isin(homes["use"], ["residential", "mixed"])
        homes.loc[lived_in, "use"] = "mixed"
        notes |= {"households_source": "table", "households_unmatched": list(joined.unmatched)}
    else:
        notes["households_source"] = "table of units" if by_unit else "estimate"
    homes["imputed"] = _imputed(homes, guessed)
    return homes, notes


def _belongs(raw: gpd.GeoDataFrame, land: Any, water: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which buildings belong to the land: at least half of their footprint lies on it, or on it and the water beside it."""
    shapes = shapely.make_valid(raw.geometry.to_numpy())
    shapely.prepare(land)
    whole = np.asarray(shapely.contains_properly(land, shapes))
    answer = whole.copy()
    near = np.flatnonzero(~whole & np.asarray(shapely.dwithin(land, shapes, _AFLOAT_M)))
    if len(near):
        base = shapely.union_all(np.append(water.geometry.to_numpy(), land))
        footprint = np.asarray(shapely.area(shapes[near]))
        answer[near] = (footprint > 0) & (shapely.area(shapely.intersection(shapes[near], base)) >= footprint / 2)
    return answer


def _imputed(homes: gpd.GeoDataFrame, guessed: NDArray[np.bool_]) -> pd.Series:
    flags = (("levels", homes["levels_imputed"]), ("use", homes["use_imputed"]), ("households", guessed))
    rows = zip(*(np.where(flag, name, "") for name, flag in flags), strict=True)
    return pd.Series(["+".join(name for name in row if name) or "none" for row in rows], homes.index, dtype="str")


def _blocks(
    boundary: gpd.GeoDataFrame,
    leaves: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    options: UnitOptions,
) -> tuple[Blocks, int]:
    """Blocks, those too large already split; and how many were."""
    land, outlines = boundary.geometry.union_all(), leaves.geometry.to_numpy()
    cutting = cutting_lines(lines, options.cut)
    shapes, resistance = cutting.geometry.to_numpy(), cutting["resistance"].to_numpy()
    blocks = cut_blocks(land, outlines, shapes, resistance)
    if not len(blocks.shapes):
        raise BadInput("the boundary holds no land; give a boundary of more than a square metre")
    at = block_of(homes.geometry.to_numpy(), blocks.shapes)
    households = homes["households"].to_numpy()
    extra = []
    crowded = np.bincount(at, weights=households, minlength=len(blocks.shapes)) > options.size.most_households
    for block in np.flatnonzero(crowded | (shapely.area(blocks.shapes) > options.size.most_area_m2)):
        inside = np.flatnonzero(at == block)
        extra.append(
            split_lines(blocks.shapes[block], homes.geometry.to_numpy()[inside], households[inside], options.size)
        )
    more = [line for found in extra for line in found]
    if not more:
        return blocks, 0
    shapes = np.append(shapes, np.array(more, dtype=object))
    blocks = cut_blocks(land, outlines, shapes, np.append(resistance, np.zeros(len(more))))
    return blocks, sum(bool(found) for found in extra)


def block_of(buildings: NDArray[Any], shapes: NDArray[Any]) -> NDArray[np.int64]:
    """The polygon each building belongs to: the one it overlaps most, the nearest where it overlaps none.

    Parameters
    ----------
    buildings, shapes
        Polygons, metres; at least one of `shapes`.
    """
    tree = shapely.STRtree(shapes)
    building, shape = tree.query(buildings, predicate="intersects")
    shared = np.zeros(len(building))
    several = np.bincount(building, minlength=len(buildings))[building] > 1
    shared[several] = shapely.area(shapely.intersection(buildings[building[several]], shapes[shape[several]]))
    order = np.lexsort((-shape, shared, building))
    at = np.full(len(buildings), -1, dtype=np.int64)
    at[building[order]] = shape[order]
    afloat = at < 0
    if afloat.any():
        at[afloat] = tree.query_nearest(buildings[afloat], all_matches=False)[1]
    return at


def _merged(
    blocks: Blocks, homes: gpd.GeoDataFrame, size: SizeOptions
) -> tuple[gpd.GeoDataFrame, NDArray[Any], NDArray[np.int64]]:
    """Buildings with the position `at` of their unit, shapes of the units, and the leaf of each."""
    at = block_of(homes.geometry.to_numpy(), blocks.shapes)
    count = len(blocks.shapes)
    buildings = np.bincount(at, minlength=count)
    households = np.bincount(at, weights=homes["households"].to_numpy(), minlength=count).astype(np.int64)
    unit = merge_blocks(blocks, buildings, households, size)
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(unit.max() + 1))
    members = np.split(order, starts[1:])
    shapes = np.array([_union(blocks.shapes[group]) for group in members], dtype=object)
    homes = homes.copy()
    homes["at"] = unit[at]
    return homes, shapes, blocks.leaf[order[starts]]


def _union(shapes: NDArray[Any]) -> Any:
    return shapes[0] if len(shapes) == 1 else shapely.coverage_union_all(shapes)


def _number(shapes: NDArray[Any], area: NDArray[np.object_], crs: Any) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """Units in the order of their names, west to east, then north to south; and the row of each shape."""
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(1)
    order = np.lexsort((-inner[:, 1], inner[:, 0]))
    width = max(4, len(str(len(shapes))))
    frame = gpd.GeoDataFrame(
        {
            "unit": pd.Series([f"U{i:0{width}d}" for i in range(1, len(shapes) + 1)], dtype="str"),
            "area": pd.Series(area[order], dtype="str"),
        },
        geometry=gpd.GeoSeries(shapes[order], crs=crs),
    )
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    return frame, row


def _households_by_unit(
    units: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, table: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Given totals of units, handed to their buildings in proportion to the estimates."""
    count = whole_households(table)
    known = pd.Index(units["unit"]).get_indexer(pd.Index(table["unit"].astype(str)))
    if (known < 0).any():
        row = int(np.argmax(known < 0))
        raise BadInput(
            f"households, row {table.index[row]}: '{table['unit'].iloc[row]}' is no unit of this map; units are "
            f"{units['unit'].iloc[0]} to {units['unit'].iloc[-1]}"
        )
    given = np.bincount(known, weights=count, minlength=len(units)).astype(np.int64)
    units, homes = units.assign(households=given), homes.copy()
    households = homes["households"].to_numpy().copy()
    for unit, rows in homes.groupby("unit", sort=True).indices.items():
        total = int(given[pd.Index(units["unit"]).get_loc(unit)])
        households[rows] = apportion(households[rows], total)
    homes["households"] = households
    return units, homes


def _summed(units: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Units with what their buildings add up to."""
    row = pd.Index(units["unit"]).get_indexer(pd.Index(homes["unit"]))
    count = len(units)
    use = homes["use"].to_numpy()
    lived_in = np.bincount(row, weights=np.isin(use, ["residential", "mixed"]), minlength=count)
    working = np.bincount(row, weights=np.isin(use, ["mixed", "work"]), minlength=count)
    units = units.copy()
    if "households" not in units.columns:
        units["households"] = np.bincount(row, weights=homes["households"], minlength=count).astype(np.int64)
    units["buildings"] = np.bincount(row, minlength=count).astype(np.int64)
    units["area_m2"] = units.geometry.area
    mixed = working > 0.4 * (lived_in + working)
    units["kind"] = np.select([lived_in + working == 0, lived_in == 0, mixed], ["open", "work", "mixed"], "residential")
    units["kind"] = units["kind"].astype("str")
    return units


def _borders(
    units: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    crossings: gpd.GeoDataFrame,
    road_nodes: gpd.GeoDataFrame,
    road_edges: gpd.GeoDataFrame,
    links: Iterable[Any],
    options: BorderOptions,
) -> tuple[gpd.GeoDataFrame, list[list[str]]]:
    """Borders, links found along the roads, declared links, assumed links; and the pairs of units of the last."""
    borders = find_borders(units, barriers, crossings, options)
    borders = _with(borders, find_links(units, borders, road_nodes, road_edges, options))
    borders = _with(borders, declared_links(units, links))
    assumed = assumed_links(units, borders, options)
    return _with(borders, assumed), assumed[["unit_a", "unit_b"]].to_numpy().tolist()


def _with(borders: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return pd.concat([borders, more], ignore_index=True) if len(more) else borders


def _summary(units: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, borders: gpd.GeoDataFrame) -> dict[str, Any]:
    """Counts for the notes of a jurisdiction."""
    total = max(int(homes["households"].sum()), 1)
    guessed = homes["imputed"].str.contains("households")
    lived_in = np.maximum(int(homes["use"].isin(["residential", "mixed"]).sum()), 1)
    homely = homes["use"].isin(["residential", "mixed"])
    parted = units.groupby("part")
    return {
        "units": len(units),
        "buildings": len(homes),
        "households": int(units["households"].sum()),
        "imputed": {
            "households": round(float(homes.loc[guessed, "households"].sum() / total), 4),
            "levels": round(float((homely & homes["imputed"].str.contains("levels")).sum() / lived_in), 4),
            "use": round(float((homely & homes["imputed"].str.contains("use")).sum() / lived_in), 4),
        },
        "links": int((borders["kind"] == "link").sum()),
        "parts": [
            {"part": int(number), "units": len(members), "households": int(members["households"].sum())}
            for number, members in parted
        ],
    }


def _redrawn(
    boundary: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Boundary and areas as unions of units; an area without any unit is left out."""
    held: dict[str, list[int]] = {name: [] for name in areas["area"]}
    parent = dict(zip(areas["area"], areas["parent"], strict=True))
    for row, area in enumerate(units["area"]):
        while isinstance(area, str) and area in held:
            held[area].append(row)
            area = parent[area]
    shapes = units.geometry.to_numpy()
    kept = areas[[bool(held[name]) for name in areas["area"]]].reset_index(drop=True)
    drawn = np.array([_union(shapes[held[name]]) for name in kept["area"]], dtype=object)
    tree = kept.set_geometry(gpd.GeoSeries(drawn, crs=units.crs))
    land = boundary.iloc[[0]].reset_index(drop=True).set_geometry(gpd.GeoSeries([_union(shapes)], crs=units.crs))
    return land, tree


def _ordered(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = [
        "unit",
        "area",
        "kind",
        "households",
        "buildings",
        "area_m2",
        "street_m",
        "difficulty",
        "workload_min",
        "part",
    ]
    return units[[*names, "geometry"]]


def _tidy(homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Buildings with the columns of the schema."""
    homes = homes[["building", "unit", "use", "households", "levels", "imputed", "geometry"]].reset_index(drop=True)
    return homes.astype(dict.fromkeys(("building", "unit", "use", "imputed"), "str"))
