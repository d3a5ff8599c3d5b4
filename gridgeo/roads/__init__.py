"""The streets of a place: who may use them and how fast, ways between places along them, and the barriers that they cross."""

from gridgeo.roads.barriers import add_barriers, find_barriers
from gridgeo.roads.network import build_roads, components, from_graph, to_graph
from gridgeo.roads.permissions import Speeds
from gridgeo.roads.profiles import CAR, EBIKE, PROFILES, WALK, Hours, Profile
from gridgeo.roads.roads import Roads
from gridgeo.roads.snapping import NO_ROAD, OTHER_PART, Snapped
from gridgeo.roads.ways import Approach, Arrivals, Way, ways_between

__all__ = [
    "CAR",
    "EBIKE",
    "NO_ROAD",
    "OTHER_PART",
    "PROFILES",
    "WALK",
    "Approach",
    "Arrivals",
    "Hours",
    "Profile",
    "Roads",
    "Snapped",
    "Speeds",
    "Way",
    "add_barriers",
    "build_roads",
    "components",
    "find_barriers",
    "from_graph",
    "to_graph",
    "ways_between",
]
