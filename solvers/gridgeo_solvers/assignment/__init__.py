"""Who goes where and who follows whom: arrival times over a road graph, several cases at once, and pairs of two sides."""

from gridgeo_solvers.assignment.batch import Batch, assign_batch
from gridgeo_solvers.assignment.nearest import Arrivals, arrivals, nearest
from gridgeo_solvers.assignment.pairing import pair_most_shared
from gridgeo_solvers.assignment.teams import Teams, assign_teams

__all__ = [
    "Arrivals",
    "Batch",
    "Teams",
    "arrivals",
    "assign_batch",
    "assign_teams",
    "nearest",
    "pair_most_shared",
]
