"""Where a place ends and what it is divided into: outline, level tree, water; also where the map cuts them off."""

from gridgeo.boundaries.levels import LEVEL_NAMES, LEVEL_NAMES_CHINA
from gridgeo.boundaries.outline import Outline, find_outline

__all__ = ["LEVEL_NAMES", "LEVEL_NAMES_CHINA", "Outline", "find_outline"]
