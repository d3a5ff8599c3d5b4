"""Policies by the names that commands, settings and tables use."""

from __future__ import annotations

from gridgeo.errors import BadInput
from gridgeo_solvers.dispatching import (
    Coverage,
    Farsighted,
    Ground,
    NearestIdle,
    OwnerFirst,
    Policy,
    Reoptimised,
)

POLICIES = {
    "owner": "the officer of the grid, otherwise whoever is there first",
    "nearest": "whoever is there first",
    "coverage": "of those who are there in time, the one who is missed least (DMEXCLP)",
    "farsighted": "the fewest late arrivals to be expected, now and while the officer is away",
    "together": "all cases together: the earliest possible worst arrival, then the least total; officers on the way may be sent elsewhere",
    "farsighted-together": "all cases together by the prices of farsighted; officers on the way may be sent elsewhere",
}
"""What each policy does, by its name."""

TURN = 0.1
"""Late cases that sending somebody elsewhere must save under ``farsighted-together``: the best of 0, 0.02, 0.1 and 0.3 in trials."""


def name_of(policy: str | Policy) -> str:
    """What a policy is called in tables: its name, or its class."""
    return policy if isinstance(policy, str) else type(policy).__name__


def policy_of(
    name: str | Policy,
    ground: Ground | None = None,
    *,
    limit: float = 900.0,
    per_day: float = 0.0,
    handling: float = 0.0,
    busy: float = 0.0,
) -> Policy:
    """The policy of a name; one of your own as it is.

    Parameters
    ----------
    name
        One of `POLICIES`, or a policy of your own.
    ground
        What coverage is told from; without one the coverage policies can't be had.
    limit
        Seconds to arrival after which a case is late.
    per_day, handling
        Cases a day and mean seconds on the spot.
    busy
        Seconds by which a case in hand puts an officer back under ``owner`` and ``nearest``.

    Raises
    ------
    BadInput
        The name is unknown, or the policy needs a ground.
    """
    if not isinstance(name, str):
        return name
    if name not in POLICIES:
        raise BadInput(f"unknown policy '{name}'; choose one of {', '.join(POLICIES)}")
    if name == "owner":
        return OwnerFirst(busy=busy)
    if name == "nearest":
        return NearestIdle(busy=busy)
    if name == "together":
        return Reoptimised()
    if ground is None:
        raise BadInput(f"policy '{name}' weighs the coverage of a plan; give the plan's ground")
    if name == "coverage":
        return Coverage.of(ground, limit)
    far = Farsighted.of(ground, limit, per_day, handling)
    return far if name == "farsighted" else Reoptimised(far, TURN)
