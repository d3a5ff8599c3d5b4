"""Rosters: who holds which role in which grid, from when to when, and which places stand empty."""

from gridgeo.rosters.files import read_roster, write_roster
from gridgeo.rosters.roles import PRESETS, Role, read_roles, roles_of
from gridgeo.rosters.roster import COLUMNS, Roster

__all__ = ["COLUMNS", "PRESETS", "Role", "Roster", "read_roles", "read_roster", "roles_of", "write_roster"]
