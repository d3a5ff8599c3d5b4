"""Basic units that tile a jurisdiction: blocks, the buildings and households in them, their difficulty, their borders."""

from gridgeo.units.blocks import CutOptions, SizeOptions
from gridgeo.units.borders import BorderOptions
from gridgeo.units.buildings import BuildingOptions
from gridgeo.units.difficulty import Factors, WorkloadRates
from gridgeo.units.dividing import UnitLayers, UnitOptions, build_units
from gridgeo.units.households import HouseholdOptions

__all__ = [
    "BorderOptions",
    "BuildingOptions",
    "CutOptions",
    "Factors",
    "HouseholdOptions",
    "SizeOptions",
    "UnitLayers",
    "UnitOptions",
    "WorkloadRates",
    "build_units",
]
