"""Proof by branch and bound: price sets, rule out pairs, list the sets that are left, else branch on an edge.

The bound of a node opens the k best sites by the worth of their cheapest connected set of whole rows, rows priced
by multipliers (Lagrangian relaxation of "every row exactly once"; Held and Karp 1971 for the steps).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, better, found
from gridgeo_solvers.partition.proof.columns import sets_of
from gridgeo_solvers.partition.proof.cover import Cover, cover
from gridgeo_solvers.partition.proof.pricing import rule_out, worths
from gridgeo_solvers.partition.proof.space import BoolArray, Space
from gridgeo_solvers.stop import StopRule

STEPS = 40
"""Steps of multipliers at a node below the first."""
SETS = 20_000
"""Most sets that are listed and combined at one node."""
LISTING = 60_000
"""Nodes of the listing, over all sites of a node, after which it is given up."""
AGAIN = 0.6
"""Sets are listed again once the gap is below this share of the gap at which they were too many."""
LIGHT = 1e-3
"""Share of the mean up to which a cut row may stay cut in a bound."""
LIMIT = 150
"""Nodes spent on the cheapest set of one site."""
PROBE = 30
"""Nodes spent on ruling out one pair."""
WORK = 30_000_000
"""Nodes of knapsacks and listings after which a proof is given up."""


@dataclass(order=True)
class _Node:
    bound: float
    tick: int
    space: Space = field(compare=False)
    u: FloatArray = field(compare=False)
    listed_at: float = field(compare=False, default=np.inf)


@dataclass
class _Ascent:
    """Best bound of a node, its multipliers and worths, and how often neighbours shared a set on the way."""

    value: float
    u: FloatArray
    worth: FloatArray
    shared: FloatArray
    work: int


class Tree:
    """Branch and bound over one part with `k` grids, from a plan and multipliers `u` of the part's rows.

    At most `sets` sets are listed and combined at one node.
    """

    def __init__(
        self, part: Part, best: Found, k: int, space: Space, u: FloatArray, bound: float, sets: int = SETS
    ) -> None:
        self.part, self.best, self.k, self.sets = part, best, k, sets
        self.nodes = 0
        self.work = 0
        self._ticks = 1
        self._open = [_Node(bound, 0, space, u)]

    @property
    def target(self) -> float:
        """What a plan must stay below to be better."""
        return self.best.value.cost * (1 - 1e-9)

    @property
    def bound(self) -> float:
        """What every plan costs at least."""
        return min((node.bound for node in self._open), default=self.best.value.cost)

    def run(self, stop: StopRule, work: int = WORK) -> tuple[Found, float]:
        """Best plan and bound, equal up to 1e-9 of the cost where the proof ended within `work`."""
        while self._open and self.work < work and not stop():
            node = heapq.heappop(self._open)
            if node.bound >= self.target:
                continue
            self.nodes += 1
            for child in self._explore(node):
                heapq.heappush(self._open, child)
        bound = self.bound
        return self.best, self.best.value.cost if bound >= self.target else bound

    def _explore(self, node: _Node) -> list[_Node]:
        """The open children of a node; none where it is settled."""
        if len(node.space.home) < self.k or node.space.n < self.k:
            return []
        up = ascend(node.space, node.u, self.k, self.target, 150 if self.nodes == 1 else STEPS)
        self.work += up.work
        bound = max(node.bound, up.value)
        if bound >= self.target:
            return []
        allowed = node.space.allowed.copy()
        most = np.minimum(up.worth, np.partition(up.worth, self.k - 1)[self.k - 1]) + (self.target - up.value)
        s = node.space
        self.work += rule_out(
            s.columns, s.home, up.u, s.weight, allowed, s.low, s.high, s.clash, s.graph.indptr, s.graph.indices,
            LIGHT * s.high, PROBE, most,
        )  # fmt: skip
        stay = allowed[np.arange(len(s.home)), s.home]
        space, most, u = s.kept(allowed), most[stay], up.u
        if len(space.home) < self.k or not space.allowed.any(axis=0).all():
            return []
        listed_at = node.listed_at
        if self.target - bound <= AGAIN * listed_at:
            covered = self._combine(space, u, most)
            if covered is None:
                listed_at = self.target - bound
            elif covered.complete:
                return []
            else:
                bound, u = max(bound, covered.bound), covered.u
        return self._branch(space, u, bound, up.shared, listed_at)

    def _combine(self, space: Space, u: FloatArray, most: FloatArray) -> Cover | None:
        """All sets left, combined; a better plan replaces the best. None where they are too many."""
        listed, spent = listing(space, u, most, self.sets)
        self.work += spent
        if listed is None:
            return None
        sets, cost = listed
        done = cover(sets, cost, self.k, u, self.target)
        if done.complete and done.chosen is not None:
            self._keep(sets[done.chosen].argmax(axis=0)[space.label].astype(np.int64))
        return done

    def _keep(self, plan: IntArray) -> None:
        """Replace the best plan by a better one, its grids in the order of the seeds."""
        if len(self.part.seeds):
            rank = np.empty(self.k, dtype=np.int64)
            rank[plan[self.part.seeds]] = np.arange(self.k)
            plan = rank[plan]
        self.best = better(self.best, found(self.part, plan, self.k))

    def _branch(self, space: Space, u: FloatArray, bound: float, shared: FloatArray, listed_at: float) -> list[_Node]:
        a, b, _ = space.graph.edges()
        free = np.flatnonzero(~space.clash[a, b])
        if not len(free):
            # Every edge is decided: each row is a grid.
            if space.n == self.k:
                self._keep(space.label)
            return []
        a, b = a[free], b[free]
        doubt = np.minimum(shared[a, b], 1 - shared[a, b])
        e = int(((0.01 + doubt) * np.sqrt(space.weight[a] + space.weight[b])).argmax())
        i, j = int(a[e]), int(b[e])
        children = []
        together = space.joined(i, j)
        if together is not None:
            joined = np.delete(u, j)
            joined[i - int(j < i)] += u[j]
            children.append(self._node(bound, together, joined, listed_at))
        children.append(self._node(bound, space.apart(i, j), u, listed_at))
        return children

    def _node(self, bound: float, space: Space, u: FloatArray, listed_at: float) -> _Node:
        self._ticks += 1
        return _Node(bound, self._ticks, space, u, listed_at)


def ascend(space: Space, u: FloatArray, k: int, target: float, steps: int) -> _Ascent:
    """Raise the bound of `space` from multipliers `u` until it reaches `target` or `steps` are done."""
    weight, low, high = space.weight, space.low, space.high
    light = LIGHT * high if np.isfinite(high) else 0.0
    sites, n = space.columns.shape
    worth, use = np.empty(sites), np.zeros((sites, n))
    best = _Ascent(-np.inf, u.copy(), worth.copy(), np.zeros((n, n)), 0)
    share, stale = 0.5, 0
    direction = np.zeros(n)
    for _ in range(steps):
        best.work += worths(
            space.columns, space.home, u, weight, space.allowed, low, high, space.clash, space.graph.indptr,
            space.graph.indices, light, LIMIT, k, worth, use,
        )  # fmt: skip
        chosen = np.argsort(worth, kind="stable")[:k]
        value = float(u.sum() + worth[chosen].sum())
        if value > best.value:
            stale = 0 if value > best.value + 1e-5 * abs(target) else stale + 1
            best.value, best.u, best.worth = value, u.copy(), worth.copy()
        else:
            stale += 1
        if stale > 8:
            share, stale, u = share * 0.6, 0, best.u.copy()
        if best.value >= target or not np.isfinite(value):
            break
        taken = use[chosen]
        best.shared = 0.93 * best.shared + 0.07 * np.minimum(taken.T @ taken, 1.0)
        direction = 1.0 - taken.sum(axis=0) + 0.5 * direction
        norm = float(direction @ direction)
        if norm < 1e-12 or share < 1e-2:
            break
        u = u + share * (target - value) / norm * direction
    return best


def listing(
    space: Space, u: FloatArray, most: FloatArray, room: int = SETS
) -> tuple[tuple[BoolArray, FloatArray] | None, int]:
    """Sets worth up to ``most[site]`` with their costs, None where they are too many; and the nodes spent."""
    out = np.zeros((room, space.n), dtype=bool)
    cost = np.zeros(room)
    count, spent = 0, 0
    for s in range(len(space.home)):
        count, nodes = sets_of(
            s, space.columns, space.home, u, space.measure, space.weights, space.lower, space.upper, space.allowed,
            space.clash, space.graph.indptr, space.graph.indices, most[s], out, cost, count, LISTING - spent,
        )  # fmt: skip
        spent += nodes
        if count < 0:
            return None, spent
    return (out[:count], cost[:count]), spent
