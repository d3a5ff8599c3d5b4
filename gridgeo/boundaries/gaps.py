"""Loose ends of outlines at the edge of a map, and how they are joined.

The members of an outline that lie outside an extract are missing, so what is left ends somewhere near its edge. A loose end
is led to the edge of the map when that is close by, or joined to another loose end of the same outline by a straight line.
Outlines are closed deepest level first, and an outer one reuses the joints of the inner ones, so that a country and
the quarter at its border share the same guessed line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

import networkx as nx
import numpy as np
import shapely

Spot = tuple[float, float]
_EDGE = "edge of the map"


@dataclass
class Joints:
    """Straight lines that close gaps, each with the outlines that use it; grows by `close`.

    Parameters
    ----------
    frame
        Polygon of the map, metres.
    reach_m, edge_m
        Longest joint between two loose ends, and from a loose end to the edge of the map.
    """

    frame: Any
    reach_m: float
    edge_m: float
    graph: nx.Graph[Any] = field(default_factory=nx.Graph)

    def lines(self) -> list[tuple[Any, set[int]]]:
        """Each joint with the outlines that use it."""
        return [
            (shapely.LineString([a, b if b[0] != _EDGE else b[1]]), set(data["used_by"]))
            for a, b, data in self.graph.edges(data=True)
            if data["used_by"]
        ]

    def close(self, outline: int, lines: Sequence[Any], *, cut: bool = False) -> tuple[float, int]:
        """Join the loose ends of one outline.

        Parameters
        ----------
        outline
            Its number, to remember who uses a joint.
        lines
            What is known of it, inside the frame.
        cut
            Its own ways are cut off by the map's edge, which is therefore near: joints to it may be as long as others.

        Returns
        -------
        Metres of straight joints made or reused, and the number of ends that stay loose.
        """
        ends = loose_ends(lines, self.frame)
        edge_m = self.reach_m if cut else self.edge_m
        offers = sorted(self._offers(ends, edge_m), key=lambda offer: (offer[0], offer[1], str(offer[2])))
        open_ends, total = set(ends), 0.0
        for _, a, b, path in offers:
            if a not in open_ends or (b != _EDGE and b not in open_ends):
                continue
            open_ends -= {a, b}
            total += self._use(outline, path)
        return total, len(open_ends)

    def _offers(self, ends: list[Spot], edge_m: float) -> list[tuple[float, Spot, Any, list[Any]]]:
        offers: list[tuple[float, Spot, Any, list[Any]]] = []
        for a, b in combinations(ends, 2):
            gap = float(np.hypot(a[0] - b[0], a[1] - b[1]))
            known = self._known(a, b)
            if known:
                offers.append((gap / 2, a, b, known))
            elif gap <= self.reach_m:
                offers.append((gap, a, b, [a, b]))
        for end in ends:
            point = shapely.Point(end)
            spot = shapely.get_coordinates(shapely.shortest_line(point, self.frame.exterior))[1]
            gap = float(shapely.distance(point, self.frame.exterior))
            if gap <= edge_m:
                offers.append((gap, end, _EDGE, [end, (_EDGE, tuple(spot.tolist()))]))
        return offers

    def _known(self, a: Spot, b: Spot) -> list[Any] | None:
        if a not in self.graph or b not in self.graph or not nx.has_path(self.graph, a, b):
            return None
        return list(nx.shortest_path(self.graph, a, b, weight="metres"))

    def _use(self, outline: int, path: list[Any]) -> float:
        total = 0.0
        for a, b in pairwise(path):
            if not self.graph.has_edge(a, b):
                spot = b[1] if b[0] == _EDGE else b
                self.graph.add_edge(a, b, metres=float(np.hypot(a[0] - spot[0], a[1] - spot[1])), used_by=set())
            self.graph.edges[a, b]["used_by"].add(outline)
            total += self.graph.edges[a, b]["metres"]
        return total


def loose_ends(lines: Sequence[Any], frame: Any) -> list[Spot]:
    """Points where an odd number of `lines` end, inside the frame, in a fixed order (metres, rounded to a centimetre)."""
    count: Counter[Spot] = Counter()
    for line in lines:
        for part in shapely.get_parts(line):
            xy = np.round(shapely.get_coordinates(part), 2)
            if len(xy) > 1:
                count.update([tuple(xy[0].tolist()), tuple(xy[-1].tolist())])
    odd = [spot for spot, times in count.items() if times % 2]
    rim = frame.exterior
    return sorted(
        spot for spot in odd if shapely.distance(shapely.Point(spot), rim) > 0.5 and shapely.contains_xy(frame, *spot)
    )
