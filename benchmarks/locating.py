"""Whose ground is a point, among 20,000 grids of 40 corners: what the index answers beside GEOS, and what it costs.

`zigzag` draws a coverage: cells of a lattice whose shared sides are broken lines, so that neighbours have every corner in
common. Some cells are left out (gaps), some have a hole with or without a grid in it, some lie over their neighbours, some
have corners rounded to centimetres, and some are drawn as bow-ties and repaired. Every grid gets 40 corners unless it was repaired or has a hole.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.location import Locator, rings_of
from gridgeo_solvers.locating import RingIndex

GRIDS, POINTS = 20_000, 10_000_000
PIECES, STEP = 4, 250_000
"""The comparison is made in so many cases, so many points at a time."""
CRS, SIDE, EAST, NORTH = "EPSG:4548", 300.0, 480_000.0, 4_400_000.0
"""Metres between two corners of the lattice, and its south-western corner."""
_STEPS = 10
"""Straight lines of a shared side."""


def zigzag(grids: int, seed: int) -> NDArray[np.object_]:
    """So many polygons of a coverage that isn't quite clean."""
    random = np.random.default_rng(seed)
    columns = int(np.ceil(np.sqrt(grids * 1.03)))
    rows = int(np.ceil(grids * 1.03 / columns))
    knots = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1)), axis=-1) * SIDE
    knots = knots + (EAST, NORTH) + random.uniform(-0.2, 0.2, knots.shape) * SIDE
    level = _broken(knots[:, :-1], knots[:, 1:], random)
    upright = _broken(knots[:-1], knots[1:], random)
    shapes = []
    for row in range(rows):
        for column in range(columns):
            ring = [
                level[row, column],
                upright[row, column + 1],
                level[row + 1, column][::-1],
                upright[row, column][::-1],
            ]
            shapes.append(shapely.Polygon(np.concatenate([side[:-1] for side in ring])))
    kind = random.choice(
        ["plain", "gap", "hole", "filled", "over", "repaired", "rounded"], len(shapes), p=[0.88, *[0.02] * 6]
    )
    found: list[Any] = []
    for shape, what in zip(shapes, kind, strict=True):
        found += _changed(shape, what)
    return np.array(found[:grids], dtype=object)


