"""One round through all tasks: what is left of a problem with one vehicle on one day.

Ruin and recreate gets stuck in one long row. Here two neighbouring pieces of the round change places, and a local search mends
what that breaks: pieces of the round are driven the other way round (2-opt), and up to three stops are moved (Or 1976, *Traveling
salesman-type combinatorial problems and their relation to the logistics of regional blood banking*). Iterated (Lourenço, Martin
and Stützle 2003, *Iterated local search*) with small pieces, so that what was good elsewhere stays (Johnson and McGeoch 1997,
*The traveling salesman problem: a case study in local optimization*).

A *node* is a stop in a mode; driven the other way round, a task is served in its other mode, if it has one.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.tours.plan import Route
from gridgeo_solvers.routing.tours.problem import FloatArray, IntArray
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.tours.tables import Tables

NEAREST = 8
"""Neighbours of a stop that it may come to lie beside."""
MOVED = 3
"""Stops that are moved together at the most."""
PIECE = 50
"""Longest of the pieces that change places."""
NOTHING = 1e-7
"""Costs are not told apart below this."""
NO_WAY = 1e3
"""What counts for a missing way, in the longest legs of the round: a round avoids it, and sums stay exact."""


class Round(NamedTuple):
    """A round from the depot at place 0 to the depot at the last place, and what it costs.

    `ahead[i]` is the cost from the depot to place i, `back[i]` that of the way back from place i, all modes turned; `at` the
    place of a stop; `piece` and `kept` are room to work in; `tally` holds how many stops wait in `queue` to be looked at.
    """

    modes: int
    cost: FloatArray
    other: IntArray
    near: NDArray[np.int32]
    node: IntArray
    kept: IntArray
    best: IntArray
    piece: IntArray
    at: IntArray
    ahead: FloatArray
    back: FloatArray
    queue: IntArray
    waits: NDArray[np.bool_]
    tally: IntArray
    random: NDArray[np.uint64]


def is_one_round(tables: Tables) -> bool:
    """Whether all tasks are served by one vehicle on one day."""
    return tables.days == 1 and len(tables.day) == 1


def round_of(tables: Tables, route: Route, random: NDArray[np.uint64]) -> Round:
    """The round that serves all tasks as `route` does."""
    home, modes = tables.n, 2 if tables.two else 1
    legs = tables.ways[:, :, modes * modes :].reshape(home + 1, home + 1, modes, modes)
    cost = legs.transpose(0, 2, 1, 3).reshape((home + 1) * modes, -1).copy()
    finite = np.isfinite(cost)
    cost[~finite] = NO_WAY * max(float(cost[finite].max()), 1.0)
    node, places = np.arange((home + 1) * modes), home + 2
    return Round(
        modes=modes,
        cost=cost,
        other=node ^ 1 if tables.two else node,
        near=np.ascontiguousarray(tables.near[:, :NEAREST]),
        node=np.array([home * modes, *(task * modes + mode for task, mode in route), home * modes]),
        kept=np.zeros(places, dtype=np.int64),
        best=np.zeros(places, dtype=np.int64),
        piece=np.zeros(places, dtype=np.int64),
        at=np.zeros(home + 1, dtype=np.int64),
        ahead=np.zeros(places),
        back=np.zeros(places),
        queue=np.arange(home + 1),
        waits=np.arange(home + 1) < home,
        tally=np.array([home]),
        random=random,
    )


@bare_kernel
def better_round(r, steps, hot, cold):
    """Make `steps` steps while the temperature falls from `hot` to `cold`.

    The round is then the best one found; returns its cost.
    """
    last = len(r.node) - 1
    _measure(r, 1)
    _mend(r)
    _copy(r.node, r.best)
    best = r.ahead[last]
    cooling = (cold / hot) ** (1.0 / steps)
    heat = hot
    for _ in range(steps):
        heat *= cooling
        now = r.ahead[last]
        _copy(r.node, r.kept)
        _kick(r)
        _mend(r)
        if r.ahead[last] > now - heat * np.log(draw(r)):
            _copy(r.kept, r.node)
            _measure(r, 1)
        elif r.ahead[last] < best - NOTHING:
            best = r.ahead[last]
            _copy(r.node, r.best)
    _copy(r.best, r.node)
    return best


@folded_kernel
def _copy(source, target):
    for i in range(len(source)):
        target[i] = source[i]


@folded_kernel
def _measure(r, low):
    """Costs and places anew from place `low` on."""
    for i in range(low, len(r.node)):
        a = r.node[i - 1]
        b = r.node[i]
        r.ahead[i] = r.ahead[i - 1] + r.cost[a, b]
        r.back[i] = r.back[i - 1] + r.cost[r.other[b], r.other[a]]
        r.at[b // r.modes] = i


@folded_kernel
def _wait(r, i):
    """The stop at place `i` is to be looked at."""
    stop = r.node[i] // r.modes
    if not r.waits[stop] and 0 < i < len(r.node) - 1:
        r.waits[stop] = True
        r.queue[r.tally[0]] = stop
        r.tally[0] += 1


@folded_kernel
def _kick(r):
    """Two neighbouring pieces of the round change places."""
    tasks = len(r.node) - 2
    if tasks < 2:
        return
    one = 1 + int(draw(r) * min(PIECE, tasks // 2))
    two = 1 + int(draw(r) * min(PIECE, tasks // 2))
    low = 1 + int(draw(r) * (tasks - one - two + 1))
    _move(r, low, low + one - 1, low + one + two - 1, False)


@folded_kernel
def _move(r, low, high, behind, turned):
    """Drive the stops at places `low` to `high` behind place `behind`, which isn't one of them, maybe the other way round."""
    count = high - low + 1
    for k in range(count):
        r.piece[k] = r.other[r.node[high - k]] if turned else r.node[low + k]
    if behind > high:
        for i in range(low, behind - count + 1):
            r.node[i] = r.node[i + count]
        first = low
        into = behind - count + 1
        end = behind
    else:
        for i in range(high, behind + count, -1):
            r.node[i] = r.node[i - count]
        first = behind + 1
        into = behind + 1
        end = high
    for k in range(count):
        r.node[into + k] = r.piece[k]
    _measure(r, first)
    _wait(r, first - 1)
    _wait(r, first)
    _wait(r, into - 1)
    _wait(r, into)
    _wait(r, into + count - 1)
    _wait(r, into + count)
    _wait(r, end)
    _wait(r, end + 1)


