"""A plan: one complete assignment of units to grids, and the questions asked of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.identities import COLUMNS, tidy_identities
from gridgeo.plans.rules import MEASURES, Rules, measure

if TYPE_CHECKING:
    from pathlib import Path

    import folium
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Figures:
    """What the solver said of a plan; a plan changed by hand has only its objective.

    `objective` and `bound` are in units of the objective: household·km² for compactness, metres for
    boundary, household·seconds for travel. `gap` is relative; None where no bound is known. `objectives` says what the
    plan is worth by each of `gridgeo.plans.objectives.OBJECTIVES`, whatever was minimised.
    """

    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    status: str = "drawn"
    seed: int | None = None
    objectives: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Plan:
    """An immutable partition of a jurisdiction into grids.

    Parameters
    ----------
    jurisdiction
        What is partitioned.
    assignment
        Grid of each unit, indexed by unit in the order of the jurisdiction's units.
    rules
        What the plan was asked to keep to.
    figures
        What the solver said.
    identities
        `code`, `name` and `owner` of each grid, indexed by `grid`. A grid that isn't given has its identifier as its
        code; rows of grids that the plan doesn't have are dropped.
    """

    jurisdiction: Jurisdiction
    assignment: pd.Series
    rules: Rules
    figures: Figures = field(default_factory=Figures)
    identities: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        units = self.jurisdiction.units["unit"]
        given = self.assignment
        twice = given.index[given.index.duplicated()]
        if len(twice):
            raise BadInput(f"unit {twice[0]} is assigned {int((given.index == twice[0]).sum())} times; assign it once")
        missing = units[~units.isin(given.index)]
        if len(missing):
            raise BadInput(f"{len(missing)} units have no grid, first {missing.iloc[0]}; a plan assigns every unit")
        unknown = given.index[~given.index.isin(units)]
        if len(unknown):
            raise BadInput(f"the plan assigns unit {unknown[0]}, which {self.jurisdiction.name} doesn't have")
        if given.isna().any():
            raise BadInput(f"unit {given.index[given.isna()][0]} has no grid; a plan assigns every unit")
        tidy = given.reindex(pd.Index(units, name="unit")).astype(str).rename("grid")
        object.__setattr__(self, "assignment", tidy)
        object.__setattr__(self, "identities", tidy_identities(self.identities, tidy))

    def __repr__(self) -> str:
        return (
            f"<Plan of {self.jurisdiction.name}: {len(self.assignment):,} units in {self.assignment.nunique():,} grids, "
            f"{self.figures.status}>"
        )

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """One row a grid, ordered by its identifier; columns as in `gridgeo.schemas.PLAN`."""
        units = self.jurisdiction.units
        grid = pd.Series(self.assignment.to_numpy(), index=units.index, name="grid")
        load = measure(units, "difficulty")
        table = pd.DataFrame(
            {
                "units": grid.groupby(grid).size(),
                "households": units["households"].groupby(grid).sum(),
                "area_m2": units["area_m2"].groupby(grid).sum(),
                "difficulty_load": load.groupby(grid).sum(),
                "difficulty_plain": units["difficulty"].groupby(grid).mean(),
                "workload_min": units["workload_min"].groupby(grid).sum(),
            }
        ).sort_index()
        # A grid of parks alone has no households to weigh by: the plain mean stands in.
        people = table["households"].replace(0, np.nan)
        table["difficulty"] = (table.pop("difficulty_load") / people).fillna(table.pop("difficulty_plain"))
        area = pd.Series(self.jurisdiction.area_at(self.rules.finest).to_numpy(), index=units.index)
        table["area"] = _commonest(area, grid)
        table[list(COLUMNS)] = self.identities
        shapes = _joined(units.geometry.to_numpy(), table.index.get_indexer(pd.Index(grid)))
        table = table.rename_axis("grid").reset_index()
        order = ["grid", *COLUMNS, "area", "units", "households", "area_m2", "difficulty", "workload_min"]
        return gpd.GeoDataFrame(table[order], geometry=shapes, crs=units.crs)

    def metrics(self) -> pd.DataFrame:
        """Each grid's sums, and how far they lie from the mean, indexed by grid.

        Columns are the measures of `gridgeo.plans.rules.MEASURES` and, for each, ``<measure>_deviation``
        (0.05 is 5 % above the mean grid); then ``compactness``, the Polsby-Popper ratio 4π·area ÷ perimeter²
        (1 is a disc).
        """
        units = self.jurisdiction.units
        grid = self.assignment.to_numpy()
        columns: dict[str, pd.Series] = {}
        for name in MEASURES:
            sums = measure(units, name).groupby(grid).sum()
            columns[name] = sums
            mean = sums.mean()
            columns[f"{name}_deviation"] = sums / mean - 1 if mean else sums * 0.0
        table = pd.DataFrame(columns).rename_axis("grid").sort_index()
        shape = self.grids.set_index("grid").geometry
        table["compactness"] = 4 * np.pi * shape.area / shape.length**2
        return table

    def worst_deviation(self) -> pd.Series:
        """Largest absolute deviation of any grid from the mean, for each measure."""
        table = self.metrics()
        return pd.Series({name: float(table[f"{name}_deviation"].abs().max()) for name in MEASURES}, name="deviation")

    def target_deviation(self) -> pd.Series:
        """Largest share by which a grid misses what it shall have, for each measure of `rules.targets`.

        A grid has the target of the seed that it holds.
        """
        units, worst = self.jurisdiction.units, {}
        for name, targets in self.rules.targets.items():
            sums = measure(units, name).groupby(self.assignment.to_numpy()).sum()
            had = sums[self.assignment[list(self.rules.seeds)]].to_numpy()
            worst[name] = float(np.abs(had / np.array(targets) - 1).max())
        return pd.Series(worst, name="deviation", dtype=float)

    def move(self, units: Iterable[str], grid: str) -> Plan:
        """A plan in which `units` belong to `grid`; the figures of the solver no longer hold.

        Raises
        ------
        BadInput
            A unit doesn't exist.
        """
        wanted = [units] if isinstance(units, str) else list(units)
        for unit in wanted:
            if unit not in self.assignment.index:
                raise BadInput(
                    f"no unit '{unit}' in {self.jurisdiction.name}; units look like {self.assignment.index[0]}"
                )
        changed = self.assignment.copy()
        changed.loc[wanted] = str(grid)
        return replace(self, assignment=changed, figures=Figures())

    def diff(self, other: Plan) -> pd.DataFrame:
        """What moves from this plan to `other`: one row a unit, with its old and new grid and households."""
        if list(self.assignment.index) != list(other.assignment.index):
            raise BadInput("the two plans partition different units; compare plans of one jurisdiction")
        moved = self.assignment.to_numpy() != other.assignment.to_numpy()
        units = self.jurisdiction.units.set_index("unit")
        return pd.DataFrame(
            {
                "unit": self.assignment.index[moved],
                "from": self.assignment.to_numpy()[moved],
                "to": other.assignment.to_numpy()[moved],
                "households": units["households"].to_numpy()[moved],
            }
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the grids with their codes (matplotlib)."""
        from gridgeo.layers import plot_plan

        return plot_plan(self, ax)

    def explore(self) -> folium.Map:
        """A map for a notebook or a single file that needs no internet (folium)."""
        from gridgeo.layers import explore_plan

        return explore_plan(self)

    def record(self) -> dict[str, Any]:
        """The one row of the `plan` table: rules, figures, versions and a hash of the input."""
        return {
            "jurisdiction": self.jurisdiction.name,
            "k": self.rules.most,
            "rules": json.dumps(self.rules.as_json(), ensure_ascii=False, sort_keys=True),
            "objective_name": self.rules.objective,
            "objective": self.figures.objective,
            "bound": self.figures.bound,
            "gap": self.figures.gap,
            "status": self.figures.status,
            "seed": self.figures.seed,
            "objectives": json.dumps(dict(self.figures.objectives), sort_keys=True),
            "versions": json.dumps({name: version(name) for name in ("gridgeo", "highspy", "pulp")}, sort_keys=True),
            "input_hash": fingerprint(self.jurisdiction),
        }

    def fingerprint(self) -> str:
        """SHA-256 over the assignment, the rules and the input: two plans of one fingerprint are the same plan.

        Figures and identities don't count: the same grids found twice, or given to other owners, are the same plan.
        """
        total = hashlib.sha256()
        for unit, grid in sorted(self.assignment.items()):
            total.update(f"{unit}\0{grid}\0".encode())
        total.update(json.dumps(self.rules.as_json(), ensure_ascii=False, sort_keys=True).encode())
        total.update(fingerprint(self.jurisdiction).encode())
        return total.hexdigest()

    def to_file(self, path: str | Path) -> None:
        """Write the plan; the ending chooses the format.

        ``.gpkg`` holds everything. ``.csv`` holds `unit,grid`; ``.geojson``, ``.fgb`` and ``.parquet`` hold the grids.
        """
        from gridgeo.plans.files import write_plan

        write_plan(self, path)


