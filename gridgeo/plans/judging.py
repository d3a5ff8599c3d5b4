"""An independent judge of a plan: it shares no code with the solver or with the builder of plans.

It reads frames, walks the borders with networkx and measures geometry with shapely, so that a plan drawn
by hand, by another tool or by `gridgeo.partition` is held to the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import networkx as nx
import pandas as pd
import shapely

from gridgeo.arguments import proven
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.faults import Fault, some
from gridgeo.plans.judging_wishes import judged_wishes
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules

__all__ = ["RULES", "Fault", "Verdict", "check"]

RULES = (
    "count",
    "contiguity",
    "nesting",
    "balance",
    "keep together",
    "keep apart",
    "seeds",
    "splits",
    "reach",
    "tiling",
    "sums",
)
"""The hard rules, in the order they are judged."""

_UNITS = {"households": "", "area": " m² of", "difficulty": "", "workload": " min of"}
_SLACK = 1e-9
"""Relative room for the rounding of sums of floats."""

_TILING = 1e-6
"""Share of the jurisdiction's area that rounding of coordinates may leave between or over grids."""


@dataclass(frozen=True, repr=False)
class Verdict:
    """What the judge found: the broken rules, and every measure of every grid."""

    faults: tuple[Fault, ...]
    measures: pd.DataFrame

    def __repr__(self) -> str:
        return "<Verdict: every rule holds>" if self.ok else f"<Verdict: {'; '.join(self.reasons())}>"

    @property
    def ok(self) -> bool:
        """Whether every hard rule holds."""
        return not self.faults

    def reasons(self) -> list[str]:
        """The faults in words."""
        return [str(fault) for fault in self.faults]


@proven
def check(jurisdiction: Jurisdiction, plan: Plan, rules: Rules | None = None) -> Verdict:
    """Judge `plan` against `rules`, by default the rules it was drawn by.

    Parameters
    ----------
    jurisdiction
        The place as it stands now; a unit that the plan doesn't know is a fault of the plan's making
        and is refused when the plan is read.
    plan
        The assignment to judge.
    rules
        Other rules to hold it to.
    """
    rules = plan.rules if rules is None else rules
    units = jurisdiction.units.set_index("unit")
    grid = plan.assignment.reindex(units.index)
    measures = _measures(units, grid)
    faults = [
        *_count(grid, rules),
        *_contiguity(jurisdiction, grid, rules),
        *_nesting(jurisdiction, grid, rules),
        *_balance(units, grid, measures, rules),
        *judged_wishes(jurisdiction, grid, rules),
        *_tiling(jurisdiction, plan.grids),
        *_sums(plan.grids, measures),
    ]
    return Verdict(tuple(faults), measures)


def _measures(units: pd.DataFrame, grid: pd.Series) -> pd.DataFrame:
    loads = pd.DataFrame(
        {
            "households": units["households"],
            "area": units["area_m2"],
            "difficulty": units["households"] * units["difficulty"],
            "workload": units["workload_min"],
        }
    )
    return loads.groupby(grid).sum().rename_axis("grid")


