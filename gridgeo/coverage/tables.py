"""Coverage as a value: streets with their last pass, the stretches walked, passes, weeks and visits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo import schemas
from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.sources import read_answer, write_answer


@dataclass(frozen=True)
class Coverage:
    """Planned against done; columns as in `gridgeo.schemas.COVERAGE`.

    Parameters
    ----------
    streets
        One row a street of the plan: how often it was planned and passed, which share of it was walked, when it was last
        passed and how many days that is ago.
    walked
        Lines of the stretches that were walked, each once.
    passes
        One row for each time that somebody came onto a street, those outside of the plan among them.
    weeks
        What each week covered of each class of street.
    stays
        Visits: five minutes and more at one place.
    meta
        Mode, time zone, positions and why some were left out, kilometres, notes. JSON values.
    """

    streets: gpd.GeoDataFrame
    walked: gpd.GeoDataFrame
    passes: pd.DataFrame
    weeks: pd.DataFrame
    stays: gpd.GeoDataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by the names they have in a file."""
        return {
            "coverage": self.streets,
            "walked": self.walked,
            "passes": self.passes,
            "weeks": self.weeks,
            "stays": self.stays,
        }

    def check(self) -> None:
        """Prove the tables against their schemas; `BadInput` names the first column or row that breaks one."""
        for name, table in self.tables().items():
            schemas.check(table, schemas.COVERAGE[name])

    def figures(self) -> dict[str, Any]:
        """The answer in a few numbers: share of the streets' metres that were walked, passes planned and done, gaps.

        Stairs count among the visits and in no metres.
        """
        road = self.streets[self.streets["counts_as"] == "metres"]
        length = road["length_m"].to_numpy(dtype=float)
        metres = float((road["covered"].to_numpy(dtype=float) * length).sum())
        planned, passed = self.streets["planned"], self.streets["passes"]
        gap = self.streets.loc[planned > 0, "gap_days"]
        stairs = self.streets.loc[self.streets["counts_as"] == "visits", "passes"]
        return {
            **{name: self.meta.get(name) for name in ("positions", "off_duty", "off_the_map", "officers", "km")},
            "visits": len(self.stays) + int(stairs.sum()),
            "streets_km": round(float(length.sum()) / 1000, 3),
            "covered_km": round(metres / 1000, 3),
            "coverage": metres / max(float(length.sum()), 1e-9),
            "planned_passes": int(planned.sum()),
            "done_of_planned": float(passed.clip(upper=planned).sum() / max(int(planned.sum()), 1)),
            "streets_missed": int(((planned > 0) & (passed == 0)).sum()),
            "longest_gap_days": round(float(gap.max()), 2) if gap.notna().any() else None,
            "until": self.meta.get("until"),
        }

    def summary(self) -> pd.DataFrame:
        """What each week covered of each class, as it is printed."""
        return self.weeks.round({"length_m": 0, "covered_m": 0, "share": 3})

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the coverage; `.gpkg` holds everything, other endings the layer of streets alone.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        write_answer(self.tables(), self.meta, path)


@proven
def read_coverage(path: str | os.PathLike[str]) -> Coverage:
    """The coverage that `Coverage.to_file` wrote into a GeoPackage.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or no GeoPackage.
    BadInput
        A layer or a column is missing.
    """
    mend = "make it with 'gridgeo coverage'"
    layers, meta = read_answer(path, tuple(schemas.COVERAGE), "coverage", mend)
    crs = getattr(layers["coverage"], "crs", None)
    try:
        tables = {
            name: layer(name, layers[name], crs if schema.geometry else None)
            for name, schema in schemas.COVERAGE.items()
        }
    except (KeyError, ValueError, TypeError) as wrong:
        raise BadInput(f"{path}: can't be read as coverage ({wrong}); {mend}") from wrong
    found = Coverage(tables["coverage"], tables["walked"], tables["passes"], tables["weeks"], tables["stays"], meta)
    found.check()
    return found


def layer(name: str, table: pd.DataFrame, crs: Any) -> Any:
    """`table` with the columns of its schema in their kinds, also where there is no row."""
    schema = schemas.COVERAGE[name]
    kinds = {"str": "str", "int": "int64", "float": "float64"}
    columns = [*schema.columns, *(["geometry"] if schema.geometry else [])]
    typed = pd.DataFrame(table).reindex(columns=columns)
    typed = typed.astype({column: kinds[about.kind] for column, about in schema.columns.items()}).reset_index(drop=True)
    return gpd.GeoDataFrame(typed, geometry="geometry", crs=crs) if schema.geometry else typed
