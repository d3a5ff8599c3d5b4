"""The wishes for a whole jurisdiction cut to one area of a level: what names units goes to the area they lie in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.graphs import unit_graph
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.rules import Rules
from gridgeo.plans.ties import border_ties
from gridgeo.plans.wishes import Wishes, make_rules

AS_GIVEN = ("households", "officer_hours", "balance", "aim", "splits", "split_level", "prefer_borders", "reach")
"""Wishes that hold for every area as they stand."""

Group = TypeVar("Group", bound=tuple[str, ...])


@dataclass(frozen=True)
class Cut:
    """Wishes, proven for the whole, and what of them is said of each area.

    `whole` are the rules of all areas together, nested in `level`. Ties weigh the same in every area.
    """

    whole: Rules
    level: str
    wishes: Wishes
    named: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, jurisdiction: Jurisdiction, level: str, expected: int, wishes: Wishes) -> Cut:
        """Cut `wishes` along the areas of `level`.

        Parameters
        ----------
        jurisdiction, level
            The place, and the level whose areas are partitioned one by one.
        expected
            About how many grids there will be.
        wishes
            As for `gridgeo.partition`.

        Raises
        ------
        BadInput
            A wish that can't be read, names what doesn't exist, joins areas, or means nothing inside one area.
        """
        if wishes.get("within") is not None:
            raise BadInput(f"grids lie within their {level} anyway; leave within out")
        _refuse_splits(jurisdiction, level, wishes.get("split_level"))
        targets = wishes.get("targets")
        k = (expected, len(jurisdiction.units)) if targets is None else len(targets)
        # What an officer does and what a grid has is counted area by area; here it only is read.
        nested = wishes.copy()
        nested["within"] = level
        whole = make_rules(jurisdiction, k, **nested)
        if whole.prefer_borders:
            border_ties(jurisdiction, unit_graph(jurisdiction.units, jurisdiction.borders), whole)
        area_of = jurisdiction.area_at(level)
        return cls(whole, level, wishes, _by_area(whole, area_of))

    def rules(self, town: Jurisdiction, area: str, k: int | tuple[int, int] | None) -> Rules:
        """The rules of `area`, which is the jurisdiction `town` by itself.

        Raises
        ------
        BadInput
            Nothing says how many grids the area has, or its wishes contradict each other.
        NoFeasiblePlan
            No number of grids can meet them.
        """
        own = {name: values[area] for name, values in self.named.items() if area in values}
        counted = self.wishes.get("households") is not None or self.wishes.get("officer_hours") is not None
        if k is None and not counted and not own.get("seeds"):
            raise BadInput(
                f"no seed lies in {self.level} '{area}' ({town.name}), and nothing else says its number of grids"
            )
        if self.whole.targets and "targets" not in own:
            raise BadInput(f"no target is given in {self.level} '{area}' ({town.name}); every grid needs one")
        if self.whole.customs:
            # The objective weighs ties in every area; where nobody has a custom, one unit has its own and no cost follows.
            own.setdefault("customs", {str(town.units["unit"].iloc[0]): ""})
        given = {name: value for name, value in self.wishes.items() if name in AS_GIVEN}
        return make_rules(town, k, **{**given, **own, "objective": self.whole.objective})


def _by_area(whole: Rules, area_of: pd.Series) -> dict[str, dict[str, Any]]:
    """Wish → area → what of it lies in the area."""
    named: dict[str, dict[str, Any]] = {
        "keep_together": _grouped(whole.keep_together, area_of),
        "keep_apart": _grouped(whole.keep_apart, area_of),
        "links": _grouped(whole.links, area_of),
        "seeds": {area: [seed for (seed,) in seeds] for area, seeds in _grouped(_alone(whole.seeds), area_of).items()},
        "fix": {area: dict(pairs) for area, pairs in _grouped(whole.fix.items(), area_of).items()},
    }
    customs: dict[str, dict[str, str]] = {}
    for unit, custom in whole.customs.items():
        customs.setdefault(str(area_of[unit]), {})[unit] = custom
    targets: dict[str, dict[str, dict[str, float]]] = {}
    for g, seed in enumerate(whole.seeds if whole.targets else ()):
        row = {name: numbers[g] for name, numbers in whole.targets.items()}
        targets.setdefault(str(area_of[seed]), {})[seed] = row
    return named | {"customs": customs, "targets": targets}


def _alone(units: Iterable[str]) -> list[tuple[str]]:
    return [(unit,) for unit in units]


def _grouped(groups: Iterable[Group], area_of: pd.Series) -> dict[str, list[Group]]:
    """Groups of units under the area in which all of each lie; pairs of two areas bind no grid and fall away."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        areas = {str(area_of[unit]) for unit in group}
        if len(areas) == 1:
            found.setdefault(areas.pop(), []).append(group)
    return found


def _refuse_splits(jurisdiction: Jurisdiction, level: str, split_level: str | None) -> None:
    if split_level is None:
        return
    inner, outer = jurisdiction.area_at(split_level), jurisdiction.area_at(level)
    levels = jurisdiction.levels()
    crossing = outer.groupby(inner).nunique() > 1
    if levels.index(split_level) <= levels.index(level) or crossing.any():
        raise BadInput(f"splits counts areas that lie inside one {level} each, and those of '{split_level}' don't")
