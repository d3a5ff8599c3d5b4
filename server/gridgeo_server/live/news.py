"""What the server announces when it has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ALL = "all"
"""Where a message of officers says that it tells of all whom its viewer sees."""
WAS = "was"
"""Where a message of a case keeps whose the case was before; told to nobody."""


@dataclass(frozen=True)
class CaseChanged:
    """A case has a new event; `tell` gives both as JSON values, and is asked when the first viewer is told.

    Parameters
    ----------
    was
        Whose and where the case was before; None where it is new.
    """

    tell: Callable[[], tuple[dict[str, Any], dict[str, Any]]]
    was: Mapping[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The case, its event in it, and whose it was."""
        case, event = self.tell()
        return {**case, "event": event, WAS: self.was}


@dataclass(frozen=True)
class RespondersMoved:
    """Officers moved or changed their duty or load; as JSON values.

    Parameters
    ----------
    everybody
        Whether these are all officers: whoever isn't among them is there no more.
    """

    responders: list[dict[str, Any]]
    everybody: bool = False


@dataclass(frozen=True)
class IndicatorsChanged:
    """The strip of indicators changed; `areas` are those of areas that somebody watches, by the areas."""

    indicators: dict[str, Any]
    areas: Mapping[frozenset[str] | None, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanChanged:
    """Other grids are in force, or the same with other owners or names; `swap` makes them the ones that are served."""

    plan: dict[str, Any]
    swap: Callable[[], None]


News = PlanChanged | CaseChanged | RespondersMoved | IndicatorsChanged
