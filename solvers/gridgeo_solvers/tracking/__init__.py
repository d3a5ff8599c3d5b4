"""Positions in time brought onto the streets they were walked on: which pieces of street, from where to where, when."""

from gridgeo_solvers.tracking.cells import Cells
from gridgeo_solvers.tracking.following import Followed, FollowParams, follow
from gridgeo_solvers.tracking.passes import Passes, passes
from gridgeo_solvers.tracking.stays import Stays, stays
from gridgeo_solvers.tracking.walked import walked_share

__all__ = ["Cells", "FollowParams", "Followed", "Passes", "Stays", "follow", "passes", "stays", "walked_share"]
