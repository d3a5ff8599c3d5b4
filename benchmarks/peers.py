"""Other open tools on the same problem, in the same run, judged by the same judge.

A peer gets what it can take: METIS and ReCom know one weight, METIS no objective but cut edges, spopt no upper end of a
band. What comes out is judged by every rule of the problem all the same, and said. A package that isn't installed
leaves a note, never a failure: ``pip install gridgeo[bench]``.
"""

from __future__ import annotations

import gc
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Peer:
    """What one other tool made of a problem.

    `assignment` has shape (n,), or is None where the tool gave nothing; `note` says why, or what it couldn't be told.
    `wall` and `cpu` are seconds.
    """

    name: str
    assignment: IntArray | None
    wall: float
    cpu: float
    note: str = ""


class _OutOfTime(Exception):
    """The CPU seconds of a peer are spent."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """End the body after `seconds` of CPU time by `_OutOfTime`; only in the main thread of a POSIX process.

    Garbage in cycles waits until the body has ended: an exception raised inside somebody's clean-up would be swallowed
    there. The bell rings again until it is heard.
    """

    def ring(_signal: int, _frame: object) -> None:
        raise _OutOfTime

    collecting = gc.isenabled()
    gc.disable()
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if collecting:
            gc.enable()


def judged(problem: PartitionProblem, peer: Peer) -> dict[str, Any]:
    """A peer's figures: objective, number of broken rules by name, largest deviations, seconds, note."""
    row: dict[str, Any] = {"wall": round(peer.wall, 3), "cpu": round(peer.cpu, 3), "note": peer.note}
    if peer.assignment is None:
        return row | {"objective": None, "faults": None}
    figures = evaluate(problem, peer.assignment)
    broken: dict[str, int] = {}
    for fault in judge(problem, peer.assignment):
        broken[fault.rule] = broken.get(fault.rule, 0) + 1
    worst = {name: round(float(share), 6) for name, share in figures["max_deviation"].items()}
    return {"objective": float(figures["objective"]), "faults": broken, "worst": worst} | row


def run_peers(
    problem: PartitionProblem, seconds: float, seed: int = 0, names: Sequence[str] | None = None
) -> list[Peer]:
    """Every peer, or those of `names`, each within about `seconds` of CPU time."""
    return [_run(name, problem, seconds, seed) for name in (PEERS if names is None else names)]


def _run(name: str, problem: PartitionProblem, seconds: float, seed: int) -> Peer:
    """One peer on every part of the problem that no grid can cross, with its share of the grids."""
    wall, cpu = time.perf_counter(), time.process_time()
    assignment: IntArray | None = np.full(problem.n, -1, dtype=np.int64)
    notes: dict[str, None] = {}
    first = 0
    try:
        for units, part in parted(problem):
            left = seconds - (time.process_time() - cpu)
            labels, note = PEERS[name](part, max(left * part.n / problem.n, 0.1 * seconds), seed)
            notes |= dict.fromkeys([note] if note else [])
            if labels is None or assignment is None:
                assignment = None
                break
            assignment[units] = first + labels
            first += part.k
    except ImportError as missing:
        assignment, notes = None, {f"not installed: {missing.name}": None}
    except Exception as failed:
        assignment, notes = None, {f"failed: {type(failed).__name__}: {failed}"[:200]: None}
    if problem.together or problem.apart or problem.seeds:
        notes["can't be told which units belong together, apart or to a seed"] = None
    return Peer(name, assignment, time.perf_counter() - wall, time.process_time() - cpu, "; ".join(notes))


def parted(problem: PartitionProblem) -> list[tuple[IntArray, PartitionProblem]]:
    """Positions and problem of every connected piece of every group: no peer knows nesting or islands.

    Each piece gets the grids that `grids_per_group` says, or its share of the first banded measure by largest
    remainders, at least one.
    """
    group = np.zeros(problem.n, dtype=np.int64) if problem.group is None else problem.group
    label = problem.graph.within(group).components()
    count = int(label.max()) + 1
    if count == 1:
        return [(np.arange(problem.n), problem)]
    main = leading(problem)
    share = np.bincount(label, weights=main.weights) / main.weights.sum() * problem.k
    fixed = problem.grids_per_group or {}
    of_label = [int(group[np.flatnonzero(label == piece)[0]]) for piece in range(count)]
    whole = [len(np.unique(label[group == g])) == 1 for g in of_label]
    grids = np.maximum(np.floor(share), 1).astype(np.int64)
    for piece in range(count):
        if whole[piece] and of_label[piece] in fixed:
            grids[piece] = share[piece] = fixed[of_label[piece]]
    for _ in range(max(problem.k - int(grids.sum()), 0)):
        grids[np.argmax(share / grids)] += 1
    pieces = []
    for piece in range(count):
        units = np.flatnonzero(label == piece)
        pieces.append((units, _cut_out(problem, units, int(grids[piece]))))
    return pieces


