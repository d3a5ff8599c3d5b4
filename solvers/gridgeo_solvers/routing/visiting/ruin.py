"""Ruin: strings of stops that lie near each other are taken out (Christiaens and Vanden Berghe 2020, *Slack induction by string
removals for vehicle routing problems*); doors that are called at often lose all their visits half of the time.
"""

from __future__ import annotations

from gridgeo_solvers.kernels import folded_kernel
from gridgeo_solvers.routing.tours.ruin import draw
from gridgeo_solvers.routing.visiting.desk import Desk
from gridgeo_solvers.routing.visiting.journal import Journal, touch_slot, withdraw
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, State, clocked, put, take

STRING = 10
"""Stops of a string at the most."""
TAKEN = 12
"""Visits that are taken out at a time, on average."""


@folded_kernel
def ruin(f: Facts, st: State, log: Journal, desk: Desk, mean: float) -> None:
    """Take out visits around a door, where a day has `mean` of them."""
    longest = max(1.0, min(float(STRING), mean))
    strings = int(draw(desk) * (4.0 * TAKEN / (1.0 + longest) - 1.0) + 1.0)
    seed = int(draw(desk) * len(f.place))
    torn = 0
    for k in range(f.near.shape[1]):
        if torn >= strings:
            break
        x = f.near[seed, k]
        a, n = f.visit[x], f.visits[x]
        shift = int(draw(desk) * n)
        # Of a door that is called at often a few visits go, not the whole quarter of its surroundings.
        for j in range(min(n, 1 + int(draw(desk) * 3.0))):
            v = a + (j + shift) % n
            if torn < strings and st.when[v] >= 0 and not log.slot_touched[st.one[v]]:
                _string(st, desk, st.one[v], v, longest)
                touch_slot(st, log, st.one[v])
                for i in range(desk.torn[0]):
                    withdraw(f, st, log, desk.string[i])
                torn += 1
    for k in range(log.counts[1]):
        x = log.doors[k]
        if f.visits[x] > 1 and draw(desk) < 0.5:
            for v in range(f.visit[x], f.visit[x + 1]):
                if st.when[v] >= 0:
                    withdraw(f, st, log, v)
    for k in range(log.counts[0]):
        _settle(f, st, log, desk, log.slots[k])


@folded_kernel
def _string(st: State, desk: Desk, s: int, v: int, longest: float) -> None:
    """Choose stops of slot `s` in a row that hold visit `v`, into `desk.string`."""
    n = st.length[s]
    size = min(n, int(draw(desk) * min(float(n), longest) + 1.0))
    q = 0
    while st.item[s, q] != v:
        q += 1
    low, high = max(0, q - size + 1), min(q, n - size)
    begin = low + int(draw(desk) * (high - low + 1))
    desk.torn[0] = 0
    for k in range(begin, begin + size):
        if st.item[s, k] != BREAK:
            desk.string[desk.torn[0]] = st.item[s, k]
            desk.torn[0] += 1


@folded_kernel
def _settle(f: Facts, st: State, log: Journal, desk: Desk, s: int) -> None:
    """Renew the clock of a slot that lost visits; the officer may rest at another time."""
    n, old = st.length[s], -1
    for q in range(n):
        if st.item[s, q] == BREAK:
            old = q
    moved = -1 if old < 0 or n < 2 else int(draw(desk) * n)
    if moved >= 0:
        take(st, s, BREAK)
        put(st, s, moved, BREAK)
    fits = clocked(f, st, s)
    if not fits and moved >= 0:
        take(st, s, BREAK)
        put(st, s, old, BREAK)
        fits = clocked(f, st, s)
    if not fits:
        log.counts[2] = 1
