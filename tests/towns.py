"""Small towns drawn by rule, for tests that need a jurisdiction but not a map."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, box, unary_union

from gridgeo.jurisdictions import Jurisdiction

CRS = "EPSG:32632"
BLOCK = 100.0
EAST, NORTH = 372_000.0, 4_843_000.0


def lattice_town(rows: int = 4, columns: int = 6, *, seed: int = 0, railway: bool = False) -> Jurisdiction:
    """A town of `rows` × `columns` square blocks of 100 m, streets on all block edges.

    ::

        north   U00 U01 U02 | U03 U04 U05      two areas, west and east, split in the middle column
                U06 U07 U08 | U09 U10 U11      buildings: one to three a block, 5 to 60 households a block
        south   …                              the street along the second row from the south is one-way east

    With `railway` a line runs along the middle column and can be crossed only in the northernmost row.
    Units are numbered from the north-west, row by row.
    """
    random = np.random.default_rng(seed)
    half = columns // 2
    cells = [(r, c) for r in range(rows) for c in range(columns)]
    shapes = [_cell(rows, r, c) for r, c in cells]
    names = [f"U{i:03d}" for i in range(len(cells))]
    buildings = _buildings(random, cells, shapes, names)
    per_unit = buildings.groupby("unit")["households"].sum()
    households = np.array([int(per_unit.get(name, 0)) for name in names])
    difficulty = np.round(random.uniform(0.8, 1.6, len(cells)), 2)
    units = gpd.GeoDataFrame(
        {
            "unit": names,
            "area": ["west" if c < half else "east" for _, c in cells],
            "kind": "residential",
            "households": households,
            "buildings": [int((buildings["unit"] == name).sum()) for name in names],
            "area_m2": BLOCK * BLOCK,
            "street_m": 2 * BLOCK,
            "difficulty": difficulty,
            "workload_min": households * 10.0 * difficulty + 30.0,
            "part": 0,
        },
        geometry=shapes,
        crs=CRS,
    )
    nodes, edges = _streets(rows, columns)
    return Jurisdiction(
        boundary=_frame({"name": ["Lattice"], "source": ["given"]}, [unary_union(shapes)]),
        areas=_areas(units),
        units=units,
        buildings=buildings,
        places=_frame(
            {"place": ["p1"], "kind": ["school"], "name": ["School"], "name_zh": ["学校"], "name_en": ["School"]},
            [shapes[0].centroid],
        ),
        road_nodes=nodes,
        road_edges=edges,
        barriers=_barriers(rows, half, railway),
        crossings=_crossings(rows, half, railway, edges),
        borders=_borders(rows, columns, names, half, railway),
        water=_frame({"water": pd.Series([], dtype=str), "kind": pd.Series([], dtype=str)}, []),
        notes={"source": f"lattice {rows} × {columns}, seed {seed}"},
    )


def _frame(columns: dict[str, object], geometry: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometry, crs=CRS))


def _corner(rows: int, r: int, c: int) -> tuple[float, float]:
    return EAST + c * BLOCK, NORTH + (rows - r) * BLOCK


def _cell(rows: int, r: int, c: int):
    west, north = _corner(rows, r, c)
    return box(west, north - BLOCK, west + BLOCK, north)


def _areas(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parts = [units.union_all()] + [units[units["area"] == name].union_all() for name in ("west", "east")]
    return _frame(
        {
            "area": ["town", "west", "east"],
            "parent": [None, "town", "town"],
            "level": ["jurisdiction", "quarter", "quarter"],
            "name": ["Lattice", "West", "East"],
            "name_zh": ["格镇", "西区", "东区"],
            "name_en": ["Lattice", "West", "East"],
            "code": [None, None, None],
            "source": ["given"] * 3,
        },
        parts,
    )


def _buildings(random, cells, shapes, names) -> gpd.GeoDataFrame:
    rows = []
    for shape, unit in zip(shapes, names, strict=True):
        west, south, _, _ = shape.bounds
        for spot in range(int(random.integers(1, 4))):
            rows.append(
                {
                    "building": f"{unit}-b{spot}",
                    "unit": unit,
                    "use": "residential",
                    "households": int(random.integers(5, 21)),
                    "levels": float(random.integers(1, 7)),
                    "imputed": "households",
                    "geometry": box(west + 10 + 28 * spot, south + 20, west + 30 + 28 * spot, south + 60),
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _streets(rows: int, columns: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    number = {(r, c): r * (columns + 1) + c for r in range(rows + 1) for c in range(columns + 1)}
    nodes = _frame({"node": list(number.values())}, [Point(_corner(rows, r, c)) for r, c in number])
    pieces = [((r, c), (r, c + 1)) for r in range(rows + 1) for c in range(columns)]
    pieces += [((r, c), (r + 1, c)) for r in range(rows) for c in range(columns + 1)]
    records, lines = [], []
    for street, (a, b) in enumerate(pieces):
        along_row = a[0] == b[0]
        oneway = along_row and a[0] == rows - 1
        for start, end, back in ((a, b, False), (b, a, True)):
            wheels = None if oneway and back else BLOCK
            records.append(
                {
                    "u": number[start],
                    "v": number[end],
                    "key": 0,
                    "street": street,
                    "name": f"Row {a[0]}" if along_row else f"Column {a[1]}",
                    "highway": "residential",
                    "oneway": oneway,
                    "bridge": False,
                    "tunnel": False,
                    "length_m": BLOCK,
                    "seconds": BLOCK / 1.25,
                    "seconds_ebike": None if wheels is None else wheels / 4.2,
                    "seconds_car": None if wheels is None else wheels / 8.3,
                }
            )
            lines.append(LineString([_corner(rows, *start), _corner(rows, *end)]))
    edges = gpd.GeoDataFrame(records, geometry=lines, crs=CRS)
    return nodes, edges.astype({"seconds_ebike": float, "seconds_car": float})


def _barriers(rows: int, half: int, railway: bool) -> gpd.GeoDataFrame:
    lines = [LineString([_corner(rows, 0, half), _corner(rows, rows, half)])] if railway else []
    count = len(lines)
    return _frame(
        {
            "barrier": pd.Series(["railway"] * count, dtype=str),
            "kind": pd.Series(["railway"] * count, dtype=str),
            "name": pd.Series(["Line"] * count, dtype=str),
            "crossings": pd.Series([1] * count, dtype=int),
        },
        lines,
    )


def _crossings(rows: int, half: int, railway: bool, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    west, north = _corner(rows, 0, half)
    spots = [Point(west, north - BLOCK / 2)] if railway else []
    count = len(spots)
    return _frame(
        {
            "crossing": pd.Series(["x1"] * count, dtype=str),
            "barrier": pd.Series(["railway"] * count, dtype=str),
            "kind": pd.Series(["level"] * count, dtype=str),
            "street": pd.Series([int(edges["street"].iloc[0])] * count, dtype=int),
        },
        spots,
    )


def _borders(rows: int, columns: int, names: list[str], half: int, railway: bool) -> gpd.GeoDataFrame:
    records, lines = [], []
    for r in range(rows):
        for c in range(columns):
            here = names[r * columns + c]
            for dr, dc in ((0, 1), (1, 0)):
                if r + dr >= rows or c + dc >= columns:
                    continue
                there = names[(r + dr) * columns + c + dc]
                on_rail = railway and dc == 1 and c + 1 == half
                crossings = 1 if on_rail and r == 0 else 0
                records.append(
                    {
                        "unit_a": here,
                        "unit_b": there,
                        "kind": "border",
                        "length_m": BLOCK,
                        "barrier_m": BLOCK if on_rail else 0.0,
                        "crossings": crossings,
                        "walkable": not on_rail or crossings > 0,
                    }
                )
                lines.append(LineString([_corner(rows, r + dr, c + dc), _corner(rows, r + 1, c + 1)]))
    return gpd.GeoDataFrame(records, geometry=lines, crs=CRS)
