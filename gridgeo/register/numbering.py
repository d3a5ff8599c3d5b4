"""Registered numbers of a plan's grids: made by a scheme, kept where they are valid, never given twice."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan, west_to_east
from gridgeo.register.areas import area_code, grid_areas, texts
from gridgeo.register.schemes import Scheme, read_scheme


@proven
def number_grids(
    plan: Plan,
    used: Collection[str] = (),
    *,
    scheme: str | os.PathLike[str] | Mapping[str, Any] | Scheme = "15",
    area_codes: Mapping[str, str] | None = None,
) -> Plan:
    """`plan` with a code of the scheme for every grid.

    A grid whose code is one of the scheme for its area keeps it. The others are counted on from the highest number that
    was ever used in their area, from west to east, then north to south; where these run out, numbers that were never
    used are taken from below. So numbering twice changes nothing, and a retired code never comes back.

    Parameters
    ----------
    plan
        The plan. Each grid lies inside one area of the level whose official codes the scheme needs.
    used
        Codes that were ever given, whether in force or retired, e.g. `Register.codes`.
    scheme
        Name of a scheme (``14``, ``15``, ``16``, ``20``), a TOML file, or as for `read_scheme`.
    area_codes
        Area → official code, where the level tree has none.

    Raises
    ------
    BadInput
        An area has no official code of the right length, two grids have one code, or all numbers of an area are used up.
    """
    rule = read_scheme(scheme)
    home = grid_areas(plan)
    official = {area: area_code(plan.jurisdiction, area, rule.area_digits, area_codes) for area in sorted(set(home))}
    prefix = {grid: official[area] for grid, area in texts(home).items()}
    told = texts(plan.identities["code"])
    kept = {grid: code for grid, code in told.items() if _serial(rule, code, prefix[grid]) is not None}
    _refuse_twice(pd.Series(kept, dtype="str"))
    taken: dict[str, set[int]] = {code: set() for code in official.values()}
    for code in {*used, *kept.values()}:
        found = _read(rule, code)
        if found is not None and found[0] in taken:
            taken[found[0]].add(found[1])
    codes = dict(kept)
    wanting: dict[str, list[str]] = {}
    for grid in west_to_east(plan.jurisdiction, plan.assignment.to_numpy()):
        if grid not in kept:
            wanting.setdefault(prefix[grid], []).append(str(grid))
    for area, grids in wanting.items():
        for grid, serial in zip(grids, _free(rule, area, taken[area], len(grids)), strict=True):
            codes[grid] = rule.code(area, serial)
    return replace(plan, identities=plan.identities.assign(code=pd.Series(codes)))


def check_codes(
    plan: Plan,
    *,
    scheme: str | os.PathLike[str] | Mapping[str, Any] | Scheme = "15",
    area_codes: Mapping[str, str] | None = None,
) -> None:
    """Refuse a plan that holds a code which isn't one of the scheme, lies under another area, or stands twice.

    Raises
    ------
    BadInput
        The message names the grid, its code and the part that is wrong.
    """
    rule = read_scheme(scheme)
    told, home = texts(plan.identities["code"]), texts(grid_areas(plan))
    _refuse_twice(plan.identities["code"])
    for grid, code in told.items():
        try:
            area = rule.read(code)[0]
        except BadInput as wrong:
            raise BadInput(f"grid {grid}: {wrong}") from None
        expected = area_code(plan.jurisdiction, home[grid], rule.area_digits, area_codes)
        if area != expected:
            raise BadInput(
                f"grid {grid}: code '{code}' belongs to area {area}, but the grid lies in {home[grid]} ({expected}); number it again"
            )


def _free(rule: Scheme, area: str, taken: set[int], wanted: int) -> list[int]:
    top = max(taken, default=0)
    above = list(range(top + 1, min(top + wanted, rule.most) + 1))
    below = [serial for serial in range(1, top) if serial not in taken] if len(above) < wanted else []
    free = above + below[: wanted - len(above)]
    if len(free) < wanted:
        raise BadInput(
            f"area {area}: {wanted} new codes are wanted but only {len(free)} of its {rule.most} numbers were never used; "
            f"choose a scheme with a longer serial part"
        )
    return free


def _serial(rule: Scheme, code: str, area: str) -> int | None:
    found = _read(rule, code)
    return found[1] if found is not None and found[0] == area else None


def _read(rule: Scheme, code: str) -> tuple[str, int] | None:
    try:
        return rule.read(code)
    except BadInput:
        return None


def _refuse_twice(codes: pd.Series) -> None:
    again = codes[codes.duplicated(keep=False)]
    if len(again):
        grids = ", ".join(map(str, again.index[again == again.iloc[0]]))
        raise BadInput(f"grids {grids} have the same code '{again.iloc[0]}'; give each its own, or number them again")
