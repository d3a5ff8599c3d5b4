"""Partition a jurisdiction into balanced grids, route patrols and visits, and serve them on a live map."""

__version__ = "0.1.0"
