"""How long the desk may take: a table `desk_limits.json`, or ``desk_limits.csv`` in the data folder, with days of validity."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from gridgeo_server.cases.validity import Dated

DESK_CLOCKS = ("filing", "dispatch", "checking")
"""What has a clock beside handling: from the report to filing, from the report to the first dispatch, from handled to checked."""


@dataclass(frozen=True)
class DeskLimit(Dated):
    """How long one thing may take.

    Parameters
    ----------
    name
        Of `DESK_CLOCKS`.
    limit_min, clock
        Minutes, and which clock of `gridgeo_server.clocks.KINDS` counts them.
    urgent
        Of which cases it speaks; None of all.
    climbs
        A case goes up a level once it is over.
    """

    name: str
    limit_min: float
    clock: str = "urgent_hours"
    urgent: bool | None = None
    climbs: bool = True

    def holds(self, urgent: bool, day: date) -> bool:
        """Whether it speaks of such a case on `day`."""
        return self.holds_on(day) and self.urgent in {None, urgent}


class DeskLimits:
    """The limits of the desk, with where they are from. A row for urgent cases or others goes before one for all."""

    def __init__(self, rows: Iterable[DeskLimit], source: str) -> None:
        self.rows = tuple(rows)
        self.source = source
        self._told: dict[tuple[str, bool, date], DeskLimit | None] = {}

    def at(self, name: str, urgent: bool, day: date) -> DeskLimit | None:
        """The limit that holds for such a case on `day`; None where there is none."""
        asked = name, urgent, day
        if asked not in self._told:
            holding = [row for row in self.rows if row.name == name and row.holds(urgent, day)]
            found = next((row for row in holding if row.urgent is not None), next(iter(holding), None))
            self._told = {**{old: row for old, row in self._told.items() if old[2] == day}, asked: found}
        return self._told[asked]


@cache
def packaged() -> DeskLimits:
    """The limits that come with the server, from a secondary source."""
    text = (resources.files("gridgeo_server.cases") / "desk_limits.json").read_text(encoding="utf-8")
    table = json.loads(text)
    rows = [
        DeskLimit(row["name"], row["limit_min"], urgent=row.get("urgent"), climbs=row["climbs"])
        for row in table["limits"]
    ]
    return DeskLimits(rows, table["source"])
