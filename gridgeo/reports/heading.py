"""What a paper says beside a plan's own figures: number, state and days; and how its contact cards are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gridgeo.errors import BadInput


@dataclass(frozen=True)
class Heading:
    """What stands on the first page beside the figures.

    Parameters
    ----------
    number
        The plan's number, e.g. P-2026-001.
    replaces
        Number of the plan that it replaces.
    state
        draft, proposed, consulted, approved, in force or retired, or another word that is printed as given.
    dated
        Day of the paper; also the date inside the PDF, which has none otherwise.
    effective
        Day from which the plan is in force.
    """

    number: str = ""
    replaces: str = ""
    state: str = ""
    dated: date | None = None
    effective: date | None = None


@dataclass(frozen=True)
class Cards:
    """Contact cards at the end of the paper: how many on a page (1 or 2; 0 for none), and the board that their QR codes open."""

    per_page: int = 0
    board: str | None = None

    def __post_init__(self) -> None:
        if self.per_page not in (0, 1, 2):
            raise BadInput(f"{self.per_page} cards a page don't fit; choose 1 or 2, or 0 for none")
