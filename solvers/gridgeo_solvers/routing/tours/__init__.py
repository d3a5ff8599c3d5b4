"""Tours: one engine for doors and streets, on one day or on several.

`Tours` says what is asked, `TourPlan` what is answered, `worth_of` what routes are worth.
"""

from gridgeo_solvers.routing.tours.engine import solve
from gridgeo_solvers.routing.tours.plan import TourPlan, Worth, worth_of
from gridgeo_solvers.routing.tours.problem import Goal, Tours

__all__ = ["Goal", "TourPlan", "Tours", "Worth", "solve", "worth_of"]
