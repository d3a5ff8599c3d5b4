"""Whose ground is a point: exact look-ups among many polygons, by an index of cells over their rings."""

from gridgeo_solvers.locating.index import RingIndex

__all__ = ["RingIndex"]
