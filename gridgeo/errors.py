"""What can go wrong in gridgeo, each error a subclass of the built-in that it is.

::

    GridgeoError
    ├── BadInput (ValueError)            a value, row, column or option that can't be used
    │   ├── UnreadableSource             a file that is missing, cut off or of another kind
    │   ├── UnknownCRS                   coordinates whose reference system isn't declared
    │   └── OutsideJurisdiction          a place that lies in no grid
    ├── NoFeasiblePlan (RuntimeError)    rules that no plan can meet; carries the reasons
    └── NoPath (LookupError)             two places that no road joins

A message says what was wrong, where (file, row, unit, field) and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridgeo.plans.plan import Plan


class GridgeoError(Exception):
    """Base of every error that gridgeo raises on purpose."""


class BadInput(GridgeoError, ValueError):
    """A value, row, column or option can't be used; the message names it and the mend."""


class UnreadableSource(BadInput):
    """A file is missing, cut off, or not of the kind its name promises."""


class UnknownCRS(BadInput):
    """Coordinates came without a declared coordinate reference system."""


class OutsideJurisdiction(BadInput):
    """A place lies in no grid of the jurisdiction."""


class NoFeasiblePlan(GridgeoError, RuntimeError):
    """No plan meets the rules; `reasons` lists which rules and units conflict, `nearest` is the plan that breaks least."""

    def __init__(self, reasons: list[str], *, nearest: Plan | None = None) -> None:
        self.reasons = list(reasons)
        self.nearest = nearest
        super().__init__("no feasible plan: " + "; ".join(self.reasons))


class NoPath(GridgeoError, LookupError):
    """Two places are joined by no road that the chosen mode may use."""
