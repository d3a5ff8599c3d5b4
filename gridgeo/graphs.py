"""Where labels become positions, and nowhere else: frames in, arrays for the solvers out.

Position i is the i-th row of the frame that was given. Everything is ordered by position, so the same frame gives the same
arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.roads import Network

MODES = {"foot": "seconds", "ebike": "seconds_ebike", "car": "seconds_car"}
"""Mode of travel → the column of `road_edges` that holds its seconds."""

WALKING_M_S = 1.25
"""Metres a second on foot where no street is mapped."""
DETOUR = 4.0
"""Straight-line time is multiplied by this between units that no street joins: reachable, but never attractive."""

SAME_M = 1e-3
"""Metres up to which two junctions are equally near."""

SCRAP = 0.01
"""Share of all junctions up to which a network is a scrap that the map joins to nothing."""
ASIDE_M = 200.0
"""Metres that one walks farther to streets that lead somewhere."""

_LEAST_S = 1e-3
"""Shortest time along a street."""


def positions(labels: pd.Series, wanted: pd.Series, table: str) -> NDArray[np.int64]:
    """Position in `labels` of each label in `wanted`; `table` and its column name `wanted` in the message.

    Raises
    ------
    BadInput
        A label is unknown, or `labels` holds one twice.

    Examples
    --------
    >>> positions(pd.Series(["a", "b"], name="unit"), pd.Series(["b", "a"], name="unit_a"), "borders").tolist()
    [1, 0]
    """
    index = pd.Index(labels)
    if not index.is_unique:
        raise BadInput(
            f"'{index[index.duplicated()][0]}' stands more than once among the {labels.name}s; make it unique"
        )
    found = index.get_indexer(pd.Index(wanted))
    if (found < 0).any():
        row = int(np.flatnonzero(found < 0)[0])
        raise BadInput(
            f"table '{table}', column '{wanted.name}', row {wanted.index[row]}: '{wanted.iloc[row]}' is no known {labels.name}; "
            f"mend the row or remove it"
        )
    return found.astype(np.int64)


def unit_graph(
    units: pd.DataFrame, borders: pd.DataFrame, *, walkable: bool = True, links: Iterable[tuple[str, str]] = ()
) -> Graph:
    """The neighbourhood of units: one vertex a unit, one edge a pair that can be walked from one to the other.

    Parameters
    ----------
    units, borders
        Layers of a jurisdiction.
    walkable
        Leave out borders that nobody can cross on foot. False keeps all of them.
    links
        More pairs of units that can be walked between.

    Returns
    -------
    Graph whose vertex i is row i of `units`; lengths are metres of shared border, 0 for a link.

    Raises
    ------
    BadInput
        A border or link names a unit that isn't there.
    """
    used = borders[borders["walkable"].to_numpy(dtype=bool)] if walkable else borders
    a = positions(units["unit"], used["unit_a"], "borders")
    b = positions(units["unit"], used["unit_b"], "borders")
    if (a == b).any():
        raise BadInput(
            f"table 'borders': unit '{used['unit_a'].iloc[int(np.flatnonzero(a == b)[0])]}' borders on itself; remove the row"
        )
    # A pair may share a border and a link; the graph is simple, so their lengths add up.
    pairs = pd.DataFrame(list(links), columns=["unit_a", "unit_b"], dtype="str")
    ends = [positions(units["unit"], pairs[column], "links") for column in pairs.columns]
    a, b = np.concatenate([a, ends[0]]), np.concatenate([b, ends[1]])
    metres = np.concatenate([used["length_m"].to_numpy(dtype=float), np.zeros(len(pairs))])
    keys, back = np.unique(np.minimum(a, b) * len(units) + np.maximum(a, b), return_inverse=True)
    length = np.bincount(back, weights=metres, minlength=len(keys))
    return Graph.from_edges(len(units), np.column_stack([keys // len(units), keys % len(units)]), length)


@dataclass(frozen=True)
class RoadGraph:
    """The streets of one mode as directed arcs between node positions.

    Parameters
    ----------
    mode
        foot, ebike or car.
    nodes
        Label of each node position.
    x, y
        Metres, for each node.
    tail, head
        Node positions of each arc, sorted by tail, then head, then row.
    seconds, length_m
        Travel time and length of each arc.
    street
        Number of the piece of street; both directions carry the same.
    row
        Position of the arc in the frame of edges.
    """

    mode: str
    nodes: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    seconds: NDArray[np.float64]
    length_m: NDArray[np.float64]
    street: NDArray[np.int64]
    row: NDArray[np.int64]

    @property
    def indptr(self) -> NDArray[np.int64]:
        """Arcs that leave node i are ``indptr[i]:indptr[i + 1]``."""
        counts = np.bincount(self.tail, minlength=len(self.nodes))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def network(self) -> Network:
        """The same arcs for the solvers; pieces of street are numbered by ascending `street`."""
        piece = np.unique(self.street, return_inverse=True)[1].astype(np.int64)
        many = np.flatnonzero(np.bincount(piece) > 2)
        if len(many):
            street = self.street[np.argmax(piece == many[0])]
            raise BadInput(f"table 'road_edges': street {street} has more than two edges; give one for each direction")
        seconds = np.maximum(self.seconds, _LEAST_S)
        xy = np.column_stack([self.x, self.y])
        return Network(len(self.nodes), self.tail, self.head, seconds, self.length_m, piece, xy)


def road_graph(road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, mode: str = "foot") -> RoadGraph:
    """The streets that one mode may use, as arrays.

    Parameters
    ----------
    road_nodes, road_edges
        Layers of a jurisdiction, in metres. An edge counts where its seconds for `mode` are not empty.
    mode
        foot, ebike or car.

    Raises
    ------
    BadInput
        Unknown mode, an edge names a node that isn't there, a length or time is no number of 0 or more, or no street may be
        used.
    """
    if mode not in MODES:
        raise BadInput(f"unknown mode '{mode}'; travel by {', '.join(MODES)}")
    rows = np.flatnonzero(road_edges[MODES[mode]].notna().to_numpy())
    if not len(rows):
        raise BadInput(f"no street may be used by {mode}; import a map with streets, or choose another mode")
    used = road_edges.iloc[rows]
    for name in (MODES[mode], "length_m"):
        wrong = ~(np.isfinite(used[name].to_numpy(dtype=float)) & (used[name].to_numpy(dtype=float) >= 0))
        if wrong.any():
            row = int(wrong.argmax())
            raise BadInput(
                f"table 'road_edges', column '{name}', row {used.index[row]}: {used[name].iloc[row]}; give a number of 0 or more"
            )
    tail = positions(road_nodes["node"], used["u"], "road_edges")
    head = positions(road_nodes["node"], used["v"], "road_edges")
    order = np.lexsort((rows, head, tail))
    used = used.iloc[order]
    return RoadGraph(
        mode=mode,
        nodes=road_nodes["node"].to_numpy(dtype=np.int64),
        x=road_nodes.geometry.x.to_numpy(dtype=float),
        y=road_nodes.geometry.y.to_numpy(dtype=float),
        tail=tail[order],
        head=head[order],
        seconds=used[MODES[mode]].to_numpy(dtype=float),
        length_m=used["length_m"].to_numpy(dtype=float),
        street=used["street"].to_numpy(dtype=np.int64),
        row=rows[order].astype(np.int64),
    )


def unit_travel_seconds(jurisdiction: Jurisdiction, mode: str = "foot") -> NDArray[np.float64]:
    """Seconds from each unit to each other along the streets, shape (units, units).

    A unit is entered at a junction near to a point well inside it, and the way there is walked straight; see `unit_doors`. Between
    units that no street joins, the straight line counts `DETOUR` times.
    """
    roads = road_graph(jurisdiction.road_nodes, jurisdiction.road_edges, mode)
    centre = shapely.get_coordinates(jurisdiction.units.geometry.representative_point().to_numpy())
    door = unit_doors(roads, centre)
    walk = np.hypot(centre[:, 0] - roads.x[door], centre[:, 1] - roads.y[door]) / WALKING_M_S
    entries, back = np.unique(door, return_inverse=True)
    between = roads.network.times(entries)[np.ix_(back, back)]
    seconds = between + walk[:, None] + walk[None, :]
    straight = np.hypot(*(centre[:, None, :] - centre[None, :, :]).transpose(2, 0, 1)) / WALKING_M_S
    seconds = np.where(np.isfinite(seconds), seconds, DETOUR * straight)
    np.fill_diagonal(seconds, 0.0)
    return np.asarray(seconds)


def unit_doors(roads: RoadGraph, spots: NDArray[np.float64]) -> NDArray[np.int64]:
    """Position of the junction at which one enters the streets from each of `spots`, shape (spots, 2), metres.

    The nearest junction, the first of equally near ones. Scraps of streets that the map joins to nothing are passed by
    where a network of more than `SCRAP` of all junctions is at most `ASIDE_M` farther.
    """
    used = np.unique(np.concatenate([roads.tail, roads.head]))
    label = connected_components(roads.network.matrix, directed=True, connection="weak")[1]
    size = np.bincount(label[used], minlength=label.max() + 1)
    large = used[size[label[used]] > SCRAP * len(used)]
    any_door, any_gap = _nearest(roads, used, spots)
    large_door, large_gap = _nearest(roads, large, spots)
    return np.where(large_gap <= any_gap + ASIDE_M, large_door, any_door)


def _nearest(
    roads: RoadGraph, nodes: NDArray[np.int64], spots: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if not len(nodes):
        return np.zeros(len(spots), dtype=np.int64), np.full(len(spots), np.inf)
    places = np.asarray(shapely.points(roads.x[nodes], roads.y[nodes]), dtype=object)
    tree, points = shapely.STRtree(places), shapely.points(spots)
    _, gap = tree.query_nearest(points, return_distance=True, all_matches=False)
    which, near = tree.query(points, predicate="dwithin", distance=gap + SAME_M)
    door = np.full(len(spots), len(roads.nodes), dtype=np.int64)
    np.minimum.at(door, which, nodes[near])
    return door, np.asarray(gap)
