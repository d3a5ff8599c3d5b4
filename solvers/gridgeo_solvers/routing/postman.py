"""One closed walk over required pieces of street: the rural postman on a network with one-ways.

Christofides, Campos, Corberán and Mota (1986, *An algorithm for the rural postman problem on a directed graph*) and
Frederickson (1979): join what falls apart by a least spanning tree, pair up junctions of odd degree at the least cost
(`gridgeo_solvers.routing.matching`), choose directions (`gridgeo_solvers.routing.balancing`), walk
(`gridgeo_solvers.routing.euler`). Where every way takes as long as the way back and the required pieces hang together
the answer is the least one. Otherwise a local search mends the order (`gridgeo_solvers.routing.reordering`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.balancing import Line, balance, flow_bound
from gridgeo_solvers.routing.euler import circuit, orient
from gridgeo_solvers.routing.matching import pair_up


@dataclass(frozen=True)
class Errand:
    """Required pieces of one network, the start, and the quickest times between all junctions that matter.

    Parameters
    ----------
    network
        The streets.
    pieces
        Required pieces of street, ascending.
    start
        Junction where walks begin and end.
    vertices
        Ends of the required pieces and the start, ascending.
    times
        Seconds between `vertices`, all finite.
    """

    network: Network
    pieces: NDArray[np.int64]
    start: int
    vertices: NDArray[np.int64]
    times: NDArray[np.float64]

    @classmethod
    def of(cls, network: Network, pieces: NDArray[np.int64], start: int) -> Errand:
        """The errand of covering `pieces` from `start`; all lie in one part of the network."""
        pieces = np.unique(pieces)
        arcs = network.forward[pieces]
        vertices = np.unique(np.concatenate([network.tail[arcs], network.head[arcs], [start]]))
        return cls(network, pieces, start, vertices, network.times(vertices))

    def at(self, junctions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row in `times` of each junction."""
        return np.searchsorted(self.vertices, junctions)

    def only(self, pieces: NDArray[np.int64]) -> Errand:
        """The same errand for fewer pieces, without new searches."""
        pieces = np.unique(pieces)
        arcs = self.network.forward[pieces]
        vertices = np.unique(np.concatenate([self.network.tail[arcs], self.network.head[arcs], [self.start]]))
        rows = self.at(vertices)
        return Errand(self.network, pieces, self.start, vertices, self.times[np.ix_(rows, rows)])

    def dead(self, tour: NDArray[np.int64]) -> float:
        """Seconds walked without serving when `tour` (service arcs in order) is walked from the start and back."""
        if not len(tour):
            return 0.0
        leave = self.at(np.concatenate([[self.start], self.network.head[tour]]))
        reach = self.at(np.concatenate([self.network.tail[tour], [self.start]]))
        return float(self.times[leave, reach].sum())


def dead_bound(errand: Errand) -> float:
    """Seconds without service that any walks over the required pieces need, however they are split.

    The highest of three: each junction of odd degree is left or reached once more (parity, on the cheaper direction of
    every street); what falls apart is joined by a tree at the least, and each of its parts is left for another one
    (connection); and on one-ways the flow that balances every junction.
    """
    network = errand.network
    lines = _required_lines(errand)
    odd = _odd(errand, lines)
    label = _components(errand, lines)
    apart = _apart(np.minimum(errand.times, errand.times.T), label)
    connection = 0.0
    if len(apart) > 1:
        nearest = apart + np.diag(np.full(len(apart), np.inf))
        connection = max(float(_tree(apart).sum()), float(nearest.min(axis=1).sum()))
    if network.symmetric:
        return max(connection, pair_up(errand.times[np.ix_(odd, odd)]).bound)
    times = csgraph.dijkstra(_cheaper(network), indices=errand.vertices[odd], directed=False)[:, errand.vertices[odd]]
    required = [Line(a, b, 0.0, 0.0 if open_ else np.inf) for a, b, open_ in _required_ends(errand)]
    return max(connection, pair_up(times).bound, flow_bound(network, required))


@dataclass(frozen=True)
class ClosedWalk:
    """Directed lines that one closed walk uses once each, and the service arc of each (-1: walked without serving).

    `bound` is what `dead_bound` would say, where making the walk has told it already.
    """

    start: int
    ends: list[tuple[int, int]]
    service: list[int]
    bound: float | None

    @classmethod
    def over(cls, errand: Errand) -> ClosedWalk:
        """The lines over all required pieces of `errand`, of which there is at least one."""
        lines = _required_lines(errand)
        links = _links(errand, lines)
        odd = _odd(errand, lines + links)
        times = errand.times[np.ix_(odd, odd)]
        pairing = pair_up((times + times.T) / 2)
        pairs = [(int(odd[i]), int(odd[j])) for i, j in pairing.pairs]
        ends, service = _directed(errand, lines, links + pairs)
        told = errand.network.symmetric and not links
        return cls(errand.start, ends, service, pairing.bound if told else None)

    def tour(self, random: np.random.Generator) -> NDArray[np.int64]:
        """Service arcs in the order of a walk from the start; every draw gives another one of the same length."""
        walk = circuit(self.ends, self.start, random)
        return np.array([self.service[number] for number in walk if self.service[number] >= 0], dtype=np.int64)


