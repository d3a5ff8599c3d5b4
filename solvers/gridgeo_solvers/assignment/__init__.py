"""Who goes where: arrival times over a road graph and the choice among those who can be sent."""

from gridgeo_solvers.assignment.nearest import Arrivals, arrivals, nearest

__all__ = ["Arrivals", "arrivals", "nearest"]