def _cut_out(problem: PartitionProblem, units: IntArray, k: int) -> PartitionProblem:
    measures = tuple(
        replace(m, weights=m.weights[units], target=None)
        for m in problem.measures
        if np.ndim(m.lower) == 0 and np.ndim(m.upper) == 0
    )
    return PartitionProblem(
        graph=problem.graph.subgraph(units),
        measures=measures,
        k=k,
        mass=problem.mass[units],
        x=problem.x[units],
        y=problem.y[units],
        objective=problem.objective,
        seconds=None if problem.seconds is None else problem.seconds[np.ix_(units, units)],
        whole_km=problem.whole_km,
    )


def leading(problem: PartitionProblem) -> Measure:
    """The measure that a peer with room for one is told: the first with a band, else the mass."""
    banded = [m for m in problem.measures if m.banded]
    return banded[0] if banded else Measure("mass", problem.mass)


def leeway(problem: PartitionProblem, measure: Measure) -> float:
    """Tolerance around the mean that the band of `measure` allows on both sides, as a share."""
    mean = float(measure.weights.sum()) / problem.k
    low, high = float(np.max(measure.lower)), float(np.min(measure.upper))
    return max(min(mean - low, high - mean) / mean, 0.0)


def excess(problem: PartitionProblem, assignment: IntArray) -> float:
    """Sum over grids and measures of what a total lies outside its band, as shares of the mean; 0 inside all bands."""
    outside = 0.0
    for m in problem.measures:
        total = np.bincount(assignment, weights=m.weights, minlength=problem.k)
        mean = max(float(m.weights.sum()) / problem.k, 1e-12)
        over = np.maximum(total - m.upper, 0) + np.maximum(np.asarray(m.lower) - total, 0)
        outside += float(over.sum()) / mean
    return outside if outside > 1e-9 else 0.0


def _worth(problem: PartitionProblem, assignment: IntArray) -> tuple[int, float, float]:
    """Order among a peer's own answers: connected first, then in band or near it (by whole percents), then the objective."""
    torn = sum(fault.rule in ("contiguity", "count") for fault in judge(problem, assignment))
    outside = excess(problem, assignment)
    return torn, 0.01 * np.ceil(100 * outside), float(evaluate(problem, assignment)["objective"])


