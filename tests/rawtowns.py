"""Small towns as a map reader leaves them (tagged lines and polygons), drawn by rule: what units are built from."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box, unary_union

CRS = "EPSG:32632"
EAST, NORTH = 372_000.0, 4_843_000.0
BLOCK = 120.0


def frame(columns: dict[str, Any], geometry: list[Any]) -> gpd.GeoDataFrame:
    """A frame in the town's CRS; columns of an empty frame hold text."""
    data = columns if geometry else {name: pd.Series([], dtype="str") for name in columns}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(geometry, crs=CRS))


def raw_town(
    rows: int = 3,
    columns: int = 4,
    *,
    seed: int = 0,
    extra_lines: int = 0,
    houses: int = 3,
    turn: float = 0.0,
    split_areas: bool = True,
    river: bool = False,
) -> dict[str, Any]:
    """Arguments of `build_units` for a lattice of streets, 120 m apart, with `houses` buildings a block.

    `extra_lines` straight paths with random ends run through it. `turn` degrees of rotation leave no line on an axis. With `split_areas`
    there are two areas, west and east. With `river` a strip of water of 40 m parts the town north from south, with one bridge.
    """
    random = np.random.default_rng(seed)
    west, south = EAST, NORTH
    east, north = EAST + columns * BLOCK, NORTH + rows * BLOCK
    land = box(west, south, east, north)
    middle = south + (rows // 2) * BLOCK + 40
    stream = box(west, middle, east, middle + 40)
    streets = [
        (LineString([(west, south + r * BLOCK), (east, south + r * BLOCK)]), "residential") for r in range(rows + 1)
    ]
    streets += [
        (LineString([(west + c * BLOCK, south), (west + c * BLOCK, north)]), "residential") for c in range(columns + 1)
    ]
    if river:
        streets = [(part, kind) for line, kind in streets for part in _outside(line, stream, west + BLOCK)]
    for _ in range(extra_lines):
        ends = random.uniform((west - 30, south - 30), (east + 30, north + 30), (2, 2))
        streets.append((LineString(ends), str(random.choice(["footway", "service", "steps", "tertiary"]))))
    homes = _buildings(random, rows, columns, houses)
    if river:
        land = land.difference(stream)
        homes = [home for home in homes if not home.intersects(stream)]
    split = west + (columns // 2) * BLOCK
    sides = [land.intersection(box(west, south, split, north)), land.intersection(box(split, south, east, north))]

    def turned(shape: Any) -> Any:
        return affinity.rotate(shape, turn, origin=(EAST, NORTH))

    lines = [turned(line) for line, _ in streets]
    shapes = [turned(side) for side in sides]
    whole = unary_union(shapes)
    nodes, edges = _network([line for line in lines if line.intersects(whole)], [kind for _, kind in streets])
    return {
        "boundary": frame({"name": ["Town"], "source": ["given"]}, [whole]),
        "areas": _areas(whole, shapes if split_areas else []),
        "lines": frame({"highway": [kind for _, kind in streets]}, lines),
        "buildings": frame(
            {
                "id": [f"w{i}" for i in range(len(homes))],
                "building": ["apartments"] * len(homes),
                "building:levels": ["4"] * len(homes),
            },
            [turned(home) for home in homes],
        ),
        "landuse": frame({"landuse": []}, []),
        "points": frame({"shop": []}, []),
        "water": frame({"water": ["river"], "kind": ["river"]}, [turned(stream)])
        if river
        else frame({"water": [], "kind": []}, []),
        "road_nodes": nodes,
        "road_edges": edges,
        "barriers": frame({"barrier": [], "kind": [], "name": [], "crossings": []}, []),
        "crossings": frame({"crossing": [], "barrier": [], "kind": [], "street": []}, []),
    }


def _outside(line: LineString, stream: Polygon, bridge: float) -> list[Any]:
    if line.coords[0][0] == line.coords[1][0] == bridge:
        return [line]
    rest = line.difference(stream)
    return [part for part in getattr(rest, "geoms", [rest]) if part.length > 0]


def _buildings(random: np.random.Generator, rows: int, columns: int, houses: int) -> list[Polygon]:
    found = []
    for r in range(rows):
        for c in range(columns):
            x, y = EAST + c * BLOCK, NORTH + r * BLOCK
            spots = [(i, j) for i in range(4) for j in range(4)]
            random.shuffle(spots)
            for i, j in spots[:houses]:
                width, depth = random.uniform(8, 22, 2)
                left, low = x + 8 + 27 * i, y + 8 + 27 * j
                found.append(box(left, low, left + width, low + depth))
    return found


def _areas(whole: Any, sides: list[Any]) -> gpd.GeoDataFrame:
    shapes = [whole, *sides]
    names = ["town", "west", "east"][: len(shapes)]
    return frame(
        {
            "area": names,
            "parent": [None, "town", "town"][: len(shapes)],
            "level": ["jurisdiction", "quarter", "quarter"][: len(shapes)],
            "name": names,
            "name_zh": [None] * len(shapes),
            "name_en": [None] * len(shapes),
            "code": [None] * len(shapes),
            "source": ["given"] * len(shapes),
        },
        [shape if isinstance(shape, Polygon | MultiPolygon) else unary_union(shape) for shape in shapes],
    )


def _network(lines: list[LineString], kinds: list[str]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A street network: the lines noded, walkable both ways."""
    noded = unary_union(lines)
    pieces = list(getattr(noded, "geoms", [noded]))
    number: dict[tuple[float, float], int] = {}
    records, shapes = [], []
    for street, piece in enumerate(pieces):
        ends = [tuple(np.round(piece.coords[i], 3)) for i in (0, -1)]
        u, v = (number.setdefault(end, len(number)) for end in ends)
        kind = "steps" if kinds and street % 7 == 0 else "residential"
        for a, b, line in ((u, v, piece), (v, u, piece.reverse())):
            records.append(
                {
                    "u": a,
                    "v": b,
                    "key": 0,
                    "street": street,
                    "name": None,
                    "highway": kind,
                    "oneway": False,
                    "bridge": False,
                    "tunnel": False,
                    "length_m": piece.length,
                    "seconds": piece.length / 1.25,
                    "seconds_ebike": piece.length / 4.2,
                    "seconds_car": piece.length / 8.3,
                }
            )
            shapes.append(line)
    nodes = frame({"node": list(number.values())}, [Point(place) for place in number])
    return nodes, gpd.GeoDataFrame(records, geometry=shapes, crs=CRS)
