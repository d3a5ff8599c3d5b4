"""Drawing a plan anew from the one in force: as little moves as the rules allow, with a bound.

The door is `solve`; `Redrawing` says what is asked and `Redrawn` what is answered. `fewest` asks how few grids are enough.
"""

from gridgeo_solvers.redraw.answer import Redrawn, RedrawParams
from gridgeo_solvers.redraw.asking import Redrawing
from gridgeo_solvers.redraw.engine import solve
from gridgeo_solvers.redraw.thinning import Fewest, fewest

__all__ = ["Fewest", "RedrawParams", "Redrawing", "Redrawn", "fewest", "solve"]
