"""What a grid is called beyond its identifier: its registered code, its name, and who owns it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridgeo.errors import BadInput

COLUMNS = ("code", "name", "owner")
"""Columns of a plan's identities, all text: the registered code, the name people use, who answers for the grid."""


def tidy_identities(given: pd.DataFrame, grids: pd.Series) -> pd.DataFrame:
    """`given` for exactly the grids of a plan, ordered by grid.

    Parameters
    ----------
    given
        Indexed by grid, or with a column `grid`; any of the columns `COLUMNS`. Rows of other grids are left out.
    grids
        Grid of each unit.

    Returns
    -------
    Indexed by `grid`, columns `COLUMNS`. A grid that isn't given, or whose cell is empty, has its identifier as its code and neither name nor
    owner.

    Raises
    ------
    BadInput
        A grid stands twice.
    """
    table = given.set_index("grid") if "grid" in given.columns else given
    table = table.set_axis(table.index.astype(str), axis=0)
    again = table.index[table.index.duplicated()]
    if len(again):
        raise BadInput(f"grid {again[0]} has two identities; keep one row for each grid")
    index = pd.Index(np.unique(grids.to_numpy().astype(str)), dtype="str", name="grid")
    tidy = table.reindex(index=index, columns=pd.Index(COLUMNS)).astype("object")
    tidy = tidy.where(tidy.notna(), "").astype("str")
    return tidy.assign(code=tidy["code"].where(tidy["code"] != "", index.to_series()))
