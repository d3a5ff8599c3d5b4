"""Patrols of a period: every street some times in some shifts, spread evenly, by officers who share the work.

`Period` says what is asked, `solve_period` answers with a `PeriodPlan`; `pool_of` makes a pool of plans as good but for a few
per cent, and `mix` the chances of drawing them that leave an observer guessing most.
"""

from gridgeo_solvers.routing.period.mixing import Mixture, mix
from gridgeo_solvers.routing.period.patterns import even_patterns, least_gap
from gridgeo_solvers.routing.period.pool import Pool, pool_of
from gridgeo_solvers.routing.period.problem import Period
from gridgeo_solvers.routing.period.solving import PeriodPlan, Round, rounds_of, solve_period

__all__ = [
    "Mixture",
    "Period",
    "PeriodPlan",
    "Pool",
    "Round",
    "even_patterns",
    "least_gap",
    "mix",
    "pool_of",
    "rounds_of",
    "solve_period",
]
