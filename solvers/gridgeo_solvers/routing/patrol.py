"""Patrols: every required piece of street once, in as few shifts as the tours found allow, with little walking between.

Route first, cut second: a closed walk over all pieces (`gridgeo_solvers.routing.postman`) is cut into shifts
(`gridgeo_solvers.routing.splitting`), and each shift is walked anew over the pieces that fell to it. Several walks of
equal length are tried, because they cut differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.postman import ClosedWalk, Errand, dead_bound
from gridgeo_solvers.routing.reordering import reorder
from gridgeo_solvers.routing.splitting import split

OTHER_PART = "other part"
"""Reason: the start can't reach the piece, or can't be reached from it."""
LONGER_THAN_SHIFT = "longer than shift"
"""Reason: the piece alone, with the way there and back, takes longer than a shift."""


@dataclass(frozen=True)
class PatrolProblem:
    """Pieces of street to be covered from one start.

    Parameters
    ----------
    network
        The streets; arcs take the seconds of a walk that serves nothing.
    required
        Pieces of street, each to be served once, in either direction that is allowed.
    start
        Junction where every route begins and ends.
    service
        Shape (p,): seconds to serve each piece of the network.
    shift
        Seconds of a route at the most.
    """

    network: Network
    required: NDArray[np.int64]
    start: int
    service: NDArray[np.float64]
    shift: float

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.network.n:
            raise BadProblem(f"start {self.start} is outside 0..{self.network.n - 1}")
        if len(self.required) and (self.required.min() < 0 or self.required.max() >= self.network.pieces):
            raise BadProblem(f"a required piece is outside 0..{self.network.pieces - 1}")
        if len(self.service) != self.network.pieces:
            raise BadProblem(f"{len(self.service)} service times for {self.network.pieces} pieces: give one for each")
        if not (np.isfinite(self.service) & (self.service >= 0)).all():
            raise BadProblem("a service time is negative or not a number")
        if not self.shift > 0:
            raise BadProblem(f"a shift of {self.shift} seconds; it must be above 0")


@dataclass(frozen=True)
class Walk:
    """One route, from the start and back: arcs in order, which of them serve their piece, seconds at the end of each."""

    arcs: NDArray[np.int64]
    serves: NDArray[np.bool_]
    clock: NDArray[np.float64]

    @property
    def seconds(self) -> float:
        """Seconds of the whole route."""
        return float(self.clock[-1])


@dataclass(frozen=True)
class Patrol:
    """Routes that cover the required pieces.

    `objective` is seconds over all routes, `bound` what no answer can go below, `left_out` the pieces that no
    route can serve, with the reason (`OTHER_PART`, `LONGER_THAN_SHIFT`).
    """

    walks: tuple[Walk, ...]
    left_out: tuple[tuple[int, str], ...]
    objective: float
    bound: float
    status: Status
    seed: int
    gap: float | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap", relative_gap(self.objective, self.bound))


def solve_patrol(problem: PatrolProblem, *, seed: int = 0, tries: int = 8, progress: Progress | None = None) -> Patrol:
    """Cover every required piece within the shifts.

    Parameters
    ----------
    problem
        Streets, required pieces, start, service times, shift.
    seed
        Same problem, same seed: same routes.
    tries
        Walks that are cut where one shift isn't enough.
    progress
        Told of each better answer.

    Returns
    -------
    Routes, the pieces that can't be served, and the objective with its bound. The answer is OPTIMAL where it
    meets the bound.
    """
    observer = progress or Progress()
    random = np.random.default_rng(seed)
    errand, left_out = _servable(problem)
    work = float(problem.service[errand.pieces].sum())
    routes: list[NDArray[np.int64]] = []
    bound = 0.0
    if len(errand.pieces):
        closed = ClosedWalk.over(errand)
        bound = work + (dead_bound(errand) if closed.bound is None else closed.bound)
        routes = _routes(problem, errand, closed, random, tries)
    walks = _walks(problem, routes)
    objective = float(sum(walk.seconds for walk in walks))
    proven = objective - bound <= 1e-6 * max(1.0, objective)
    # The two are sums in another order: what is equal but for rounding is told as equal.
    bound = objective if proven else bound
    observer.incumbent(objective, bound)
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    return Patrol(tuple(walks), tuple(left_out), objective, bound, status, seed)


def _servable(problem: PatrolProblem) -> tuple[Errand, list[tuple[int, str]]]:
    """The required pieces that a shift can serve, and the others with the reason."""
    network = problem.network
    pieces = np.unique(problem.required)
    part = network.parts
    arcs = network.forward[pieces]
    here = (part[network.tail[arcs]] == part[problem.start]) & (part[network.head[arcs]] == part[problem.start])
    left_out = [(int(piece), OTHER_PART) for piece in pieces[~here]]
    errand = Errand.of(network, pieces[here], problem.start)
    long = _alone(errand) + problem.service[errand.pieces] > problem.shift
    left_out += [(int(piece), LONGER_THAN_SHIFT) for piece in errand.pieces[long]]
    return errand.only(errand.pieces[~long]) if long.any() else errand, sorted(left_out)


def _routes(
    problem: PatrolProblem, errand: Errand, closed: ClosedWalk, random: np.random.Generator, tries: int
) -> list[NDArray[np.int64]]:
    """Service arcs of each route: one where a shift is enough, else the best cut of several walks, each part walked anew."""
    whole = reorder(errand, closed.tour(random))
    if problem.service[errand.pieces].sum() + errand.dead(whole) <= problem.shift:
        return [whole]
    best = _cut(problem, errand, whole)
    for _ in range(tries - 1):
        other = _cut(problem, errand, closed.tour(random))
        if (len(other), _dead(errand, other)) < (len(best), _dead(errand, best) - 1e-9):
            best = other
    anew = []
    for route in best:
        part = errand.only(problem.network.piece[route])
        again = reorder(part, ClosedWalk.over(part).tour(random))
        anew.append(again if part.dead(again) < part.dead(route) - 1e-9 else reorder(part, route))
    return anew


def _dead(errand: Errand, routes: Sequence[NDArray[np.int64]]) -> float:
    return sum(errand.dead(route) for route in routes)


def _alone(errand: Errand) -> NDArray[np.float64]:
    """Seconds to each required piece and back from it, in the better direction."""
    network, times = errand.network, errand.times
    start = int(errand.at(np.array([errand.start]))[0])
    forward = network.forward[errand.pieces]
    tails, heads = errand.at(network.tail[forward]), errand.at(network.head[forward])
    ahead = times[start, tails] + times[heads, start]
    behind = np.where(network.back[errand.pieces] >= 0, times[start, heads] + times[tails, start], np.inf)
    return np.asarray(np.minimum(ahead, behind))


def _cut(problem: PatrolProblem, errand: Errand, whole: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """A tour cut into routes within the shift."""
    network, times = problem.network, errand.times
    whole = _turned(problem, errand, whole)
    tails, heads = errand.at(network.tail[whole]), errand.at(network.head[whole])
    start = int(errand.at(np.array([errand.start]))[0])
    work = problem.service[network.piece[whole]]
    cuts = split(work, times[heads[:-1], tails[1:]], times[start, tails], times[heads, start], problem.shift)
    return [whole[first:after] for first, after in zip(cuts, [*cuts[1:], len(whole)], strict=True)]


def _turned(problem: PatrolProblem, errand: Errand, whole: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tour with a piece turned round where it would, served alone in its present direction, outlast the shift."""
    network, times = problem.network, errand.times
    start = int(errand.at(np.array([errand.start]))[0])
    alone = times[start, errand.at(network.tail[whole])] + times[errand.at(network.head[whole]), start]
    late = alone + problem.service[network.piece[whole]] > problem.shift
    pieces = network.piece[whole[late]]
    turned = whole.copy()
    turned[late] = network.forward[pieces] + network.back[pieces] - whole[late]
    return turned


def _walks(problem: PatrolProblem, routes: Sequence[NDArray[np.int64]]) -> list[Walk]:
    """Routes as walks over arcs, with the quickest ways between the pieces they serve."""
    network = problem.network
    legs: list[tuple[int, int]] = []
    for route in routes:
        leave = [problem.start, *network.head[route].tolist()]
        reach = [*network.tail[route].tolist(), problem.start]
        legs += list(zip(leave, reach, strict=True))
    paths = iter(network.paths(legs))
    walks = []
    for route in routes:
        arcs, serves = list(next(paths)), []
        serves += [False] * len(arcs)
        for arc in route.tolist():
            between = next(paths)
            arcs += [arc, *between]
            serves += [True] + [False] * len(between)
        walked, serving = np.array(arcs, dtype=np.int64), np.array(serves, dtype=bool)
        seconds = np.where(serving, problem.service[network.piece[walked]], network.seconds[walked])
        walks.append(Walk(walked, serving, np.cumsum(seconds)))
    return walks
