"""The street network: nodes and directed edges of one town, in the shape that osmnx and networkx know.

A *street* is a piece between two junctions; its two directions are two edges that carry the same `street` number. Walking is
allowed both ways, e-bikes and cars keep to one-ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo.crs import to_metric
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.graphs import MODES
from gridgeo.roads.permissions import Speeds, street_classes, travel_seconds
from gridgeo.sources.osm import LINE_TAGS, OsmExtract

if TYPE_CHECKING:
    import networkx as nx

EDGE_COLUMNS = (
    "u", "v", "key", "street", "name", "highway", "oneway", "bridge", "tunnel", "length_m", "seconds", "seconds_ebike", "seconds_car",
)  # fmt: skip


def build_roads(
    extract: OsmExtract, crs: pyproj.CRS, *, within: Any = None, margin_m: float = 250.0, speeds: Speeds | None = None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, dict[str, Any]]:
    """The network of an extract.

    Parameters
    ----------
    extract
        Raw tables, EPSG:4326.
    crs
        Metric CRS of the answer.
    within
        Polygon in `crs`; only streets that come within `margin_m` of it are kept, since a short way round may lead
        outside a border.
    margin_m
        Metres.
    speeds
        Speeds and permissions.

    Returns
    -------
    Nodes and edges with the columns of `gridgeo.schemas`, and notes: streets, and for each mode the
    number of its parts that aren't joined and the share of length of the largest.

    Raises
    ------
    BadInput
        No street is left.
    """
    speeds = speeds or Speeds()
    ways = _usable(extract.lines, street_classes(speeds))
    if len(ways):
        ways = to_metric(ways, crs)
        near = None if within is None else shapely.buffer(within, margin_m)
        pieces = _pieces(ways, near)
        nodes, edges = _directed(ways, *pieces, speeds, crs)
    if not len(ways) or not len(edges):
        raise BadInput(
            f"{extract.path}: shows no street inside the jurisdiction; choose an extract or a boundary with streets in it"
        )
    return nodes, edges, {"streets": int(edges["street"].nunique()), "networks": components(nodes, edges)}


def components(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> dict[str, dict[str, float]]:
    """For each mode, the number of parts of the network from which one can't go to another and back, and the share of length of the largest.

    Walking counts streets joined either way; vehicles need a way there and a way back.
    """
    position = pd.Series(np.arange(len(nodes)), index=nodes["node"])
    found = {}
    for mode in MODES:
        open_ = edges[edges[MODES[mode]].notna()]
        if open_.empty:
            found[mode] = {"parts": 0, "largest_share": 0.0}
            continue
        u, v = position.loc[open_["u"]].to_numpy(), position.loc[open_["v"]].to_numpy()
        links = coo_array((np.ones(len(u)), (u, v)), shape=(len(nodes), len(nodes)))
        part = connected_components(links, connection="strong")[1]
        inside = part[u] == part[v]
        metres = np.bincount(part[u][inside], weights=open_["length_m"].to_numpy()[inside], minlength=1)
        used = len(np.unique(np.concatenate([part[u], part[v]])))
        found[mode] = {"parts": used, "largest_share": round(float(metres.max() / open_["length_m"].sum()), 4)}
    return found


def to_graph(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, mode: str | None = None) -> nx.MultiDiGraph[int]:
    """The network as osmnx keeps it: nodes with `x`, `y`, edges with `length` (metres) and `geometry`, the CRS on the graph.

    Parameters
    ----------
    nodes, edges
        Frames with the columns of `gridgeo.schemas`.
    mode
        "foot", "ebike" or "car": only edges that it may use, with its seconds as `travel_time`; None keeps all edges.

    Raises
    ------
    BadInput
        The mode is unknown.
    """
    if mode is not None and mode not in MODES:
        raise BadInput(f"mode '{mode}' is unknown; choose one of {', '.join(MODES)}")
    kept = edges if mode is None else edges[edges[MODES[mode]].notna()]
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=nodes.crs, simplified=True)
    for node, point in zip(nodes["node"].tolist(), nodes.geometry, strict=True):
        graph.add_node(node, x=point.x, y=point.y)
    plain = [name for name in kept.columns if name not in ("u", "v", "key", "geometry")]
    table = {name: kept[name].tolist() for name in plain}
    for row, (u, v, key, line) in enumerate(
        zip(kept["u"].tolist(), kept["v"].tolist(), kept["key"].tolist(), kept.geometry, strict=True)
    ):
        data = {name: values[row] for name, values in table.items()}
        data["length"] = data["length_m"]
        if mode is not None:
            data["travel_time"] = data[MODES[mode]]
        graph.add_edge(u, v, key=key, geometry=line, osmid=data["street"], **data)
    if mode is not None:
        graph.remove_nodes_from(list(nx.isolates(graph)))
    return graph


def from_graph(graph: nx.MultiDiGraph[Any], speeds: Speeds | None = None) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Nodes and edges of a network kept as osmnx does, of `to_graph` or of osmnx itself.

    Parameters
    ----------
    graph
        Nodes with `x` and `y` and integer identifiers, the CRS on the graph; edges with `highway`, and `geometry` where they bend.
    speeds
        Speeds and permissions, for a graph that doesn't carry the columns of `gridgeo.schemas`.

    Returns
    -------
    Frames as those of `build_roads`, in a metric CRS. Two edges of one way between the same nodes, one each way, are one street.

    Raises
    ------
    UnknownCRS
        The graph declares no CRS.
    BadInput
        The graph has no edges, or a node whose identifier isn't an integer.
    """
    crs = graph.graph.get("crs")
    if crs is None:
        raise UnknownCRS("the graph declares no coordinate reference system; set graph.graph['crs']")
    strange = next((node for node in graph if not isinstance(node, int | np.integer)), None)
    if strange is not None:
        raise BadInput(f"node {strange!r} of the graph isn't an integer; relabel the nodes")
    if not graph.number_of_edges():
        raise BadInput("the graph has no edges; give one with streets in it")
    rows = [{"u": u, "v": v, "key": key, **data} for u, v, key, data in graph.edges(keys=True, data=True)]
    shapes = [row.pop("geometry", None) or _straight(graph, row["u"], row["v"]) for row in rows]
    frame = to_metric(gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=crs))
    if set(EDGE_COLUMNS) <= set(frame.columns):
        edges = frame[[*EDGE_COLUMNS, "geometry"]].sort_values(["street", "key"], kind="stable", ignore_index=True)
        return _nodes(edges, frame.crs), edges
    streets = _streets_of(frame)
    arrays = (
        np.arange(len(streets)),
        streets["u"].to_numpy(np.int64),
        streets["v"].to_numpy(np.int64),
        streets.geometry.to_numpy(),
    )
    return _directed(streets.assign(nodes=None), *arrays, speeds or Speeds(), frame.crs)