def _count(grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    found = grid.nunique()
    if not rules.fewest <= found <= rules.most:
        wanted = f"{rules.fewest}" if rules.fewest == rules.most else f"{rules.fewest} to {rules.most}"
        yield Fault("count", "", (), f"the plan has {found} grids; the rules ask for {wanted}")


def _contiguity(jurisdiction: Jurisdiction, grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    walk: nx.Graph[str] = nx.Graph()
    walk.add_nodes_from(grid.index)
    open_borders = jurisdiction.borders[jurisdiction.borders["walkable"].astype(bool)]
    walk.add_edges_from(zip(open_borders["unit_a"], open_borders["unit_b"], strict=True))
    walk.add_edges_from(pair for pair in rules.links if walk.has_node(pair[0]) and walk.has_node(pair[1]))
    for name, members in grid.groupby(grid):
        pieces = sorted(
            nx.connected_components(walk.subgraph(members.index)), key=lambda piece: (-len(piece), min(piece))
        )
        for piece in pieces[1:]:
            apart = tuple(sorted(piece))
            yield Fault(
                "contiguity",
                str(name),
                apart,
                f"grid {name} has {len(pieces)} pieces; {some(apart)} can't be walked to inside it",
            )


def _nesting(jurisdiction: Jurisdiction, grid: pd.Series, rules: Rules) -> Iterator[Fault]:
    for level in rules.levels:
        area = jurisdiction.area_at(level).reindex(grid.index)
        for name, members in area.groupby(grid):
            if members.nunique() > 1:
                few = members[members != members.value_counts().sort_index(kind="stable").idxmax()]
                crossed = ", ".join(sorted(members.unique()))
                text = f"grid {name} crosses {crossed}; {some(few.index)} lie in another {level}"
                yield Fault("nesting", str(name), tuple(few.index), text)


def _balance(units: pd.DataFrame, grid: pd.Series, measures: pd.DataFrame, rules: Rules) -> Iterator[Fault]:
    k = min(max(len(measures), rules.fewest), rules.most)
    first, size = grid.index.to_series().groupby(grid).first(), grid.value_counts()
    for name, band in rules.balance.items():
        sums = measures[name]
        alike = _allowed(band, float(sums.sum()), k)
        for label, value in zip(sums.index.astype(str), sums, strict=True):
            low, high = alike
            if name in rules.targets:
                low, high = _around_target(name, band, grid, label, rules)
            if value > high * (1 + _SLACK) or value < low * (1 - _SLACK):
                side = "above" if value > high else "below"
                heaviest = (first[label],) if size[label] == 1 else ()
                ends = " to ".join(f"{end:,.1f}".removesuffix(".0") for end in (low, high))
                yield Fault(
                    "balance",
                    label,
                    heaviest,
                    f"grid {label} has {value:,.0f}{_UNITS[name]} {name}, {side} the band {ends}",
                )


def _allowed(band: Band, total: float, k: int) -> tuple[float, float]:
    if band.tolerance is not None:
        return total / k * (1 - band.tolerance), total / k * (1 + band.tolerance)
    assert band.low is not None
    assert band.high is not None
    return band.low, band.high


def _around_target(name: str, band: Band, grid: pd.Series, label: str, rules: Rules) -> tuple[float, float]:
    """Band around the target of the seed that the grid holds; no band where it holds none, which is a fault of seeds."""
    for seed, target in zip(rules.seeds, rules.targets[name], strict=True):
        if grid.get(seed) == label and band.tolerance is not None:
            return target * (1 - band.tolerance), target * (1 + band.tolerance)
    return 0.0, float("inf")


def _tiling(jurisdiction: Jurisdiction, grids: gpd.GeoDataFrame) -> Iterator[Fault]:
    land = shapely.union_all(jurisdiction.boundary.geometry.to_numpy())
    allowed = _TILING * land.area
    shapes = grids.geometry.to_numpy()
    for label, shape in zip(grids["grid"], shapes, strict=True):
        if not shapely.is_valid(shape):
            yield Fault(
                "tiling", str(label), (), f"grid {label} has an invalid outline: {shapely.is_valid_reason(shape)}"
            )
    whole = shapely.union_all(shapes)
    gap = shapely.difference(land, whole).area
    outside = shapely.difference(whole, land).area
    overlap = float(shapely.area(shapes).sum()) - whole.area
    for amount, words in (
        (gap, "m² of the jurisdiction lie in no grid"),
        (outside, "m² of the grids lie outside"),
        (overlap, "m² lie in two grids"),
    ):
        if amount > allowed:
            yield Fault("tiling", "", (), f"{amount:,.1f} {words}")


def _sums(grids: gpd.GeoDataFrame, measures: pd.DataFrame) -> Iterator[Fault]:
    table = grids.set_index("grid")
    for column, name in (("households", "households"), ("area_m2", "area"), ("workload_min", "workload")):
        wrong = (table[column] - measures[name]).abs() > 1e-6 * measures[name].abs().clip(lower=1.0)
        for label in table.index[wrong.to_numpy()]:
            told, sums = table[column].loc[label], measures[name].loc[label]
            yield Fault("sums", str(label), (), f"grid {label} says {column} {told:,.2f}, its units sum to {sums:,.2f}")
