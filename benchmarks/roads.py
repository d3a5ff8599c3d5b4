"""The road engine on a city's graph: what must be reached beside what was measured, CPU seconds, and peers on the same work.

The graph is that of Porto Alegre from the shared benchmarks (© OpenStreetMap contributors, ODbL), and ten of it side by side.
Peers are SciPy, networkx, and pyroutingkit where it is installed; every answer is compared with theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from bars import SIGNS
from numpy.typing import NDArray
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from gridgeo_solvers.roads import FAR, Ends, Hierarchy, Network, Places, StreetIndex, Travel
from gridgeo_solvers.roads.snapping import ANY

GRAPH = Path("benchmarks", "graphs", "porto_alegre.npz")
COPIES = (2, 5)
DEGREE_M = 111_320.0
"""Metres of a degree of latitude."""


@dataclass(frozen=True)
class Bar:
    """What one figure must reach, and what it aims at; the sign holds for both."""

    figure: str
    sign: str
    must: float
    aim: float
    unit: str = "CPU s"

    def __str__(self) -> str:
        return f"{self.figure}: must {self.sign} {self.must:,g}, aim {self.sign} {self.aim:,g} {self.unit}"


BARS = {
    "roads porto_alegre": (
        Bar("build", "≤", 5.0, 1.0),
        Bar("re-weigh", "≤", 0.05, 0.013),
        Bar("streets at another hour", "≤", 0.05, 0.03),
        Bar("table 200²", "≤", 0.1, 0.05),
        Bar("table 1,000²", "≤", 1.0, 0.56),
        Bar("table 5,000²", "≤", 8.0, 5.1),
        Bar("table 5,000² between places", "≤", 8.0, 5.1),
        Bar("snapping", "≥", 50_000, 500_000, "points a CPU s"),
    ),
    "roads 200,000": (
        Bar("build", "≤", 60.0, 20.0),
        Bar("re-weigh", "≤", 0.5, 0.2),
        Bar("table 1,000²", "≤", 5.0, 2.0),
    ),
}
"""Figures that are held to a bar, by case."""


def city(shared: Path, copies: tuple[int, int] = (1, 1)) -> Network:
    """Porto Alegre as a network in metres, `copies` times side by side, joined by thirty streets along every seam."""
    with np.load(shared / GRAPH) as file:
        degrees, u, v = file["xy"], file["u"].astype(np.int64), file["v"].astype(np.int64)
        seconds, length = file["sec"].astype(float), file["length"].astype(float)
    middle = degrees.mean(axis=0)
    xy = (degrees - middle) * [DEGREE_M * np.cos(np.radians(middle[1])), DEGREE_M]
    n, size = len(xy), np.ptp(xy, axis=0)
    spots = [(column, row) for row in range(copies[0]) for column in range(copies[1])]
    shift = [n * number for number in range(len(spots))]
    arcs = [np.concatenate([ends + by for by in shift]) for ends in (u, v)]
    times, metres = np.tile(seconds, len(spots)), np.tile(length, len(spots))
    where = np.concatenate([xy + np.array(spot) * size for spot in spots])
    for one, (column, row) in enumerate(spots):
        for beside in ((column + 1, row), (column, row + 1)):
            if beside in spots:
                two = spots.index(beside)
                a, b = _seam(where[one * n : one * n + n], where[two * n : two * n + n])
                a, b = a + one * n, b + two * n
                far = np.hypot(*(where[a] - where[b]).T) + 1.0
                arcs = [np.concatenate([arcs[0], a, b]), np.concatenate([arcs[1], b, a])]
                times, metres = np.concatenate([times, far / 10, far / 10]), np.concatenate([metres, far, far])
    return Network(len(where), *arcs, times, metres, _pieces(*arcs), where)


def _seam(one: NDArray[np.float64], two: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    far, near = cKDTree(one).query(two)
    b = np.argsort(far)[:30]
    return near[b].astype(np.int64), b.astype(np.int64)


def _pieces(u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.int64]:
    """Piece of each arc: one of each direction between the same two junctions make a piece."""
    waiting: dict[tuple[int, int], list[int]] = {}
    piece = np.arange(len(u))
    for arc, (a, b) in enumerate(zip(u.tolist(), v.tolist(), strict=True)):
        back = waiting.get((b, a))
        if back:
            piece[arc] = back.pop()
        else:
            waiting.setdefault((a, b), []).append(arc)
    return np.unique(piece, return_inverse=True)[1].astype(np.int64)


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of some work, and what came out."""
    begin = time.process_time()
    answer = work()
    return time.process_time() - begin, answer


