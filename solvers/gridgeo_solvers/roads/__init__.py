"""Street networks as arrays: places along streets, and the quickest ways between them."""

from gridgeo_solvers.roads.approach import Approach
from gridgeo_solvers.roads.ends import FAR, Ends, Engine, TravelGraph
from gridgeo_solvers.roads.hierarchy import Hierarchy
from gridgeo_solvers.roads.network import Network, seconds_of
from gridgeo_solvers.roads.places import Places
from gridgeo_solvers.roads.search import Search
from gridgeo_solvers.roads.snapping import StreetIndex
from gridgeo_solvers.roads.travel import Reached, Route, Travel

__all__ = [
    "FAR",
    "Approach",
    "Ends",
    "Engine",
    "Hierarchy",
    "Network",
    "Places",
    "Reached",
    "Route",
    "Search",
    "StreetIndex",
    "Travel",
    "TravelGraph",
    "seconds_of",
]
