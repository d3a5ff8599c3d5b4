"""Buildings: what each is used for and how many storeys it has, from OpenStreetMap tags and from what stands around it.

Frames share one metric CRS (metres). Tag columns keep their OpenStreetMap names; a column that isn't there counts as untagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from gridgeo.errors import BadInput

HOUSES = frozenset(
    {"house", "detached", "bungalow", "farm", "cabin", "villa", "static_caravan", "houseboat", "summer_cottage"}
)
"""Values of `building` for a house of one household."""
ROWS = frozenset({"terrace", "semidetached_house", "semi", "townhouse"})
"""Values of `building` for houses wall to wall; one outline may hold several."""
FLATS = frozenset({"apartments", "residential", "dormitory", "block", "tower_block"})
"""Values of `building` for houses of flats."""
SHEDS = frozenset(
    {
        "garage", "garages", "carport", "shed", "hut", "roof", "greenhouse", "barn", "stable", "sty", "cowshed", "farm_auxiliary",
        "silo", "storage_tank", "ruins", "construction", "collapsed", "bridge", "bunker", "transformer_tower", "water_tower",
        "tower", "service", "container", "tent", "outbuilding", "parking", "gazebo", "pergola", "toilets", "kiosk", "grandstand",
        "utility", "boathouse", "pavilion", "no",
    }
)  # fmt: skip
"""Values of `building` in which nobody lives and hardly anybody works."""
UNTOLD = frozenset({"yes", "mixed", "mixed_use", "historic", "commercial;residential", "residential;commercial"})
"""Values of `building` that don't tell the use."""

_BUSINESS = ("shop", "office", "amenity", "craft", "healthcare", "tourism")
_NO_BUSINESS = frozenset(
    {
        "parking", "parking_space", "bench", "waste_basket", "vending_machine", "post_box", "telephone", "recycling", "atm", "shelter",
        "toilets", "bicycle_parking", "fountain", "parking_entrance", "waste_disposal", "drinking_water", "clock", "artwork", "information",
        "viewpoint", "vacant", "charging_station", "motorcycle_parking", "yes", "no",
    }
)  # fmt: skip
_LIVED_IN = frozenset({"apartment", "apartments", "guest_house", "chalet", "nursing_home", "social_facility"})


@dataclass(frozen=True)
class BuildingOptions:
    """How use and storeys are assumed where the map doesn't tell.

    Parameters
    ----------
    storey_m
        Height of a storey, metres, to read storeys from a height.
    house_levels, flats_levels, work_levels, shed_levels, untold_levels
        Storeys of a house, a house of flats, a work place, a shed, and a building whose kind isn't told.
    neighbours, neighbour_m, least_neighbours
        A building without storeys takes the median of up to `neighbours` others of its use within `neighbour_m` metres whose
        storeys are given, if they are at least `least_neighbours`.
    shed_m2
        A building of untold kind below this footprint, square metres, is a shed.
    hall_m2
        A building of untold kind and untold storeys above this footprint is a hall: a work place.
    landuse
        Use of a building of untold kind by the land it stands on.
    """

    storey_m: float = 3.0
    house_levels: float = 2.0
    flats_levels: float = 4.0
    work_levels: float = 2.0
    shed_levels: float = 1.0
    untold_levels: float = 2.0
    neighbours: int = 8
    neighbour_m: float = 150.0
    least_neighbours: int = 3
    shed_m2: float = 35.0
    hall_m2: float = 2500.0
    landuse: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {
                **dict.fromkeys(
                    ("industrial", "commercial", "retail", "railway", "port", "military", "quarry", "depot"), "work"
                ),
                **dict.fromkeys(("education", "institutional", "religious", "healthcare", "aerodrome"), "work"),
                **dict.fromkeys(
                    ("garages", "allotments", "cemetery", "farmyard", "brownfield", "greenhouse_horticulture"), "other"
                ),
                **dict.fromkeys(
                    ("farmland", "meadow", "forest", "orchard", "grass", "vineyard", "plant_nursery"), "other"
                ),
                **dict.fromkeys(("pitch", "sports_centre", "stadium", "golf_course", "marina"), "other"),
            }
        )
    )

    def __post_init__(self) -> None:
        for name in (
            "storey_m",
            "house_levels",
            "flats_levels",
            "work_levels",
            "shed_levels",
            "untold_levels",
            "neighbour_m",
        ):
            if not 0 < getattr(self, name) < np.inf:
                raise BadInput(f"building option {name} is {getattr(self, name)}; give a number above 0")
        for name in ("neighbours", "least_neighbours"):
            if getattr(self, name) < 1:
                raise BadInput(f"building option {name} is {getattr(self, name)}; give 1 or more")
        unknown = set(self.landuse.values()) - {"residential", "mixed", "work", "other"}
        if unknown:
            raise BadInput(
                f"building option landuse gives use '{min(unknown)}'; uses are residential, mixed, work, other"
            )


