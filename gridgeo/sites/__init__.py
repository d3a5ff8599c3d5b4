"""Service points: where to put them so that ways become short, or nobody is too far."""

from gridgeo.sites.choosing import OBJECTIVES, service_points
from gridgeo.sites.tables import ServicePoints

__all__ = ["OBJECTIVES", "ServicePoints", "service_points"]
