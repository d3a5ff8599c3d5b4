"""The register: every version of every grid, from which day to which, and which plan brought it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo import schemas
from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.register.lookup import Lookup
from gridgeo.register.versions import day, is_day


@dataclass(frozen=True)
class Register:
    """An immutable history of grids; a change gives a new register with rows added.

    Parameters
    ----------
    versions
        Columns as in `gridgeo.schemas.REGISTER`; polygons in a metric CRS.
    steps
        Which plan came into force in which area on which day.
    """

    versions: gpd.GeoDataFrame
    steps: pd.DataFrame

    @classmethod
    def empty(cls, crs: Any) -> Register:
        """A register without a grid, for shapes in `crs` (metric)."""
        return cls(gpd.GeoDataFrame(_typed({}, "register"), geometry=gpd.GeoSeries([], crs=crs)), _typed({}, "steps"))

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", self.versions.reset_index(drop=True))
        schemas.check(self.versions, schemas.REGISTER["register"])
        schemas.check(self.steps, schemas.REGISTER["steps"])
        _check_days(self.versions, ("valid_from", "valid_to"), "register")
        _check_days(self.steps, ("valid_from",), "steps")
        _check_versions(self.versions)

    @property
    def codes(self) -> frozenset[str]:
        """Every code that was ever in force; no new grid may take one of them."""
        return frozenset(self.versions["code"].astype(str))

    @property
    def retired(self) -> frozenset[str]:
        """Codes that are in force no longer."""
        return self.codes - frozenset(self.open["code"].astype(str))

    @property
    def open(self) -> gpd.GeoDataFrame:
        """The versions that hold to this day."""
        return self.versions[self.versions["valid_to"].isna()]

    def on(self, when: date) -> gpd.GeoDataFrame:
        """The versions that held on a day."""
        text = day(when)
        table = self.versions
        return table[(table["valid_from"] <= text) & (table["valid_to"].isna() | (table["valid_to"] > text))]

    @cached_property
    def lookup(self) -> Lookup:
        """Answers by code and by place for any day; built once."""
        return Lookup(self.versions)

    def in_force(
        self, plan: Plan, when: date, *, number: str, areas: Collection[str] | None = None, today: date | None = None
    ) -> Register:
        """The register after `plan` came into force on a day, everywhere or in some areas only.

        A grid that stays as it was keeps its version. A grid whose land, name or owner changed ends its version and
        begins the next; a grid that isn't in the plan is retired, and its code is never used again.

        Parameters
        ----------
        plan
            The plan, its grids with codes (`gridgeo.register.number_grids`, `gridgeo.plans.continuity`).
        when
            First day on which it holds.
        number
            Number of the plan, e.g. P-2025-003.
        areas
            Areas (of any level) in which the plan comes into force; everywhere if not given.
        today
            Where given, a day before it is refused.

        Raises
        ------
        BadInput
            The day is before `today`, or not after the latest change of an area; a code is retired, in force elsewhere
            or stands twice; a grid of the plan, or one in force, lies partly outside `areas`.
        """
        from gridgeo.register.staging import bring_into_force

        return bring_into_force(self, plan, when, number=number, areas=areas, today=today)

    def hand_over(self, code: str, when: date, *, owner: str | None = None, name: str | None = None) -> Register:
        """The register after a grid got another owner or name on a day.

        Raises
        ------
        BadInput
            The code isn't in force, or changed on that day or later already.
        """
        text, table = day(when), self.versions
        rows = table.index[(table["code"] == code) & table["valid_to"].isna()]
        if not len(rows):
            state = "is retired" if code in self.codes else "was never in force"
            raise BadInput(f"grid '{code}' {state}; a grid in force can be handed over")
        old = table.loc[rows[0]]
        if text <= old["valid_from"]:
            raise BadInput(f"grid '{code}' changed on {old['valid_from']}; a hand-over must be after that, not {text}")
        called = {"owner": old["owner"] if owner is None else owner, "name": old["name"] if name is None else name}
        if called == {"owner": old["owner"], "name": old["name"]}:
            return self
        change = "handed over" if called["owner"] != old["owner"] else "renamed"
        fresh = table.loc[rows].assign(**called, version=old["version"] + 1, valid_from=text, change=change, parents="")
        return self.extended(pd.Series("", index=rows), text, fresh)

    def extended(
        self, heirs: pd.Series, when: str, fresh: gpd.GeoDataFrame, steps: pd.DataFrame | None = None
    ) -> Register:
        """The register with versions ended on a day, and `fresh` versions and steps added.

        `heirs` of the versions that end are indexed by their rows; the caller has proven that all follow each other.
        """
        table = self.versions.copy()
        table.loc[heirs.index, "valid_to"] = when
        table.loc[heirs.index, "heirs"] = heirs
        columns = [*schemas.REGISTER["register"].columns, "geometry"]
        # An empty frame would blur the kinds of the columns.
        parts = [part[columns] for part in (table, fresh.set_crs(table.crs)) if len(part)] or [table[columns]]
        joined = pd.concat(parts, ignore_index=True)
        more = self.steps if steps is None else pd.concat([self.steps, steps], ignore_index=True)
        return replace(self, versions=gpd.GeoDataFrame(joined, crs=table.crs), steps=more)

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the tables `register` and `steps`: a GeoPackage (`.gpkg`), or a folder of GeoParquet (no ending)."""
        from gridgeo.sources import write_layers

        write_layers({"register": self.versions, "steps": self.steps}, path)


