"""Pictures of a plan: a matplotlib drawing, and a folium map that needs no internet."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar

import folium
import geopandas as gpd
import matplotlib.pyplot as plt
import shapely
from branca.element import Element, MacroElement
from jinja2 import Template

from gridgeo.colours import GRID_COLOURS, colour_grids
from gridgeo.crs import to_wgs84

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gridgeo.plans.comparing import Comparison
    from gridgeo.plans.plan import Plan

ATTRIBUTION = "© OpenStreetMap contributors"
LAND, WATER, BUILDING, ROAD, INK = "#F5F4F0", "#D5E1E9", "#E7E5DF", "#FFFFFF", "#17202B"
OLD = "#B3372B"
"""Borders of a plan that another takes the place of."""


def plot_plan(plan: Plan, ax: Axes | None = None) -> Axes:
    """Draw a plan's grids over buildings and water, each labelled with its identifier.

    Colours never identify a grid by themselves: outlines and labels do. The attribution that the
    map data's licence asks for stands in the corner.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 10), layout="constrained")
    town, grids = plan.jurisdiction, plan.grids
    if len(town.water):
        town.water.plot(ax=ax, color=WATER)
    colours = colour_grids(grids).map(lambda index: GRID_COLOURS[index - 1])
    grids.plot(ax=ax, color=list(colours), alpha=0.75)
    town.buildings.plot(ax=ax, color="#FFFFFF", alpha=0.6)
    grids.boundary.plot(ax=ax, color="#4A5B6E", linewidth=1.3)
    for label, point in zip(grids["grid"], _label_points(grids), strict=True):
        ax.annotate(label, (point.x, point.y), ha="center", va="center", fontsize=9, fontweight="bold", color=INK)
    west, south, east, north = town.boundary.total_bounds
    margin = 0.02 * max(east - west, north - south)
    ax.set_xlim(west - margin, east + margin)
    ax.set_ylim(south - margin, north + margin)
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.annotate(ATTRIBUTION, (0.99, 0.01), xycoords="axes fraction", ha="right", fontsize=7, color="#626D79")
    return ax


class OfflineMap(folium.Map):
    """A folium map whose scripts and styles stand in the page itself, so that a saved file needs no internet."""

    # folium would link Bootstrap, icon fonts and their styles from outside; an offline map uses none of them.
    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    def render(self, **kwargs: Any) -> None:
        """Put Leaflet and jQuery into the head of the page, then render."""
        head = self.get_root().header
        for name in ("leaflet.css",):
            head.add_child(Element(f"<style>{_asset(name)}</style>"), name=name)
        for name in ("jquery.min.js", "leaflet.js"):
            head.add_child(Element(f"<script>{_asset(name)}</script>"), name=name)
        super().render(**kwargs)


