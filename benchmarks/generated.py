"""Problems made from a seed, to the figures of reference cases: the same arguments give the same problem everywhere.

`delaunay` is a city of any size, `baitao` and `zhucheng` follow two published cases (18 villages in 7 grids, 1,249
villages of 13 towns in 208 communities), `household_groups` forms neighbourhoods of about ten doors, `communities` is
a city's worth of small jurisdictions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, Voronoi, cKDTree

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HEAVIEST = 0.05
"""Largest share of a grid's mean that one unit of `delaunay` has, on any measure."""
STREET, PLOT = 14.0, 11.0
"""Metres across a street, and along it from door to door."""


def delaunay(
    n: int = 100_000, k: int = 500, measures: int = 3, tolerance: float = 0.05, seed: int = 1
) -> PartitionProblem:
    """`n` random points joined by their Delaunay triangulation, `measures` lognormal around one density field."""
    random = np.random.default_rng([seed, n, measures])
    side = 250.0 * np.sqrt(n)
    xy = random.random((n, 2)) * side
    density = np.exp(0.7 * _smooth_field(xy / side, random))
    banded = []
    for name, scale, sigma in (("households", 30.0, 0.6), ("area", 8_000.0, 0.5), ("difficulty", 1.0, 0.7))[:measures]:
        weights = density * random.lognormal(0.0, sigma, n)
        weights *= scale / weights.mean()
        banded.append(Measure.within(name, _capped(weights, HEAVIEST * n / k), k, tolerance))
    return PartitionProblem(
        graph=Graph.from_edges(n, _delaunay_edges(xy)),
        measures=tuple(banded),
        k=k,
        mass=banded[0].weights,
        x=xy[:, 0],
        y=xy[:, 1],
    )


def baitao(seed: int = 1) -> PartitionProblem:
    """217 km², 18 villages and 50,000 people for 7 grids of 5,000 to 9,500 people."""
    random = np.random.default_rng([seed, 18])
    width, height = 17_500.0, 12_400.0
    xy = _spread_points(18, width, height, random)
    graph, area = _cells(xy, width, height)
    people = _shares(random.lognormal(0.0, 0.4, 18), 50_000)
    return PartitionProblem(
        graph=graph,
        measures=(Measure("people", people, 5_000.0, 9_500.0), Measure("area", area, unit="m²")),
        k=7,
        mass=people,
        x=xy[:, 0],
        y=xy[:, 1],
        names=tuple(f"village {i + 1}" for i in range(18)),
    )


def zhucheng(seed: int = 1, *, customs: float = 0.0, fixed: bool = False) -> PartitionProblem:
    """1,249 villages of 13 towns for 208 communities of 1,200 to 1,800 households that don't cross towns.

    `customs` is what parting two neighbouring villages of one custom costs, in mass · km² (0: customs are left out).
    With `fixed` every town has its share of the 208, else the solver finds it.
    """
    random = np.random.default_rng([seed, 1249])
    n, k, width, height = 1249, 208, 50_000.0, 43_000.0
    xy = _spread_points(n, width, height, random)
    graph, area = _cells(xy, width, height)
    households = np.clip(_shares(random.lognormal(0.0, 0.45, n), k * 1500), 60.0, 600.0)
    town = _nearest_seat(graph, xy, _spread_points(13, width, height, random))
    u, v, _ = graph.edges()
    custom = _nearest_seat(graph, xy, random.random((60, 2)) * (width, height)) % 7
    bond = Term(Objective.TIES, weight=customs)
    return PartitionProblem(
        graph=graph,
        measures=(Measure("households", households, 1_200.0, 1_800.0), Measure("area", area, unit="m²")),
        k=k,
        mass=households,
        x=xy[:, 0],
        y=xy[:, 1],
        objective=(Term(Objective.COMPACTNESS), bond) if customs else Objective.COMPACTNESS,
        group=town,
        grids_per_group=_apportioned(np.bincount(town, weights=households).astype(np.float64), k) if fixed else None,
        ties=(custom[u] == custom[v]).astype(np.float64),
        names=tuple(f"village {i + 1}" for i in range(n)),
        group_names={t: f"town {t + 1}" for t in range(13)},
    )


def household_groups(n: int = 20_000, seed: int = 1) -> PartitionProblem:
    """`n` households at doors around the blocks of a town, for groups of 8 to 12 that are neighbours."""
    random = np.random.default_rng([seed, n])
    block, xy = _doors(n, random)
    following = np.arange(n - 1)
    along = np.column_stack([following, following + 1])[block[:-1] == block[1:]]
    first = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
    last = np.r_[first[1:] - 1, n - 1]
    closed = np.column_stack([first, last])[last - first > 1]
    across = cKDTree(xy).query_pairs(1.25 * STREET, output_type="ndarray")
    across = across[block[across[:, 0]] != block[across[:, 1]]]
    edges = np.unique(np.sort(np.concatenate([along, closed, across]), axis=1), axis=0)
    ones = np.ones(n)
    return PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=(Measure("households", ones, 8.0, 12.0),),
        k=round(n / 10),
        mass=ones,
        x=xy[:, 0],
        y=xy[:, 1],
    )


def communities(count: int = 1000, units: int = 60, seed: int = 1) -> list[PartitionProblem]:
    """`count` jurisdictions of `units` units each, 5 or 6 grids within 10 % of their mean households."""
    problems = []
    for number in range(count):
        random = np.random.default_rng([seed, number, units])
        side = 120.0 * np.sqrt(units)
        xy = _spread_points(units, side, side, random)
        graph, _ = _cells(xy, side, side)
        households = np.rint(20.0 * random.lognormal(0.0, 0.5, units)) + 1.0
        k = 5 + number % 2
        band = Measure.within("households", households, k, 0.10)
        problems.append(PartitionProblem(graph, (band,), k, households, xy[:, 0], xy[:, 1]))
    return problems