def warm() -> float:
    """CPU seconds of the first, small questions of a process: compiled code is made or read from its cache by them."""
    line = np.arange(4)
    tail, head = np.concatenate([line[:-1], line[1:]]), np.concatenate([line[1:], line[:-1]])
    network = Network(
        4, tail, head, np.ones(6), np.ones(6), np.tile(np.arange(3), 2), np.column_stack([line, line]) * 1.0
    )
    ways, two = Travel.of(network), Places(np.array([0, 2]), np.array([0.3, 0.6]))

    def ask() -> None:
        ways.table(two, two)
        ways.routes(two, two)
        ways.reach(two.rows(slice(0, 1)), 900)
        index_of(network).nearest(np.zeros((1, 2)), np.zeros(3, dtype=np.int64), np.array([ANY]))

    return spent(ask)[0]


def index_of(network: Network) -> StreetIndex:
    """Every piece of street as a straight line."""
    ends = np.column_stack([network.tail[network.forward], network.head[network.forward]]).ravel()
    return StreetIndex.of(network.xy[ends], np.repeat(np.arange(network.pieces), 2), network.pieces)


def measure_city(shared: Path) -> dict[str, Any]:
    """All questions on Porto Alegre, with peers."""
    cold = warm()
    network = city(shared)
    random = np.random.default_rng(1)
    measured: dict[str, float] = {}
    measured["build"], hierarchy = spent(lambda: Hierarchy.of(network.graph))
    network.__dict__["engine"] = hierarchy
    measured["re-weigh"], _ = spent(lambda: hierarchy.reweighed(network.ms))
    tables = {}
    for k in (200, 1000, 5000):
        ends = Ends.at(random.choice(network.n, k, replace=False))
        measured[f"table {k:,}²"], tables[k] = spent(lambda ends=ends: (ends, hierarchy.table(ends, ends)))
    ways = Travel.of(network)
    measured["streets at another hour"], _ = spent(lambda: ways.reweighed(network.seconds * 1.3))
    places = Places(random.integers(0, network.pieces, 5000), random.random(5000))
    measured["table 5,000² between places"], between = spent(lambda: ways.table(places, places))
    with ThreadPoolExecutor(2) as executor:
        measured["the same on two threads"], again = spent(lambda: ways.table(places, places, executor=executor))
    half = places.rows(slice(0, 1000)), places.rows(slice(1000, 2000))
    measured["1,000 routes"], routes = spent(lambda: ways.routes(*half))
    measured["reach of 10 min"], _ = spent(lambda: ways.reach(places.rows(slice(0, 1)), 600_000))
    many = 200_000
    points = random.uniform(network.xy.min(axis=0), network.xy.max(axis=0), (many, 2))
    measured["index of streets"], index = spent(lambda: index_of(network))
    label, wanted = ways.part, np.full(many, ANY)
    cpu, _ = spent(lambda: index.nearest(points, label, wanted))
    measured["snapping"] = many / cpu
    wrong = int((again != between).sum()) + sum(
        int(route.ms != between[row, 1000 + row]) for row, route in enumerate(routes)
    )
    peers, differences = _peers(network, tables)
    return {
        "cold_seconds": cold,
        "junctions": network.n,
        "arcs": len(network.tail),
        "measured": measured,
        "others": peers,
        "differences": differences + wrong,
    }


def measure_large(shared: Path) -> dict[str, Any]:
    """Ten cities side by side: building, weighing anew, a table."""
    cold = warm()
    network = city(shared, COPIES)
    measured: dict[str, float] = {}
    measured["build"], hierarchy = spent(lambda: Hierarchy.of(network.graph))
    measured["re-weigh"], _ = spent(lambda: hierarchy.reweighed(network.ms))
    ends = Ends.at(np.random.default_rng(1).choice(network.n, 1000, replace=False))
    measured["table 1,000²"], found = spent(lambda: hierarchy.table(ends, ends))
    few = slice(0, 10)
    cpu, known = spent(lambda: csgraph.dijkstra(network.matrix, indices=ends.node[few, 0])[:, ends.node[:, 0]])
    return {
        "cold_seconds": cold,
        "junctions": network.n,
        "arcs": len(network.tail),
        "measured": measured,
        "others": {"scipy": {"table 10 × 1,000": cpu}},
        "differences": _different(found[few], known * 1000),
    }


