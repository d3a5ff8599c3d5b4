"""Places that people know and officers visit: schools, clinics, shops, offices."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from gridgeo.crs import to_metric
from gridgeo.names import chinese_name
from gridgeo.sources.osm import OsmExtract

KEYS = ("amenity", "healthcare", "government", "office", "shop", "tourism", "leisure", "craft")
"""Tags that make a place, the first that is there names its kind."""

FURNITURE = frozenset(
    {
        "bench", "waste_basket", "waste_disposal", "bicycle_parking", "motorcycle_parking", "parking", "parking_space",
        "parking_entrance", "vending_machine", "drinking_water", "post_box", "fountain", "telephone", "bbq", "hunting_stand",
        "grit_bin", "lounger", "watering_place", "clock", "charging_station", "bicycle_repair_station", "shelter", "yes", "no",
        "information", "artwork", "viewpoint", "picnic_table", "picnic_site", "attraction", "firepit", "swimming_pool", "outdoor_seating",
        "fishing", "slipway", "bird_hide", "common", "compressed_air", "smoking_area", "bleachers", "vacant", "loading_dock",
    }
)  # fmt: skip
"""Kinds that stand in the street but that nobody visits."""


def find_places(extract: OsmExtract, crs: pyproj.CRS, *, within: Any) -> gpd.GeoDataFrame:
    """Named kinds of places inside the polygon `within` (in `crs`), columns as in `gridgeo.schemas`, by ascending identifier.

    A place mapped as an area stands at a point inside it.
    """
    points = extract.points
    kind = pd.Series(None, index=points.index, dtype=object)
    for key in reversed(KEYS):
        kind = points[key].where(points[key].notna(), kind)
    first = kind.astype("str").str.split(";").str[0].str.strip()
    chosen = to_metric(points.assign(kind=first)[first.notna() & ~first.isin(FURNITURE)], crs)
    shapely.prepare(within)
    chosen = (
        chosen[shapely.intersects(within, chosen.geometry.to_numpy())]
        .drop_duplicates("id")
        .sort_values("id", kind="stable")
    )
    table = pd.DataFrame(
        {
            "place": chosen["id"].astype("str"),
            "kind": chosen["kind"].astype("str"),
            "name": chosen["name"].astype("str"),
            "name_zh": pd.Series(
                [chinese_name(*pair, crs) for pair in zip(chosen["name"], chosen["name:zh"], strict=True)],
                index=chosen.index,
                dtype="str",
            ),
            "name_en": chosen["name:en"].astype("str"),
        }
    )
    return gpd.GeoDataFrame(table, geometry=chosen.geometry).reset_index(drop=True)
