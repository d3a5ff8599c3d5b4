"""Routes over a plan's streets: patrols that cover them, visit rounds that call at doors."""

from gridgeo.routes.doors import check_doors
from gridgeo.routes.patrols import patrol_routes
from gridgeo.routes.periods import Draw, patrol_period
from gridgeo.routes.streets import patrolled_streets
from gridgeo.routes.tables import Routes, read_routes
from gridgeo.routes.visits import visit_routes

__all__ = [
    "Draw",
    "Routes",
    "check_doors",
    "patrol_period",
    "patrol_routes",
    "patrolled_streets",
    "read_routes",
    "visit_routes",
]
