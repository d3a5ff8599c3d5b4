"""A plan of the search in words of doors, numbers and officers."""

from __future__ import annotations

import math

import numpy as np

from gridgeo_solvers.routing.visiting.answer import LeftOut, Stop, Tour, Visiting
from gridgeo_solvers.routing.visiting.reasons import reason_of
from gridgeo_solvers.routing.visiting.state import BREAK, Facts, State, timed, total


def told(f: Facts, plan: State, steps: int, seed: int) -> Visiting:
    """The plan in words of doors, numbers and officers."""
    tours = tuple(
        _tour(f, plan, slot) for slot in range(len(f.since)) if (plan.item[slot, : plan.length[slot]] >= 0).any()
    )
    reasons: dict[int, str] = {}
    left_out = []
    for visit in np.flatnonzero(plan.when < 0).tolist():
        door = int(f.door[visit])
        if door not in reasons:
            reasons[door] = reason_of(f, door)
        left_out.append(LeftOut(door, visit - int(f.visit[door]), reasons[door]))
    travel = sum(tour.travel for tour in tours)
    off = plan.work + plan.way - f.share
    return Visiting(
        tours, tuple(left_out), float(total(f, plan)), travel, float((f.steep * off * off).sum()), steps, seed
    )


def _tour(f: Facts, plan: State, slot: int) -> Tour:
    """The day of one officer, who sets out as late as is possible without ending later (Savelsbergh 1992)."""
    timed(f, plan, slot)
    ways = f.travel[f.mode[slot]]
    row = plan.item[slot, : plan.length[slot]].tolist()
    # Who has done all visits goes home before the break, and who has none before it begins after it.
    kept = slice(int(row[0] == BREAK), len(row) - int(row[-1] == BREAK))
    items = row[kept]
    begins, latest = plan.begin[slot, : len(row)].tolist()[kept], plan.latest[slot, : len(row)].tolist()[kept]
    spent = [f.rest[slot] if v == BREAK else f.service[f.door[v]] for v in items]
    clock, here, slack, waited = float(f.since[slot]), int(f.start[slot]), math.inf, 0.0
    travel = 0.0
    arrive, waits = [], []
    for q, v in enumerate(items):
        there = here if v == BREAK else int(f.place[f.door[v]])
        travel += float(ways[here, there])
        arrive.append(clock + float(ways[here, there]))
        waits.append(waited)
        waited += begins[q] - arrive[-1]
        slack = min(slack, waited + latest[q] - begins[q])
        clock, here = begins[q] + float(spent[q]), there
    travel += float(ways[here, f.end[slot]])
    end = clock + float(ways[here, f.end[slot]])
    delay = max(0.0, min(slack, waited))
    stops, rest = [], None
    for q, v in enumerate(items):
        at = arrive[q] + max(0.0, delay - waits[q])
        begin = max(at, begins[q])
        if v == BREAK:
            rest = begin
            continue
        door = int(f.door[v])
        stops.append(Stop(door, v - int(f.visit[door]), at, begin, begin + float(spent[q])))
    start = float(f.since[slot]) + delay
    return Tour(int(f.officer[slot]), int(f.day[slot]), tuple(stops), start, end, travel, rest)
