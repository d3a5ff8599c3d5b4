"""Periods of patrols drawn over small street networks, and their plans as the judge takes them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.check_periods import period_faults
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.period import Period, least_gap, rounds_of
from streetnets import networks


@st.composite
def periods(draw: st.DrawFn, *, shifts: int = 5) -> Period:
    """Some streets and a spot on one of them, each with passes, allowed shifts and a greatest gap that can be kept; shifts without an end."""
    network = draw(networks(largest=6))
    piece = draw(st.lists(st.integers(0, network.pieces - 1), min_size=1, max_size=6, unique=True))
    place = [int(network.forward[one]) if draw(st.booleans()) else -1 for one in piece]
    junction = st.integers(0, network.n - 1)
    piece, place = [*piece, piece[0]], [*place, -1]
    allowed = [draw(st.sampled_from([0b11111, 0b11111, 0b01101, 0b00011])) for _ in piece]
    times = [draw(st.integers(1, mask.bit_count())) for mask in allowed]
    most = [least_gap(shifts, k, mask) + draw(st.integers(0, 4)) for k, mask in zip(times, allowed, strict=True)]
    start = draw(junction)
    return Period(
        network, start, draw(st.sampled_from([start, draw(junction)])), shifts, draw(st.integers(1, 2)), 1e6,
        np.array(piece), np.array(place), np.full(len(piece), 30.0), np.array(times), np.array(allowed), np.array(most),
    )  # fmt: skip


def square_period() -> Period:
    """Four streets of 10 s round a square, each twice in four shifts, by one officer."""
    ends = [(0, 1), (1, 2), (2, 3), (3, 0)]
    arcs = [(a, b, piece) for piece, (a, b) in enumerate(ends) for a, b in ((a, b), (b, a))]
    tail, head, piece = (np.array(column) for column in zip(*arcs, strict=True))
    network = Network(4, tail, head, np.full(8, 10.0), np.full(8, 10.0), piece)
    four = np.full(4, 1)
    return Period(network, 0, 0, 4, 1, 100.0, np.arange(4), -four, 20.0 * four, 2 * four, 15 * four, 2 * four)


def faults(period: Period, shifts, left_out=()) -> list[str]:
    """What the judge says of routes of whole periods."""
    network = period.network
    walks = []
    for routes in shifts:
        rounds = rounds_of(period, [route for route in routes if route])
        walks.append(
            [
                (one.arcs.tolist(), list(zip(one.tasks.tolist(), one.at.tolist(), strict=True)), one.seconds)
                for one in rounds
            ]
        )
    return period_faults(
        network.tail, network.head, network.seconds, network.piece, start=period.start, end=period.end,
        officers=period.officers, shift=period.shift, street=period.piece, place=period.place, service=period.service,
        times=period.times, allowed=period.allowed, most=period.most, shifts=period.shifts, walks=walks,
        left_out=[task for task, _ in left_out],
    )  # fmt: skip
