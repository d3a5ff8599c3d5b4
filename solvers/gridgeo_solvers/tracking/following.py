"""A track followed along the streets: the likeliest walk behind noisy positions.

A hidden Markov model, as Newson and Krumm 2009 (*Hidden Markov map matching through noise and sparseness*) and Goh et al. 2012
(*Online map-matching based on hidden Markov model for real-time traffic sensing applications*). Theirs has one state for each
street near a position and compares straight with driven distance, which says little where somebody walks 5 m between two
positions of 10 m noise. Here a state is a cell of a few metres with a direction, and between two positions one moves over at
most as many cells as legs allow. Turning back costs, and so does
walking faster or slower than one usually does: noise is averaged along the street instead of being walked to and fro. The best walk is found by passing tokens from cell to cell (Viterbi 1967; Young,
Russell and Thornton 1989, *Token passing*), within a beam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.tracking.cells import Cells
from gridgeo_solvers.tracking.passing import Costs, Look, Streets, Track, likeliest_walk


@dataclass(frozen=True)
class FollowParams:
    """How a track is read. Costs are negative logarithms of likelihood.

    Parameters
    ----------
    noise_m
        Standard deviation of a position, metres on each axis, where it doesn't tell its own.
    most_m_s
        Metres a second that nobody goes faster than.
    gap_s
        Seconds without a position up to which the walk between is inferred; after longer ones it begins anew.
    walk
        Cost of each metre more or less than the usual pace of the track makes.
    turn
        Cost of turning back where the street goes on.
    jump
        Cost of leaving the streets and coming back to them elsewhere.
    stray
        Cost of a position at the most, however far it lies off.
    again
        Cost of a metre that was walked before by a first look at the track: of two ways side by side, a patrol rather takes
        each once than one of them twice.
    beam
        Walks that cost more than the best one by so much are given up.
    """

    noise_m: float = 10.0
    most_m_s: float = 2.5
    gap_s: float = 180.0
    walk: float = 0.02
    turn: float = 4.0
    jump: float = 10.0
    stray: float = 9.0
    beam: float = 12.0
    again: float = 0.05

    def __post_init__(self) -> None:
        for name in ("noise_m", "most_m_s", "gap_s", "walk", "turn", "jump", "stray", "beam", "again"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0 and (value > 0 or name in ("walk", "turn", "again"))):
                raise BadProblem(f"{name} is {value}; give a number above 0")


@dataclass(frozen=True)
class Followed:
    """A walk, cell by cell.

    Parameters
    ----------
    cell
        Cells in the order in which they were entered; one after another are neighbours unless `begins`.
    against
        Whether each was walked against its piece.
    fix
        Position of the track at which each had been entered.
    begins
        Whether a walk begins here that nothing joins to the one before.
    leaves
        Position of the track up to which somebody stayed in the cell.
    """

    cell: NDArray[np.int64]
    against: NDArray[np.bool_]
    fix: NDArray[np.int64]
    begins: NDArray[np.bool_]
    leaves: NDArray[np.int64]


def follow(
    cells: Cells,
    x: ArrayLike,
    y: ArrayLike,
    seconds: ArrayLike,
    *,
    noise_m: ArrayLike | None = None,
    stands: ArrayLike | None = None,
    params: FollowParams | None = None,
) -> Followed:
    """The likeliest walk behind a track.

    Parameters
    ----------
    cells
        The streets.
    x, y
        Shape (n,): metres.
    seconds
        Shape (n,): times, none before the one before it.
    noise_m
        Shape (n,): standard deviation of each position, metres; that of `params` unless given.
    stands
        Shape (n,): whether nobody moved between a position and the one before, however long that was.
    params
        How the track is read.

    Raises
    ------
    BadProblem
        Shapes differ, a number isn't finite or the times run backwards.

    Examples
    --------
    One street of 100 m, walked to its middle:

    >>> cells = Cells.of([0], [1], [2], [(0, 0), (100, 0)], cell_m=10)
    >>> walk = follow(cells, [5, 15, 25, 35, 45], [2, -3, 4, 0, -2], [0, 8, 16, 24, 32])
    >>> walk.cell.tolist(), walk.against.any().item()
    ([0, 1, 2, 3, 4], False)
    """
    chosen = params or FollowParams()
    track = _track(cells, (x, y, seconds), noise_m, stands, chosen)
    usual = float(np.median(cells.metres))
    costs = Costs(usual, chosen.walk, chosen.turn, chosen.jump, chosen.stray, chosen.beam, chosen.again)
    look = Look(track, _streets(cells), costs)
    state, fix, begins, leaves = likeliest_walk(look)
    if chosen.again:
        np.minimum.at(track.since, state >> 1, leaves + _SOON)
        state, fix, begins, leaves = likeliest_walk(look)
    off = np.hypot(cells.x[state >> 1] - track.x[fix], cells.y[state >> 1] - track.y[fix])
    near, begins = _trimmed(off > np.sqrt(2 * chosen.stray) * track.noise[fix], begins)
    state, fix, leaves = state[near], fix[near], leaves[near]
    return Followed(state >> 1, (state & 1) == 1, fix, begins, leaves)


def _track(
    cells: Cells,
    at: tuple[ArrayLike, ArrayLike, ArrayLike],
    noise_m: ArrayLike | None,
    stands: ArrayLike | None,
    params: FollowParams,
) -> Track:
    """Positions as the kernel reads them, from `at`: x, y and seconds."""
    x, y, clock = (np.ascontiguousarray(values, dtype=np.float64) for values in at)
    sigma = np.full(len(x), params.noise_m) if noise_m is None else np.ascontiguousarray(noise_m, dtype=np.float64)
    still = np.zeros(len(x), dtype=bool) if stands is None else np.asarray(stands, dtype=bool)
    if not len(x) == len(y) == len(clock) == len(sigma) == len(still):
        raise BadProblem("x, y, seconds, noise_m and stands must have one entry for each position")
    if not all(np.isfinite(values).all() for values in (x, y, clock, sigma)) or (sigma <= 0).any():
        raise BadProblem("a position, a time or a noise of the track is not a number, or a noise isn't above 0")
    step = np.diff(clock, prepend=clock[:1])
    if (step < 0).any():
        raise BadProblem(f"position {int(np.argmax(step < 0))} comes before the one before it; sort the track by time")
    cell_m = max(float(np.median(cells.metres)), 1e-3)
    hops = np.where(still, 0, np.ceil(params.most_m_s * step / cell_m)).astype(np.int64)
    hops[(step > params.gap_s) & ~still] = -1
    hops[:1] = -1
    pace = np.where(still, 0.0, min(_usual_pace(x, y, clock), params.most_m_s) * step)
    return Track(x, y, sigma, hops, pace, np.full(len(cells.metres), len(clock)))


def _streets(cells: Cells) -> Streets:
    return Streets(
        cells.x, cells.y, cells.metres, cells.indptr, cells.ahead, cells.back,
        cells.square_m, cells.west, cells.south, cells.columns, cells.rows, cells.start, cells.order,
    )  # fmt: skip


def _trimmed(away: NDArray[np.bool_], begins: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which cells stay, and where walks begin then: none begins or ends in cells that its positions were far from."""
    walk = np.cumsum(begins) - 1
    number = np.arange(len(away))
    count = int(walk[-1]) + 1 if len(walk) else 0
    first, last = np.full(count, len(away)), np.full(count, -1)
    np.minimum.at(first, walk[~away], number[~away])
    np.maximum.at(last, walk[~away], number[~away])
    near = (number >= first[walk]) & (number <= last[walk])
    return near, np.diff(walk[near], prepend=-1) > 0


def _usual_pace(x: NDArray[np.float64], y: NDArray[np.float64], clock: NDArray[np.float64]) -> float:
    """Metres a second of a walk that goes on straight: of what is covered in a minute, more than most; 0 where nobody walks."""
    later = np.searchsorted(clock, clock + _MINUTE)
    some = np.flatnonzero(later < len(clock))
    some = some[clock[later[some]] - clock[some] <= 1.5 * _MINUTE]
    if not len(some):
        return 0.0
    later = later[some]
    speed = np.hypot(x[later] - x[some], y[later] - y[some]) / (clock[later] - clock[some])
    moving = speed[speed > _STANDS_M_S]
    return float(np.quantile(moving, 0.7)) if len(moving) else 0.0


_MINUTE, _STANDS_M_S = 60.0, 0.4
_SOON = 12
"""Positions after the first pass of a cell up to which another one is still part of it."""