def metis(problem: PartitionProblem, seconds: float, seed: int, seeds: int = 20) -> tuple[IntArray | None, str]:
    """Best of `seeds` seeds of METIS (Karypis and Kumar 1998), each by recursive bisection and k-way.

    Only k-way has the option for contiguous parts. pymetis passes one weight for each vertex: of several measures half
    of the runs get the first alone and half the sum of all as shares.
    """
    import pymetis

    adjacency = pymetis.CSRAdjacency(problem.graph.indptr.tolist(), problem.graph.indices.tolist())
    banded = [m for m in problem.measures if m.banded] or [leading(problem)]
    blends = [_whole(banded[:1]), _whole(banded)]
    ufactor = max(int(1000 * min(leeway(problem, m) for m in banded)), 1)
    best: tuple[tuple[int, float, float], IntArray] | None = None
    began = time.process_time()
    runs = 0
    while runs < 2 * seeds and (best is None or time.process_time() - began < seconds):
        recursive = runs % 2 == 1
        options = pymetis.Options(seed=seed + runs // 2, ufactor=ufactor)
        if not recursive:
            options.contig = 1
        weights = blends[runs // 2 % 2]
        _, labels = pymetis.part_graph(problem.k, adjacency, vweights=weights, options=options, recursive=recursive)
        found = np.asarray(labels, dtype=np.int64)
        worth = _worth(problem, found)
        if best is None or worth < best[0]:
            best = worth, found
        runs += 1
    assert best is not None
    blended = ", one weight: the measures added up as shares" if len(banded) > 1 else ""
    return best[1], f"best of {runs} runs, k-way and recursive{blended}"


def _whole(measures: Sequence[Measure]) -> list[int]:
    """Positive whole weights whose sum stays inside 31 bits, as METIS needs them."""
    shares = np.sum([m.weights / max(m.weights.sum(), 1e-12) for m in measures], axis=0)
    return [max(round(float(share)), 1) for share in shares / shares.sum() * 2**29]


def recom(problem: PartitionProblem, seconds: float, seed: int, steps: int = 100_000) -> tuple[IntArray | None, str]:
    """Short bursts of ten ReCom steps (Cannon, Goldbloom-Helzner, Gupta, Matthews and Suwal 2022), from a tree start.

    The band of the first measure is held by every proposal; bands of further measures come before the objective in
    the score. Ends after `steps` or `seconds` of CPU time, whichever is first.
    """
    from recom import short_bursts

    state: dict[str, Any] = {"steps": 0, "best": None}
    reason = f"{steps:,} steps"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with cpu_limit(seconds):
                short_bursts(problem, leading(problem), seed, steps, state)
        except _OutOfTime:
            reason = f"{seconds:,.0f} CPU s"
    if state["best"] is None:
        return None, f"no start inside the band in {reason}"
    return state["best"], f"{state['steps']:,} steps in bursts of ten, ended by {reason}"


def _neighbours(graph: Graph) -> Any:
    from libpysal.weights import W

    return W({i: graph.neighbours(i).tolist() for i in range(graph.n)}, silence_warnings=True)


def _frame(problem: PartitionProblem) -> Any:
    import pandas as pd

    return pd.DataFrame({"x": problem.x / 1000, "y": problem.y / 1000, "weight": leading(problem).weights})


def _ward(problem: PartitionProblem, _seed: int) -> IntArray:
    from spopt.region import WardSpatial

    model = WardSpatial(_frame(problem), _neighbours(problem.graph), ["x", "y"], n_clusters=problem.k)
    model.solve()
    return np.asarray(model.labels_)


def _skater(problem: PartitionProblem, _seed: int) -> IntArray:
    from spopt.region import Skater

    model = Skater(_frame(problem), _neighbours(problem.graph), ["x", "y"], n_clusters=problem.k)
    model.solve()
    return np.asarray(model.labels_)


def _region_k_means(problem: PartitionProblem, seed: int) -> IntArray:
    from spopt.region import RegionKMeansHeuristic

    points = np.column_stack([problem.x, problem.y]) / 1000
    model = RegionKMeansHeuristic(points, problem.k, _neighbours(problem.graph), seed=seed)
    model.solve()
    return np.asarray(model.labels_)


def _max_p(problem: PartitionProblem, seed: int) -> IntArray:
    from spopt.region import MaxPHeuristic

    low = float(np.max(leading(problem).lower))
    state = np.random.get_state()  # noqa: NPY002  (spopt draws from the global generator)
    np.random.seed(seed)  # noqa: NPY002
    try:
        model = MaxPHeuristic(
            _frame(problem),
            _neighbours(problem.graph),
            ["x", "y"],
            "weight",
            max(low, 0.0),
            max_iterations_construction=20,
        )
        model.solve()
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return np.asarray(model.labels_)


def _spopt(
    method: Callable[[PartitionProblem, int], IntArray], told: str
) -> Callable[[PartitionProblem, float, int], tuple[IntArray | None, str]]:
    def run(problem: PartitionProblem, seconds: float, seed: int) -> tuple[IntArray | None, str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with cpu_limit(seconds):
                    labels = method(problem, seed)
            except _OutOfTime:
                return None, f"no answer in {seconds:,.0f} CPU s"
        _, numbered = np.unique(labels, return_inverse=True)
        count = int(numbered.max()) + 1
        if count > problem.k:
            return None, f"{count} grids instead of {problem.k}"
        note = told if count == problem.k else f"{told}; {count} grids instead of {problem.k}"
        return numbered.astype(np.int64), note

    return run


PEERS: dict[str, Callable[[PartitionProblem, float, int], tuple[IntArray | None, str]]] = {
    "METIS": metis,
    "ReCom": recom,
    "spopt Ward": _spopt(_ward, "knows no band"),
    "spopt Skater": _spopt(_skater, "knows no band"),
    "spopt k-means": _spopt(_region_k_means, "knows no band"),
    "spopt max-p": _spopt(_max_p, "knows only the lower end of a band"),
}
"""How each peer is asked: (problem, CPU seconds, seed) to (labels, note)."""
