"""A plan comes into force, everywhere or area by area: which versions end, which begin."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.plans.changes import share_out, what_changed
from gridgeo.plans.plan import Plan
from gridgeo.register.areas import grid_areas, lineages
from gridgeo.register.register import Register
from gridgeo.register.versions import day

SAME_M2 = 1.0
"""Square metres by which two shapes may differ and still be one grid's."""


@dataclass(frozen=True)
class _Stage:
    """What comes into force: `inside` marks the plan's units, `grids` are its grids there, `leaves` the areas."""

    inside: NDArray[np.bool_]
    grids: gpd.GeoDataFrame
    leaves: list[str]


def bring_into_force(
    register: Register, plan: Plan, when: date, *, number: str, areas: Collection[str] | None, today: date | None
) -> Register:
    """The work of `Register.in_force`."""
    text = day(when)
    if today is not None and text < day(today, "today"):
        raise BadInput(f"plan {number} can't come into force on {text}, in the past; today is {today.isoformat()}")
    if plan.jurisdiction.crs != register.versions.crs:
        raise BadInput(
            f"the register is in {register.versions.crs.name}, the plan in {plan.jurisdiction.crs.name}; give a plan in the register's"
        )
    stage = _stage(plan, areas)
    _refuse_early(register, stage.leaves, text, number)
    before = _code_before(register.open, plan)
    old = _ending(register, before, stage, everywhere=areas is None)
    _refuse_codes(register, stage.grids, set(old["code"]))
    late = old[old["valid_from"] >= text]
    if len(late):
        raise BadInput(
            f"grid '{late['code'].iloc[0]}' changed on {late['valid_from'].iloc[0]}; plan {number} can only follow later, not on {text}"
        )
    fresh, ended = _versions(register, before, old, plan, stage)
    steps = pd.DataFrame({"valid_from": text, "area": stage.leaves, "plan": number}, dtype="str")
    return register.extended(ended["heirs"], text, fresh.assign(valid_from=text, plan=number), steps)


def _stage(plan: Plan, areas: Collection[str] | None) -> _Stage:
    town = plan.jurisdiction
    of = lineages(town)
    wanted = set(of) if areas is None else {str(area) for area in areas}
    unknown = sorted(wanted - set(of))
    if unknown:
        raise BadInput(f"no area '{unknown[0]}' in {town.name}; areas are {', '.join(list(of)[:8])}")
    if not wanted:
        raise BadInput("no area is given; leave areas out to bring the plan into force everywhere")
    leaf = town.units["area"].astype(str)
    inside = np.array([not wanted.isdisjoint(of[area]) for area in leaf])
    if not inside.any():
        raise BadInput(f"no unit of {town.name} lies in {', '.join(sorted(wanted))}; give areas that hold units")
    grid = plan.assignment.to_numpy()
    torn = sorted(set(grid[inside]) & set(grid[~inside]))
    if torn:
        raise BadInput(
            f"grid {torn[0]} of the plan lies partly outside {', '.join(sorted(wanted))}; bring its other areas into force with it"
        )
    grids = plan.grids[plan.grids["grid"].isin(set(grid[inside]))].set_index("grid")
    return _Stage(inside, grids.assign(area=grid_areas(plan)), sorted(set(leaf[inside])))


def _refuse_early(register: Register, leaves: list[str], text: str, number: str) -> None:
    steps = register.steps[register.steps["area"].isin(leaves)]
    late = steps[steps["valid_from"] >= text].sort_values("valid_from")
    if len(late):
        last = late.iloc[-1]
        raise BadInput(
            f"area {last['area']} changed on {last['valid_from']} (plan {last['plan']}); plan {number} can only follow later, not on {text}"
        )


def _code_before(open_versions: gpd.GeoDataFrame, plan: Plan) -> NDArray[np.object_]:
    """Code of the grid in force in which each unit lies, by a point inside it; None where there is none."""
    points = plan.jurisdiction.units.geometry.representative_point().to_numpy()
    order = np.argsort(open_versions["code"].to_numpy(dtype=str), kind="stable")
    codes = open_versions["code"].to_numpy(dtype=object)[order]
    which, row = shapely.STRtree(open_versions.geometry.to_numpy()[order]).query(points, predicate="intersects")
    first = np.full(len(points), len(codes), dtype=np.int64)
    np.minimum.at(first, which, row)
    found = np.full(len(points), None, dtype=object)
    found[first < len(codes)] = codes[first[first < len(codes)]]
    return found


