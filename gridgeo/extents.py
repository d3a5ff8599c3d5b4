"""Where a grid ends, in words: the streets, waters and limits that run along each side of it (四至).

A grid's outline is walked in steps; each step belongs to one compass side and to what runs along it there: a named
street, else a barrier, else water, else the limit of the jurisdiction, else the neighbouring grid. What covers most of
a side names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.names import spaced

if TYPE_CHECKING:
    from gridgeo.plans.plan import Plan

SIDES = ("east", "south", "west", "north")
"""Sides in the order in which Chinese texts name them."""

STEP_M = 10.0
"""Length of a step along the outline, metres."""
NEAR_M = 20.0
"""A street this close to the outline and parallel to it runs along it, metres."""
PARALLEL = np.cos(np.radians(35.0))
"""Cosine of the largest angle between a street and the outline that it runs along."""
_ENDS_M = 6.0
"""A limit or a neighbour this close is met, metres."""
_SECOND = 0.5
"""Share of the first name's length that a second one needs to be told."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "east": "east", "south": "south", "west": "west", "north": "north",
        "sea": "the sea", "river": "the river", "lake": "the lake", "water": "the water",
        "railway": "the railway", "motorway": "the motorway", "limit": "the limit of {name}", "grid": "grid {name}",
    },
    "zh": {
        "east": "东", "south": "南", "west": "西", "north": "北",
        "sea": "海", "river": "河", "lake": "湖", "water": "水面",
        "railway": "铁路", "motorway": "高速公路", "limit": "{name}边界", "grid": "{name}网格",
    },
}  # fmt: skip


def extents(plan: Plan) -> pd.DataFrame:
    """The extent of each grid in words, indexed by `grid`, with columns `en` and `zh`.

    Streets are named as the map names them. A neighbouring grid is named by its code.

    Examples
    --------
    ``between Rue Grimaldi (north), Boulevard Albert 1er (east) and the sea (south, west)`` and
    ``东至 Boulevard Albert 1er，南、西至海，北至 Rue Grimaldi``.
    """
    table = along_sides(plan.grids, plan.jurisdiction)
    names = {str(grid): str(code) for grid, code in zip(plan.grids["grid"], plan.grids["code"], strict=True)}
    sides: dict[str, dict[str, list[_Run]]] = {str(grid): {} for grid in plan.grids["grid"]}
    for grid, side, kind, name, length in table.itertuples(index=False):
        sides[grid].setdefault(side, []).append((kind, name, length))
    told = {
        grid: {lang: _sentence(found, lang, names, plan.jurisdiction) for lang in _WORDS}
        for grid, found in sides.items()
    }
    return pd.DataFrame.from_dict(told, orient="index", columns=list(_WORDS)).rename_axis("grid")


_Run = tuple[str, str, float]
"""What runs along a side: kind, name, metres."""