def describe(
    raw: gpd.GeoDataFrame, landuse: gpd.GeoDataFrame, points: gpd.GeoDataFrame, options: BuildingOptions | None = None
) -> gpd.GeoDataFrame:
    """What every building is used for and how high it is.

    Parameters
    ----------
    raw
        `id` and OpenStreetMap tags of buildings; polygons, metres.
    landuse, points
        Tagged land (polygons) and tagged places (points), same CRS.
    options
        Assumptions; the defaults where left out.

    Returns
    -------
    Rows of `raw` that have an area, on a new index, with columns `building` (the id), `kind` (house, row, flats, work, shed or
    untold), `use` (residential, mixed, work or other), `levels`, `flats` (dwellings as tagged, NaN where untold), `footprint_m2`, and
    `use_imputed`, `levels_imputed`.
    """
    options = options or BuildingOptions()
    raw = _clean(raw)
    footprint = raw.geometry.area.to_numpy()
    business = _holds_business(raw, points)
    tag = _tag(raw, "building")
    kind = _kinds(raw, tag)
    levels = _tagged_levels(raw, options)
    land = _land_use(raw, landuse, options)
    use, use_imputed = _uses(kind, business, land, footprint, levels, options)
    imputed = np.isnan(levels)
    levels = _assume_levels(raw, kind, use, levels, options)
    return gpd.GeoDataFrame(
        {
            "building": raw["id"].astype(str).to_numpy(),
            "kind": kind,
            "use": use,
            "levels": levels,
            "flats": _flats(raw, points),
            "footprint_m2": footprint,
            "use_imputed": use_imputed,
            "levels_imputed": imputed,
        },
        geometry=raw.geometry.to_numpy(),
        crs=raw.crs,
    )


