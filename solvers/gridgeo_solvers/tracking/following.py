"""A track followed along the streets: the likeliest walk behind noisy positions.

A hidden Markov model, as Newson and Krumm 2009 (*Hidden Markov map matching through noise and sparseness*) and Goh et al. 2012
(*Online map-matching based on hidden Markov model for real-time traffic sensing applications*). Theirs has one state for each
street near a position and compares straight with driven distance, which says little where somebody walks 5 m between two
positions of 10 m noise. Here a state is a cell of a few metres with a direction, and between two positions one moves over at
most as many cells as legs allow. Turning back costs, and so does
walking faster or slower than one usually does: noise is averaged along the street instead of being walked to and fro. The best walk is found by passing tokens from cell to cell (Viterbi 1967; Young,
Russell and Thornton 1989, *Token passing*), within a beam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.tracking.cells import Cells


@dataclass(frozen=True)
class FollowParams:
    """How a track is read. Costs are negative logarithms of likelihood.

    Parameters
    ----------
    noise_m
        Standard deviation of a position, metres on each axis, where it doesn't tell its own.
    most_m_s
        Metres a second that nobody goes faster than.
    gap_s
        Seconds without a position up to which the walk between is inferred; after longer ones it begins anew.
    walk
        Cost of each metre more or less than the usual pace of the track makes.
    turn
        Cost of turning back where the street goes on.
    jump
        Cost of leaving the streets and coming back to them elsewhere.
    stray
        Cost of a position at the most, however far it lies off.
    again
        Cost of a metre that was walked before by a first look at the track: of two ways side by side, a patrol rather takes
        each once than one of them twice.
    beam
        Walks that cost more than the best one by so much are given up.
    """

    noise_m: float = 10.0
    most_m_s: float = 2.5
    gap_s: float = 180.0
    walk: float = 0.02
    turn: float = 4.0
    jump: float = 10.0
    stray: float = 9.0
    beam: float = 12.0
    again: float = 0.05

    def __post_init__(self) -> None:
        for name in ("noise_m", "most_m_s", "gap_s", "walk", "turn", "jump", "stray", "beam", "again"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0 and (value > 0 or name in ("walk", "turn", "again"))):
                raise BadProblem(f"{name} is {value}; give a number above 0")


@dataclass(frozen=True)
class Followed:
    """A walk, cell by cell.

    Parameters
    ----------
    cell
        Cells in the order in which they were entered; one after another are neighbours unless `begins`.
    against
        Whether each was walked against its piece.
    fix
        Position of the track at which each had been entered.
    begins
        Whether a walk begins here that nothing joins to the one before.
    leaves
        Position of the track up to which somebody stayed in the cell.
    """

    cell: NDArray[np.int64]
    against: NDArray[np.bool_]
    fix: NDArray[np.int64]
    begins: NDArray[np.bool_]
    leaves: NDArray[np.int64]


def follow(
    cells: Cells,
    x: ArrayLike,
    y: ArrayLike,
    seconds: ArrayLike,
    *,
    noise_m: ArrayLike | None = None,
    stands: ArrayLike | None = None,
    params: FollowParams | None = None,
) -> Followed:
    """The likeliest walk behind a track.

    Parameters
    ----------
    cells
        The streets.
    x, y
        Shape (n,): metres.
    seconds
        Shape (n,): times, none before the one before it.
    noise_m
        Shape (n,): standard deviation of each position, metres; that of `params` unless given.
    stands
        Shape (n,): whether nobody moved between a position and the one before, however long that was.
    params
        How the track is read.

    Raises
    ------
    BadProblem
        Shapes differ, a number isn't finite or the times run backwards.

    Examples
    --------
    One street of 100 m, walked to its middle:

    >>> cells = Cells.of([0], [1], [2], [(0, 0), (100, 0)], cell_m=10)
    >>> walk = follow(cells, [5, 15, 25, 35, 45], [2, -3, 4, 0, -2], [0, 8, 16, 24, 32])
    >>> walk.cell.tolist(), walk.against.any().item()
    ([0, 1, 2, 3, 4], False)
    """
    chosen = params or FollowParams()
    east, north, clock = (np.ascontiguousarray(values, dtype=np.float64) for values in (x, y, seconds))
    sigma = np.full(len(east), chosen.noise_m) if noise_m is None else np.ascontiguousarray(noise_m, dtype=np.float64)
    still = np.zeros(len(east), dtype=bool) if stands is None else np.asarray(stands, dtype=bool)
    if not len(east) == len(north) == len(clock) == len(sigma) == len(still):
        raise BadProblem("x, y, seconds, noise_m and stands must have one entry for each position")
    if not all(np.isfinite(values).all() for values in (east, north, clock, sigma)) or (sigma <= 0).any():
        raise BadProblem("a position, a time or a noise of the track is not a number, or a noise isn't above 0")
    step = np.diff(clock, prepend=clock[:1])
    if (step < 0).any():
        raise BadProblem(f"position {int(np.argmax(step < 0))} comes before the one before it; sort the track by time")
    usual = float(np.median(cells.metres))
    hops = np.where(still, 0, np.ceil(chosen.most_m_s * step / max(usual, 1e-3))).astype(np.int64)
    hops[(step > chosen.gap_s) & ~still] = -1
    hops[:1] = -1
    pace = np.where(still, 0.0, min(_usual_pace(east, north, clock), chosen.most_m_s) * step)
    since = np.full(len(cells.metres), len(clock))
    for look in range(2):
        state, fix, begins, leaves = _follow(
            east, north, sigma, hops, pace, cells.x, cells.y, cells.metres, since, chosen.again,
            cells.indptr, cells.ahead, cells.back,
            cells.square_m, cells.west, cells.south, cells.columns, cells.rows, cells.start, cells.order,
            usual, chosen.walk, chosen.turn, chosen.jump, chosen.stray, chosen.beam,
        )  # fmt: skip
        if look or not chosen.again:
            break
        np.minimum.at(since, state >> 1, leaves + _SOON)
    away = (
        np.hypot(cells.x[state >> 1] - east[fix], cells.y[state >> 1] - north[fix])
        > np.sqrt(2 * chosen.stray) * sigma[fix]
    )
    near, begins = _trimmed(away, begins)
    state, fix, leaves = state[near], fix[near], leaves[near]
    return Followed(state >> 1, (state & 1) == 1, fix, begins, leaves)


def _trimmed(away: NDArray[np.bool_], begins: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which cells stay, and where walks begin then: none begins or ends in cells that its positions were far from."""
    walk = np.cumsum(begins) - 1
    number = np.arange(len(away))
    count = int(walk[-1]) + 1 if len(walk) else 0
    first, last = np.full(count, len(away)), np.full(count, -1)
    np.minimum.at(first, walk[~away], number[~away])
    np.maximum.at(last, walk[~away], number[~away])
    near = (number >= first[walk]) & (number <= last[walk])
    return near, np.diff(walk[near], prepend=-1) > 0