def _ending(register: Register, before: NDArray[np.object_], stage: _Stage, *, everywhere: bool) -> gpd.GeoDataFrame:
    """The versions in force on the ground that changes hands; one that lies partly outside it is refused."""
    current = register.open
    touched = {code for code in before[stage.inside] if code is not None}
    torn = sorted(touched & {code for code in before[~stage.inside] if code is not None})
    if torn:
        raise BadInput(
            f"grid '{torn[0]}' in force lies partly outside the given areas; bring all areas that it lies in into force together"
        )
    if everywhere:
        return current
    return current[current["code"].isin(touched)]


def _refuse_codes(register: Register, grids: gpd.GeoDataFrame, ending: set[str]) -> None:
    codes = grids["code"]
    again = codes[codes.duplicated(keep=False)]
    if len(again):
        raise BadInput(f"grids {', '.join(map(str, again.index[:2]))} of the plan have the same code '{again.iloc[0]}'")
    retired = codes[codes.isin(register.retired)]
    if len(retired):
        raise BadInput(
            f"grid {retired.index[0]}: code '{retired.iloc[0]}' is retired and never used again; number the grid anew"
        )
    elsewhere = codes[codes.isin(set(register.open["code"]) - ending)]
    if len(elsewhere):
        raise BadInput(
            f"grid {elsewhere.index[0]}: code '{elsewhere.iloc[0]}' is in force in another area; number the grid anew"
        )


def _versions(
    register: Register, before: NDArray[np.object_], old: gpd.GeoDataFrame, plan: Plan, stage: _Stage
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The versions that begin, still without date and plan, and the rows of those that end, with their heirs."""
    now, was = stage.grids.reset_index(drop=True).set_index("code"), old.set_index("code")
    told = _told(before, plan, stage, was)
    same = _same_shape(now, was, sorted(set(now.index) & set(was.index)))
    change, parents = {}, {}
    for code in map(str, now.index):
        change[code], parents[code] = _called(now.loc[code], was.loc[code]) if code in same else told[code][:2]
    begun = [code for code in change if change[code] != "kept"]
    last = register.versions.groupby("code")["version"].max()
    fresh = now.loc[begun].assign(
        version=[int(last.get(code, 0)) + 1 for code in begun],
        change=[change[code] for code in begun],
        parents=[parents[code] for code in begun],
        heirs="",
        valid_to=pd.Series(None, index=begun, dtype="str"),
    )
    gone = old[~old["code"].isin([code for code in change if change[code] == "kept"])]
    heirs = ["" if code in change or code not in told else told[code][2] for code in gone["code"]]
    return gpd.GeoDataFrame(fresh.rename_axis("code").reset_index(), crs=now.crs), gone.assign(heirs=heirs)


def _told(
    before: NDArray[np.object_], plan: Plan, stage: _Stage, was: gpd.GeoDataFrame
) -> dict[str, tuple[str, str, str]]:
    """Code → kind of change, codes of parents, codes of heirs, by the units that changed hands."""
    after = stage.grids["code"].reindex(plan.assignment.to_numpy()[stage.inside]).to_numpy()
    shared = share_out(before[stage.inside], after, plan.jurisdiction.units[stage.inside])
    kept = {str(code): str(code) for code in shared.after.index if code in was.index and code in shared.before.index}
    return {
        # Land that was drawn anew without a unit changing hands is still another shape.
        row["grid"] or row["before"]: (
            "reshaped" if row["change"] == "kept" else row["change"],
            " ".join(row["parents"]),
            " ".join(row["heirs"]),
        )
        for row in what_changed(shared, kept).to_dict("records")
    }


def _called(now: pd.Series, was: pd.Series) -> tuple[str, str]:
    if now["owner"] != was["owner"]:
        return "handed over", ""
    return ("kept" if now["name"] == was["name"] else "renamed"), ""


def _same_shape(now: gpd.GeoDataFrame, was: gpd.GeoDataFrame, going: list[str]) -> set[str]:
    """Those of the codes whose shape is the same, however its corners are listed."""
    a, b = now.geometry.loc[going].to_numpy(), was.geometry.loc[going].to_numpy()
    same = shapely.equals_identical(shapely.normalize(a), shapely.normalize(b))
    rest = np.flatnonzero(~same & (np.abs(shapely.area(a) - shapely.area(b)) <= SAME_M2))
    same[rest] = shapely.area(shapely.symmetric_difference(a[rest], b[rest])) <= SAME_M2
    return {code for code, one in zip(going, same, strict=True) if one}
