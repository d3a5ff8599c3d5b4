"""A judge of patrols of a period. It shares no code with the solvers and trusts nothing that they say of their answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

Walked = tuple[Sequence[int], Sequence[tuple[int, int]], float]
"""Arcs of a route, its calls (task, number of arcs gone before it begins), and the seconds it claims."""


def period_faults(
    tail: ArrayLike,
    head: ArrayLike,
    seconds: ArrayLike,
    piece: ArrayLike,
    *,
    start: int,
    end: int,
    officers: int,
    shift: float,
    street: ArrayLike,
    place: ArrayLike,
    service: ArrayLike,
    times: ArrayLike,
    allowed: ArrayLike,
    most: ArrayLike,
    shifts: int,
    walks: Sequence[Sequence[Walked]],
    left_out: Sequence[int] = (),
) -> list[str]:
    """What is wrong with the patrols of one or several periods, in words; an empty list where nothing is.

    Parameters
    ----------
    tail, head, seconds, piece
        Arcs of the network: ends, travel seconds, piece of street.
    start, end
        Junctions where each route begins and ends.
    officers, shift
        Routes in a shift and seconds of a route at the most.
    street, place, service, times, allowed, most
        For each task: its piece, the one arc that counts (-1: either), its seconds, passes in a period, sum of 2 ** shift over allowed shifts, shifts from a pass to the next at the most.
    shifts
        Shifts of a period.
    walks
        Routes of each shift, of whole periods one after the other; the last is followed by the first again.
    left_out
        Tasks said to be impossible, which nobody may have done.
    """
    leaves, reaches, kind = (np.asarray(ends, dtype=np.int64).tolist() for ends in (tail, head, piece))
    cost = np.asarray(seconds, dtype=float).tolist()
    streets, places, wanted, days, limits = (
        np.asarray(column, dtype=np.int64).tolist() for column in (street, place, times, allowed, most)
    )
    stays = np.asarray(service, dtype=float).tolist()
    faults: list[str] = []
    passes: list[list[int]] = [[] for _ in streets]
    if len(walks) % shifts:
        faults.append(f"{len(walks)} shifts are no whole number of periods of {shifts}")
    for number, routes in enumerate(walks):
        if len(routes) > officers:
            faults.append(f"shift {number} has {len(routes)} routes for {officers} officers")
        for arcs, calls, claimed in routes:
            faults += _broken(number, arcs, leaves, reaches, start, end)
            clock, done = sum(cost[arc] for arc in arcs), set()
            for task, at in calls:
                clock += stays[task]
                passes[task].append(number)
                arc = arcs[at] if at < len(arcs) else -1
                if arc < 0 or kind[arc] != streets[task] or places[task] not in (-1, arc) or at in done:
                    faults.append(f"shift {number}: arc {arc} doesn't pass the street of task {task}")
                    continue
                clock -= cost[arc]
                done.add(at)
            if abs(clock - claimed) > 1e-6 * max(1.0, clock):
                faults.append(f"shift {number}: a route claims {claimed:.3f} s but takes {clock:.3f} s")
            if clock > shift * (1 + 1e-9):
                faults.append(f"shift {number}: a route takes {clock:.1f} s, a shift has {shift:.1f} s")
    for task, when in enumerate(passes):
        if task in left_out:
            faults += [f"task {task} is left out and done"] * bool(when)
            continue
        for period in range(len(walks) // shifts):
            count = sum(1 for one in when if one // shifts == period)
            if count != wanted[task]:
                faults.append(f"task {task} is done {count} times in period {period}, not {wanted[task]} times")
        faults += [f"task {task} is done in shift {one}" for one in when if not days[task] >> one % shifts & 1]
        gaps = [after - one for one, after in zip(when, [*when[1:], when[0] + len(walks)], strict=True)] if when else []
        if gaps and (max(gaps) > limits[task] or min(gaps) < 1):
            faults.append(f"task {task} has gaps of {min(gaps)} to {max(gaps)} shifts, {limits[task]} at the most")
    return faults


def _broken(
    number: int, arcs: Sequence[int], leaves: Sequence[int], reaches: Sequence[int], start: int, end: int
) -> list[str]:
    at, faults = start, []
    for arc in arcs:
        if leaves[arc] != at:
            faults.append(f"shift {number}: arc {arc} leaves junction {leaves[arc]}, but the route stands at {at}")
        at = reaches[arc]
    return faults if at == end else [*faults, f"shift {number}: a route ends at junction {at}, not at {end}"]
