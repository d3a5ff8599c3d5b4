"""What a re-drawing is held to: the rules of the plan in force with new wishes over them, and what is locked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules, measure
from gridgeo.plans.wishes import Wishes, make_rules
from gridgeo_solvers.progress import Progress

CARRIED = (
    "objective", "within", "keep_together", "keep_apart", "seeds", "fix", "targets", "splits", "customs",
    "prefer_borders", "reach", "links",
)  # fmt: skip
"""Rules of the plan in force that hold on unless a wish replaces them or they are lifted; `balance` does so too."""


@dataclass(frozen=True)
class Locks:
    """Grids that keep exactly their units, and units that stay in the continuation of their grid.

    Of the grids, `outside` ones lie wholly outside the areas that are drawn anew: they may break the new rules.
    """

    grids: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def redraw_rules(
    jurisdiction: Jurisdiction,
    plan: Plan,
    k: int | tuple[int, int] | None,
    fewest: bool,
    officers: int,
    wishes: Mapping[str, Any],
    progress: Progress,
    without: tuple[str, ...] = (),
) -> Rules:
    """The rules of the new plan; see `gridgeo.plans.redrawing.redraw`.

    Raises
    ------
    BadInput
        Ways to say how many grids contradict each other, or rules do.
    """
    jurisdiction.check_units()
    if list(plan.assignment.index) != list(jurisdiction.units["unit"]):
        raise BadInput(
            f"the plan partitions other units than {jurisdiction.name} has; give a plan of this jurisdiction"
        )
    before = int(plan.assignment.nunique())
    count: int | tuple[int, int] | None = _count(before, k, fewest, officers)
    if wishes.get("targets") is not None and not (k or officers or fewest):
        count = None  # As many as there are targets.
    merged = _merged(plan.rules, wishes, without)
    _drop_targets(plan.rules, merged, wishes, count, fewest, progress)
    if fewest:
        merged["balance"] = _upper_ends(merged)
        merged.pop("households", None)
        merged.pop("officer_hours", None)
        count = _fewest(jurisdiction, merged["balance"], len(merged.get("seeds", ())), before)
    return make_rules(jurisdiction, count, **cast(Wishes, merged))


def _merged(rules: Rules, wishes: Mapping[str, Any], without: tuple[str, ...]) -> dict[str, Any]:
    """The wishes, and beside them what the plan's own rules say, but for those that are lifted."""
    unknown = sorted(set(wishes) - set(Wishes.__annotations__))
    if unknown:
        raise TypeError(f"no rule is called '{unknown[0]}'; there are {', '.join(Wishes.__annotations__)}")
    odd = sorted(set(without) - set(CARRIED))
    if odd:
        raise BadInput(f"no rule of a plan in force is called '{odd[0]}'; lift {', '.join(CARRIED)}")
    given = {name: value for name, value in wishes.items() if value is not None}
    carried = {name: value for name, value in _own(rules).items() if name not in without}
    if "splits" in without:
        carried.pop("split_level", None)
    if "targets" in given:
        carried.pop("seeds", None)
    if "targets" in given or "seeds" in given:
        carried.pop("targets", None)
        seeds = set(map(str, given.get("seeds", ())))
        carried["fix"] = {unit: seed for unit, seed in rules.fix.items() if seed in seeds and "fix" in carried}
    bands = dict(rules.balance)
    if given.get("officer_hours") is not None:
        bands.pop("workload", None)
        bands = {name: band for name, band in bands.items() if band.tolerance is None}
    return carried | {"balance": bands} | given


def _own(rules: Rules) -> dict[str, Any]:
    """What the rules of a plan say, as wishes.

    Ties weigh themselves anew, see `gridgeo.plans.ties.with_ties`; a plan's own weight stands in its objective.
    """
    own = {name: getattr(rules, name) for name in CARRIED if getattr(rules, name) or name == "splits"}
    if rules.splits is None:
        own.pop("splits")
    else:
        own["split_level"] = rules.split_level
    if rules.targets:
        own["targets"] = {
            seed: {name: numbers[row] for name, numbers in rules.targets.items()}
            for row, seed in enumerate(rules.seeds)
        }
    return own


def _drop_targets(
    rules: Rules, merged: dict[str, Any], wishes: Mapping[str, Any], count: Any, fewest: bool, progress: Progress
) -> None:
    """Targets of the plan in force go where they fit the new rules no more; new ones that can't be held are refused."""
    ranges = [name for name, band in merged["balance"].items() if Band.parse(band).tolerance is None]
    ranges += ["households"] * (merged.get("households") is not None)
    if wishes.get("targets") is not None:
        if fewest:
            raise BadInput("targets say how many grids there are; leave --fewest or the targets out")
        return
    odd = fewest or count != len(rules.seeds) or bool(set(ranges) & set(rules.targets))
    if merged.get("targets") and odd:
        merged.pop("targets")
        progress.note("the targets of the plan in force don't fit the new rules and aren't held; grids share the band")


