"""What every solver's answer says about itself."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far an answer is proven."""

    OPTIMAL = "optimal"
    """Proven: the bound equals the objective (within the rounding of the objective)."""
    FEASIBLE = "feasible"
    """Every hard rule holds; a better answer may exist, by `gap` at the most where a bound is known."""


def relative_gap(objective: float, bound: float | None) -> float | None:
    """Share of `objective` that may still be gained; None where no bound is known.

    Examples
    --------
    >>> relative_gap(100.0, 98.0)
    0.02
    """
    if bound is None:
        return None
    if objective == bound:
        return 0.0
    return (objective - bound) / max(abs(objective), 1e-12)
