"""Quickest ways between places that lie anywhere along streets: tables, routes, what is within reach, who is nearest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.roads.ends import FAR, Ends, Engine, TravelGraph
from gridgeo_solvers.roads.hierarchy import Hierarchy
from gridgeo_solvers.roads.network import Network
from gridgeo_solvers.roads.places import Places
from gridgeo_solvers.roads.search import Search
from gridgeo_solvers.roads.turns import without_turns

ROWS = 2048
"""Starts of a table that are worked out in one go."""


@dataclass(frozen=True)
class Route:
    """A way along arcs, entered at share `begin` of the first and left at share `end` of the last.

    `ms` is `FAR` where there is no way; then there are no arcs. Shares are in the direction of the arc.
    """

    arcs: NDArray[np.int64]
    begin: float
    end: float
    ms: int

    def metres(self, network: Network) -> float:
        """Length of the way."""
        length = network.metres[self.arcs]
        if not len(length):
            return 0.0
        return float(length.sum() - self.begin * length[0] - (1 - self.end) * length[-1])


@dataclass(frozen=True)
class Reached:
    """Parts of streets within reach: from share `begin` to share `end` of each piece, in the direction of its first arc."""

    piece: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]


@dataclass(frozen=True)
class Travel:
    """Streets ready for questions about ways between places.

    Parameters
    ----------
    network
        Junctions, arcs, pieces.
    graph
        What the engine travels on: the network, with junctions split where turns are forbidden.
    engine
        Answers between nodes of the graph.
    """

    network: Network
    graph: TravelGraph
    engine: Engine

    @classmethod
    def of(cls, network: Network, forbidden: NDArray[np.int64] | None = None) -> Travel:
        """Ways over `network`, without the turns from arc a into arc b for each row (a, b) of `forbidden`."""
        if forbidden is None or not len(forbidden):
            return cls(network, network.graph, network.engine)
        graph = without_turns(network.graph, network.piece, forbidden)
        return cls(network, graph, Search(graph) if network.xy is None else Hierarchy.of(graph))

    def reweighed(self, seconds: NDArray[np.float64]) -> Travel:
        """The same streets and turns with other seconds on the arcs."""
        network = replace(self.network, seconds=seconds)
        ms = self.graph.ms.copy()
        ms[: len(network.ms)] = network.ms
        engine = self.engine.reweighed(ms)
        plain = len(self.graph.tail) == len(network.tail)
        if plain:
            network.__dict__["engine"] = engine
        return Travel(network, replace(self.graph, ms=ms), engine)

    @cached_property
    def part(self) -> NDArray[np.int64]:
        """Shape (p,): the part of the network of each piece, within which every place can be left and regained; else -1."""
        graph = self.graph
        if len(graph.tail) == len(self.network.tail):
            label = self.network.parts
        else:
            links = sparse.csr_array((np.ones(len(graph.tail)), (graph.tail, graph.head)), shape=(graph.n, graph.n))
            label = csgraph.connected_components(links, directed=True, connection="strong")[1].astype(np.int64)
        part = np.full(self.network.pieces, -1, dtype=np.int64)
        for arcs in (self.network.back, self.network.forward):
            tail, head = label[graph.tail[arcs]], label[graph.head[arcs]]
            part = np.where((arcs >= 0) & (tail == head), tail, part)
        return part

    @cached_property
    def part_metres(self) -> NDArray[np.float64]:
        """Metres of street in each part."""
        inside = self.part >= 0
        metres = self.network.metres[self.network.forward]
        return np.bincount(self.part[inside], weights=metres[inside], minlength=self.part.max(initial=0) + 1).astype(
            np.float64
        )

    def table(
        self, starts: Places, goals: Places, *, progress: Progress | None = None, executor: Executor | None = None
    ) -> NDArray[np.int32]:
        """Shape (k, l): milliseconds from each start to each goal, `FAR` where there is no way.

        Parameters
        ----------
        starts, goals
            Places on pieces of street.
        progress
            Told of every start that is done.
        executor
            Works out several blocks of starts side by side. Threads serve best: the work frees the interpreter's lock.
        """
        out = np.empty((len(starts), len(goals)), dtype=np.int32)
        for rows, block in self.blocks(starts, goals, progress=progress, executor=executor):
            out[rows] = block
        return out

    def blocks(
        self,
        starts: Places,
        goals: Places,
        *,
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Iterator[tuple[slice, NDArray[np.int32]]]:
        """The rows of `table` block by block, for tables that are larger than memory."""
        self.check(starts)
        self.check(goals)
        progress = progress or Progress()
        progress.stage("travel times", len(starts))
        many = [slice(at, min(at + ROWS, len(starts))) for at in range(0, len(starts), ROWS)]
        run = map if executor is None else executor.map
        blocks = run(self._block, [starts.rows(rows) for rows in many], [goals] * len(many))
        for rows, block in zip(many, blocks, strict=True):
            yield rows, block
            progress.advance(rows.stop - rows.start)

    def nearest(
        self, starts: Places, goals: Places, k: int = 1, *, progress: Progress | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The `k` goals that are reached first from each start (-1 where there are fewer), and their milliseconds.

        Among equals the lower number goes first; both answers have shape (starts, k).
        """
        if k < 1:
            raise BadProblem(f"k is {k}; ask for one goal at least")
        which = np.full((len(starts), k), -1, dtype=np.int64)
        told = np.full((len(starts), k), FAR, dtype=np.int32)
        kept = min(k, len(goals))
        for rows, block in self.blocks(starts, goals, progress=progress):
            order = np.argsort(block, axis=1, kind="stable")[:, :kept]
            times = np.take_along_axis(block, order, axis=1)
            which[rows, :kept] = np.where(times < FAR, order, -1)
            told[rows, :kept] = times
        return which, told

    def routes(self, starts: Places, goals: Places) -> list[Route]:
        """The quickest way from each start to the goal of the same row."""
        self.check(starts)
        self.check(goals)
        if len(starts) != len(goals):
            raise BadProblem(f"{len(starts)} starts but {len(goals)} goals: give one for each way")
        away, home = self.leaving(starts), self.entering(goals)
        arcs, told = self.engine.paths(away, home)
        direct = np.minimum(*self.direct(starts, goals)).tolist()
        ends = [list(zip(one.piece.tolist(), one.share.tolist(), strict=True)) for one in (starts, goals)]
        return [
            self.along(*ends[0][row], ends[1][row][1], direct[row])
            if direct[row] <= told[row]
            else self.through(ends[0][row], ends[1][row], arcs[row], int(told[row]), away.of(row), home.of(row))
            for row in range(len(starts))
        ]

    def reach(self, start: Places, ms: int) -> Reached:
        """All parts of streets that are reached from one place within `ms` milliseconds."""
        self.check(start)
        network, graph = self.network, self.graph
        time = self.engine.reach(self.leaving(start))
        ahead = np.zeros(network.pieces)
        behind = np.zeros(network.pieces)
        for arcs, found in ((network.forward, ahead), (network.back, behind)):
            has = np.flatnonzero(arcs >= 0)
            left = ms - time[graph.tail[arcs[has]]].astype(np.int64)
            found[has] = np.where(left >= 0, np.minimum(left / network.ms[arcs[has]], 1.0), -1.0)
            found[arcs < 0] = -1.0
        own, share = int(start.piece[0]), float(start.share[0])
        whole = np.flatnonzero((ahead >= 0) & (behind >= 0) & (ahead + behind >= 1.0))
        spans = [(whole, np.zeros(len(whole)), np.ones(len(whole)))]
        split = np.ones(network.pieces, dtype=bool)
        split[whole] = False
        split[own] = False
        for found, from_start in ((ahead, True), (behind, False)):
            some = np.flatnonzero(split & (found > 0))
            zero, one = np.zeros(len(some)), np.ones(len(some))
            spans.append((some, zero, found[some]) if from_start else (some, 1 - found[some], one))
        if own not in set(whole.tolist()):
            pieces = [(0.0, float(ahead[own])), (1 - float(behind[own]), 1.0), self._around(own, share, ms)]
            merged = _merged([span for span in pieces if span[1] >= span[0] and span[1] >= 0 and span[0] <= 1])
            spans.append((np.full(len(merged), own), *np.array(merged).T.reshape(2, -1)))
        piece, begin, end = (np.concatenate(columns) for columns in zip(*spans, strict=True))
        order = np.lexsort((begin, piece))
        return Reached(piece[order].astype(np.int64), begin[order], end[order])

    def _around(self, piece: int, share: float, ms: int) -> tuple[float, float]:
        """What is reached on a place's own piece without leaving it."""
        network = self.network
        back = int(network.back[piece])
        low = share if back < 0 else max(0.0, share - ms / float(network.ms[back]))
        return low, min(1.0, share + ms / float(network.ms[network.forward[piece]]))

    def check(self, places: Places) -> None:
        """Raise `BadProblem` where a place lies on no piece of street."""
        if len(places) and (places.piece.min() < 0 or places.piece.max() >= self.network.pieces):
            raise BadProblem(f"a place lies on a piece of street outside 0..{self.network.pieces - 1}")

    def split(
        self, places: Places
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Milliseconds before and behind each place, along its piece's forward arc and along the one back (0 without one)."""
        network = self.network
        there = network.ms[network.forward[places.piece]]
        back = np.where(network.back[places.piece] >= 0, network.ms[network.back[places.piece]], 0)
        done = np.rint(places.share * there).astype(np.int32)
        undone = np.rint((1 - places.share) * back).astype(np.int32)
        return done, there - done, undone, (back - undone).astype(np.int32)

    def leaving(self, places: Places) -> Ends:
        """Where the graph is entered from places that are left."""
        _, after, _, back_after = self.split(places)
        ends = self._ends(places, self.graph.head, after, back_after)
        # A place at the very end of a one-way is its junction.
        at = np.flatnonzero((ends.node[:, 1] < 0) & (places.share == 0.0))
        ends.node[at, 1] = self.graph.tail[self.network.forward[places.piece[at]]]
        return ends

    def entering(self, places: Places) -> Ends:
        """Where the graph is left for places that are entered."""
        before, _, back_before, _ = self.split(places)
        ends = self._ends(places, self.graph.tail, before, back_before)
        at = np.flatnonzero((ends.node[:, 1] < 0) & (places.share == 1.0))
        ends.node[at, 1] = self.graph.head[self.network.forward[places.piece[at]]]
        return ends

    def _ends(self, places: Places, node: NDArray[np.int64], there: NDArray[np.int32], back: NDArray[np.int32]) -> Ends:
        arcs = np.column_stack([self.network.forward[places.piece], self.network.back[places.piece]])
        return Ends(np.where(arcs >= 0, node[arcs], -1), np.column_stack([there, back]))

    def _block(self, starts: Places, goals: Places) -> NDArray[np.int32]:
        out = self.engine.table(self.leaving(starts), self.entering(goals))
        order = np.argsort(goals.piece, kind="stable")
        sorted_ = goals.piece[order]
        low, high = np.searchsorted(sorted_, starts.piece), np.searchsorted(sorted_, starts.piece, side="right")
        count = high - low
        row = np.repeat(np.arange(len(starts)), count)
        column = order[np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())]
        ways = self.direct(starts.rows(row), goals.rows(column))
        out[row, column] = np.minimum(out[row, column], np.minimum(*ways))
        return out

    def direct(self, starts: Places, goals: Places) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Milliseconds from start to goal of the same row without leaving their piece, forwards and backwards."""
        same = starts.piece == goals.piece
        two_way = self.network.back[starts.piece] >= 0
        a, b = self.split(starts), self.split(goals)
        there = np.where(same & (starts.share <= goals.share), b[0] - a[0], FAR)
        back = np.where(same & two_way & (starts.share >= goals.share), b[2] - a[2], FAR)
        return there.astype(np.int32), back.astype(np.int32)

    def along(self, piece: int, begin: float, end: float, ms: int) -> Route:
        """The way from share `begin` of a piece to share `end` that never leaves it; none at `FAR`."""
        if ms >= FAR:
            return Route(np.empty(0, dtype=np.int64), 0.0, 0.0, FAR)
        arc = int(self.network.forward[piece])
        there = int(self.network.ms[arc])
        if begin <= end and round(end * there) - round(begin * there) <= ms:
            return Route(np.array([arc]), begin, end, ms)
        return Route(self.network.back[[piece]], 1 - begin, 1 - end, ms)

    def through(
        self,
        start: tuple[int, float],
        goal: tuple[int, float],
        arcs: NDArray[np.int64],
        ms: int,
        away: list[tuple[int, int]],
        home: list[tuple[int, int]],
    ) -> Route:
        """The way over `arcs`, with the parts of the start's and the goal's own piece at its ends.

        Parameters
        ----------
        start, goal
            Piece and share of both places.
        arcs, ms
            Between their nodes, and how long all of it takes.
        away, home
            Nodes at which the start is left and the goal entered, each with its milliseconds.
        """
        network = self.network
        inner = ms - int(self.graph.ms[arcs].sum())
        outer = (int(self.graph.tail[arcs[0]]), int(self.graph.head[arcs[-1]])) if len(arcs) else None
        a, b = next(
            (a, b)
            for a, (leave, before) in enumerate(away)
            for b, (enter, after) in enumerate(home)
            if before + after == inner and _joined(leave, outer, enter)
        )
        begin, end = (start[1], 1 - start[1])[a], (goal[1], 1 - goal[1])[b]
        first = int((network.forward, network.back)[a][start[0]])
        last = int((network.forward, network.back)[b][goal[0]])
        # What begins at the end of its arc, or ends at the beginning, runs along none of it.
        leads, trails = first >= 0 and begin < 1.0, last >= 0 and end > 0.0
        whole = arcs if len(self.graph.tail) == len(network.tail) else arcs[arcs < len(network.tail)]
        way = np.empty(leads + len(whole) + trails, dtype=np.int64)
        if not len(way):
            return Route(network.forward[[start[0]]], start[1], start[1], ms)
        way[leads : leads + len(whole)] = whole
        if leads:
            way[0] = first
        if trails:
            way[-1] = last
        return Route(way, begin if leads else 0.0, end if trails else 1.0, ms)


def _joined(start: int, outer: tuple[int, int] | None, goal: int) -> bool:
    """Whether a way from node `start` to node `goal` has these first and last nodes; None where it has no arcs."""
    return start >= 0 and goal >= 0 and (start == goal if outer is None else (start, goal) == outer)


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that overlap or touch, as one."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return merged
