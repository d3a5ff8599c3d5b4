"""The map of one round: its way, its stops by number, the streets' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from markupsafe import Markup

from gridgeo.plans.plan import Plan
from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.furniture import line_sample
from gridgeo.reports.ground import INK, grid_lines
from gridgeo.reports.labels import Labels, street_lines
from gridgeo.reports.maps import ACCENT, Look, finish
from gridgeo.reports.svg import element

ROOM_M = 40.0
"""Metres around a round at the least."""
NAMES = 22
"""Streets that are named at the most."""


def round_map(
    way: Any, stops: Sequence[Any], grid: str, plan: Plan, look: Look, width_mm: float, height_mm: float
) -> Markup:
    """Draw a round.

    Parameters
    ----------
    way
        Line of the round, metres.
    stops
        Points of the stops, in order.
    grid
        Grid that is tinted.
    plan, look
        What the map lies on.
    width_mm, height_mm
        Size of the map, millimetres.
    """
    west, south, east, north = shapely.total_bounds([way, *stops])
    bounds = (west - ROOM_M, south - ROOM_M, east + ROOM_M, north + ROOM_M)
    frame = Frame.around(bounds, width_mm, height_mm, margin_mm=4.0)
    own = plan.grids[plan.grids["grid"].astype(str) == grid]
    tints = [(shape, look.colours[grid]) for shape in own.geometry]
    parts = look.ground.base(frame, tints, fade=0.45)
    parts.append(grid_lines(frame, shapely.boundary(plan.grids.geometry.to_numpy()), 0.25, colour="#8A94A0"))
    parts.append(grid_lines(frame, [way], 0.6, colour=ACCENT))
    labels = Labels(frame)
    labels.reserve((width_mm - 11) * PER_MM, 0, 11 * PER_MM, 13 * PER_MM)
    begin = frame.place(shapely.get_coordinates(way)[:1])[0]
    side = 1.8 * PER_MM
    place = {"x": round(begin[0] - side / 2), "y": round(begin[1] - side / 2), "width": side, "height": side}
    parts.append(element("rect", **place, fill=INK, stroke="#FFFFFF", stroke_width=0.3 * PER_MM))
    labels.reserve(place["x"], place["y"], side, side)
    for (x, y), numbers in _numbers(stops).items():
        spot = frame.place(shapely.get_coordinates(shapely.Point(x, y)))[0]
        dot = {"cx": round(spot[0]), "cy": round(spot[1]), "r": 0.75 * PER_MM}
        parts.append(element("circle", **dot, fill=INK, stroke="#FFFFFF", stroke_width=0.2 * PER_MM))
        labels.chip(numbers, spot)
    labels.avoid(frame.drawn([way]))
    for name, line in street_lines(look.ground.named, frame, NAMES):
        labels.street(name, line)
    legend = [(line_sample(ACCENT, 0.6), look.words.plain("round_way"))]
    return finish(parts + labels.parts, frame, legend, look.words.plain("round_map"))


def _numbers(stops: Sequence[Any]) -> dict[tuple[float, float], str]:
    """The numbers of the stops at each place, from 1, those at one place together."""
    found: dict[tuple[float, float], list[str]] = {}
    for number, stop in enumerate(stops, start=1):
        found.setdefault((round(stop.x, 1), round(stop.y, 1)), []).append(str(number))
    return {place: ", ".join(numbers) for place, numbers in found.items()}