def _usual_pace(x: NDArray[np.float64], y: NDArray[np.float64], clock: NDArray[np.float64]) -> float:
    """Metres a second of a walk that goes on straight: of what is covered in a minute, more than most; 0 where nobody walks."""
    later = np.searchsorted(clock, clock + _MINUTE)
    some = np.flatnonzero(later < len(clock))
    some = some[clock[later[some]] - clock[some] <= 1.5 * _MINUTE]
    if not len(some):
        return 0.0
    later = later[some]
    speed = np.hypot(x[later] - x[some], y[later] - y[some]) / (clock[later] - clock[some])
    moving = speed[speed > _STANDS_M_S]
    return float(np.quantile(moving, 0.7)) if len(moving) else 0.0


_MINUTE, _STANDS_M_S = 60.0, 0.4
_SOON = 12
"""Positions after the first pass of a cell up to which another one is still part of it."""
_NEAR = 2.0
"""Cells within so many deviations of a position may be come back to from off the streets."""
_FIRST = 4.0
"""Cells within so many deviations of the first position may be where a walk begins."""
_LONG = 8
"""Steps of more cells bridge a gap."""
_TOKENS = 1 << 16


@njit(cache=True, nogil=True, error_model="numpy")
def _within(px, py, reach, cx, cy, side, west, south, columns, rows, start, order, found):  # type: ignore[no-untyped-def]
    """Write the cells within `reach` of a point into `found`; how many there are."""
    count = 0
    left = max(0, int(np.floor((px - reach - west) / side)))
    right = min(columns - 1, int(np.floor((px + reach - west) / side)))
    low = max(0, int(np.floor((py - reach - south) / side)))
    high = min(rows - 1, int(np.floor((py + reach - south) / side)))
    for row in range(low, high + 1):
        for k in range(start[row * columns + left], start[row * columns + right + 1] if right >= left else 0):
            c = order[k]
            if (cx[c] - px) ** 2 + (cy[c] - py) ** 2 <= reach * reach:
                if count == len(found):
                    return count
                found[count] = c
                count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _swept(count, active, many, state, parent, fix, jump):  # type: ignore[no-untyped-def]
    """Keep only the tokens from which an active one descends; a parent always has the lower number."""
    kept = np.zeros(count, dtype=np.int64)
    for k in range(many):
        kept[active[k]] = 1
    for token in range(count - 1, -1, -1):
        if kept[token] and parent[token] >= 0:
            kept[parent[token]] = 1
    fresh = np.cumsum(kept) - 1
    for token in range(count):
        if kept[token]:
            place = fresh[token]
            state[place], fix[place], jump[place] = state[token], fix[token], jump[token]
            parent[place] = -1 if parent[token] < 0 else fresh[parent[token]]
    for k in range(many):
        active[k] = fresh[active[k]]
    return int(fresh[-1]) + 1


