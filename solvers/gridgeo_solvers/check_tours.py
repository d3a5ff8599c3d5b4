"""A judge of tours through published instances. It shares no code with the solvers and trusts nothing that they say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gridgeo_solvers.routing.formats import PeriodicInstance, StreetInstance, VehicleInstance

NEARLY = 1e-6
"""Share by which sums of decimals may pass a limit or miss a claim."""


@dataclass(frozen=True)
class Verdict:
    """What tours are worth: broken rules in words, cost of all tours, duration of the longest."""

    faults: tuple[str, ...]
    total: float
    longest: float

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.faults


def judge_streets(
    instance: StreetInstance,
    routes: Sequence[Sequence[tuple[int, bool]]],
    *,
    vehicles: int | None = None,
    cost: float | None = None,
) -> Verdict:
    """Judge tours that serve streets: every task once, loads within the capacity, one-way streets in their direction.

    Parameters
    ----------
    instance
        The streets.
    routes
        For each tour its tasks in order, each with whether it is gone from head to tail.
    vehicles
        Tours at the most; None for any number.
    cost
        What the tours claim to cost, where that is to be judged too.
    """
    faults: list[str] = []
    _served([task for route in routes for task, _ in route], range(instance.tasks), "task", faults)
    lengths = _driven(instance, routes, "", _ways(instance), faults)
    _count(faults, "the plan", routes, vehicles)
    return _verdict(faults, lengths, lengths, cost)


def judge_street_days(
    instance: StreetInstance,
    days: Sequence[Sequence[Sequence[tuple[int, bool]]]],
    times: Sequence[int],
    *,
    vehicles: int | None = None,
    cost: float | None = None,
) -> Verdict:
    """Judge tours of a period that repeats: every task as often as asked, on days spread as evenly as can be, and the rules of `judge_streets`.

    Parameters
    ----------
    instance
        The streets.
    days
        For each day its tours, as in `judge_streets`.
    times
        Services of each task in the period.
    vehicles
        Tours of a day at the most; None for any number.
    cost
        What the tours claim to cost, where that is to be judged too.
    """
    ways, faults, lengths = _ways(instance), list[str](), list[float]()
    when: dict[int, list[int]] = {}
    for day, routes in enumerate(days):
        for task in (task for route in routes for task, _ in route):
            when.setdefault(task, []).append(day)
        lengths += _driven(instance, routes, f"day {day}, ", ways, faults)
        _count(faults, f"day {day}", routes, vehicles)
    faults += [f"task {task} is served, but isn't there" for task in sorted(when) if not 0 <= task < instance.tasks]
    for task, wanted in enumerate(times):
        own = when.get(task, [])
        if len(own) != wanted:
            faults.append(f"task {task} is served {len(own)} times; it should be {wanted} times")
        gap = max((after - one for one, after in pairwise([*own, own[0] + len(days)])), default=0) if own else 0
        if gap > math.ceil(len(days) / wanted):
            faults.append(
                f"task {task} is served on days {own}, {gap} days apart; {math.ceil(len(days) / wanted)} can be kept"
            )
    return _verdict(faults, lengths, lengths, cost)


def _driven(
    instance: StreetInstance,
    routes: Sequence[Sequence[tuple[int, bool]]],
    day: str,
    ways: NDArray[np.float64],
    faults: list[str],
) -> list[float]:
    """Length of each tour of a day; what is wrong with it is added to `faults`."""
    lengths = []
    for number, route in enumerate(routes):
        at, length, load = instance.depot, 0.0, 0.0
        for task, turned in route:
            if not 0 <= task < instance.tasks:
                continue
            if turned and not instance.two_way[task]:
                faults.append(f"{day}tour {number}: task {task} is a one-way street and is gone against its direction")
            begin, end = (instance.head, instance.tail) if turned else (instance.tail, instance.head)
            length += float(ways[at, begin[task]]) + float(instance.cost[task])
            at, load = int(end[task]), load + float(instance.demand[task])
        lengths.append(length + float(ways[at, instance.depot]))
        _within(faults, f"{day}tour {number} loads", load, instance.capacity)
    return lengths


def judge_periods(
    instance: PeriodicInstance, days: Sequence[Sequence[Sequence[int]]], *, cost: float | None = None
) -> Verdict:
    """Judge tours of several days: every client on the days of one of its patterns, loads, durations and fleet kept.

    Parameters
    ----------
    instance
        The clients.
    days
        For each day its tours, each the clients in order.
    cost
        What the tours claim to cost, where that is to be judged too.
    """
    faults: list[str] = []
    if len(days) != instance.days:
        faults.append(f"{len(days)} days are planned, there are {instance.days}")
    called: dict[int, list[int]] = {}
    travels, lengths = [], []
    for day, routes in enumerate(days[: instance.days]):
        _count(faults, f"day {day}", routes, instance.vehicles)
        for number, route in enumerate(routes):
            name = f"day {day}, tour {number}"
            known = [client for client in route if 0 < client < len(instance.x)]
            faults += [f"{name} calls at client {client}, who isn't there" for client in route if client not in known]
            for client in known:
                called.setdefault(client, []).append(day)
            stops = [0, *known, 0]
            travel = sum(
                math.dist((instance.x[a], instance.y[a]), (instance.x[b], instance.y[b])) for a, b in pairwise(stops)
            )
            travels.append(travel)
            lengths.append(travel + sum(float(instance.service[client]) for client in known))
            _within(
                faults, f"{name} loads", sum(float(instance.demand[c]) for c in known), float(instance.capacity[day])
            )
            _within(faults, f"{name} takes", lengths[-1], float(instance.longest[day]))
    for client in range(1, len(instance.x)):
        when = tuple(sorted(called.get(client, [])))
        if when not in {tuple(sorted(pattern)) for pattern in instance.patterns[client]}:
            faults.append(f"client {client} is called at on days {list(when)}, which is none of its patterns")
    return _verdict(faults, travels, lengths, cost)


def judge_clients(
    instance: VehicleInstance,
    routes: Sequence[Sequence[int]],
    *,
    vehicles: int | None = None,
    cost: float | None = None,
) -> Verdict:
    """Judge tours of one day: every client once, loads, durations and windows kept; no more tours than `vehicles`.

    Parameters
    ----------
    instance
        The clients.
    routes
        For each tour the clients in order.
    vehicles
        Tours at the most; None for as many as the instance says.
    cost
        What the tours claim to cost, where that is to be judged too.
    """
    faults: list[str] = []
    travels, lengths = [], []
    clients = _served(
        [client for route in routes for client in route], range(1, len(instance.demand)), "client", faults
    )
    for number, route in enumerate(routes):
        at, travel, load, clock = 0, 0.0, 0.0, 0.0 if instance.windows is None else float(instance.windows[0, 0])
        for client in [client for client in route if client in clients] + [0]:
            way = float(instance.distance[at, client])
            travel, clock, at, load = travel + way, clock + way, client, load + float(instance.demand[client])
            if instance.windows is not None:
                opens, closes = instance.windows[client].tolist()
                if clock > closes * (1 + NEARLY):
                    faults.append(
                        f"tour {number} comes to place {client} at {clock:g}, its window closes at {closes:g}"
                    )
                clock = max(clock, opens)
            clock += float(instance.service[client])
        travels.append(travel)
        lengths.append(travel + sum(float(instance.service[client]) for client in route if client in clients))
        _within(faults, f"tour {number} loads", load, instance.capacity)
        _within(faults, f"tour {number} takes", lengths[-1], instance.longest)
    _count(faults, "the plan", routes, instance.vehicles if vehicles is None else vehicles)
    return _verdict(faults, travels, lengths, cost)


def _ways(instance: StreetInstance) -> NDArray[np.float64]:
    """Cheapest ways between junctions (Floyd 1962, *Algorithm 97: shortest path*)."""
    table = np.full((instance.n, instance.n), np.inf)
    np.fill_diagonal(table, 0.0)
    for u, v, cost, both in zip(instance.tail, instance.head, instance.cost, instance.two_way, strict=True):
        table[u, v] = min(table[u, v], cost)
        if both:
            table[v, u] = min(table[v, u], cost)
    for k in range(instance.n):
        np.minimum(table, table[:, k, None] + table[k], out=table)
    return table


def _served(found: Iterable[int], wanted: range, what: str, faults: list[str]) -> range:
    """Write down who is left out, served twice or unknown; `wanted` comes back."""
    times = Counter(found)
    faults += [f"{what} {one} is served, but isn't there" for one in sorted(times) if one not in wanted]
    faults += [f"{what} {one} is served {times[one]} times; it should be once" for one in wanted if times[one] != 1]
    return wanted


def _within(faults: list[str], what: str, value: float, limit: float) -> None:
    if value > limit * (1 + NEARLY):
        faults.append(f"{what} {value:g}, more than {limit:g}")


def _count(faults: list[str], what: str, routes: Sequence[Sequence[object]], limit: int | None) -> None:
    used = sum(1 for route in routes if route)
    if limit is not None and used > limit:
        faults.append(f"{what} has {used} tours, {limit} are there")


def _verdict(faults: list[str], travels: list[float], lengths: list[float], cost: float | None) -> Verdict:
    total = math.fsum(travels)
    if cost is not None and abs(cost - total) > NEARLY * max(1.0, total):
        faults.append(f"the tours claim to cost {cost:g}, they cost {total:g}")
    return Verdict(tuple(faults), total, max(lengths, default=0.0))
