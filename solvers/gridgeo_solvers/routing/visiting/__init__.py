"""Visits by officers over many days: rhythm, windows, shifts, skills, breaks, two officers at a time."""

from gridgeo_solvers.routing.visiting.answer import LeftOut, Stop, Tour, Visiting
from gridgeo_solvers.routing.visiting.beginning import Given
from gridgeo_solvers.routing.visiting.problem import Doors, Officers, Rhythm, VisitingProblem, Wishes
from gridgeo_solvers.routing.visiting.solve import solve_visiting

__all__ = [
    "Doors",
    "Given",
    "LeftOut",
    "Officers",
    "Rhythm",
    "Stop",
    "Tour",
    "Visiting",
    "VisitingProblem",
    "Wishes",
    "solve_visiting",
]