def fingerprint(jurisdiction: Jurisdiction) -> str:
    """SHA-256 over what a partition depends on: units, their measures and shapes, and their borders."""
    total = hashlib.sha256()
    units, borders = jurisdiction.units, jurisdiction.borders
    for column in ("unit", "area"):
        total.update("\0".join(units[column].astype(str)).encode())
    for column in ("households", "area_m2", "difficulty", "workload_min"):
        total.update(np.ascontiguousarray(units[column].to_numpy(dtype=float)).tobytes())
    for shape in units.geometry:
        total.update(shapely.to_wkb(shape))
    ordered = borders.sort_values(["unit_a", "unit_b"])
    total.update("\0".join(ordered["unit_a"] + " " + ordered["unit_b"]).encode())
    total.update(np.ascontiguousarray(ordered["walkable"].to_numpy(dtype=bool)).tobytes())
    return total.hexdigest()


def numbered(jurisdiction: Jurisdiction, labels: np.ndarray) -> pd.Series:
    """Grid identifiers 01, 02, … from west to east, then north to south, for solver labels 0, 1, ….

    Examples
    --------
    Fifteen grids are 01 to 15, two hundred are 001 to 200; ties are broken by the label, so that the
    same partition is always numbered alike.
    """
    order = west_to_east(jurisdiction, labels)
    width = max(2, len(str(len(order))))
    name = {label: f"{number:0{width}d}" for number, label in enumerate(order, start=1)}
    index = pd.Index(jurisdiction.units["unit"], name="unit")
    return pd.Series([name[label] for label in labels], index=index, name="grid")


