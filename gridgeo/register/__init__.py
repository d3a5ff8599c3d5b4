"""The register of grids: how they are numbered, and what each was at any date."""

from gridgeo.register.lookup import Lookup
from gridgeo.register.numbering import check_codes, number_grids
from gridgeo.register.register import Register, read_register
from gridgeo.register.schemes import SCHEMES, Part, Scheme, read_scheme
from gridgeo.register.versions import Version

__all__ = [
    "SCHEMES",
    "Lookup",
    "Part",
    "Register",
    "Scheme",
    "Version",
    "check_codes",
    "number_grids",
    "read_register",
    "read_scheme",
]
