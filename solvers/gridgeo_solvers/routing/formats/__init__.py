"""Published routing instances: the text of a file in, arrays out, and solution documents. Files are opened elsewhere."""

from gridgeo_solvers.routing.formats.carplib import StreetInstance, read_carp
from gridgeo_solvers.routing.formats.cordeau import PeriodicInstance, read_pvrp
from gridgeo_solvers.routing.formats.tours import (
    client_solution,
    periodic_solution,
    street_solution,
    tours_of_clients,
    tours_of_periods,
    tours_of_streets,
)
from gridgeo_solvers.routing.formats.vrplib import VehicleInstance, read_vrp

__all__ = [
    "PeriodicInstance",
    "StreetInstance",
    "VehicleInstance",
    "client_solution",
    "periodic_solution",
    "read_carp",
    "read_pvrp",
    "read_vrp",
    "street_solution",
    "tours_of_clients",
    "tours_of_periods",
    "tours_of_streets",
]
