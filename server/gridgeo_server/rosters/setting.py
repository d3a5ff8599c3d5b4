"""Which roles a grid has: those of ``roles.csv`` in the data folder, or the seven that come along."""

from __future__ import annotations

from pathlib import Path

from gridgeo.rosters import Role, read_roles, roles_of


def roles_of_town(folder: Path) -> dict[str, Role]:
    """The roles of the town in `folder`, by identifier, in their order.

    Raises
    ------
    BadInput
        A row of ``roles.csv`` can't be used; the message names the line and the mend.
    """
    path = folder / "roles.csv"
    found = read_roles(path) if path.is_file() else roles_of("seven")
    return {role.role: role for role in found}