@kernel
def _follow(px, py, sigma, hops, pace, cx, cy, cm, since, again, indptr, ahead, back, side, west, south, columns, rows, start, order, usual, walk, turn, jump_cost, stray, beam):  # type: ignore[no-untyped-def]  # fmt: skip
    n, states = len(px), 2 * len(cx)
    cost = np.full(states, np.inf)
    told = np.zeros(states, dtype=np.int64)
    listed = np.zeros(states, dtype=np.int64)
    queued = np.zeros(states, dtype=np.int64)
    touched = np.empty(states, dtype=np.int64)
    now = np.empty(states, dtype=np.int64)
    later = np.empty(states, dtype=np.int64)
    active, owner = np.empty(states, dtype=np.int64), np.empty(states, dtype=np.int64)
    held, gone = np.empty(states), np.empty(states)
    worth, went = np.empty(states), np.empty(states)
    found = np.empty(len(cx), dtype=np.int64)
    size = _TOKENS
    state, parent = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    fix, jump = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.bool_)
    out_state, out_fix = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    out_begin, out_leave = np.empty(1024, dtype=np.bool_), np.empty(1024, dtype=np.int64)
    out, tokens, many, round_, last_seen = 0, 0, 0, 0, -1
    for t in range(n + 1):
        if t == n or hops[t] < 0:
            if many:
                best = 0
                for k in range(1, many):
                    if worth[k] < worth[best]:
                        best = k
                token, length = active[best], 0
                while token >= 0:
                    length += 1
                    token = parent[token]
                while out + length > len(out_state):
                    out_state, out_fix = np.concatenate((out_state, out_state)), np.concatenate((out_fix, out_fix))
                    out_begin, out_leave = (
                        np.concatenate((out_begin, out_begin)),
                        np.concatenate((out_leave, out_leave)),
                    )
                token, place, leave = active[best], out + length - 1, last_seen
                while token >= 0:
                    out_state[place], out_fix[place], out_leave[place] = state[token], fix[token], leave
                    out_begin[place] = jump[token] or parent[token] < 0
                    leave = fix[token] if not jump[token] else fix[token] - 1
                    place -= 1
                    token = parent[token]
                out += length
            many, tokens = 0, 0
            if t == n:
                break
        # Most tokens have no descendant among the active ones any more.
        if tokens > size // 2:
            tokens = _swept(tokens, active, many, state, parent, fix, jump)
            if tokens > size // 4:
                state, parent = np.concatenate((state, state)), np.concatenate((parent, parent))
                fix, jump = np.concatenate((fix, fix)), np.concatenate((jump, jump))
                size *= 2
        least, first = np.inf, -1
        listing = 0
        round_ += 1
        for k in range(many):
            s = state[active[k]]
            cost[s], told[s], listed[s], went[s] = worth[k], active[k], round_, 0.0
            touched[listing] = s
            now[listing] = s
            listing += 1
            if worth[k] < least:
                least, first = worth[k], active[k]
        frontier, mark = listing, round_
        limit, long = least + beam, hops[t] > _LONG
        if long:  # where the walk itself costs something, only the best places to set out from count
            limit = least + beam / 3 + walk * max(0.0, hops[t] * usual - pace[t])
        for hop in range(max(hops[t], 0)):
            round_ += 1
            coming = 0
            still_m = (hops[t] - hop) * usual + _FIRST * sigma[t]
            for k in range(frontier):  # as they are before the round, so that nobody goes over two cells in it
                held[k], gone[k], owner[k] = cost[now[k]], went[now[k]], told[now[k]]
            for k in range(frontier):
                s = now[k]
                if long and (cx[s >> 1] - px[t]) ** 2 + (cy[s >> 1] - py[t]) ** 2 > still_m * still_m:
                    continue  # too far to be near the next position in time
                for e in range(indptr[s], indptr[s + 1]):
                    s2 = ahead[e]
                    price, far = held[k], gone[k]
                    if back[e] == 0:
                        far += cm[s2 >> 1]
                        price += walk * (max(0.0, far - pace[t]) - max(0.0, gone[k] - pace[t]))
                        if t > since[s2 >> 1]:
                            price += again * cm[s2 >> 1]
                    elif back[e] == 1:
                        price += turn
                    if price >= limit:
                        continue
                    if listed[s2] < mark:
                        listed[s2] = mark
                        cost[s2] = np.inf
                        touched[listing] = s2
                        listing += 1
                    if price < cost[s2] - 1e-9:
                        if tokens == size:
                            state, parent = np.concatenate((state, state)), np.concatenate((parent, parent))
                            fix, jump = np.concatenate((fix, fix)), np.concatenate((jump, jump))
                            size *= 2
                        state[tokens], parent[tokens], fix[tokens], jump[tokens] = s2, owner[k], t, False
                        cost[s2], told[s2], went[s2] = price, tokens, far
                        tokens += 1
                        if queued[s2] != round_:
                            queued[s2] = round_
                            later[coming] = s2
                            coming += 1
            for k in range(coming):
                now[k] = later[k]
            frontier = coming
            if frontier == 0:
                break
        reach = (_FIRST if many == 0 else _NEAR) * sigma[t]
        near = _within(px[t], py[t], reach, cx, cy, side, west, south, columns, rows, start, order, found)
        entry = 0.0 if many == 0 else least + jump_cost
        for k in range(near):
            for way in range(2):
                s = 2 * found[k] + way
                if indptr[s] == indptr[s + 1] and way == 1:
                    continue  # against a one-way street
                if listed[s] < mark:
                    listed[s] = mark
                    cost[s] = np.inf
                    touched[listing] = s
                    listing += 1
                if entry < cost[s]:
                    if tokens == size:
                        state, parent = np.concatenate((state, state)), np.concatenate((parent, parent))
                        fix, jump = np.concatenate((fix, fix)), np.concatenate((jump, jump))
                        size *= 2
                    state[tokens], parent[tokens], fix[tokens], jump[tokens] = s, first, t, True
                    cost[s], told[s], went[s] = entry, tokens, pace[t]
                    tokens += 1
        best_now = np.inf
        for k in range(listing):
            s = touched[k]
            c = s >> 1
            off = ((cx[c] - px[t]) ** 2 + (cy[c] - py[t]) ** 2) / (2 * sigma[t] * sigma[t])
            cost[s] += min(off, stray) + walk * max(0.0, pace[t] - went[s])
            best_now = min(best_now, cost[s])
        many = 0
        for k in range(listing):
            s = touched[k]
            if cost[s] <= best_now + beam:
                active[many], worth[many] = told[s], cost[s] - best_now
                many += 1
        last_seen = t
    return out_state[:out], out_fix[:out], out_begin[:out], out_leave[:out]
