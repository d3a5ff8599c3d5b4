"""Who the officers are: those of ``officers.csv`` in the data folder, or one for each grid of the plan."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.graphs import MODES
from gridgeo.signs import check_names
from gridgeo.sources import read_csv
from gridgeo_server.responders.model import Responder, one_per_grid, skills_of
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town

logger = logging.getLogger(__name__)

COLUMNS = {
    "officer": "identifier",
    "name": "name",
    "name_zh": "name in Chinese; the name where empty",
    "grids": "grids of their own, with spaces between",
    "mode": "foot, ebike or car; the setting `officers_mode` where empty",
    "skills": "what they can do, with ; between",
}
"""Columns of ``officers.csv``; `officer`, `name` and `grids` are needed."""


def roster(settings: Settings, town: Town, *, strict: bool = True) -> list[Responder]:
    """The officers of a town.

    Parameters
    ----------
    strict
        Refuse a list that names a grid which the plan doesn't have; otherwise such a grid is left out and told to the log,
        for the list may be of the plan that was in force before.

    Raises
    ------
    BadInput
        A row of ``officers.csv`` can't be used; the message names the line and the mend.
    """
    path = settings.data / "officers.csv"
    if not path.is_file():
        return one_per_grid(
            town, mode=settings.officers_mode, on_duty=settings.officers_on_duty, simulated=settings.simulate
        )
    return listed(read_csv(path, lines=True), path, town, settings, strict=strict)


def listed(table: pd.DataFrame, path: Path, town: Town, settings: Settings, *, strict: bool = True) -> list[Responder]:
    """The officers of a table with the columns `COLUMNS`, its index the lines, stationed in the middle of their first grid."""
    for column in ("officer", "name", "grids"):
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns officer, name, grids; '{column}' is missing")
    labels = {str(row.grid): (float(row.label_lon), float(row.label_lat)) for row in town.grids.itertuples(index=False)}
    found: dict[str, Responder] = {}
    for line, row in zip(table.index, table.to_dict("records"), strict=True):
        check_names(f"{path}, line {line}", row)
        values = {str(key): "" if pd.isna(value) else str(value).strip() for key, value in row.items()}
        officer, name, grids = values["officer"], values["name"], tuple(values["grids"].split())
        if not officer or not name or not grids:
            raise BadInput(f"{path}, line {line}: officer, name and grids must all be given")
        if officer in found:
            raise BadInput(f"{path}, line {line}: officer '{officer}' stands twice; give each a name of their own")
        unknown = [grid for grid in grids if grid not in labels]
        if unknown and strict:
            raise BadInput(f"{path}, line {line}: the plan has no grid '{unknown[0]}'; it has {', '.join(labels)}")
        if unknown:
            logger.warning("%s, line %d: the plan in force has no grid %s; name others", path, line, ", ".join(unknown))
            grids = tuple(grid for grid in grids if grid in labels)
            if not grids:
                continue
        mode = values.get("mode") or settings.officers_mode
        if mode not in MODES:
            raise BadInput(f"{path}, line {line}: unknown mode '{mode}'; travel by {', '.join(MODES)}")
        lon, lat = labels[grids[0]]
        found[officer] = Responder(
            responder=officer,
            name=name,
            name_zh=values.get("name_zh") or name,
            initials=_initials(name),
            grids=grids,
            mode=mode,
            on_duty=settings.officers_on_duty,
            station_lon=lon,
            station_lat=lat,
            simulated=settings.simulate,
            skills=skills_of(values.get("skills")),
        )
    return list(found.values())


def _initials(name: str) -> str:
    """First letters of the words, at most two; the first sign of a name written without spaces.

    Examples
    --------
    >>> _initials("Marie Curie"), _initials("王芳")
    ('MC', '王')
    """
    words = name.split()
    return "".join(word[0] for word in words[:2]).upper() if len(words) > 1 else name[:1]