@folded_kernel
def _turn(r, low, high):
    """Drive the stops at places `low` to `high` the other way round."""
    i = low
    j = high
    while i <= j:
        a = r.other[r.node[i]]
        r.node[i] = r.other[r.node[j]]
        r.node[j] = a
        i += 1
        j -= 1
    _measure(r, low)
    _wait(r, low - 1)
    _wait(r, low)
    _wait(r, high)
    _wait(r, high + 1)


@folded_kernel
def _mend(r):
    """Move and turn until no stop that waits finds anything better."""
    while r.tally[0] > 0:
        r.tally[0] -= 1
        stop = r.queue[r.tally[0]]
        r.waits[stop] = False
        _look(r, stop)


@folded_kernel
def _look(r, stop):
    """Make the move that saves most of those that bring `stop` beside a neighbour."""
    node = r.node
    cost = r.cost
    other = r.other
    i = r.at[stop]
    last = len(node) - 1
    best = -NOTHING
    low = 0
    high = 0
    behind = 0
    turned = False
    for k in range(-1, r.near.shape[1]):
        j = i if k < 0 else r.at[r.near[stop, k]]
        if k >= 0 and i == j:  # among tasks that no way leads to, a task is near itself
            continue
        for shift in range(2):
            a = (i if i < j else j) + 1 - shift
            b = (j if i < j else i) - shift
            if k < 0:
                a = i
                b = i
            x = node[a - 1]
            y = node[b + 1]
            change = cost[x, other[node[b]]] + cost[other[node[a]], y] - cost[x, node[a]] - cost[node[b], y]
            change += r.back[b] - r.back[a] - r.ahead[b] + r.ahead[a]
            if change < best:
                best = change
                low = a
                high = b
                behind = -1
        if k < 0:
            continue
        for side in range(1, 2 * MOVED):
            count = side // 2 + 1
            a = i if side % 2 else i - count + 1
            b = a + count - 1
            if a < 1 or b >= last or a <= j <= b:
                continue
            x = node[a - 1]
            y = node[b + 1]
            saved = cost[x, node[a]] + cost[node[b], y] - cost[x, y]
            if saved + best < 0.0:
                continue
            turning = r.back[b] - r.back[a] - r.ahead[b] + r.ahead[a]
            for p in range(j - 1, j + 1):
                if a - 1 <= p <= b:
                    continue
                u = node[p]
                v = node[p + 1]
                change = cost[u, node[a]] + cost[node[b], v] - cost[u, v] - saved
                if change < best:
                    best = change
                    low = a
                    high = b
                    behind = p
                    turned = False
                change = cost[u, other[node[b]]] + cost[other[node[a]], v] + turning - cost[u, v] - saved
                if change < best:
                    best = change
                    low = a
                    high = b
                    behind = p
                    turned = True
    if low == 0:
        return
    if behind < 0:
        _turn(r, low, high)
    else:
        _move(r, low, high, behind, turned)