def _count(before: int, k: int | tuple[int, int] | None, fewest: bool, officers: int) -> int | tuple[int, int]:
    ways = [words for words, given in (("k", k is not None), ("fewest", fewest), ("officers", officers != 0)) if given]
    if len(ways) > 1:
        raise BadInput(f"say how many grids in one way: {' and '.join(ways)} are given; leave one")
    if before + officers < 1:
        raise BadInput(
            f"{-officers} officers fewer are asked for, but the plan has {before} grids; at least one must stay"
        )
    return before + officers if k is None else k


def _upper_ends(merged: Mapping[str, Any]) -> dict[str, Band]:
    """The bands without their lower ends; at least one must say what a grid may hold at the most."""
    bands = {name: Band.parse(band) for name, band in dict(merged.get("balance") or {}).items()}
    if merged.get("households") is not None:
        bands["households"] = Band.parse(merged["households"])
    hours = merged.get("officer_hours")
    if hours is not None:
        if not 0 < hours < math.inf:
            raise BadInput(f"officer hours are {hours:g} a month; give a number above 0")
        bands["workload"] = Band(low=0.0, high=hours * 60)
    upper = {name: Band(low=0.0, high=band.high) for name, band in bands.items() if band.high is not None}
    if not upper:
        raise BadInput(
            "the fewest grids follow from what one grid may hold: give officer hours (--officer-hours), households "
            "(--households LOW:HIGH) or a range (--balance MEASURE=LOW:HIGH), not a tolerance"
        )
    return upper


def _fewest(jurisdiction: Jurisdiction, bands: Mapping[str, Band], seeds: int, before: int) -> tuple[int, int]:
    """Fewest grids by the sums, and what is surely enough to try: connection costs some more, and so does a cap on moves."""
    least = max(seeds, 1)
    for name, band in bands.items():
        assert band.high is not None
        if band.high <= 0:
            raise BadInput(f"a grid may hold at most {band.high:g} {name}; give a range that ends above 0")
        values = measure(jurisdiction.units, name)
        least = max(least, math.ceil(float(values.sum()) / band.high - 1e-9))
    return least, max(least, min(len(jurisdiction.units), max(2 * least + 8, before)))


def locks_of(
    jurisdiction: Jurisdiction, plan: Plan, grids: tuple[str, ...], units: tuple[str, ...], areas: tuple[str, ...]
) -> Locks:
    """What is locked: the grids and units named, and whatever lies outside the areas that are drawn anew.

    Raises
    ------
    BadInput
        A grid, unit or area doesn't exist.
    """
    locked = {grid_named(plan, str(name)) for name in grids}
    known = set(plan.assignment.index)
    for unit in units:
        if str(unit) not in known:
            raise BadInput(
                f"unit '{unit}' is to be locked, but {jurisdiction.name} has none; units look like {min(known)}"
            )
    stay = {str(unit) for unit in units}
    beyond: set[str] = set()
    if areas:
        inside = units_of_areas(jurisdiction, areas)
        outside = plan.assignment[~plan.assignment.index.isin(inside)]
        touched = set(plan.assignment[plan.assignment.index.isin(inside)])
        beyond = set(outside) - touched
        locked |= beyond
        stay |= set(outside.index)
    free = plan.assignment[plan.assignment.isin(locked)].index
    return Locks(tuple(sorted(locked)), tuple(sorted(stay - set(free))), tuple(sorted(beyond)))


def grid_named(plan: Plan, name: str) -> str:
    """The grid of that identifier, code or name."""
    if name in plan.identities.index:
        return name
    for column in ("code", "name"):
        found = plan.identities.index[plan.identities[column] == name]
        if len(found) == 1:
            return str(found[0])
        if len(found) > 1:
            raise BadInput(f"{len(found)} grids have the {column} '{name}'; name one by its identifier")
    raise BadInput(f"the plan has no grid '{name}'; its grids look like {plan.identities.index[0]}")


def units_of_areas(jurisdiction: Jurisdiction, names: tuple[str, ...]) -> set[str]:
    """Units inside the areas of these identifiers or names, whatever their level."""
    tree = jurisdiction.areas
    parent = pd.Series(tree["parent"].to_numpy(), index=tree["area"].astype(str))
    wanted: set[str] = set()
    for name in names:
        found = tree["area"][(tree["area"].astype(str) == str(name)) | (tree["name"].astype(str) == str(name))]
        if not len(found):
            some = ", ".join(tree["area"].astype(str).head(5))
            raise BadInput(f"{jurisdiction.name} has no area '{name}'; areas are {some}, …")
        wanted |= set(found.astype(str))
    inside: set[str] = set()
    for area in parent.index:
        here: Any = area
        while isinstance(here, str) and here not in wanted:
            here = parent.get(here)
        if isinstance(here, str):
            inside.add(area)
    units = jurisdiction.units
    return set(units["unit"][units["area"].astype(str).isin(inside)])
