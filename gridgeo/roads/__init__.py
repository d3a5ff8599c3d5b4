"""The streets of a place: the network for walking, e-bike and car, and the barriers that it crosses."""

from gridgeo.roads.barriers import add_barriers, find_barriers
from gridgeo.roads.network import build_roads, components, from_graph, to_graph
from gridgeo.roads.permissions import Speeds

__all__ = ["Speeds", "add_barriers", "build_roads", "components", "find_barriers", "from_graph", "to_graph"]
