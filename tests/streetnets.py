"""Small street networks drawn by hypothesis, and the same streets for networkx."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.roads import FAR, Network, Places, TravelGraph


@st.composite
def travel_graphs(draw: st.DrawFn) -> TravelGraph:
    """A directed graph of 1 to 12 nodes with parallel arcs, loops, arcs of no time and closed ones; perhaps in several pieces."""
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    arc = st.tuples(node, node, st.one_of(st.integers(0, 40), st.just(FAR)))
    arcs = draw(st.lists(arc, min_size=1, max_size=36))
    tail, head, ms = (np.array(column) for column in zip(*arcs, strict=True))
    spot = st.tuples(st.integers(0, 5), st.integers(0, 5))
    xy = np.array(draw(st.lists(spot, min_size=n, max_size=n)), dtype=float)
    return TravelGraph(n, tail, head, ms.astype(np.int32), xy, np.empty((0, 2), dtype=np.int64))


@st.composite
def networks(draw: st.DrawFn, *, largest: int = 8) -> Network:
    """Streets between 2 to `largest` junctions, a part of them one-way; ways back may take longer."""
    n = draw(st.integers(2, largest))
    node = st.integers(0, n - 1)
    street = st.tuples(node, node, st.integers(1, 60), st.one_of(st.none(), st.integers(1, 60)))
    streets = draw(st.lists(street, min_size=1, max_size=16))
    rows = []
    for piece, (a, b, there, back) in enumerate(streets):
        rows.append((a, b, there, 100 + piece, piece))
        if back is not None:
            rows.append((b, a, back, 100 + piece, piece))
    # Arcs in any order: which of a piece's two comes first decides where its share 0 is.
    rows = draw(st.permutations(rows))
    tail, head, seconds, metres, piece = (np.array(column) for column in zip(*rows, strict=True))
    xy = np.array(draw(st.lists(st.tuples(node, node), min_size=n, max_size=n)), dtype=float)
    return Network(n, tail, head, seconds.astype(float), metres.astype(float), piece, xy)


@st.composite
def places_on(draw: st.DrawFn, network: Network, *, most: int = 5) -> Places:
    """Some places on the streets, many of them at their ends and quarters."""
    spot = st.tuples(st.integers(0, network.pieces - 1), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    drawn = draw(st.lists(spot, min_size=1, max_size=most))
    piece, share = zip(*drawn, strict=True)
    return Places(np.array(piece), np.array(share))


def as_networkx(graph: TravelGraph) -> nx.MultiDiGraph:
    """The open arcs, with their number and milliseconds."""
    found = nx.MultiDiGraph()
    found.add_nodes_from(range(graph.n))
    for arc, (a, b, ms) in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), graph.ms.tolist(), strict=True)):
        if ms < FAR:
            found.add_edge(a, b, key=arc, ms=ms)
    return found


def with_places(network: Network, places: Places) -> nx.DiGraph:
    """The streets cut at every place: junctions are numbers, places ("place", i)."""
    found = nx.DiGraph()
    found.add_nodes_from(range(network.n))
    for piece in range(network.pieces):
        here = np.flatnonzero(places.piece == piece)
        here = here[np.argsort(places.share[here], kind="stable")].tolist()
        forward, back = int(network.forward[piece]), int(network.back[piece])
        chain = [int(network.tail[forward]), *[("place", i) for i in here], int(network.head[forward])]
        shares = [0.0, *places.share[here].tolist(), 1.0]
        spots = [round(share * int(network.ms[forward])) for share in shares]
        for a, b, low, high in zip(chain, chain[1:], spots, spots[1:], strict=False):
            _quicker(found, a, b, high - low)
        # A place at the end of a street is the junction there, also where the street is one-way.
        for i in here:
            if places.share[i] == 0:
                _quicker(found, ("place", i), chain[0], 0)
            if places.share[i] == 1:
                _quicker(found, chain[-1], ("place", i), 0)
        for i, j in itertools.pairwise(here):
            if places.share[i] == places.share[j]:
                _quicker(found, ("place", j), ("place", i), 0)
        if back >= 0:
            whole = int(network.ms[back])
            spots = [round((1 - share) * whole) for share in shares]
            for a, b, low, high in zip(chain[1:], chain, spots[1:], spots, strict=False):
                _quicker(found, a, b, high - low)
    return found


def _quicker(graph: nx.DiGraph, a: object, b: object, ms: int) -> None:
    if not graph.has_edge(a, b) or graph.edges[a, b]["ms"] > ms:
        graph.add_edge(a, b, ms=ms)
