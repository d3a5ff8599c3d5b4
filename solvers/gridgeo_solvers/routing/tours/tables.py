"""A problem as the tables that compiled loops read, and the plan that they change.

Tasks and depots are *stops*: tasks 0..n-1, then one stop for every pair of start and end. A *slot* is a vehicle of one day;
what it drives is kept in a *row* of stops, the depot at both ends. A step that changes a slot copies its row to a free one
first, so that taking the step back is to point at the old row again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.tours.limits import alone
from gridgeo_solvers.routing.tours.problem import FloatArray, IntArray, Tours

NEAR = 120
"""Nearest tasks that are kept for each task."""
ROOMY = 4
"""Routes beyond those that are surely enough."""


class Tables(NamedTuple):
    """What doesn't change.

    `ways[t, x]` holds the legs between stops t and x, service of the one reached included: with one mode x → t, t → x; with two
    modes x → t (mode of x, mode of t: 00, 01, 10, 11), then t → x (mode of t, mode of x) likewise, one line of the cache.
    """

    n: int
    two: bool
    days: int
    ways: FloatArray
    near: NDArray[np.int32]
    away: FloatArray
    serve: FloatArray
    demand: FloatArray
    minutes: FloatArray
    first: IntArray
    patterns: IntArray
    slots: IntArray
    day: IntArray
    home: IntArray
    alike: bool
    capacity: FloatArray
    longest: FloatArray


class State(NamedTuple):
    """What changes: rows and what they are worth, the row of each slot, the slot of each visit, and caches."""

    stop: NDArray[np.int32]
    link: FloatArray
    pre: FloatArray
    post: FloatArray
    size: IntArray
    load: FloatArray
    cost: FloatArray
    wait: FloatArray
    version: IntArray
    row: IntArray
    before: IntArray
    touched: IntArray
    changed: IntArray
    spare: IntArray
    slot_of: NDArray[np.int32]
    have: IntArray
    top: IntArray
    known: IntArray
    value: FloatArray
    place: NDArray[np.int32]
    bank: IntArray
    key: FloatArray
    best_stop: NDArray[np.int32]
    best_size: IntArray
    day_cost: FloatArray
    day_slot: IntArray
    day_place: IntArray
    tally: IntArray
    random: NDArray[np.uint64]


def tables_of(problem: Tours, patterns: list[list[int]], begun: Sequence[int] | None = None) -> Tables:
    """The tables of `problem`, whose tasks keep to `patterns`; `begun` routes of each day are there already."""
    n, days = problem.n, problem.days
    modes = int(problem.modes.max())
    starts = np.array([problem.depot]) if problem.starts is None else problem.starts
    ends = np.array([problem.depot]) if problem.ends is None else problem.ends
    ports, port_of = np.unique(np.column_stack([starts, ends]), axis=0, return_inverse=True)
    ways = _ways(problem, modes, ports)
    routes = [_slots(problem, day, 0 if begun is None else begun[day]) for day in range(days)]
    slots = np.concatenate([[0], np.cumsum(routes)]).astype(np.int64)
    day = np.repeat(np.arange(days), np.diff(slots))
    home = n + (np.zeros(len(day), dtype=np.int64) if problem.starts is None else np.tile(port_of.ravel(), days))
    legs = ways if modes == 1 else ways.reshape(n + len(ports), -1, 2, 4).min(axis=3)
    served = np.arange(problem.entry.shape[1]) < problem.modes[:, None]
    serve = np.where(served, problem.service, np.inf).min(axis=1)
    apart = np.minimum(legs[:n, :n, 0] - serve[:, None], legs[:n, :n, 1] - serve[None, :])
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, : min(NEAR, n - 1)].astype(np.int32)
    return Tables(
        n=n,
        two=modes == 2,
        days=days,
        ways=ways,
        near=np.ascontiguousarray(near),
        away=legs[:n, n:, 0].min(axis=1),
        serve=serve,
        demand=problem.demand,
        minutes=problem.minutes,
        first=np.cumsum([0] + [len(sets) for sets in patterns]),
        patterns=np.array([mask for sets in patterns for mask in sets], dtype=np.int64),
        slots=slots,
        day=day,
        home=home,
        alike=len(ports) == 1,
        capacity=problem.capacity[day],
        longest=problem.longest[day],
    )


def state_of(tables: Tables, seed: int) -> State:
    """A plan in which no task is visited yet."""
    n, slots, days = tables.n, len(tables.day), tables.days
    rows, wide = 2 * slots, n + 2
    return State(
        stop=np.zeros((rows, wide), dtype=np.int32),
        link=np.zeros((1 if tables.two else rows, wide)),
        pre=np.zeros((rows if tables.two else 1, wide, 2)),
        post=np.zeros((rows if tables.two else 1, wide, 2)),
        size=np.zeros(rows, dtype=np.int64),
        load=np.zeros(rows),
        cost=np.zeros(rows),
        wait=np.zeros(rows),
        version=np.arange(1, rows + 1),
        row=np.arange(slots),
        before=np.zeros(slots, dtype=np.int64),
        touched=np.full(slots, -1, dtype=np.int64),
        changed=np.zeros(slots, dtype=np.int64),
        spare=np.arange(slots, rows),
        slot_of=np.full((n, days), -1, dtype=np.int32),
        have=np.zeros(n, dtype=np.int64),
        top=tables.slots[:-1].copy(),
        known=np.zeros((n, slots), dtype=np.int64),
        value=np.zeros((n, slots, 2)),
        place=np.zeros((n, slots, 2), dtype=np.int32),
        bank=np.zeros(n, dtype=np.int64),
        key=np.zeros(n),
        best_stop=np.zeros((slots, wide), dtype=np.int32),
        best_size=np.zeros(slots, dtype=np.int64),
        day_cost=np.zeros(days),
        day_slot=np.zeros(days, dtype=np.int64),
        day_place=np.zeros(days, dtype=np.int64),
        tally=np.zeros(8, dtype=np.int64),
        random=np.array([(seed * 2654435769 + 88172645463325252) % (1 << 63) + 1], dtype=np.uint64),
    )


def _ways(problem: Tours, modes: int, ports: IntArray) -> FloatArray:
    """`Tables.ways` of all stops."""
    n, stops = problem.n, problem.n + len(ports)
    enter = np.zeros((stops, modes), dtype=np.int64)
    leave = np.zeros((stops, modes), dtype=np.int64)
    serve = np.zeros((stops, modes))
    enter[:n], leave[:n], serve[:n] = problem.entry[:, :modes], problem.exit[:, :modes], problem.service[:, :modes]
    leave[n:], enter[n:] = ports[:, :1], ports[:, 1:]
    missing = np.arange(modes)[None, :] >= np.append(problem.modes, np.ones(len(ports), dtype=np.int64))[:, None]
    enter[missing] = leave[missing] = 0
    legs = problem.travel[leave.ravel()[:, None], enter.ravel()[None, :]] + serve.ravel()[None, :]
    legs[missing.ravel(), :] = legs[:, missing.ravel()] = np.inf
    legs = legs.reshape(stops, modes, stops, modes)
    reach = legs.transpose(2, 0, 1, 3).reshape(stops, stops, modes * modes)
    go_on = legs.transpose(0, 2, 1, 3).reshape(stops, stops, modes * modes)
    return np.ascontiguousarray(np.concatenate([reach, go_on], axis=2))


def _slots(problem: Tours, day: int, begun: int) -> int:
    """Routes of a day that are kept room for: as many as are surely enough.

    Two routes that hold no more than one may are one: joined routes fill more than half of the capacity or the duration.
    """
    vehicles = int(problem.vehicles[day])
    if problem.starts is not None:
        return vehicles
    shares = np.zeros(problem.n)
    for part, most in (
        (problem.demand, problem.capacity[day]),
        (alone(problem) + problem.minutes, problem.longest[day]),
    ):
        if most > 0:
            shares += np.minimum(part / most, 1.0)
    return min(vehicles, max(min(problem.n, 2 * math.ceil(float(shares.sum())) + ROOMY), begun))
