"""From one division of a place to another: plans, other departments' polygons, yesterday's units."""

from gridgeo.crosswalks.carrying import CarriedOver, carry_over
from gridgeo.crosswalks.fitting import Fitted, fit_polygons
from gridgeo.crosswalks.weights import OUTSIDE, Crosswalk, crosswalk

__all__ = ["OUTSIDE", "CarriedOver", "Crosswalk", "Fitted", "carry_over", "crosswalk", "fit_polygons"]