@proven
def read_register(path: str | os.PathLike[str]) -> Register:
    """The register in a file that `Register.to_file` wrote.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of another kind.
    BadInput
        It's no register, or its versions contradict each other; the message names code and row.
    """
    from pathlib import Path

    from gridgeo.sources import read_layers
    from gridgeo.sources.jurisdictions import typed

    file = Path(path)
    layers = read_layers(file)
    missing = [name for name in schemas.REGISTER if name not in layers]
    if missing:
        raise BadInput(f"{file}: is no register: it has no table {', '.join(missing)}; begin one with Register.empty")
    tables = {name: typed(layers[name], schema, file) for name, schema in schemas.REGISTER.items()}
    # Some formats don't tell empty text from nothing.
    versions = tables["register"]
    text = [name for name in ("name", "owner", "parents", "heirs") if name in versions.columns]
    try:
        return Register(versions.assign(**versions[text].fillna("")), tables["steps"])
    except BadInput as wrong:
        raise type(wrong)(f"{file}: {wrong}") from wrong


def _typed(columns: dict[str, Any], table: str) -> pd.DataFrame:
    kinds = {"str": "str", "int": "int64"}
    return pd.DataFrame(
        {
            name: pd.Series(columns.get(name, []), dtype=kinds[column.kind])
            for name, column in schemas.REGISTER[table].columns.items()
        }
    )


def _check_days(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    for column in columns:
        given = table[column].dropna().astype("str")
        wrong = given[~is_day(given)] if len(given) else given
        if len(wrong):
            raise BadInput(
                f"table '{name}', column '{column}', row {wrong.index[0]}: '{wrong.iloc[0]}' is no day; write YYYY-MM-DD"
            )


def _check_versions(versions: pd.DataFrame) -> None:
    """Versions of one code are numbered 1, 2, … and follow each other without overlap."""
    ordered = versions[["code", "version", "valid_from", "valid_to"]].sort_values(["code", "version"])
    end = ordered["valid_to"].fillna("9999-12-31")
    backwards = ordered["valid_from"] >= end
    if backwards.any():
        row = ordered[backwards].iloc[0]
        raise BadInput(
            f"grid '{row['code']}', version {row['version']}: valid from {row['valid_from']} to {row['valid_to']}; the end must be later"
        )
    counted = ordered.groupby("code").cumcount() + 1
    skipped = ordered["version"] != counted
    if skipped.any():
        row = ordered[skipped].iloc[0]
        raise BadInput(f"grid '{row['code']}': version {row['version']} stands where {counted[skipped].iloc[0]} must")
    same = ordered["code"].eq(ordered["code"].shift())
    overlap = same & (ordered["valid_from"] < end.shift().fillna(""))
    if overlap.any():
        row = ordered[overlap].iloc[0]
        raise BadInput(
            f"grid '{row['code']}': version {row['version']} begins on {row['valid_from']}, before the one ahead of it ends"
        )
