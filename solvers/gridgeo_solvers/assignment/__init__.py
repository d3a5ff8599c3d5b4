"""Who goes where and who follows whom: arrival times over a road graph, and pairs of two sides."""

from gridgeo_solvers.assignment.nearest import Arrivals, arrivals, nearest
from gridgeo_solvers.assignment.pairing import pair_most_shared

__all__ = ["Arrivals", "arrivals", "nearest", "pair_most_shared"]
