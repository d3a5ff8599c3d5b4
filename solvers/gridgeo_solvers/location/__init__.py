"""Where to put service points: chosen among candidates so that ways become short, or nobody is too far."""

from gridgeo_solvers.location.covering import cover_all, cover_most
from gridgeo_solvers.location.median import shortest_ways
from gridgeo_solvers.location.problem import Sites, SitesProblem

__all__ = ["Sites", "SitesProblem", "cover_all", "cover_most", "shortest_ways"]
