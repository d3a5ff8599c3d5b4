"""Dispatch over time: policies, a simulator of cases, the optimum with everything known, and queueing models that predict it."""

from gridgeo_solvers.dispatching.approximation import approximate
from gridgeo_solvers.dispatching.cases import Cases, draw_cases
from gridgeo_solvers.dispatching.figures import Figures, figures, is_late
from gridgeo_solvers.dispatching.ground import Ground
from gridgeo_solvers.dispatching.hypercube import Queue, hypercube
from gridgeo_solvers.dispatching.offline import Offline, fewest_late
from gridgeo_solvers.dispatching.policies import Coverage, Farsighted, NearestIdle, OwnerFirst, Reoptimised
from gridgeo_solvers.dispatching.prediction import Prediction, order_of, predict
from gridgeo_solvers.dispatching.simulator import After, Record, simulate
from gridgeo_solvers.dispatching.situation import Policy, Situation

__all__ = [
    "After",
    "Cases",
    "Coverage",
    "Farsighted",
    "Figures",
    "Ground",
    "NearestIdle",
    "Offline",
    "OwnerFirst",
    "Policy",
    "Prediction",
    "Queue",
    "Record",
    "Reoptimised",
    "Situation",
    "approximate",
    "draw_cases",
    "fewest_late",
    "figures",
    "hypercube",
    "is_late",
    "order_of",
    "predict",
    "simulate",
]