def _smooth_field(xy: FloatArray, random: np.random.Generator) -> FloatArray:
    """A sum of long waves over the unit square, mean 0 and deviation 1."""
    waves = random.normal(0.0, 6.0, (24, 2))
    phases = random.random(24) * 2 * np.pi
    values: FloatArray = np.zeros(len(xy))
    for wave, phase in zip(waves, phases, strict=True):
        values += np.cos(xy @ wave + phase)
    return np.asarray((values - values.mean()) / values.std())


def _capped(weights: FloatArray, most: float) -> FloatArray:
    """`weights` with none above `most` times their mean, whose mean falls with the cut."""
    while weights.max() > most * weights.mean():
        weights = np.minimum(weights, 0.999 * most * weights.mean())
    return weights


def _shares(weights: FloatArray, total: int) -> FloatArray:
    """Whole numbers in proportion to `weights` that add up to `total`."""
    ends = np.rint(np.cumsum(weights) / weights.sum() * total)
    return np.diff(ends, prepend=0.0)


def _apportioned(weights: FloatArray, k: int) -> dict[int, int]:
    """`k` grids shared out by `weights`, largest remainders first."""
    quota = weights / weights.sum() * k
    seats = np.floor(quota).astype(np.int64)
    seats[np.argsort(seats - quota)[: k - int(seats.sum())]] += 1
    return dict(enumerate(seats.tolist()))


def _spread_points(n: int, width: float, height: float, random: np.random.Generator) -> FloatArray:
    """Random points that keep some distance: two steps towards the middle of their cells (Lloyd 1982)."""
    xy = random.random((n, 2)) * (width, height)
    sample = random.random((60 * n, 2)) * (width, height)
    for _ in range(2):
        nearest = cKDTree(xy).query(sample)[1]
        size = np.bincount(nearest, minlength=n)
        sums = [np.bincount(nearest, weights=sample[:, axis], minlength=n) for axis in (0, 1)]
        xy = np.where(size[:, None] > 0, np.column_stack(sums) / np.maximum(size, 1)[:, None], xy)
    return np.asarray(xy, dtype=np.float64)


def _delaunay_edges(xy: FloatArray) -> IntArray:
    triangles = np.sort(Delaunay(xy).simplices, axis=1).astype(np.int64)
    return np.unique(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=0)


def _cells(xy: FloatArray, width: float, height: float) -> tuple[Graph, FloatArray]:
    """Voronoi cells of `xy` in a rectangle: their borders with lengths, and their areas; mirrored points close them."""
    n = len(xy)
    mirrored = [xy * (-1, 1), xy * (1, -1), (2 * width, 0) + xy * (-1, 1), (0, 2 * height) + xy * (1, -1)]
    cells = Voronoi(np.concatenate([xy, *mirrored]))
    edges, lengths, area = [], [], np.zeros(n)
    for (a, b), (s, t) in zip(cells.ridge_points.tolist(), cells.ridge_vertices, strict=True):
        if min(a, b) >= n:
            continue
        length = float(np.hypot(*(cells.vertices[s] - cells.vertices[t])))
        for i in (a, b):
            if i < n:
                area[i] += length * float(np.hypot(*(cells.points[a] - cells.points[b]))) / 4
        if max(a, b) < n and length > 1.0:
            edges.append((a, b))
            lengths.append(length)
    return Graph.from_edges(n, edges, lengths), area


def _nearest_seat(graph: Graph, xy: FloatArray, seats: FloatArray) -> IntArray:
    """For every vertex the seat that is nearest along the graph: regions that are connected by construction."""
    u, v, _ = graph.edges()
    way = np.hypot(*(xy[u] - xy[v]).T)
    homes = np.unique(cKDTree(xy).query(seats)[1])
    matrix = coo_array((way, (u, v)), shape=(graph.n, graph.n)).tocsr()
    nearest = dijkstra(matrix, directed=False, indices=homes, min_only=True, return_predecessors=True)[2]
    return np.searchsorted(homes, nearest).astype(np.int64)


def _doors(n: int, random: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Block and position of `n` doors, in order around the blocks, block after block and row after row."""
    columns = max(round(np.sqrt(n / 28)), 1)
    widths, heights = 55.0 + 70.0 * random.random(columns), 45.0 + 40.0 * random.random(n)
    left = np.r_[0.0, np.cumsum(widths + STREET)]
    block: list[IntArray] = []
    points: list[FloatArray] = []
    count, row, low = 0, 0, 0.0
    while count < n:
        for column in range(columns):
            around = np.add(_perimeter(widths[column], heights[row], random), (left[column], low))
            points.append(around)
            block.append(np.full(len(around), len(block), dtype=np.int64))
            count += len(around)
        low += heights[row] + STREET
        row += 1
    return np.concatenate(block)[:n], np.concatenate(points)[:n]


def _perimeter(width: float, height: float, random: np.random.Generator) -> FloatArray:
    """Doors around a rectangle, about `PLOT` metres apart."""
    length = 2 * (width + height)
    count = max(round(length / PLOT), 4)
    at = (np.arange(count) + 0.6 * (random.random(count) - 0.5)) * length / count % length
    x = np.clip(at, 0, width) - np.clip(at - width - height, 0, width)
    y = np.clip(at - width, 0, height) - np.clip(at - 2 * width - height, 0, height)
    return np.column_stack([x, y])
