"""Addresses of buildings: names, streets and house numbers as mapped on them or at points inside them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

STREET, NUMBER = "addr:street", "addr:housenumber"
"""OpenStreetMap tags of an address."""


def with_addresses(buildings: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """`buildings` with two more columns, `name` and `addresses`; both empty where the map tells nothing.

    Parameters
    ----------
    buildings
        Column `building`; polygons, metres.
    raw
        `id` and tags of the buildings as mapped.
    points
        Tagged points, same CRS: entrances, shops and address points carry house numbers too.

    Returns
    -------
    The same rows. `addresses` are texts ``street number`` in the order of the alphabet, with ``; `` between; a number without a
    street stands alone.
    """
    tags = raw.drop_duplicates("id").set_index(raw["id"].drop_duplicates().astype(str))
    own = tags.reindex(buildings["building"])
    said = pd.DataFrame({"at": np.arange(len(buildings)), **_address(own)})
    numbered = points[points[NUMBER].notna()] if NUMBER in points.columns else points.iloc[:0]
    point, building = shapely.STRtree(buildings.geometry.to_numpy()).query(numbered.geometry.to_numpy(), "intersects")
    inside = pd.DataFrame({"at": building, **_address(numbered.iloc[point])})
    every = pd.concat([said, inside], ignore_index=True)
    every = every[every["address"].notna()].drop_duplicates()
    joined = every.sort_values(["at", "address"]).groupby("at")["address"].agg("; ".join)
    names = own["name"] if "name" in own.columns else pd.Series(None, index=own.index)
    return buildings.assign(
        name=pd.Series(names.to_numpy(), index=buildings.index, dtype="str"),
        addresses=pd.Series(joined.reindex(range(len(buildings))).to_numpy(), index=buildings.index, dtype="str"),
    )


def _address(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    empty = pd.Series(None, index=frame.index, dtype=object)
    street, number = (frame[name] if name in frame.columns else empty for name in (STREET, NUMBER))
    told = [
        None if not isinstance(n, str) else n.strip() if not isinstance(s, str) else f"{s.strip()} {n.strip()}"
        for s, n in zip(street, number, strict=True)
    ]
    return {"address": np.array(told, dtype=object)}
