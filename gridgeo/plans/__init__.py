"""Plans: the rules they keep, the partition itself, the judge, and their files."""

from gridgeo.plans.files import read_plan, write_plan
from gridgeo.plans.plan import Figures, Plan, fingerprint
from gridgeo.plans.rules import MEASURES, OBJECTIVES, Band, Rules, measure

__all__ = [
    "MEASURES",
    "OBJECTIVES",
    "Band",
    "Figures",
    "Plan",
    "Rules",
    "fingerprint",
    "measure",
    "read_plan",
    "write_plan",
]
