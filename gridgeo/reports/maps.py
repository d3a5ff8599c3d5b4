"""The maps of a report: the plan, the plan before and after, and what changes. All are vector drawings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from markupsafe import Markup

from gridgeo.colours import GRID_COLOURS, colour_grids
from gridgeo.plans.plan import Plan
from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.furniture import box_sample, line_sample, north_arrow, strip
from gridgeo.reports.ground import GRID, Ground, area, dashes, grid_lines, hatching, outline
from gridgeo.reports.labels import Labels, label_spots, short_codes
from gridgeo.reports.svg import element, picture
from gridgeo.reports.wording import Words

ACCENT, MOVED, DROPPED = "#1F55B5", "#2B5AA6", "#A85A12"
_DROPPED_DASH = (1.6, 1.0)
_MOST_CHIPS = 30


@dataclass(frozen=True)
class Look:
    """What the maps of one report share: the ground, the words, the colour of each grid, and codes short enough for maps."""

    ground: Ground
    words: Words
    colours: Mapping[str, str]
    short: Mapping[str, str]
    area: pd.Series
    """Area of each unit, of the level that the plan is nested in, else the finest."""

    @property
    def several_areas(self) -> bool:
        """Whether there are borders of areas to draw."""
        return self.area.nunique() > 1


def look_of(plan: Plan, words: Words, before: Plan | None = None) -> Look:
    """The look of the maps of `plan`; a grid that was there `before` has one colour on both maps."""
    colours = dict(zip(plan.grids["grid"], colour_grids(plan.grids), strict=True))
    codes = [str(code) for code in plan.grids["code"]]
    if before is not None:
        old = dict(zip(before.grids["grid"], colour_grids(before.grids), strict=True))
        colours = old | colours
        codes += [str(code) for code in before.grids["code"]]
    level = plan.rules.finest or plan.jurisdiction.levels()[-1]
    try:
        areas = plan.jurisdiction.area_at(level)
    except ValueError:
        areas = plan.jurisdiction.area_at(None)
    tints = {str(grid): GRID_COLOURS[index - 1] for grid, index in colours.items()}
    return Look(Ground(plan.jurisdiction), words, tints, short_codes(sorted(set(codes))), areas)


def town_frame(plan: Plan, width_mm: float, most_high_mm: float) -> Frame:
    """The frame of the whole jurisdiction, as wide as asked and no higher than it needs."""
    bounds = tuple(float(end) for end in plan.jurisdiction.boundary.total_bounds)
    frame = Frame.around((bounds[0], bounds[1], bounds[2], bounds[3]), width_mm, most_high_mm)
    needed = (bounds[3] - bounds[1]) / frame.metres + 12.0
    return replace(frame, height_mm=round(min(most_high_mm, max(needed, 0.4 * width_mm)), 1))


def plan_map(plan: Plan, look: Look, frame: Frame, *, moved: gpd.GeoDataFrame | None = None) -> Markup:
    """The grids of `plan` over the ground with their codes and names; units that change grid are hatched."""
    grids = plan.grids
    tints = [(shape, look.colours[str(grid)]) for grid, shape in zip(grids["grid"], grids.geometry, strict=True)]
    parts = look.ground.base(frame, tints, fade=0.85)
    legend = [(line_sample(GRID, 0.45), look.words.plain("legend_grid"))]
    if moved is not None and len(moved):
        parts.append(hatching(frame, moved.geometry, colour=ACCENT))
        parts.append(outline(frame, [shapely.union_all(moved.geometry.to_numpy())], 0.3, stroke=ACCENT))
        legend.append((box_sample("#FFFFFF", hatch=ACCENT), look.words.plain("legend_moved")))
    thin = 0.35 if frame.width_mm < 120 else 0.45
    parts += _all_borders(plan, look, frame, thin)
    if look.several_areas:
        line = _area_line(plan, thin)
        sample = line_sample(GRID, line["width_mm"], line.get("stroke_dasharray"))
        legend.insert(1, (sample, look.words.plain("legend_area")))
    labels = Labels(frame)
    codes(labels, grids, look, frame, size_mm=3.1 if frame.width_mm > 120 else 2.5)
    return finish(parts + labels.parts, frame, legend, look.words.plain("map_of", name=plan.jurisdiction.name))


def change_map(before: Plan, after: Plan, look: Look, frame: Frame, flows: pd.DataFrame) -> Markup:
    """What changes from one plan to the other: dropped borders dashed, units that change grid tinted, flows labelled.

    `flows` holds `from_code`, `to_code`, `households` and `units`, as `gridgeo.reports.changes.flows` makes it.
    """
    moved = moved_units(before, after)
    parts = look.ground.base(frame)
    parts.append(area(frame, moved.geometry, fill=MOVED, fill_opacity=0.55))
    parts += _all_borders(after, look, frame, 0.45)
    dropped = look.ground.borders(before.assignment, other=after.assignment)
    parts.append(
        grid_lines(frame, dropped, 0.45, colour=DROPPED, stroke_dasharray=dashes(*_DROPPED_DASH), stroke_linecap="butt")
    )
    labels = Labels(frame)
    codes(labels, after.grids, look, frame, size_mm=2.7, names=False)
    for _, flow in flows.head(_MOST_CHIPS).iterrows():
        both = moved[(moved["from"] == flow["from"]) & (moved["to"] == flow["to"])]
        spot = labels.open_spot(frame.drawn(shapely.get_parts(shapely.union_all(both.geometry.to_numpy()))))
        ends = (look.short.get(str(flow["from_code"]), ""), look.short.get(str(flow["to_code"]), ""))
        # One language is enough on a map: the other differs by a sign.
        households = look.words.number(flow["households"])
        labels.chip(look.words.word("chip", look.words.langs[0], a=ends[0], b=ends[1], households=households), spot)
    legend = [
        (line_sample(GRID, 0.45), look.words.plain("legend_new")),
        (line_sample(DROPPED, 0.45, dashes(*_DROPPED_DASH)), look.words.plain("legend_dropped")),
        (box_sample(MOVED, opacity=0.55), look.words.plain("legend_moved")),
    ]
    return finish(parts + labels.parts, frame, legend, look.words.plain("map_changes", name=after.jurisdiction.name))


def moved_units(before: Plan, after: Plan) -> gpd.GeoDataFrame:
    """Units that change grid, with `unit`, `from`, `to`, `households` and their shapes."""
    table = before.diff(after)
    shapes = after.jurisdiction.units.set_index("unit").geometry.reindex(table["unit"])
    return gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=after.jurisdiction.crs)


def _all_borders(plan: Plan, look: Look, frame: Frame, width_mm: float) -> list[str]:
    lines = [grid_lines(frame, look.ground.borders(plan.assignment), width_mm)]
    if look.several_areas:
        areas = grid_lines(frame, look.ground.area_borders(look.area), **_area_line(plan, width_mm))
        lines.insert(0 if plan.rules.finest is None else 1, areas)
    return lines


def _area_line(plan: Plan, width_mm: float) -> dict[str, Any]:
    """Thick where grids are nested in areas; dashed where they aren't, since grids cross such a line."""
    if plan.rules.finest is not None:
        return {"width_mm": 1.9 * width_mm}
    return {"width_mm": 0.8 * width_mm, "stroke_dasharray": dashes(2.2, 0.9), "stroke_linecap": "butt"}


