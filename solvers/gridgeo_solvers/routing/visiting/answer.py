"""A plan of visits, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """Visit `number` (from 0) of a door; seconds after midnight of arrival, begin and leaving."""

    door: int
    number: int
    arrive: float
    begin: float
    leave: float


@dataclass(frozen=True)
class Tour:
    """An officer's day: from `start` to `end`, seconds after midnight; `rest` is when the break begins, None for none."""

    officer: int
    day: int
    stops: tuple[Stop, ...]
    start: float
    end: float
    travel: float
    rest: float | None


@dataclass(frozen=True)
class LeftOut:
    """Visit `number` of a door that nobody makes, and the reason that binds: one of `reasons.REASONS`."""

    door: int
    number: int
    reason: str


@dataclass(frozen=True)
class Visiting:
    """Tours by officer and day, and what they leave out.

    `objective` is in seconds: travel, waiting, the price of uneven days, of strangers and of what is left out; `travel` is its
    first part. No bound is known.
    """

    tours: tuple[Tour, ...]
    left_out: tuple[LeftOut, ...]
    objective: float
    travel: float
    uneven: float
    iterations: int
    seed: int
