"""What can go wrong in gridgeo, each error a subclass of the built-in that it is.

::

    GridgeoError
    ├── BadInput (ValueError)            a value, row, column or option that can't be used
    │   ├── UnreadableSource             a file that is missing, cut off or of another kind
    │   ├── UnknownCRS                   coordinates whose reference system isn't declared
    │   └── OutsideJurisdiction          a place that lies in no grid
    ├── NoFeasiblePlan (RuntimeError)    rules that no plan can meet; carries the reasons
    ├── NoPath (LookupError)             two places that no road joins
    └── NotInstalled (RuntimeError)      a package, library or font that this work needs and the machine lacks

A message says what was wrong, where (file, row, unit, field) and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridgeo.plans.plan import Plan
    from gridgeo_solvers.partition.refusal.conflicts import Conflict


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
    """No plan meets the rules.

    Parameters
    ----------
    reasons
        Sentences that say which rules and units conflict.
    nearest
        The plan that breaks the rules least, where one was made.
    conflict
        The fewest rules that leave no plan together, where they were found.
    causes
        Sentences that name the worst grids and units of `nearest`, the worst first.
    """

    def __init__(
        self,
        reasons: Iterable[str],
        *,
        nearest: Plan | None = None,
        conflict: Conflict | None = None,
        causes: Iterable[str] = (),
    ) -> None:
        self.reasons = list(reasons)
        self.nearest = nearest
        self.conflict = conflict
        self.causes = tuple(causes)
        super().__init__("no feasible plan: " + "; ".join(self.told()))

    def told(self) -> list[str]:
        """Everything that is known, a sentence a line, none twice: reasons, the rules that conflict, causes."""
        return told(self.reasons, self.conflict, self.causes)


def told(reasons: Iterable[str], conflict: Conflict | None = None, causes: Iterable[str] = ()) -> list[str]:
    """Why there is no plan, a sentence a line: what `reasons` say already isn't said again.

    Examples
    --------
    >>> told(["unit 7 is too heavy"], causes=["unit 7 is too heavy", "the grid of unit 3 has 90 households"])
    ['unit 7 is too heavy', 'the grid of unit 3 has 90 households']
    """
    lines = list(dict.fromkeys(reasons))
    if conflict is not None and not any(conflict.text in line for line in lines):
        which = "the smallest set of rules that conflict" if conflict.fewest else "rules that conflict"
        lines.append(f"{which}: {'; '.join(rule.text for rule in conflict.rules)}")
    return lines + [cause for cause in dict.fromkeys(causes) if not any(cause in line for line in lines)]


class NoPath(GridgeoError, LookupError):
    """Two places are joined by no road that the chosen mode may use."""


class NotInstalled(GridgeoError, RuntimeError):
    """A package, library or font that this work needs is not on the machine; the message names what to install."""