def along_sides(grids: gpd.GeoDataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """What runs along each side of each grid, the longest first.

    Parameters
    ----------
    grids
        Columns `grid`; polygons in the metric CRS of `jurisdiction`.
    jurisdiction
        Its streets, barriers, water and boundary.

    Returns
    -------
    One row for each grid, side and thing: `grid`, `side` (one of `SIDES`), `kind` (street, barrier, water, limit, grid),
    `name` (of the street or barrier, the kind of water, or the neighbour's identifier) and `length_m`, metres of outline.
    """
    steps = _steps(grids)
    kind = np.full(len(steps), "", dtype=object)
    name = np.full(len(steps), "", dtype=object)
    for found in (_streets, _barriers, _water, _limit):
        rows = np.flatnonzero(kind == "")
        if not len(rows):
            break
        label, names = found(steps.iloc[rows], jurisdiction)
        hit = names != ""
        kind[rows[hit]], name[rows[hit]] = label, names[hit]
    rows = np.flatnonzero(kind == "")
    kind[rows], name[rows] = "grid", _neighbours(steps.iloc[rows], grids)
    met = pd.DataFrame(steps[["grid", "side", "length_m"]]).assign(kind=kind, name=name)
    told = met[met["name"] != ""].groupby(["grid", "side", "kind", "name"])["length_m"].sum().reset_index()
    order = {"side": told["side"].map(SIDES.index), "length": -told["length_m"].round(3)}
    return (
        told.assign(**order)
        .sort_values(["grid", "side", "length", "kind", "name"], kind="stable", ignore_index=True)
        .assign(side=lambda table: table["side"].map(dict(enumerate(SIDES))))
        .drop(columns="length")[["grid", "side", "kind", "name", "length_m"]]
    )


def _steps(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    """The outlines in steps: middle `x`, `y`, direction `dx`, `dy`, `length_m`, `side` and `grid`."""
    parts = []
    for grid, shape in zip(grids["grid"].astype(str), grids.geometry, strict=True):
        # A grid may have islands: its largest part says where it lies.
        largest = max(shapely.get_parts(shape), key=lambda part: part.area)
        ring = shapely.segmentize(shapely.get_exterior_ring(largest), STEP_M)
        spots = shapely.get_coordinates(ring)
        ahead = np.diff(spots, axis=0)
        middle = spots[:-1] + ahead / 2
        length = np.hypot(ahead[:, 0], ahead[:, 1])
        keep = length > 1e-6
        parts.append(
            pd.DataFrame(
                {
                    "grid": grid,
                    "side": _sides(middle, largest)[keep],
                    "x": middle[keep, 0],
                    "y": middle[keep, 1],
                    "dx": (ahead[:, 0] / np.maximum(length, 1e-9))[keep],
                    "dy": (ahead[:, 1] / np.maximum(length, 1e-9))[keep],
                    "length_m": length[keep],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _sides(spots: NDArray[np.float64], shape: Any) -> NDArray[Any]:
    """The compass side of each spot of an outline: the quarter of the bounding box, seen from its middle."""
    west, south, east, north = shape.bounds
    x = (spots[:, 0] - (west + east) / 2) / max(east - west, 1e-9)
    y = (spots[:, 1] - (south + north) / 2) / max(north - south, 1e-9)
    across = np.where(x > 0, "east", "west")
    return np.where(np.abs(x) > np.abs(y), across, np.where(y > 0, "north", "south"))


def _streets(steps: pd.DataFrame, town: Jurisdiction) -> tuple[str, NDArray[Any]]:
    edges = town.road_edges.drop_duplicates("street")
    named = edges[edges["name"].notna() & (edges["name"] != "") & (edges["highway"] != "ferry")]
    named = named[~named["tunnel"].astype(bool)]
    return "street", _parallel(steps, named.geometry, named["name"])


def _barriers(steps: pd.DataFrame, town: Jurisdiction) -> tuple[str, NDArray[Any]]:
    lines = town.barriers
    return "barrier", _parallel(steps, lines.geometry, lines["name"].fillna(lines["kind"]))


def _parallel(steps: pd.DataFrame, lines: Iterable[Any], names: pd.Series) -> NDArray[Any]:
    """Name of the nearest line that runs along each step; empty where none does."""
    pieces, owner = _pieces(np.asarray(lines, dtype=object))
    answer = np.full(len(steps), "", dtype=object)
    if not len(pieces):
        return answer
    spots = _spots(steps)
    row, piece = shapely.STRtree(pieces).query(spots, predicate="dwithin", distance=NEAR_M)
    ends = shapely.get_coordinates(pieces).reshape(-1, 4)
    ahead = ends[:, 2:] - ends[:, :2]
    ahead = ahead / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-9)[:, None]
    cosine = np.abs((steps[["dx", "dy"]].to_numpy()[row] * ahead[piece]).sum(axis=1))
    fits = cosine >= PARALLEL
    row, piece = row[fits], piece[fits]
    label = names.astype(str).to_numpy()[owner[piece]]
    near = pd.DataFrame({"row": row, "far": shapely.distance(spots[row], pieces[piece]).round(2), "name": label})
    best = near.sort_values(["row", "far", "name"], kind="stable").drop_duplicates("row")
    answer[best["row"].to_numpy()] = best["name"].to_numpy()
    return answer


def _pieces(lines: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Every straight piece of `lines`, with the position of its line."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    spots, line = shapely.get_coordinates(parts, return_index=True)
    same = line[:-1] == line[1:]
    pairs = np.stack([spots[:-1][same], spots[1:][same]], axis=1)
    pieces: NDArray[Any] = np.asarray(shapely.linestrings(pairs) if len(pairs) else [], dtype=object)
    return pieces, owner[line[:-1][same]]


def _spots(steps: pd.DataFrame) -> NDArray[Any]:
    return np.asarray(shapely.points(steps["x"].to_numpy(), steps["y"].to_numpy()), dtype=object)


def _water(steps: pd.DataFrame, town: Jurisdiction) -> tuple[str, NDArray[Any]]:
    spots = _spots(steps)
    answer = np.full(len(steps), "", dtype=object)
    if len(town.water):
        row, water = shapely.STRtree(town.water.geometry.to_numpy()).query(spots, predicate="dwithin", distance=_ENDS_M)
        kinds = town.water["kind"].astype(str).to_numpy()
        for position, kind in sorted(zip(row.tolist(), kinds[water].tolist(), strict=True), reverse=True):
            answer[position] = kind
    return "water", answer


def _limit(steps: pd.DataFrame, town: Jurisdiction) -> tuple[str, NDArray[Any]]:
    edge = shapely.boundary(shapely.union_all(town.boundary.geometry.to_numpy()))
    shapely.prepare(edge)
    met = shapely.dwithin(_spots(steps), edge, _ENDS_M)
    return "limit", np.where(met, town.name, "")


def _neighbours(steps: pd.DataFrame, grids: gpd.GeoDataFrame) -> NDArray[Any]:
    labels = grids["grid"].astype(str).to_numpy()
    answer = np.full(len(steps), "", dtype=object)
    spots = _spots(steps)
    row, other = shapely.STRtree(grids.geometry.to_numpy()).query(spots, predicate="dwithin", distance=_ENDS_M)
    own = steps["grid"].to_numpy()
    for position, label in sorted(zip(row.tolist(), labels[other].tolist(), strict=True), reverse=True):
        if label != own[position]:
            answer[position] = label
    return answer


def _sentence(sides: Mapping[str, list[_Run]], lang: str, codes: Mapping[str, str], town: Jurisdiction) -> str:
    together: dict[frozenset[str], tuple[list[str], list[str]]] = {}
    for side in _ORDER[lang]:
        names = [_word(kind, name, lang, codes, town) for kind, name in _longest(sides.get(side, []))]
        if names:
            together.setdefault(frozenset(names), (names, []))[1].append(_WORDS[lang][side])
    if lang == "zh":
        return spaced("，".join(f"{'、'.join(where)}至{'、'.join(names)}" for names, where in together.values()))
    parts = [f"{' and '.join(names)} ({', '.join(where)})" for names, where in together.values()]
    if len(parts) < 2:
        return f"within {''.join(parts)}"
    return f"between {', '.join(parts[:-1])} and {parts[-1]}"


_ORDER = {"en": ("north", "east", "south", "west"), "zh": SIDES}


def _longest(runs: list[_Run]) -> list[tuple[str, str]]:
    """The one or two things that name a side; neighbouring grids only where little of its own runs there."""
    own = [run for run in runs if run[0] != "grid"]
    chosen = own if sum(run[2] for run in own) >= _SECOND * sum(run[2] for run in runs) else runs
    first = max((run[2] for run in chosen), default=0.0)
    return [(kind, name) for kind, name, length in chosen if length >= _SECOND * first][:2]


def _word(kind: str, name: str, lang: str, codes: Mapping[str, str], town: Jurisdiction) -> str:
    words = _WORDS[lang]
    if kind == "limit":
        return words["limit"].format(name=_town_name(town, lang))
    if kind == "grid":
        return words["grid"].format(name=codes.get(name, name))
    if kind in ("water", "barrier"):
        return words.get(name, words["water"] if kind == "water" else name)
    return name


def _town_name(town: Jurisdiction, lang: str) -> str:
    given = town.areas[f"name_{lang}"].iloc[0]
    return str(given) if isinstance(given, str) and given else town.name