def _peers(network: Network, tables: Mapping[int, tuple[Ends, NDArray[np.int32]]]) -> tuple[dict[str, Any], int]:
    """CPU seconds of other tools on the same tables, and in how many cells they say something else."""
    differences = 0
    peers: dict[str, Any] = {"scipy": {}, "networkx": {}}
    for k in (200, 1000):
        nodes = tables[k][0].node[:, 0]
        cpu, known = spent(lambda nodes=nodes: csgraph.dijkstra(network.matrix, indices=nodes)[:, nodes])
        peers["scipy"][f"table {k:,}²"] = cpu
        differences += _different(tables[k][1], known * 1000)
    graph = nx.DiGraph()
    rows, columns = network.matrix.nonzero()
    ms = np.rint(network.matrix.data * 1000).astype(int)
    graph.add_weighted_edges_from(zip(rows.tolist(), columns.tolist(), ms.tolist(), strict=True))
    few = tables[200][0].node[:20, 0].tolist()
    cpu, known = spent(lambda: [nx.single_source_dijkstra_path_length(graph, node) for node in few])
    peers["networkx"]["table 20²"] = cpu
    table = np.array([[row.get(node, np.inf) for node in few] for row in known])
    differences += _different(tables[200][1][:20, :20], table)
    try:
        import pyroutingkit
    except ImportError:
        peers["pyroutingkit"] = {"note": "not installed"}
        return peers, differences
    topology, whole = pyroutingkit.CCHTopology(), network.ms.astype(np.uint32)
    arcs = network.tail.astype(np.uint32), network.head.astype(np.uint32)
    where = network.xy[:, 1].astype(np.float32), network.xy[:, 0].astype(np.float32)
    own = peers["pyroutingkit"] = {}
    own["build"], _ = spent(lambda: topology.build(*arcs, *where, network.n))
    metric = pyroutingkit.CCHMetric(topology)
    own["re-weigh"], _ = spent(lambda: metric.customize(whole))
    for k, (ends, found) in tables.items():
        nodes = ends.node[:, 0].astype(np.uint32)
        own[f"table {k:,}²"], known = spent(lambda nodes=nodes: metric.distances_many_to_many(nodes, nodes))
        differences += _different(found, np.where(known == pyroutingkit.INF_WEIGHT, np.inf, known))
    return peers, differences


def _different(found: NDArray[np.int32], known: NDArray[np.float64]) -> int:
    return int((np.where(found >= FAR, np.inf, found) != np.where(np.isfinite(known), np.rint(known), np.inf)).sum())


def cases(shared: Path) -> dict[str, Callable[[], dict[str, Any]]]:
    """Every case of the road engine by name; none where the graph is absent."""
    if not (shared / GRAPH).is_file():
        return {}
    return {"roads porto_alegre": lambda: measure_city(shared), "roads 200,000": lambda: measure_large(shared)}


def told(name: str, row: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Lines of a table: figure, must, aim, measured, peers."""
    lines = []
    bars = {bar.figure: bar for bar in BARS[name]}
    for figure, value in row["measured"].items():
        bar = bars.get(figure)
        must, aim = ("–", "–") if bar is None else (_mark(bar, value, bar.must), _mark(bar, value, bar.aim))
        others = [f"{peer} {known[figure]:,.3g}" for peer, known in row["others"].items() if figure in known]
        lines.append((figure, must, aim, f"{value:,.3g} {'CPU s' if bar is None else bar.unit}", ", ".join(others)))
    return lines


def _mark(bar: Bar, value: float, limit: float) -> str:
    return f"{'✓' if SIGNS[bar.sign](value, limit) else '✗'} {bar.sign} {limit:,g}"


def table(results: Mapping[str, Any]) -> str:
    """Markdown of the road cases of a results document; empty where there are none."""
    rows = [
        (f"{name.removeprefix('roads ')}: {line[0]}", *line[1:])
        for name in BARS
        if "measured" in results["cases"].get(name, {})
        for line in told(name, results["cases"][name])
    ]
    if not rows:
        return ""
    head = ["| question | must | aim | measured | peers |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(head + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
