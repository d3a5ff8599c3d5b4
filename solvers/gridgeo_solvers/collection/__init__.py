"""Collection rounds: what is made everywhere every day is fetched before it has waited too long."""

from gridgeo_solvers.collection.days import day_rounds
from gridgeo_solvers.collection.planning import plan_rounds
from gridgeo_solvers.collection.problem import Collection, CollectionProblem
from gridgeo_solvers.collection.simulation import Simulated, simulate

__all__ = ["Collection", "CollectionProblem", "Simulated", "day_rounds", "plan_rounds", "simulate"]
