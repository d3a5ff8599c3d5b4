"""Rounds to doors with minutes and windows, within shifts, by PyVRP (Wouda, Lan and Kool 2024, *PyVRP: a high-performance VRP solver package*)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.search import NeighbourhoodParams
from pyvrp.stop import MaxIterations

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status

WINDOW = "window"
"""Reason: even the quickest way from the start comes after the window closes."""
LONGER_THAN_SHIFT = "longer than shift"
"""Reason: the visit alone, with the way there and back, ends after the shift."""
NO_ROUND_LEFT = "no round left"
"""Reason: the rounds that are allowed are full."""

_UNITS = 1000
"""PyVRP counts whole milliseconds. They are rounded up, so that what it calls in time is in time."""
_NEIGHBOURS = 20


@dataclass(frozen=True)
class RoundsProblem:
    """Doors to call at, from one start and back, in as few rounds as possible, then in the least time.

    Parameters
    ----------
    times
        Shape (n + 1, n + 1): seconds between places; place 0 is the start, place i + 1 is door i. All finite.
    service
        Shape (n,): seconds of each visit.
    early, late
        Shape (n,): seconds after the beginning of the shift at which a visit may begin, first and last.
    shift
        Seconds from the beginning of the shift until a round must be back.
    rounds
        Rounds at the most; None for as many as are needed.
    """

    times: NDArray[np.float64]
    service: NDArray[np.float64]
    early: NDArray[np.float64]
    late: NDArray[np.float64]
    shift: float
    rounds: int | None = None

    def __post_init__(self) -> None:
        n = len(self.service)
        if self.times.shape != (n + 1, n + 1):
            raise BadProblem(f"times has shape {self.times.shape}; {n} doors and the start need ({n + 1}, {n + 1})")
        if not (np.isfinite(self.times) & (self.times >= 0)).all():
            raise BadProblem("a travel time is negative or not a number; leave out doors that no road reaches")
        if len(self.early) != n or len(self.late) != n:
            raise BadProblem(f"{n} doors but {len(self.early)} and {len(self.late)} ends of windows: give one for each")
        if (self.service < 0).any() or (self.early > self.late).any():
            door = int(np.flatnonzero((self.service < 0) | (self.early > self.late))[0])
            raise BadProblem(
                f"door {door}: a visit of {self.service[door]} s from {self.early[door]} to {self.late[door]}"
            )
        if not self.shift > 0:
            raise BadProblem(f"a shift of {self.shift} seconds; it must be above 0")
        if self.rounds is not None and self.rounds < 1:
            raise BadProblem(f"{self.rounds} rounds; allow at least one")


@dataclass(frozen=True)
class Round:
    """One round: doors in order; seconds after the beginning of the shift of each arrival, begin and leaving; of start and end."""

    doors: tuple[int, ...]
    arrive: tuple[float, ...]
    begin: tuple[float, ...]
    leave: tuple[float, ...]
    start: float
    end: float


@dataclass(frozen=True)
class LeftOut:
    """A door that no round calls at: the reason, and the seconds that show it (of earliest arrival, or of the visit alone)."""

    door: int
    reason: str
    seconds: float


@dataclass(frozen=True)
class Rounds:
    """Rounds and the doors they leave out; `objective` is seconds over all rounds. No bound is known."""

    rounds: tuple[Round, ...]
    left_out: tuple[LeftOut, ...]
    objective: float
    status: Status
    seed: int


def solve_rounds(problem: RoundsProblem, *, seed: int = 0, iterations: int = 300) -> Rounds:
    """Plan the rounds.

    Parameters
    ----------
    problem
        Doors, windows, shift.
    seed, iterations
        Same problem, same seed, same iterations: same rounds.
    """
    possible, left_out = _possible(problem)
    if not len(possible):
        return Rounds((), tuple(left_out), 0.0, Status.OPTIMAL, seed)
    orders = _search(problem, possible, seed, iterations)
    called = {door for order in orders for door in order}
    left_out += [LeftOut(int(door), NO_ROUND_LEFT, 0.0) for door in possible if int(door) not in called]
    rounds = tuple(sorted((_scheduled(problem, order) for order in orders), key=lambda one: (one.start, one.doors)))
    objective = sum(one.end - one.start for one in rounds)
    status = Status.OPTIMAL if len(possible) == 1 else Status.FEASIBLE
    return Rounds(rounds, tuple(sorted(left_out, key=lambda one: one.door)), objective, status, seed)


def _possible(problem: RoundsProblem) -> tuple[NDArray[np.int64], list[LeftOut]]:
    """Doors that a round of their own could serve, and the others with the reason."""
    there, back = problem.times[0, 1:], problem.times[1:, 0]
    begin = np.maximum(there, problem.early)
    end = begin + problem.service + back
    left_out: list[LeftOut] = []
    for door in range(len(problem.service)):
        # A margin of the rounding to milliseconds, so that PyVRP agrees about what is possible.
        if there[door] > problem.late[door] - 2 / _UNITS:
            left_out.append(LeftOut(door, WINDOW, float(there[door])))
        elif end[door] > problem.shift - 4 / _UNITS:
            left_out.append(LeftOut(door, LONGER_THAN_SHIFT, float(end[door])))
    gone = {one.door for one in left_out}
    kept = [door for door in range(len(problem.service)) if door not in gone]
    return np.array(kept, dtype=np.int64), left_out


def _search(problem: RoundsProblem, doors: NDArray[np.int64], seed: int, iterations: int) -> list[list[int]]:
    """Doors of each round, in order."""
    work = float(problem.service[doors].sum() + problem.times[0, doors + 1].mean() * len(doors))
    likely = problem.rounds or min(len(doors), 2 * math.ceil(work / problem.shift) + 2)
    params = pyvrp.SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=_NEIGHBOURS))
    data = _data(problem, doors, likely)
    found = pyvrp.solve(data, MaxIterations(iterations), seed=seed, collect_stats=False, display=False, params=params)
    if not found.is_feasible():
        # Rounds of one door each, or no round where doors may be left out, keep every rule: search on from there.
        data = _data(problem, doors, problem.rounds or len(doors))
        alone = [[door] for door in range(len(doors))] if problem.rounds is None else []
        start = pyvrp.Solution(data, alone)
        stop = MaxIterations(iterations)
        found = pyvrp.solve(data, stop, seed, collect_stats=False, display=False, params=params, initial_solution=start)
    return [[int(doors[stop.idx]) for stop in route if stop.is_client()] for route in found.best.routes()]


def _data(problem: RoundsProblem, doors: NDArray[np.int64], vehicles: int) -> pyvrp.ProblemData:
    places = np.concatenate([[0], doors + 1])
    times = _whole(problem.times[np.ix_(places, places)])
    np.fill_diagonal(times, 0)
    shift = int(problem.shift * _UNITS)
    # A door left out costs more than any round, and a round more than any order of the doors in it.
    prize = 0 if problem.rounds is None else 4 * shift
    clients = [
        pyvrp.Client(
            location=place,
            service_duration=int(_whole(problem.service[door])),
            tw_early=int(_whole(problem.early[door])),
            tw_late=int(min(problem.late[door], problem.shift) * _UNITS),
            prize=prize,
            required=problem.rounds is None,
        )
        for place, door in enumerate(doors.tolist(), start=1)
    ]
    crew = pyvrp.VehicleType(
        num_available=vehicles,
        tw_late=shift,
        fixed_cost=2 * shift,
        unit_distance_cost=0,
        unit_duration_cost=1,
    )
    locations = [pyvrp.Location(0, 0) for _ in places]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(0)], [crew], [np.zeros_like(times)], [times])


def _whole(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ceil(np.asarray(seconds) * _UNITS - 1e-6).astype(np.int64)


def _scheduled(problem: RoundsProblem, order: list[int]) -> Round:
    """Times of one round that sets out as late as it can without ending later (Savelsbergh 1992: forward time slack)."""
    arrive, begin, waits = [], [], []
    clock, slack, waited, place = 0.0, math.inf, 0.0, 0
    for door in order:
        clock += float(problem.times[place, door + 1])
        arrive.append(clock)
        begin.append(max(clock, float(problem.early[door])))
        waited += begin[-1] - clock
        waits.append(waited)
        slack = min(slack, waited + float(problem.late[door]) - begin[-1])
        clock = begin[-1] + float(problem.service[door])
        place = door + 1
    end = clock + float(problem.times[place, 0])
    delay = max(0.0, min(slack, waited))
    # Setting out later eats the waits in their order.
    arrive = [at + max(0.0, delay - before) for at, before in zip(arrive, [0.0, *waits], strict=False)]
    begin = [max(at, float(problem.early[door])) for at, door in zip(arrive, order, strict=True)]
    leave = [at + float(problem.service[door]) for at, door in zip(begin, order, strict=True)]
    return Round(tuple(order), tuple(arrive), tuple(begin), tuple(leave), delay, end)
