"""Parts that areas put forward, merged into one plan, with every conflict between them told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridgeo.plans.judging import check
from gridgeo.plans.plan import Figures, Plan
from gridgeo_server.plans.staging import expanded
from gridgeo_server.plans.uploads import fitting
from gridgeo_server.texts import Listed, Text, recognised, say
from gridgeo_server.town import Town

_NAMED = 20
"""Most units that a conflict names one by one."""


@dataclass(frozen=True)
class Part:
    """The part of a plan that an area put forward: unit → grid."""

    area: str
    units: Mapping[str, str]


@dataclass(frozen=True)
class Merged:
    """The plan that the parts make, and what they disagree about. JSON values."""

    plan: Plan
    conflicts: list[dict[str, Any]]


def merge(town: Town, base: Plan, parts: list[Part]) -> Merged:
    """Put `parts` into `base`.

    A unit claimed by one area goes where that area puts it. Claimed by several, it goes where its own area puts it, or stays
    where it was. Conflicts are of the kinds

    ``claimed_twice``
        units that several areas claim;
    ``unclaimed``
        units of an area that put its part forward but left them out: they stay where they were;
    ``taken``
        units that another area alone claims;
    ``shared_grid``
        a grid that several areas use, so that it crosses their border;
    ``broken``
        a rule that the merged plan breaks, such as a band.
    """
    order = base.assignment.index
    home = pd.Series("", index=order)
    own_areas = town.jurisdiction.units["area"].astype(str).to_numpy()
    for part in parts:
        home[np.isin(own_areas, expanded(town, [part.area]))] = part.area
    claims: dict[str, dict[str, str]] = {}
    for part in parts:
        for unit, grid in part.units.items():
            claims.setdefault(unit, {})[part.area] = grid
    chosen: dict[str, str] = {}
    for unit, claimed in claims.items():
        if len(claimed) == 1:
            chosen[unit] = next(iter(claimed.values()))
        elif home[unit] in claimed:
            chosen[unit] = claimed[home[unit]]
    assignment = base.assignment.copy()
    assignment.update(pd.Series(chosen, dtype="object"))
    plan = Plan(
        town.jurisdiction, assignment, fitting(base.rules, assignment), Figures(status="merged"), base.identities
    )
    disputes = [*_disputes(claims, home, town), *_shared(parts)]
    conflicts = [{**one, "text": str(_sentence(one))} for one in disputes]
    conflicts += [
        {
            "kind": "broken",
            "areas": [],
            "grid": fault.grid,
            "rule": fault.rule,
            "text": fault.text,
            **_units(fault.units),
        }
        for fault in check(town.jurisdiction, plan).faults
    ]
    return Merged(plan, conflicts)


def conflict_view(conflict: Mapping[str, Any]) -> dict[str, Any]:
    """A conflict as it is told: its `text` in Chinese too."""
    sentence = _sentence(conflict)
    chinese = recognised(conflict["text"], "zh") if sentence is None else sentence.told("zh")
    return {**conflict, "text_zh": chinese}


def _sentence(conflict: Mapping[str, Any]) -> Text | None:
    """A conflict in words; None for a broken rule, of which the judge's own words tell."""
    areas, count = tuple(conflict["areas"]), conflict["unit_count"]
    match conflict["kind"]:
        case "claimed_twice":
            return say("conflict.claimed_twice", count=count, areas=Listed(areas, len(areas), "both"))
        case "unclaimed":
            return say("conflict.unclaimed", count=count, area=areas[0])
        case "taken":
            return say("conflict.taken", count=count, area=areas[0], other=areas[-1])
        case "shared_grid":
            return say("conflict.shared_grid", grid=conflict["grid"], areas=Listed(areas, len(areas), "both"))
    return None


def _disputes(claims: Mapping[str, Mapping[str, str]], home: pd.Series, town: Town) -> list[dict[str, Any]]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for unit in home.index:
        claimed = claims.get(unit, {})
        if len(claimed) > 1:
            found.setdefault(("claimed_twice", tuple(sorted(claimed))), []).append(unit)
        elif home[unit] and not claimed:
            found.setdefault(("unclaimed", (home[unit],)), []).append(unit)
        elif claimed and home[unit] and home[unit] not in claimed:
            found.setdefault(("taken", (home[unit], *claimed)), []).append(unit)
    households = town.jurisdiction.units.set_index("unit")["households"]
    return [
        {
            "kind": kind,
            "areas": list(areas),
            "grid": None,
            "rule": None,
            **_units(units),
            "households": int(households.loc[units].sum()),
        }
        for (kind, areas), units in sorted(found.items())
    ]


def _shared(parts: list[Part]) -> list[dict[str, Any]]:
    users: dict[str, set[str]] = {}
    for part in parts:
        for grid in part.units.values():
            users.setdefault(grid, set()).add(part.area)
    return [
        {
            "kind": "shared_grid",
            "areas": sorted(areas),
            "grid": grid,
            "rule": None,
            **_units([]),
        }
        for grid, areas in sorted(users.items())
        if len(areas) > 1
    ]


def _units(units: object) -> dict[str, Any]:
    listed = [str(unit) for unit in units]  # type: ignore[attr-defined]
    return {"units": listed[:_NAMED], "unit_count": len(listed), "households": None}
