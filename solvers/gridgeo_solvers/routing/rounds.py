"""Rounds of one day to doors with minutes and windows, within shifts: as few as could be found, by the engine of many days."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.results import Status
from gridgeo_solvers.routing.visiting import Doors, Officers, Rhythm, VisitingProblem, Wishes, solve_visiting

WINDOW = "window"
"""Reason: even the quickest way from the start comes after the window closes."""
LONGER_THAN_SHIFT = "longer than shift"
"""Reason: the visit alone, with the way there and back, ends after the shift."""
NO_ROUND_LEFT = "no round left"
"""Reason: the rounds that are allowed are full."""

LOOK = 2000
"""Steps of a look at whether rounds are far too few."""


@dataclass(frozen=True)
class RoundsProblem:
    """Doors to call at, from one start and back, in as few rounds as possible, then by the shortest ways.

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


def solve_rounds(problem: RoundsProblem, *, seed: int = 0, iterations: int | None = None) -> Rounds:
    """Plan the rounds: as many officers of one day as the work needs at the least, one or more again while doors are left out.

    Parameters
    ----------
    problem
        Doors, windows, shift.
    seed, iterations
        Same problem, same seed, same iterations: same rounds; as `gridgeo_solvers.routing.visiting.solve_visiting` takes them.
    """
    possible, left_out = _possible(problem)
    if not len(possible):
        return Rounds((), tuple(left_out), 0.0, Status.OPTIMAL, seed)
    orders = _fewest(problem, possible, seed, iterations)
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
        if there[door] > problem.late[door]:
            left_out.append(LeftOut(door, WINDOW, float(there[door])))
        elif end[door] > problem.shift:
            left_out.append(LeftOut(door, LONGER_THAN_SHIFT, float(end[door])))
    gone = {one.door for one in left_out}
    kept = [door for door in range(len(problem.service)) if door not in gone]
    return np.array(kept, dtype=np.int64), left_out


def _fewest(problem: RoundsProblem, doors: NDArray[np.int64], seed: int, iterations: int | None) -> list[list[int]]:
    """Doors of each round, in order."""
    allowed = min(problem.rounds or len(doors), len(doors))
    rounds = min(allowed, math.ceil(float(problem.service[doors].sum()) / problem.shift) or 1)
    while True:
        today = _one_day(problem, doors, rounds)
        # A short look tells where whole rounds are missing; what is left out needs so many more at the least.
        look = solve_visiting(today, seed=seed, iterations=min(iterations or LOOK, LOOK))
        missing = sum(float(problem.service[doors[one.door]]) for one in look.left_out)
        if missing >= problem.shift and rounds < allowed:
            rounds = min(allowed, rounds + int(missing / problem.shift))
            continue
        answer = solve_visiting(today, seed=seed, iterations=iterations)
        if not answer.left_out or rounds == allowed:
            return [[int(doors[stop.door]) for stop in tour.stops] for tour in answer.tours]
        rounds += 1


def _one_day(problem: RoundsProblem, doors: NDArray[np.int64], rounds: int) -> VisitingProblem:
    n, none = len(doors), np.zeros((rounds, 1))
    one, start = np.ones(n, dtype=np.int64), np.zeros((rounds, 1), dtype=np.int64)
    return VisitingProblem(
        problem.times[None],
        Doors(
            place=doors + 1,
            service=problem.service[doors],
            early=problem.early[doors],
            late=problem.late[doors],
            open=np.ones((n, 1), dtype=bool),
            persons=one,
            need=one * 0,
            weight=np.ones(n),
            own=-one,
            may=np.ones((n, rounds), dtype=bool),
            rhythm=Rhythm.once(n, 1),
        ),
        Officers(
            mode=start[:, 0],
            has=start[:, 0],
            since=none,
            until=none + problem.shift,
            start=start,
            end=start,
            rest=none,
            rest_from=none,
            rest_to=none,
        ),
        Wishes(balance=0.0),
    )


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