def _required_ends(errand: Errand) -> list[tuple[int, int, bool]]:
    network = errand.network
    arcs = network.forward[errand.pieces]
    open_ = network.back[errand.pieces] >= 0
    return list(zip(network.tail[arcs].tolist(), network.head[arcs].tolist(), open_.tolist(), strict=True))


def _required_lines(errand: Errand) -> list[tuple[int, int]]:
    """Ends of each required piece as rows of `times`."""
    arcs = errand.network.forward[errand.pieces]
    tails, heads = errand.at(errand.network.tail[arcs]), errand.at(errand.network.head[arcs])
    return list(zip(tails.tolist(), heads.tolist(), strict=True))


def _odd(errand: Errand, lines: list[tuple[int, int]]) -> NDArray[np.int64]:
    degree = np.bincount(np.array(lines, dtype=np.int64).ravel(), minlength=len(errand.vertices))
    return np.flatnonzero(degree % 2)


def _components(errand: Errand, lines: list[tuple[int, int]]) -> NDArray[np.int64]:
    """Component of each of the errand's vertices when only the required pieces join them."""
    k = len(errand.vertices)
    a, b = np.array(lines, dtype=np.int64).reshape(-1, 2).T
    joined = sparse.csr_array((np.ones(len(a)), (a, b)), shape=(k, k))
    return np.asarray(csgraph.connected_components(joined, directed=False)[1], dtype=np.int64)


def _apart(times: NDArray[np.float64], label: NDArray[np.int64]) -> NDArray[np.float64]:
    """Least of `times` between any two components."""
    order = np.argsort(label, kind="stable")
    begins = np.searchsorted(label[order], np.arange(label.max() + 1))
    return np.asarray(
        np.minimum.reduceat(np.minimum.reduceat(times[np.ix_(order, order)], begins, axis=0), begins, axis=1)
    )


def _tree(apart: NDArray[np.float64]) -> sparse.coo_array:
    """The least spanning tree of the components. A billionth keeps times of 0, which would be no edge, in it."""
    upper = np.triu(apart, 1) + np.triu(np.full(apart.shape, 1e-9), 1)
    return sparse.coo_array(csgraph.minimum_spanning_tree(upper))


def _links(errand: Errand, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ways that join the required pieces and the start to one whole: a least spanning tree of what falls apart."""
    label = _components(errand, lines)
    if not label.any():
        return []
    both = (errand.times + errand.times.T) / 2
    tree = _tree(_apart(both, label))
    links = []
    for one, other in zip(tree.row.tolist(), tree.col.tolist(), strict=True):
        here, there = np.flatnonzero(label == one), np.flatnonzero(label == other)
        between = both[np.ix_(here, there)]
        i, j = np.unravel_index(int(between.argmin()), between.shape)
        links.append((int(here[i]), int(there[j])))
    return links


def _directed(
    errand: Errand, lines: list[tuple[int, int]], links: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Directed lines that balance at every junction, and the service arc of each (-1: walked without serving)."""
    network, place = errand.network, errand.vertices
    repeated: list[int] = []
    if network.symmetric and bool((network.back[errand.pieces] >= 0).all()):
        forward = orient(lines + links)
    else:
        required = [Line(a, b, 0.0, 0.0 if open_ else np.inf) for a, b, open_ in _required_ends(errand)]
        joined = [
            Line(int(place[a]), int(place[b]), float(errand.times[a, b]), float(errand.times[b, a])) for a, b in links
        ]
        chosen = balance(network, required + joined)
        forward, repeated = chosen.forward, chosen.repeated
    ends, service = [], []
    for number, (a, b) in enumerate(lines + links):
        here, there = int(place[a]), int(place[b])
        ends.append((here, there) if forward[number] else (there, here))
        if number < len(lines):
            piece = errand.pieces[number]
            service.append(int(network.forward[piece] if forward[number] else network.back[piece]))
        else:
            service.append(-1)
    ends += [(int(network.tail[arc]), int(network.head[arc])) for arc in repeated]
    return ends, service + [-1] * len(repeated)


def _cheaper(network: Network) -> sparse.csr_array:
    """Travel matrix in which each street costs what its cheaper direction does, both ways."""
    arcs = np.lexsort((network.seconds,))
    low, high = np.minimum(network.tail, network.head)[arcs], np.maximum(network.tail, network.head)[arcs]
    _, first = np.unique(low * network.n + high, return_index=True)
    chosen = arcs[first]
    chosen = chosen[network.tail[chosen] != network.head[chosen]]
    ends = (np.minimum(network.tail, network.head)[chosen], np.maximum(network.tail, network.head)[chosen])
    return sparse.csr_array((network.seconds[chosen], ends), shape=(network.n, network.n))
