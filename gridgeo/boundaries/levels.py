"""The level tree of a jurisdiction: which areas lie in which, every level tiling the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.arrangements import Arrangement
from gridgeo.boundaries.regions import Mask, Region, Survey

LEVEL_NAMES: Mapping[str, str] = {
    "2": "country", "3": "region", "4": "state", "5": "region", "6": "county", "7": "municipal union", "8": "town", "9": "district",
    "10": "quarter", "11": "neighbourhood",
}  # fmt: skip
"""Names of OpenStreetMap's `admin_level` where no rule gives another."""

LEVEL_NAMES_CHINA: Mapping[str, str] = {
    "2": "country", "3": "region", "4": "province", "5": "city", "6": "district", "8": "subdistrict", "10": "community", "11": "grid",
}  # fmt: skip
"""The same in China, after OpenStreetMap's conventions there."""

ROOT = "jurisdiction"
"""Level and identifier of the root."""

COVERED = 0.5
"""A level is kept where its areas cover at least this share of the land."""
SLIVER = 0.01
"""A piece below this share of its parent is given to its neighbour, unless it is a whole area."""
CRUMB = 0.001
"""A piece below this share of its parent is given to its neighbour, whatever it is."""

Faces = NDArray[np.int64]


def level_tree(
    seen: Survey, root: Region, regions: Sequence[Region], names: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Areas of all levels that subdivide the root.

    Parameters
    ----------
    seen
        The faces and their sides.
    root
        The jurisdiction: its dry faces, name and source.
    regions
        Administrative areas that may be levels below it.
    names
        Names of levels by `admin_level`.

    Returns
    -------
    The areas, columns as in `gridgeo.schemas`, root first, every level tiling the root exactly; and notes.

    Notes
    -----
    A level is kept where its areas cover at least `COVERED` of the land and divide at least one area of the level above. What
    they leave uncovered becomes an area with source "rest"; where two overlap, the smaller one has it; a piece that
    lies over the border of the level above, or is too small to be meant, goes to its neighbour.
    """
    area = seen.arrangement.area
    rows: list[dict[str, Any]] = [_row(ROOT, None, ROOT, root, root.faces)]
    leaf: Faces = np.where(root.faces, 0, -1)
    kept: list[str] = []
    left_out: dict[str, float] = {}
    for level in sorted({region.admin_level for region in regions}):
        title = names.get(str(level), f"level {level}")
        members = sorted(
            (r for r in regions if r.admin_level == level and area[r.faces & root.faces].sum() > 1.0),
            key=lambda r: area[r.faces].sum(),
        )
        label: Faces = np.full(len(area), -1, dtype=np.int64)
        for number, region in reversed(list(enumerate(members))):
            label[region.faces & root.faces] = number
        share = float(area[label >= 0].sum() / area[root.faces].sum())
        label = _without_slivers(seen.arrangement, leaf, label)
        pairs = sorted({(p, c) for p, c in zip(leaf.tolist(), label.tolist(), strict=True) if p >= 0})
        if share < COVERED or len(pairs) <= len({parent for parent, _ in pairs}):
            if members:
                left_out[title] = round(share, 3)
            continue
        leaf = _add_level(rows, leaf, label, pairs, members, title, area)
        kept.append(title)
    if len(rows) == 1 and rows[0]["source"] == "extent":
        rows[0]["source"] = "whole"
    shapes = [seen.shape(row.pop("faces")) for row in rows]
    text = ("area", "parent", "level", "name", "name_zh", "name_en", "code", "source")
    table = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype="str") for name in text})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=seen.crs)), {
        "levels": kept,
        "levels_left_out": left_out,
    }


def _row(key: str, parent: str | None, level: str, region: Region, faces: Mask) -> dict[str, Any]:
    return {
        "area": key,
        "parent": parent,
        "level": level,
        "name": region.name,
        "name_zh": region.name_zh,
        "name_en": region.name_en,
        "code": region.code,
        "source": region.source,
        "faces": faces,
    }


def _add_level(
    rows: list[dict[str, Any]],
    leaf: Faces,
    label: Faces,
    pairs: list[tuple[int, int]],
    members: Sequence[Region],
    title: str,
    area: NDArray[np.float64],
) -> Faces:
    """Append the areas of one level to `rows`; the row of each face's new area."""
    fresh = leaf.copy()
    used: dict[int, int] = {}
    order = sorted(pairs, key=lambda pair: (-area[(leaf == pair[0]) & (label == pair[1])].sum(), pair))
    for parent, child in order:
        faces = (leaf == parent) & (label == child)
        above = rows[parent]
        if child < 0:
            rest = Region(0, 0, f"{above['name']} (rest)", None, None, None, "rest", faces)
            row = _row(f"{above['area']}.rest", above["area"], title, rest, faces)
        else:
            region = members[child]
            used[child] = used.get(child, 0) + 1
            suffix = f".{used[child]}" if used[child] > 1 else ""
            row = _row(f"r{region.id}{suffix}", above["area"], title, region, faces)
        fresh[faces] = len(rows)
        rows.append(row)
    return fresh


def _without_slivers(arrangement: Arrangement, leaf: Faces, label: Faces) -> Faces:
    """`label` where pieces too small to be meant carry the label of the neighbour with the longest shared border."""
    label = label.copy()
    inside = leaf >= 0
    area, left, right = arrangement.area, arrangement.left, arrangement.right
    both = (left >= 0) & (right >= 0)
    both &= inside[left] & inside[right]
    while True:
        same = both & (leaf[left] == leaf[right]) & (label[left] == label[right])
        group = arrangement.groups(~same)
        size: NDArray[np.float64] = np.bincount(group, weights=area).astype(float)
        parent_size: NDArray[np.float64] = np.bincount(leaf[inside], weights=area[inside]).astype(float)
        small = [g for g in np.unique(group[inside]) if _sliver(g, group, size, leaf, parent_size, label, area)]
        for g in sorted(small, key=lambda g: size[g]):
            rim = both & (leaf[left] == leaf[right]) & ((group[left] == g) ^ (group[right] == g))
            if not rim.any():
                continue
            other = np.where(group[left[rim]] == g, right[rim], left[rim])
            heard: dict[int, float] = {}
            for face, metres in zip(other.tolist(), arrangement.length[rim].tolist(), strict=True):
                heard[int(label[face])] = heard.get(int(label[face]), 0.0) + metres
            label[group == g] = max(heard, key=lambda key: (heard[key], key))
            break
        else:
            return label


def _sliver(
    g: int,
    group: Faces,
    size: NDArray[np.float64],
    leaf: Faces,
    parent_size: NDArray[np.float64],
    label: Faces,
    area: NDArray[np.float64],
) -> bool:
    faces = group == g
    parent, child = int(leaf[faces][0]), int(label[faces][0])
    share = float(size[g] / parent_size[parent])
    if child < 0 or share < CRUMB:
        return share < SLIVER
    elsewhere = float(area[(label == child) & (leaf >= 0)].sum()) - float(size[g])
    # A lone piece of an area is that area, however small; a crumb of one whose body lies elsewhere is not meant.
    return float(size[g]) < 0.05 * elsewhere and share < SLIVER