def _clean(raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Valid polygons only, ordered by id, each id once."""
    frame = raw[~(raw.geometry.isna() | raw.geometry.is_empty)].drop_duplicates("id").sort_values("id", kind="stable")
    frame = frame.reset_index(drop=True)
    shapes = frame.geometry.to_numpy()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        mended = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
        shapes = shapes.copy()
        shapes[broken] = mended
        frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    areal = frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & (frame.geometry.area > 0)
    return frame[areal].reset_index(drop=True)


def _tag(frame: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Lower-case values of a tag, "" where untagged."""
    if name not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return (
        frame[name]
        .astype(object)
        .where(frame[name].notna(), "")
        .astype(str)
        .str.strip()
        .str.lower()
        .to_numpy(dtype=object)
    )


def _kinds(raw: gpd.GeoDataFrame, tag: NDArray[np.object_]) -> NDArray[np.object_]:
    kind = np.full(len(raw), "work", dtype=object)
    groups = (("untold", UNTOLD), ("flats", FLATS), ("house", HOUSES), ("row", ROWS), ("shed", SHEDS))
    for name, values in groups:
        kind[np.isin(tag, list(values))] = name
    stated = _tag(raw, "building:use")
    kind[(kind == "untold") & np.isin(stated, ["residential", "apartments"])] = "flats"
    kind[(kind == "untold") & np.isin(stated, ["commercial", "office", "retail", "industrial", "civic", "school"])] = (
        "work"
    )
    below = np.isin(_tag(raw, "location"), ["underground", "subsurface"]) | np.char.startswith(
        _tag(raw, "layer").astype(str), "-"
    )
    parking = np.isin(_tag(raw, "amenity"), ["parking", "shelter", "toilets", "bicycle_parking"])
    kind[(kind == "untold") & (below | parking)] = "shed"
    return kind


def _own_business(frame: pd.DataFrame) -> NDArray[np.bool_]:
    found = np.zeros(len(frame), dtype=bool)
    for name in _BUSINESS:
        value = _tag(frame, name)
        found |= (value != "") & ~np.isin(value, list(_NO_BUSINESS | _LIVED_IN))
    return found


def _holds_business(raw: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """For each building: "whole" (it is tagged as a business itself), "part" (one is mapped inside it) or ""."""
    answer = np.full(len(raw), "", dtype=object)
    if len(points) and len(raw):
        inside = points[_own_business(points)]
        building, _ = shapely.STRtree(inside.geometry.to_numpy()).query(raw.geometry.to_numpy(), predicate="intersects")
        answer[np.unique(building)] = "part"
    answer[_own_business(raw)] = "whole"
    return answer


def _tagged_levels(raw: gpd.GeoDataFrame, options: BuildingOptions) -> NDArray[np.float64]:
    levels = first_number(_tag(raw, "building:levels"))
    roof = np.nan_to_num(first_number(_tag(raw, "roof:levels")))
    # Half of the roof's storeys is lived in, as a slope takes the rest.
    levels = np.where(levels + roof > 0, levels + roof / 2, np.nan)
    height = first_number(_tag(raw, "height"))
    from_height = np.maximum(1.0, np.round(np.where(height > 0, height, np.nan) / options.storey_m))
    return np.where(np.isnan(levels), from_height, levels)


def first_number(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    """The first number in each text, NaN where there is none or it is below 0.

    Examples
    --------
    >>> first_number(np.array(["4", "2,5", "3;4", "12 m", "-1", "many"], dtype=object)).tolist()
    [4.0, 2.5, 3.0, 12.0, nan, nan]
    """
    text = pd.Series(texts, dtype="str").str.replace(",", ".", regex=False)
    number = pd.to_numeric(text.str.extract(r"^\s*(\d+(?:\.\d+)?)", expand=False), errors="coerce")
    return number.to_numpy(dtype=float)


def _land_use(raw: gpd.GeoDataFrame, landuse: gpd.GeoDataFrame, options: BuildingOptions) -> NDArray[np.object_]:
    """Use by the land a building stands on, the smallest piece of land that holds its inner point; "" where untold."""
    use = np.full(len(raw), "", dtype=object)
    known = np.full(len(landuse), "", dtype=object)
    for name in ("natural", "leisure", "landuse"):
        value = _tag(landuse, name)
        for tag, meaning in (*options.landuse.items(), ("residential", "residential")):
            known[value == tag] = meaning
    land = landuse[known != ""]
    if not len(land) or not len(raw):
        return use
    meaning, size = known[known != ""], land.geometry.area.to_numpy()
    inner = raw.geometry.representative_point().to_numpy()
    row, piece = shapely.STRtree(land.geometry.to_numpy()).query(inner, predicate="within")
    order = np.lexsort((piece, -size[piece]))
    use[row[order]] = meaning[piece[order]]
    return use


def _uses(
    kind: NDArray[np.object_],
    business: NDArray[np.object_],
    land: NDArray[np.object_],
    footprint: NDArray[np.float64],
    levels: NDArray[np.float64],
    options: BuildingOptions,
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Use of each building, and whether it was assumed."""
    lived_in = np.isin(kind, ["house", "row", "flats"])
    use = np.full(len(kind), "residential", dtype=object)
    use[kind == "work"] = "work"
    use[kind == "shed"] = "other"
    untold = kind == "untold"
    use[untold & (land != "")] = land[untold & (land != "")]
    # A house among fields or in a yard is lived in when it has the size of one.
    homely = (land == "other") & (footprint >= 60) & (footprint <= 250)
    use[untold & homely] = "residential"
    use[untold & np.isnan(levels) & (footprint > options.hall_m2)] = "work"
    use[untold & (business == "whole") & (np.nan_to_num(levels) < 3)] = "work"
    use[untold & (business == "whole") & (np.nan_to_num(levels) >= 3) & (use == "residential")] = "mixed"
    use[untold & (footprint < options.shed_m2)] = "other"
    use[(lived_in | untold) & (use == "residential") & (business != "")] = "mixed"
    return use, untold & (business != "whole")


def _assume_levels(
    raw: gpd.GeoDataFrame,
    kind: NDArray[np.object_],
    use: NDArray[np.object_],
    levels: NDArray[np.float64],
    options: BuildingOptions,
) -> NDArray[np.float64]:
    """Storeys where none are tagged: the neighbours' median, else by kind and use."""
    by_kind = {"house": options.house_levels, "row": options.house_levels, "flats": options.flats_levels}
    by_use = {"work": options.work_levels, "other": options.shed_levels}
    assumed = np.array(
        [by_kind.get(k, by_use.get(u, options.untold_levels)) for k, u in zip(kind, use, strict=True)], dtype=float
    )
    centre = shapely.get_coordinates(raw.geometry.centroid.to_numpy())
    lived_in = np.isin(use, ["residential", "mixed"])
    for like in (lived_in, use == "work"):
        given = np.flatnonzero(like & ~np.isnan(levels))
        asked = np.flatnonzero(like & np.isnan(levels) & ~np.isin(kind, ["house", "row"]))
        if len(given) < options.least_neighbours or not len(asked):
            continue
        count = min(options.neighbours, len(given))
        reach, near = KDTree(centre[given]).query(
            centre[asked], k=np.arange(1, count + 1), distance_upper_bound=options.neighbour_m
        )
        padded = np.append(levels[given], np.nan)[near]
        enough = np.isfinite(np.asarray(reach)).sum(axis=1) >= options.least_neighbours
        assumed[asked[enough]] = np.nanmedian(padded[enough], axis=1)
    return np.where(np.isnan(levels), assumed, levels)


def _flats(raw: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Dwellings as tagged on the building, else the sum of those tagged on its entrances; NaN where untold."""
    flats = first_number(_tag(raw, "building:flats"))
    at_door = first_number(_tag(points, "building:flats"))
    doors = points[~np.isnan(at_door)]
    if len(doors) and len(raw):
        door, building = shapely.STRtree(raw.geometry.to_numpy()).query(
            doors.geometry.to_numpy(), predicate="dwithin", distance=0.5
        )
        # A door between two outlines counts once, for the first.
        first = np.unique(door, return_index=True)[1]
        total = np.bincount(building[first], weights=at_door[~np.isnan(at_door)][door[first]], minlength=len(raw))
        flats = np.where(np.isnan(flats) & (total > 0), total, flats)
    return flats
