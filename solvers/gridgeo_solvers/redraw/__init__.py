"""Drawing a plan anew from the one in force: as little moves as the rules allow, with a bound.

The door is `solve`; `Redrawing` says what is asked and `Redrawn` what is answered.
"""

from gridgeo_solvers.redraw.answer import Redrawn, RedrawParams
from gridgeo_solvers.redraw.asking import Redrawing
from gridgeo_solvers.redraw.engine import solve

__all__ = ["RedrawParams", "Redrawing", "Redrawn", "solve"]