def west_to_east(jurisdiction: Jurisdiction, labels: ArrayLike) -> pd.Index:
    """Every label of the units once, from west to east, then north to south, by the mean of its units' inner points.

    Points count to a tenth of a metre. Ties are broken by the label.
    """
    centre = jurisdiction.units.geometry.representative_point()
    places = pd.DataFrame({"label": np.asarray(labels), "x": centre.x.to_numpy(), "y": -centre.y.to_numpy()})
    return places.groupby("label").mean().round(1).sort_values(["x", "y"], kind="stable").index


def choice_table(plans: Iterable[Plan]) -> pd.DataFrame:
    """One row a plan: its name, number of grids, worst deviations, and what it is worth by each objective.

    Columns are `plan` (1, 2, …), `k`, ``<measure>_worst_deviation``, ``<objective>`` and `gap`.
    """
    rows = []
    for number, plan in enumerate(plans, start=1):
        deviations = {f"{name}_worst_deviation": value for name, value in plan.worst_deviation().items()}
        row = {"plan": number, "k": int(plan.assignment.nunique())} | deviations | dict(plan.figures.objectives)
        rows.append(row | {"gap": plan.figures.gap})
    return pd.DataFrame(rows)


def from_record(
    jurisdiction: Jurisdiction,
    assignment: pd.Series,
    record: Mapping[str, Any],
    identities: pd.DataFrame | None = None,
) -> Plan:
    """The plan that `Plan.record`, its assignment and the identities of its grids describe."""
    figures = Figures(
        objective=_number(record["objective"]),
        bound=_number(record["bound"]),
        gap=_number(record["gap"]),
        status=str(record["status"]),
        seed=None if pd.isna(record["seed"]) else int(record["seed"]),
        objectives=json.loads(record.get("objectives") or "{}"),
    )
    rules = Rules.from_json(json.loads(record["rules"]))
    return Plan(jurisdiction, assignment, rules, figures, pd.DataFrame() if identities is None else identities)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _commonest(values: pd.Series, group: pd.Series) -> pd.Series:
    """The value that stands most often in each group, the first of equals."""
    counts = (
        pd.DataFrame({"group": group, "value": values}).groupby(["group", "value"]).size().rename("count").reset_index()
    )
    ordered = counts.sort_values(["group", "count", "value"], ascending=[True, False, True], kind="stable")
    return ordered.drop_duplicates("group").set_index("group")["value"].astype(str)


def _joined(shapes: NDArray[np.object_], group: NDArray[np.int64]) -> list[Any]:
    """The union of the shapes of each group 0, 1, …."""
    order = np.argsort(group, kind="stable")
    return [shapely.union_all(part) for part in np.split(shapes[order], np.cumsum(np.bincount(group))[:-1])]
