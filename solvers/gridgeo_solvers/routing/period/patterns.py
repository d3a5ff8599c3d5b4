"""In which shifts of a period a street is passed: as evenly as can be, by dynamic programming on a circle.

A period repeats, so the gap after the last pass runs on to the first pass of the next period. The greatest gap comes first,
then the sum of the squared gaps, which is least where passes are spread evenly.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from gridgeo_solvers.errors import BadProblem


@cache
def even_patterns(shifts: int, times: int, allowed: int, most: int) -> tuple[int, ...]:
    """Sets of shifts, each a sum of 2 ** shift, that pass a street `times` times as evenly as can be.

    Parameters
    ----------
    shifts
        Shifts of the period, 0..shifts-1.
    times
        Passes in a period, 1 to the number of allowed shifts.
    allowed
        Sum of 2 ** shift over the shifts in which the street may be passed.
    most
        Shifts from a pass to the next at the most.

    Returns
    -------
    One set for each first shift that reaches the least greatest gap, then the least sum of squares; ascending.

    Raises
    ------
    BadProblem
        Too few shifts are allowed, or no set keeps the greatest gap; the message tells the least one possible.

    Examples
    --------
    >>> even_patterns(4, 2, 0b1111, 2)
    (5, 10)
    """
    least = least_gap(shifts, times, allowed)
    if least > most:
        passes = "1 pass" if times == 1 else f"{times} passes"
        among = "" if allowed.bit_count() == shifts else f" ({allowed.bit_count()} of them allowed)"
        raise BadProblem(
            f"{passes} in {shifts} shifts{among} leaves a gap of {least} shifts at the least, not {most}"
            if times == 1
            else f"{passes} in {shifts} shifts{among} leave a gap of {least} shifts at the least, not {most}"
        )
    return _within(shifts, times, allowed, least)


@cache
def least_gap(shifts: int, times: int, allowed: int) -> int:
    """The least greatest gap, in shifts, between `times` passes of a period in the allowed shifts.

    Examples
    --------
    >>> least_gap(7, 2, 0b1111111), least_gap(7, 2, 0b0000011)
    (4, 6)
    """
    if not 1 <= times <= allowed.bit_count():
        raise BadProblem(f"{times} passes in {allowed.bit_count()} allowed shifts of {shifts}: give 1 to that many")
    gap = -(-shifts // times)
    while not _within(shifts, times, allowed, gap):
        gap += 1
    return gap


def gap_of(pattern: int, shifts: int) -> int:
    """The greatest gap of a pattern that is repeated every period.

    Examples
    --------
    >>> gap_of(0b0001001, 7)
    4
    """
    return seam_gap(pattern, pattern, shifts)


def seam_gap(first: int, then: int, shifts: int) -> int:
    """The greatest gap where a period of pattern `first` is followed by one of pattern `then`, up to its first pass.

    Examples
    --------
    >>> seam_gap(0b0000001, 0b1000000, 7)
    13
    """
    days = [day for day in range(shifts) if first >> day & 1]
    days.append(shifts + (then & -then).bit_length() - 1)
    return int(np.diff(days).max())


def _within(shifts: int, times: int, allowed: int, gap: int) -> tuple[int, ...]:
    """The sets of least sum of squared gaps, none above `gap`; none where there is no set."""
    days = np.array([day for day in range(shifts) if allowed >> day & 1])
    step = days[None, :] - days[:, None]
    cost = np.where((step > 0) & (step <= gap), step.astype(float) ** 2, np.inf)
    found: dict[int, float] = {}
    for first in range(len(days)):
        # reach[j]: least cost of the passes so far, the first on days[first], the last on days[j].
        reach = np.where(np.arange(len(days)) == first, 0.0, np.inf)
        came = []
        for _ in range(times - 1):
            ahead = reach[:, None] + cost
            came.append(ahead.argmin(axis=0))
            reach = ahead.min(axis=0)
        seam = days[first] + shifts - days
        whole = np.where(seam <= gap, reach + seam.astype(float) ** 2, np.inf)
        at = int(whole.argmin())
        if not np.isfinite(whole[at]):
            continue
        worth, chosen = float(whole[at]), [at]
        for back in reversed(came):
            chosen.append(int(back[chosen[-1]]))
        found[sum(1 << int(days[one]) for one in chosen)] = worth
    best = min(found.values(), default=np.inf)
    return tuple(sorted(pattern for pattern, worth in found.items() if worth <= best))