def _broken(start: NDArray[np.float64], end: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    share = np.linspace(0, 1, _STEPS + 1)[:, None]
    lines = start[..., None, :] * (1 - share) + end[..., None, :] * share
    lines[..., 1:-1, :] += random.uniform(-0.03, 0.03, lines[..., 1:-1, :].shape) * SIDE
    lines[..., 0, :], lines[..., -1, :] = start, end
    return lines


def _changed(shape: Any, what: str) -> list[Any]:
    if what == "gap":
        return []
    if what in ("hole", "filled"):
        inner = shape.centroid.buffer(SIDE / 8, quad_segs=4)
        return [shape.difference(inner), *([inner] if what == "filled" else [])]
    if what == "over":
        return [shapely.make_valid(shapely.transform(shape, lambda xy: xy + np.array([7.0, -3.0])))]
    if what == "rounded":
        return [shapely.make_valid(shapely.transform(shape, lambda xy: np.round(xy, 2)))]
    if what == "repaired":
        corners = shapely.get_coordinates(shape)[:-1]
        corners[[3, 4]] = corners[[4, 3]]
        corners[[15, 16]] = corners[[16, 15]]
        fixed = shapely.make_valid(shapely.Polygon(corners))
        parts = [part for part in shapely.get_parts(fixed) if part.geom_type in ("Polygon", "MultiPolygon")]
        return [shapely.union_all(parts)]
    return [shape]


def points(shapes: NDArray[np.object_], count: int, seed: int) -> NDArray[np.float64]:
    """Half anywhere, a sixth each on corners, in the middle of straight lines, and within nanometres to metres of a border."""
    random = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(shapes)
    anywhere = random.uniform((west - SIDE, south - SIDE), (east + SIDE, north + SIDE), (count - 3 * (count // 6), 2))
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapes), return_index=True)
    begin = np.flatnonzero(ring[1:] == ring[:-1])
    at = random.choice(begin, (3, count // 6))
    corner = xy[at[0]]
    middle = xy[at[1]] + (xy[at[1] + 1] - xy[at[1]]) * random.choice([0.25, 0.5, 0.75, 1 / 3], (count // 6, 1))
    near = xy[at[2]] + (xy[at[2] + 1] - xy[at[2]]) * random.uniform(0, 1, (count // 6, 1))
    near += random.choice([-1, 1], near.shape) * 10.0 ** random.uniform(-10, 0.5, near.shape)
    return random.permutation(np.concatenate([anywhere, corner, middle, near]))


def differences(shapes: NDArray[np.object_], index: RingIndex, xy: NDArray[np.float64]) -> dict[str, int]:
    """Pairs of point and polygon on which the index and GEOS don't agree, and how many points lie in none, one or several."""
    start, owner = index.all(xy)
    point = np.repeat(np.arange(len(xy)), np.diff(start))
    mine = point * len(shapes) + owner
    asked, held = shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects")
    theirs = np.sort(asked * len(shapes) + held)
    many = np.diff(start)
    return {
        "points": len(xy),
        "pairs": len(theirs),
        "differences": len(np.setxor1d(mine, theirs, assume_unique=True)),
        "in none": int((many == 0).sum()),
        "in one": int((many == 1).sum()),
        "in several": int((many > 1).sum()),
    }


def geos(seed: int) -> dict[str, Any]:
    """A share of the points, drawn with another seed, against GEOS."""
    shapes = zigzag(GRIDS, 1)
    index = rings_of(shapes)
    total: dict[str, Any] = dict.fromkeys(("points", "pairs", "differences", "in none", "in one", "in several"), 0)
    for step in range(POINTS // PIECES // STEP):
        for name, value in differences(shapes, index, points(shapes, STEP, 1000 * seed + step)).items():
            total[name] += value
    return total


def speed() -> dict[str, Any]:
    """CPU time of the index and of the locator around it, and of shapely's tree on the same points; the best of five times."""
    shapes = zigzag(GRIDS, 1)
    grids = gpd.GeoDataFrame({"grid": [f"{i:05d}" for i in range(GRIDS)], "area": "a"}, geometry=list(shapes), crs=CRS)
    streets = gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS)
    index, tree, locator = rings_of(shapes), shapely.STRtree(shapes), Locator(grids, streets)
    west, south, east, north = shapely.total_bounds(shapes)
    xy = np.random.default_rng(3).uniform((west, south), (east, north), (1_000_000, 2))
    some = xy[:50_000]
    lon, lat = crs.transform(xy[:, 0], xy[:, 1], CRS, crs.WGS84)
    pairs, degrees = some.tolist(), list(zip(lon[: len(some)].tolist(), lat[: len(some)].tolist(), strict=True))
    index.many(xy[:10])
    locator.find(*degrees[0], 20.0)

    def tree_one() -> None:
        for x, y in pairs:
            tree.query(shapely.Point(x, y), predicate="intersects")

    def each(ask: Callable[..., object], places: list[Any], *more: float) -> Callable[[], None]:
        def work() -> None:
            for x, y in places:
                ask(x, y, *more)

        return work

    edged = points(shapes, len(xy), 4)
    made = shapely.points(xy[: 10 * len(some)])
    micro = 1e6 / len(some)
    return {
        "grids": len(shapes),
        "corners": int(np.median(shapely.get_num_coordinates(shapes))) - 1,
        "index, s": best(lambda: rings_of(shapes)),
        "tree, s": best(lambda: shapely.STRtree(shapes)),
        "points a second, anywhere": len(xy) / best(lambda: index.many(xy)),
        "points a second, half of them at borders": len(xy) / best(lambda: index.many(edged)),
        "points a second from degrees": len(xy) / best(lambda: locator.locate_many(lon, lat)),
        "tree, points a second": len(made) / best(lambda: tree.query(made, predicate="intersects")),
        "one point, µs": best(each(index.one, pairs)) * micro,
        "one place from degrees, µs": best(each(locator.find, degrees)) * micro,
        "with all within 20 m, µs": best(each(locator.find, degrees, 20.0)) * micro,
        "tree, one point, µs": best(tree_one) * micro,
    }


def best(work: Callable[[], object]) -> float:
    """CPU seconds of `work`, the least of five times."""
    spent = []
    for _ in range(5):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def cases() -> dict[str, Callable[[], dict[str, Any]]]:
    """Speed, and the comparison with GEOS in pieces."""
    found: dict[str, Callable[[], dict[str, Any]]] = {"locating": speed}
    return found | {f"locating, GEOS {seed}": lambda seed=seed: geos(seed) for seed in range(1, PIECES + 1)}
