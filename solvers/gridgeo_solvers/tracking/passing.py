"""Tokens passed from cell to cell (Young, Russell and Thornton 1989): the kernel behind `follow`.

At each position tokens set out from the states of the position before, spread over as many cells as legs allow, enter the
streets anew where that is cheaper, and are judged by how far the position lies off. Those within the beam of the best stay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import inner_kernel, kernel
from gridgeo_solvers.tracking.tokens import (
    Bools,
    Floats,
    Ints,
    Tokens,
    added,
    blank,
    counter,
    extended,
    thinned,
    tokens_of,
    walk_of,
    with_room,
)

NEAR = 2.0
"""Cells within so many deviations of a position may be come back to from off the streets."""
FIRST = 4.0
"""Cells within so many deviations of the first position may be where a walk begins."""
LONG = 8
"""Steps of more cells bridge a gap."""
ROOM = 1 << 16
"""Tokens that there is room for at first."""


class Track(NamedTuple):
    """Positions (n): where, how noisy, how many cells and metres on from the one before; -1 cells where a walk begins anew."""

    x: Floats
    y: Floats
    noise: Floats
    hops: Ints
    pace: Floats
    since: Ints
    """(cells): position after which a cell counts as walked before."""


class Streets(NamedTuple):
    """What is read of `Cells`, which tells the meaning."""

    x: Floats
    y: Floats
    metres: Floats
    indptr: Ints
    ahead: Ints
    back: NDArray[np.int8]
    square_m: float
    west: float
    south: float
    columns: int
    rows: int
    start: Ints
    order: Ints


class Costs(NamedTuple):
    """Those of `FollowParams`, and metres that a cell has as a rule."""

    usual: float
    walk: float
    turn: float
    jump: float
    stray: float
    beam: float
    again: float


class Look(NamedTuple):
    """One look at a track."""

    track: Track
    streets: Streets
    costs: Costs


class Front(NamedTuple):
    """States (s) reached at one position, the cheapest token in each, and the tokens that stay."""

    cost: Floats
    token: Ints
    went: Floats
    """(s): metres since the position before."""
    at: Ints
    """(s): the last position at which the state was reached."""
    reached: Ints
    listed: Ints
    """(1): how many of `reached` are filled."""
    active: Ints
    worth: Floats
    """(s): tokens that stay, and what each costs more than the best."""
    many: Ints
    """(1): how many stay."""


class Wave(NamedTuple):
    """States (s) that tokens spread from in one round, as they were before it, and those for the next one."""

    state: Ints
    cost: Floats
    went: Floats
    token: Ints
    later: Ints
    queued: Bools


@kernel
def likeliest_walk(look: Look) -> tuple[Ints, Ints, Bools, Ints]:
    """States, positions at which they were entered, where walks begin, and positions up to which somebody stayed."""
    hops, n, states = look.track.hops, len(look.track.x), 2 * len(look.streets.x)
    front, wave = _front_of(states), _wave_of(states)
    tokens, walk = tokens_of(ROOM), walk_of(1024)
    for t in range(n):
        if hops[t] < 0:
            walk = extended(walk, tokens, _best(front), t - 1)
            front.many[0] = tokens.used[0] = 0
        tokens = thinned(tokens, front.active, front.many[0])
        least = _set_out(front, tokens, t)
        tokens = _spread(look, t, front, wave, tokens, least)
        tokens = _entered(look, t, front, tokens, least)
        _judge(look, t, front)
    walk = extended(walk, tokens, _best(front), n - 1)
    filled = walk.length[0]
    return walk.state[:filled], walk.fix[:filled], walk.begins[:filled], walk.leaves[:filled]


@inner_kernel
def _front_of(states: int) -> Front:
    cost, token, went, at = np.empty(states), blank(states), np.empty(states), np.full(states, -1)
    return Front(cost, token, went, at, blank(states), counter(), blank(states), np.empty(states), counter())


@inner_kernel
def _wave_of(states: int) -> Wave:
    queued = np.zeros(states, dtype=np.bool_)
    return Wave(blank(states), np.empty(states), np.empty(states), blank(states), blank(states), queued)


@inner_kernel
def _best(front: Front) -> int:
    """The cheapest of the tokens that stay, -1 where there is none."""
    return front.active[np.argmin(front.worth[: front.many[0]])] if front.many[0] else -1


@inner_kernel
def _reach(front: Front, s: int, t: int) -> None:
    """List state `s` as reached at position `t`, at no price yet, unless it is listed."""
    if front.at[s] < t:
        front.at[s] = t
        front.cost[s] = np.inf
        front.reached[front.listed[0]] = s
        front.listed[0] += 1


@inner_kernel
def _set_out(front: Front, tokens: Tokens, t: int) -> float:
    """Reach at position `t` the states of the tokens that stayed; what the cheapest costs."""
    least = np.inf
    front.listed[0] = 0
    for k in range(front.many[0]):
        s = tokens.state[front.active[k]]
        _reach(front, s, t)
        front.cost[s], front.token[s], front.went[s] = front.worth[k], front.active[k], 0.0
        least = min(least, front.worth[k])
    return least


@inner_kernel
def _spread(look: Look, t: int, front: Front, wave: Wave, tokens: Tokens, least: float) -> Tokens:
    """Walk on from the states reached, a cell a round, as long as that is within the beam."""
    (_, _, noise, all_hops, pace, _), costs, indptr = look.track, look.costs, look.streets.indptr
    hops, limit, long = all_hops[t], least + costs.beam, all_hops[t] > LONG
    if long:  # where the walk itself costs something, only the best places to set out from count
        limit = least + costs.beam / 3 + costs.walk * max(0.0, hops * costs.usual - pace[t])
    count = front.listed[0]
    for k in range(count):
        wave.state[k] = front.reached[k]
    for hop in range(hops):
        edges = 0
        for k in range(count):  # as they are before the round, so that nobody goes over two cells in it
            s = wave.state[k]
            wave.cost[k], wave.went[k], wave.token[k] = front.cost[s], front.went[s], front.token[s]
            edges += indptr[s + 1] - indptr[s]
        tokens = with_room(tokens, edges)
        # Who is too far to be near the position in time needn't go on.
        far = (hops - hop) * costs.usual + FIRST * noise[t] if long else np.inf
        count = _stepped(look, t, front, wave, tokens, count, limit, far)
        if count == 0:
            break
    return tokens


@inner_kernel
def _stepped(look: Look, t: int, front: Front, wave: Wave, tokens: Tokens, count: int, limit: float, far: float) -> int:
    """Walk one cell on from `count` states no farther off than `far`; how many states became cheaper, now those of the wave."""
    (px, py, _, _, pace, since), costs = look.track, look.costs
    x, y, metres, indptr, ahead, back = look.streets[:6]
    coming = 0
    for k in range(count):
        s = wave.state[k]
        if far < np.inf and (x[s >> 1] - px[t]) ** 2 + (y[s >> 1] - py[t]) ** 2 > far * far:
            continue
        for e in range(indptr[s], indptr[s + 1]):
            there = ahead[e]
            price, went = wave.cost[k], wave.went[k]
            if back[e] == 0:
                went += metres[there >> 1]
                price += costs.walk * (max(0.0, went - pace[t]) - max(0.0, wave.went[k] - pace[t]))
                if t > since[there >> 1]:
                    price += costs.again * metres[there >> 1]
            elif back[e] == 1:
                price += costs.turn
            if price >= limit:
                continue
            _reach(front, there, t)
            if price < front.cost[there] - 1e-9:
                front.cost[there], front.went[there] = price, went
                front.token[there] = added(tokens, there, wave.token[k], t, False)
                if not wave.queued[there]:
                    wave.queued[there] = True
                    wave.later[coming] = there
                    coming += 1
    for k in range(coming):
        wave.state[k] = wave.later[k]
        wave.queued[wave.later[k]] = False
    return coming


@inner_kernel
def _entered(look: Look, t: int, front: Front, tokens: Tokens, least: float) -> Tokens:
    """Come from off the streets to cells near the position: from the cheapest walk, or where a walk begins."""
    track, indptr = look.track, look.streets.indptr
    best = _best(front)
    near = _within(look.streets, track.x[t], track.y[t], (FIRST if best < 0 else NEAR) * track.noise[t])
    price = 0.0 if best < 0 else least + look.costs.jump
    tokens = with_room(tokens, 2 * len(near))
    for cell in near:
        for s in (2 * cell, 2 * cell + 1):
            if indptr[s] == indptr[s + 1] and s & 1:
                continue  # against a one-way street
            _reach(front, s, t)
            if price < front.cost[s]:
                front.cost[s], front.went[s] = price, track.pace[t]
                front.token[s] = added(tokens, s, best, t, True)
    return tokens


@inner_kernel
def _within(streets: Streets, px: float, py: float, reach: float) -> Ints:
    """The cells within `reach` of a point."""
    x, y, start, order, side = streets.x, streets.y, streets.start, streets.order, streets.square_m
    left = max(0, int(np.floor((px - reach - streets.west) / side)))
    right = min(streets.columns - 1, int(np.floor((px + reach - streets.west) / side)))
    low = max(0, int(np.floor((py - reach - streets.south) / side)))
    high = min(streets.rows - 1, int(np.floor((py + reach - streets.south) / side)))
    found, count = blank(0), 0
    for row in range(low, high + 1 if left <= right else low):
        square = row * streets.columns
        inside = order[start[square + left] : start[square + right + 1]]
        found = np.concatenate((found[:count], inside))
        for c in inside:
            if (x[c] - px) ** 2 + (y[c] - py) ** 2 <= reach * reach:
                found[count] = c
                count += 1
    return found[:count]


@inner_kernel
def _judge(look: Look, t: int, front: Front) -> None:
    """Price the position and the pace in every state reached, and keep the tokens within the beam of the best."""
    (px, py, noise, _, pace, _), costs = look.track, look.costs
    x, y, cost = look.streets.x, look.streets.y, front.cost
    best = np.inf
    for s in front.reached[: front.listed[0]]:
        c = s >> 1
        off = ((x[c] - px[t]) ** 2 + (y[c] - py[t]) ** 2) / (2 * noise[t] * noise[t])
        cost[s] += min(off, costs.stray) + costs.walk * max(0.0, pace[t] - front.went[s])
        best = min(best, cost[s])
    many = 0
    for s in front.reached[: front.listed[0]]:
        if cost[s] <= best + costs.beam:
            front.active[many], front.worth[many] = front.token[s], cost[s] - best
            many += 1
    front.many[0] = many
