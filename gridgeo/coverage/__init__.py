"""Planned against done: which streets were walked, when, and how long ago, from officers' tracks."""

from gridgeo.coverage.covering import street_coverage
from gridgeo.coverage.tables import Coverage, read_coverage

__all__ = ["Coverage", "read_coverage", "street_coverage"]
