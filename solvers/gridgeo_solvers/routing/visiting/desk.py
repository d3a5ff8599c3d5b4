"""Scratch of the search: what is known about the days, and room to write on, made once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.visiting.chain import Links
from gridgeo_solvers.routing.visiting.state import Facts, Floats, Ints, State

AGAIN = 20
"""Doors left out before that are tried again at a time."""


class Desk(NamedTuple):
    """Doors (n), slots (s) of so many stops (w), officers (m), days (d), visits of a door at the most (k)."""

    random: NDArray[np.uint64]
    seen: Ints
    """(n, s): stamp of the slot when the two below were found, -1 for never."""
    added: Floats
    """(n, s): fewest seconds of travel that a visit there adds to the slot, inf where none fits."""
    gap: Ints
    """(n, s): the position of that visit."""
    absent: Ints
    """Doors that miss visits, in order."""
    key: Floats
    string: Ints
    torn: Ints
    """(1): visits in `string`."""
    more: Floats
    first: Floats
    last: Floats
    """(s, w): of every gap, see `placing.gaps`."""
    kept: Ints
    days: Ints
    trial_days: Ints
    """(k): days of a door's visits."""
    who: Ints
    trial_who: Ints
    """(d): the slot of a day."""
    meeting: Ints
    trial_meeting: Ints
    """(d, 4): two slots and two positions."""
    moment: Floats
    trial_moment: Floats
    """(d): when two meet."""
    prices: Floats
    """(k, d)"""
    links: Links

    @classmethod
    def of(cls, f: Facts, plan: State, seed: int) -> Desk:
        """An empty desk."""
        n, s, days = len(f.place), len(f.since), f.slot.shape[1]
        most = int(f.visits.max()) if n else 1

        def whole(*shape: int) -> Ints:
            return np.full(shape, -1, dtype=np.int64)

        return cls(
            random=np.array([(seed * 2654435769 + 88172645463325252) % (1 << 63) + 1], dtype=np.uint64),
            seen=whole(n, s),
            added=np.empty((n, s)),
            gap=whole(n, s),
            absent=whole(n + AGAIN),
            key=np.empty(n + AGAIN),
            string=whole(plan.item.shape[1]),
            torn=whole(1),
            more=np.empty(plan.item.shape),
            first=np.empty(plan.item.shape),
            last=np.empty(plan.item.shape),
            kept=whole(most),
            days=whole(most),
            trial_days=whole(most),
            who=whole(days),
            trial_who=whole(days),
            meeting=whole(days, 4),
            trial_meeting=whole(days, 4),
            moment=np.empty(days),
            trial_moment=np.empty(days),
            prices=np.empty((most, days)),
            links=Links.of(most, days),
        )
