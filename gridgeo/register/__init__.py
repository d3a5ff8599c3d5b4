"""The register of grids: how they are numbered, and what each was at any date."""

from gridgeo.register.numbering import check_codes, number_grids
from gridgeo.register.schemes import SCHEMES, Part, Scheme, read_scheme

__all__ = ["SCHEMES", "Part", "Scheme", "check_codes", "number_grids", "read_scheme"]
