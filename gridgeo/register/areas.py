"""The level tree as numbering and the register use it: where a grid is at home, and an area's official code."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan


def lineages(jurisdiction: Jurisdiction) -> dict[str, tuple[str, ...]]:
    """Area → the areas it lies in, the root first, itself last.

    Raises
    ------
    BadInput
        An area lies in itself through its parents.
    """
    tree = jurisdiction.areas
    parent = {
        str(area): None if pd.isna(up) else str(up) for area, up in zip(tree["area"], tree["parent"], strict=True)
    }
    found: dict[str, tuple[str, ...]] = {}
    for area in parent:
        chain: list[str] = []
        here: str | None = area
        while here is not None:
            if here in chain:
                raise BadInput(f"area '{here}' lies in itself by way of its parents; mend the column parent of 'areas'")
            chain.append(here)
            here = parent.get(here)
        found[area] = tuple(reversed(chain))
    return found


def texts(series: pd.Series) -> dict[str, str]:
    """A series of text as a dictionary by its index."""
    return {str(name): str(value) for name, value in series.items()}


def grid_areas(plan: Plan) -> pd.Series:
    """The smallest area that holds all units of each grid, indexed by grid.

    Raises
    ------
    BadInput
        A grid's units lie in no common area.
    """
    town = plan.jurisdiction
    of = lineages(town)
    grid = pd.Series(plan.assignment.to_numpy(), name="grid")
    chains = [of[str(area)] for area in town.units["area"]]
    home = pd.Series(index=pd.Index(sorted(grid.unique()), name="grid"), dtype="object", name="area")
    for depth in range(max(map(len, chains))):
        here = pd.Series([chain[depth] if depth < len(chain) else None for chain in chains], dtype="object")
        groups = here.groupby(grid)
        one = (groups.nunique(dropna=False) == 1) & groups.first().notna()
        home = home.where(~one, groups.first())
    if home.isna().any():
        raise BadInput(f"grid {home.index[home.isna()][0]}: its units lie in no common area; mend the level tree")
    return home.astype("str").rename_axis("grid").rename("area")


def area_code(jurisdiction: Jurisdiction, area: str, digits: int, given: Mapping[str, str] | None = None) -> str:
    """The official code of an area, of exactly `digits` digits.

    The column `code` of the areas may hold whole codes (community 110101001002) or each level's own digits (002): they
    are put together from the root down.

    Parameters
    ----------
    given
        Area → official code, where the level tree has none or another.

    Raises
    ------
    BadInput
        A code is missing, too short or too long, no digits, or contradicts the code of a level above.
    """
    tree = jurisdiction.areas.set_index("area")
    called = f"area '{area}' ({tree.at[area, 'name']})"
    text = ""
    for step in lineages(jurisdiction)[area]:
        value = (given or {}).get(step, tree.at[step, "code"])
        if pd.isna(value) or not str(value).strip():
            continue
        code = str(value).strip()
        if not (code.isascii() and code.isdigit()):
            raise BadInput(f"area '{step}': code '{code}' must be digits; mend the column code of 'areas'")
        text = _joined(text, code, digits, called)
    if len(text) != digits:
        raise BadInput(
            f"{called} has an official code of {len(text)} digits ('{text}'); {digits} are needed to number its grids: give "
            f"codes in the column code of 'areas', nest the plan in a deeper level, or choose another scheme"
        )
    return text


def _joined(above: str, code: str, digits: int, called: str) -> str:
    """The code so far with one more level: whole codes replace it, own digits are put behind."""
    # Levels below the one that is complete already, household groups say, add nothing.
    if len(above) == digits and (code.startswith(above) or (len(code) < digits and not above.endswith("000"))):
        return above
    # Codes of upper levels are often filled up with zeros: 110101000000 is a county of twelve digits.
    if len(code) >= len(above) and code.startswith(above.rstrip("0")):
        return code
    if len(code) + len(above) > digits:
        raise BadInput(f"{called}: code '{code}' doesn't go on from '{above}' of the level above; mend one of them")
    return above + code
