"""Ruin: strings of visits near one another are taken out of their routes.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, *Slack induction by string removals for vehicle
routing problems*), with two additions for periods: a string is taken on the day of the first visit or on any day, and
tasks lose the visits of that day alone, or all their visits, so that they may change their pattern.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import folded_kernel
from gridgeo_solvers.routing.tours.rows import BANK, STEP, place_of, take

LONGEST_STRING = 10.0
SPLIT = 0.5
"""Share of strings that leave some stops in their middle where they are."""
KEEP_MORE = 0.01


@folded_kernel
def draw(s):
    """A random number in [0, 1)."""
    x = s.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.random[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@folded_kernel
def a_day(s, mask, days):
    """A random day of `mask`."""
    turn = int(draw(s) * days)
    for k in range(days):
        d = (turn + k) % days
        if (mask >> d) & 1:
            return d
    return -1


@folded_kernel
def ruin(t, s, typical, most, one_day, whole):
    """Take visits out: `typical` visits of a route on average, `most` visits in all on average.

    `one_day` and `whole` are the chances that strings are of one day alone, and that tasks lose all their visits.
    """
    longest = min(LONGEST_STRING, typical)
    strings = int(1.0 + draw(s) * (4.0 * most / (1.0 + longest) - 1.0))
    seed = int(draw(s) * t.n)
    day = a_day(s, s.have[seed], t.days)
    same = t.days > 1 and draw(s) < one_day
    entire = t.days > 1 and draw(s) < whole
    done = 0
    for k in range(-1, t.near.shape[1]):
        task = seed if k < 0 else t.near[seed, k]
        if s.have[task] == 0:
            continue
        d = day if same or k < 0 else (0 if t.days == 1 else a_day(s, s.have[task], t.days))
        r = s.slot_of[task, d]
        if r < 0 or s.touched[r] == s.tally[STEP]:
            continue
        size = s.size[s.row[r]]
        length = int(1.0 + draw(s) * min(float(size), longest))
        first = s.tally[BANK]
        _string(t, s, task, r, length)
        if entire:
            for b in range(first, s.tally[BANK]):
                _everywhere(t, s, s.bank[b])
        done += 1
        if done >= strings:
            break


@folded_kernel
def _string(t, s, task, r, length):
    """Take a string of `length` visits out of slot `r`, `task` among them or among those it leaves in its middle."""
    size = s.size[s.row[r]]
    at = place_of(s, task, r)
    kept = 0
    if length > 1 and length < size and draw(s) < SPLIT:
        kept = 1
        while length + kept < size and draw(s) < KEEP_MORE:
            kept += 1
    span = length + kept
    low = max(1, at - span + 1)
    high = min(at, size - span + 1)
    i = low + int(draw(s) * (high - low + 1))
    skip = i + span
    if kept:
        skip = i + 1 + int(draw(s) * (length - 1))
    take(t, s, r, i, length, skip, kept)


@folded_kernel
def _everywhere(t, s, task):
    """Take out all other visits of `task`."""
    for d in range(t.days):
        r = s.slot_of[task, d]
        if r >= 0:
            take(t, s, r, place_of(s, task, r), 1, 0, 0)
