"""Routes over a street network: patrols that cover streets, rounds that call at doors."""

from gridgeo_solvers.routing.network import Network
from gridgeo_solvers.routing.patrol import Patrol, PatrolProblem, Walk, solve_patrol

__all__ = ["Network", "Patrol", "PatrolProblem", "Walk", "solve_patrol"]
