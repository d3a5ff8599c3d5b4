"""Routes over a street network: patrols that cover streets, rounds that call at doors."""

from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.patrol import Patrol, PatrolProblem, Walk, solve_patrol
from gridgeo_solvers.routing.rounds import LeftOut, Round, Rounds, RoundsProblem, solve_rounds

__all__ = [
    "LeftOut",
    "Network",
    "Patrol",
    "PatrolProblem",
    "Round",
    "Rounds",
    "RoundsProblem",
    "Walk",
    "solve_patrol",
    "solve_rounds",
]