def codes(
    labels: Labels, grids: gpd.GeoDataFrame, look: Look, frame: Frame, *, size_mm: float, names: bool = True
) -> None:
    """Write the code of each grid in its middle, with its name where there is room."""
    spots, radii = label_spots(grids, frame)
    for spot, radius, code, name in zip(spots, radii, grids["code"], grids["name"], strict=True):
        label = look.short.get(str(code), str(code))
        labels.code(label, str(name) if names else "", spot, float(radius), size_mm=size_mm)


def finish(parts: list[str], frame: Frame, legend: Any, title: str) -> Markup:
    """The drawing of `parts`, cut to the frame, with north arrow, scale and legend."""
    wide, high = frame.width_mm * PER_MM, frame.height_mm * PER_MM
    # Drawings of one size share the name of their clip: a page may hold many drawings.
    name = f"clip-{wide:.0f}-{high:.0f}"
    clip = element("clipPath", element("rect", width=wide, height=high), id=name)
    body = element("g", "".join(parts), clip_path=f"url(#{name})")
    edge = element("rect", width=wide, height=high, fill="none", stroke="#8A94A0", stroke_width=0.2 * PER_MM)
    below, more = strip(frame, legend)
    return picture([clip, body, edge, north_arrow(frame), below], frame.width_mm, frame.height_mm + more, title)