class _Credit(MacroElement):
    """Puts the attribution of the map data into the map's corner."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this._parent.get_name() }}.attributionControl.setPrefix("
        + json.dumps(ATTRIBUTION, ensure_ascii=False)
        + "){% endmacro %}"
    )


def _asset(name: str) -> str:
    path = resources.files("gridgeo") / "assets" / name
    if not path.is_file():
        raise FileNotFoundError(
            f"gridgeo was installed without '{name}' (GRIDGEO_PAGES=skip); install it again with the pages"
        )
    # "</" ends a script element wherever it stands, even inside a string.
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")


def explore_plan(plan: Plan) -> OfflineMap:
    """A map of a plan for a notebook or a single file: grids with their figures, streets, buildings, water."""
    town = plan.jurisdiction
    grids = plan.grids.assign(colour=colour_grids(plan.grids).to_numpy())
    west, south, east, north = to_wgs84(grids).total_bounds
    page = OfflineMap(tiles=None, zoom_snap=0.25, prefer_canvas=True, control_scale=True, attr=ATTRIBUTION)
    page.get_root().header.add_child(Element(f"<style>body .leaflet-container{{background:{LAND}}}</style>"))
    _shapes(town.water, "Water", {"fillColor": WATER, "fillOpacity": 1, "weight": 0}).add_to(page)
    _shapes(
        town.buildings, "Buildings", {"fillColor": BUILDING, "fillOpacity": 1, "color": "#DAD7CF", "weight": 0.5}
    ).add_to(page)
    streets = town.road_edges.drop_duplicates("street")
    _shapes(streets, "Streets", {"color": "#B9B5AB", "weight": 1}).add_to(page)
    fields = ["grid", "households", "area_m2", "difficulty", "workload_min"]
    folium.GeoJson(
        json.loads(to_wgs84(_rounded(grids[[*fields, "units", "colour", "geometry"]])).to_json()),
        name="Grids",
        style_function=lambda feature: {
            "fillColor": GRID_COLOURS[feature["properties"]["colour"] - 1],
            "fillOpacity": 0.45,
            "color": "#4A5B6E",
            "weight": 1.5,
        },
        highlight_function=lambda _: {"weight": 3, "color": "#1F55B5"},
        tooltip=folium.GeoJsonTooltip(
            fields, aliases=["Grid", "Households", "Area, m²", "Difficulty", "Workload, min/month"]
        ),
    ).add_to(page)
    # Open, since the closed control shows an icon file that a single page doesn't carry.
    folium.LayerControl(collapsed=False).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    _Credit().add_to(page)
    return page


def plot_moves(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Draw what moved: units in the colour of the grid they come to, borders that fall dashed, those that hold solid.

    A label stands on each grid of the new plan; grids that are touched are labelled in bold.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 10), layout="constrained")
    after, moved = comparison.after.grids, comparison.moved
    after.plot(ax=ax, color=LAND)
    if len(moved):
        moved.plot(ax=ax, color=list(moved["to"].map(_destination_colours(comparison))))
    after.boundary.plot(ax=ax, color="#4A5B6E", linewidth=1.3)
    if len(comparison.vanished):
        comparison.vanished.plot(ax=ax, color=OLD, linewidth=1.8, linestyle=(0, (4, 2)))
    touched = {*moved["from"], *moved["to"]}
    for label, point in zip(after["grid"].map(comparison.called[1]), _label_points(after), strict=True):
        weight = "bold" if label in touched else "normal"
        ax.annotate(label, (point.x, point.y), ha="center", va="center", fontsize=9, fontweight=weight, color=INK)
    figures = comparison.figures()
    ax.set_title(
        f"{figures['units_moved']:,} units, {figures['households_moved']:,} households ({figures['share_moved']:.1%}) move",
        fontsize=11,
        color=INK,
    )
    ax.plot([], [], color=OLD, linestyle=(0, (4, 2)), label="borders that fall")
    ax.plot([], [], color="#4A5B6E", label="borders of the new plan")
    ax.legend(loc="lower left", fontsize=8, frameon=False)
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.annotate(ATTRIBUTION, (0.99, 0.01), xycoords="axes fraction", ha="right", fontsize=7, color="#626D79")
    return ax


def explore_moves(comparison: Comparison) -> OfflineMap:
    """A map of what moved for a notebook or a single file: units with their old and new grid, and borders that fall."""
    after, moved = comparison.after.grids, comparison.moved
    colours = _destination_colours(comparison)
    west, south, east, north = to_wgs84(after).total_bounds
    page = OfflineMap(tiles=None, zoom_snap=0.25, prefer_canvas=True, control_scale=True, attr=ATTRIBUTION)
    page.get_root().header.add_child(Element(f"<style>body .leaflet-container{{background:{LAND}}}</style>"))
    streets = comparison.after.jurisdiction.road_edges.drop_duplicates("street")
    _shapes(streets, "Streets", {"color": "#B9B5AB", "weight": 1}).add_to(page)
    _named(
        after.assign(grid=after["grid"].map(comparison.called[1])),
        "New grids",
        ["grid", "households"],
        ["Grid", "Households"],
        lambda _: {"fillOpacity": 0.02, "color": "#4A5B6E", "weight": 2},
    ).add_to(page)
    if len(moved):
        _named(
            moved,
            "Moved units",
            ["unit", "from", "to", "households"],
            ["Unit", "From", "To", "Households"],
            lambda one: {
                "fillColor": colours[one["properties"]["to"]],
                "fillOpacity": 0.85,
                "color": INK,
                "weight": 0.7,
            },
        ).add_to(page)
    dashes = {"color": OLD, "weight": 2, "dashArray": "6 5", "fill": False}
    _shapes(gpd.GeoDataFrame(geometry=comparison.vanished), "Borders that fall", dashes).add_to(page)
    # Open, since the closed control shows an icon file that a single page doesn't carry.
    folium.LayerControl(collapsed=False).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    _Credit().add_to(page)
    return page


def _destination_colours(comparison: Comparison) -> dict[str, str]:
    grids = comparison.after.grids
    names = grids["grid"].map(comparison.called[1])
    return {name: GRID_COLOURS[index - 1] for name, index in zip(names, colour_grids(grids), strict=True)}


def _named(frame: gpd.GeoDataFrame, name: str, fields: list[str], aliases: list[str], style: Any) -> folium.GeoJson:
    return folium.GeoJson(
        json.loads(to_wgs84(frame[[*fields, "geometry"]]).to_json()),
        name=name,
        style_function=style,
        highlight_function=lambda _: {"weight": 3, "color": "#1F55B5"},
        tooltip=folium.GeoJsonTooltip(fields, aliases=aliases),
    )


def _shapes(frame: gpd.GeoDataFrame, name: str, style: dict[str, Any]) -> folium.FeatureGroup:
    group = folium.FeatureGroup(name=name)
    if len(frame):
        plain = to_wgs84(gpd.GeoDataFrame(geometry=frame.geometry.reset_index(drop=True), crs=frame.crs))
        plain = plain.set_geometry(shapely.set_precision(plain.geometry.to_numpy(), 1e-6, mode="pointwise"))
        folium.GeoJson(json.loads(plain.to_json()), style_function=lambda _: style, interactive=False).add_to(group)
    return group


def _rounded(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return grids.assign(
        area_m2=grids["area_m2"].round().astype(int),
        difficulty=grids["difficulty"].round(2),
        workload_min=grids["workload_min"].round().astype(int),
    )


def _label_points(grids: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """A point well inside each grid: the centre of its largest inscribed circle."""
    circles = shapely.maximum_inscribed_circle(grids.geometry.to_numpy(), tolerance=5.0)
    return gpd.GeoSeries(shapely.get_point(circles, 0), index=grids.index, crs=grids.crs)