def _straight(graph: nx.MultiDiGraph[Any], u: Any, v: Any) -> Any:
    return shapely.LineString([(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (u, v)])


def _streets_of(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row for each street of a graph's directed edges, with the tags that permissions are read from."""
    tags = {
        name: edges[name].map(_first_word) if name in edges else pd.Series(None, index=edges.index, dtype=object)
        for name in LINE_TAGS
    }
    table = gpd.GeoDataFrame({**tags, "u": edges["u"], "v": edges["v"]}, geometry=edges.geometry)
    ends = np.sort(table[["u", "v"]].to_numpy(np.int64), axis=1)
    way = edges["osmid"].astype("str") if "osmid" in edges else pd.Series("", index=edges.index)
    same = pd.MultiIndex.from_arrays([ends[:, 0], ends[:, 1], way, np.round(edges.geometry.length, 0)])
    both = pd.Series(table["u"].to_numpy(), index=same).groupby(level=[0, 1, 2, 3]).nunique()
    one = (both.reindex(same) < 2).to_numpy() & table["oneway"].isin(["True", "yes", "1"]).to_numpy()
    table["oneway"] = np.where(one, "yes", "no")
    return table[~same.duplicated()].reset_index(drop=True)


def _first_word(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return None if value is None or value != value else str(value)


def _usable(lines: gpd.GeoDataFrame, classes: frozenset[str]) -> gpd.GeoDataFrame:
    highway = lines["highway"].where(lines["highway"].notna(), lines["route"].where(lines["route"] == "ferry"))
    first = highway.astype("str").str.split(";").str[0].str.strip()
    gone = lines["access"].isin(["demolished"]) | lines["indoor"].isin(["yes"]) & ~first.isin(
        ["steps", "footway", "corridor"]
    )
    return lines.assign(highway=first)[first.isin(classes) & ~gone].reset_index(drop=True)


def _pieces(
    ways: gpd.GeoDataFrame, near: Any
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """Cut ways at junctions: the way, first node, last node and line of each piece."""
    node = np.concatenate(ways["nodes"].to_list())
    xy, way = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    _, number, times = np.unique(node, return_inverse=True, return_counts=True)
    ends = np.flatnonzero(np.diff(way, prepend=-1, append=-1))
    cut = times[number] > 1
    cut[ends[:-1]] = True
    cut[ends[1:] - 1] = True
    spot = np.flatnonzero(cut)
    follows = way[spot[:-1]] == way[spot[1:]]
    start, stop = spot[:-1][follows], spot[1:][follows]
    count = stop - start + 1
    owner = np.repeat(np.arange(len(start)), count)
    vertex = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
    lines = shapely.linestrings(xy[vertex], indices=owner) if len(start) else np.empty(0, object)
    if near is not None:
        shapely.prepare(near)
        kept = shapely.intersects(near, lines)
        start, stop, lines = start[kept], stop[kept], lines[kept]
    return way[start], node[start], node[stop], lines


def _directed(
    ways: gpd.GeoDataFrame,
    way: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    lines: NDArray[Any],
    speeds: Speeds,
    crs: pyproj.CRS,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    tags = ways.drop(columns=["geometry", "nodes"]).iloc[way].reset_index(drop=True)
    length = np.asarray(shapely.length(lines))
    seconds = travel_seconds(tags, length, speeds)
    open_ = ~np.isnan(np.vstack(list(seconds.values()))).all(axis=0)
    street = np.cumsum(open_) - 1
    oneway = np.isnan(seconds["car"]) ^ np.isnan(seconds["car_back"]) | (
        np.isnan(seconds["ebike"]) ^ np.isnan(seconds["ebike_back"])
    )
    sides = []
    for back, u, v, shape in (("", first, last, lines), ("_back", last, first, shapely.reverse(lines))):
        table = pd.DataFrame(
            {
                "u": u,
                "v": v,
                "key": 0,
                "street": street,
                "name": tags["name"].astype("str"),
                "highway": tags["highway"].astype("str"),
                "oneway": oneway,
                "bridge": _says(tags["bridge"]),
                "tunnel": _says(tags["tunnel"]) | _says(tags["covered"]),
                "length_m": length,
                **{column: seconds[f"{mode}{back}"] for mode, column in MODES.items()},
            }
        )
        side = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shape, crs=crs))
        sides.append(side[side[list(MODES.values())].notna().any(axis=1)])
    edges = pd.concat(sides).sort_values("street", kind="stable").reset_index(drop=True)
    edges["key"] = edges.groupby(["u", "v"]).cumcount()
    return _nodes(edges, crs), edges[[*EDGE_COLUMNS, "geometry"]]


def _nodes(edges: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Every node that an edge leaves or reaches, by ascending identifier."""
    ends = np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()])
    lines = edges.geometry.to_numpy()
    points = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    node, where = np.unique(ends, return_index=True)
    return gpd.GeoDataFrame({"node": node}, geometry=gpd.GeoSeries(points[where], crs=crs))


def _says(tag: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(tag.notna() & ~tag.isin(["no", "false", "0"]))
