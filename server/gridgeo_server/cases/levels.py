"""How far up a case must go until an officer is answerable: 0 in the officer's own grid, then the areas above it, one by one."""

from __future__ import annotations

from gridgeo_server.cases.model import Case
from gridgeo_server.cases.stages import machine
from gridgeo_server.responders.model import Responder
from gridgeo_server.town import Town


def level_between(town: Town, case: Case, officer: Responder) -> int:
    """The lowest level that has both the case and a grid of the officer; the highest where none below it has."""
    if case.grid in officer.grids:
        return 0
    top = len(machine().levels) - 1
    theirs = {area for grid in officer.grids for area in town.lineages.get(town.grid_areas.get(grid, ""), ())}
    above = reversed(town.lineages.get(case.area, ()))
    return next((min(level, top) for level, area in enumerate(above, start=1) if area in theirs), top)
