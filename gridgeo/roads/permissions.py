"""Who may use which street, in which direction, and how fast: OpenStreetMap's access tags read for three modes.

After the OpenStreetMap wiki, "Key:access", "Key:oneway" and "OSM tags for routing/Access restrictions", without country rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput

Mask = NDArray[np.bool_]

_CAR_KMH = {
    "motorway": 90.0, "motorway_link": 50.0, "trunk": 70.0, "trunk_link": 45.0, "primary": 40.0, "primary_link": 35.0,
    "secondary": 35.0, "secondary_link": 30.0, "tertiary": 30.0, "tertiary_link": 25.0, "unclassified": 30.0, "residential": 25.0,
    "living_street": 10.0, "service": 15.0, "track": 10.0, "road": 25.0, "busway": 30.0,
}  # fmt: skip
_FOOT_ONLY = ("footway", "pedestrian", "path", "steps", "bridleway", "corridor", "platform", "cycleway", "ferry")
_FAST = ("motorway", "motorway_link", "trunk", "trunk_link")
_YES = ("yes", "designated", "permissive", "official", "destination", "customers", "delivery", "permit")


@dataclass(frozen=True)
class Speeds:
    """Speeds in km/h, and who may enter private ways.

    Parameters
    ----------
    foot, steps
        Walking, on the level and on steps (measured along the map).
    ferry
        A ferry, waiting not counted.
    ebike, ebike_shared
        An e-bike on streets, and on ways shared with walkers.
    car
        A car, by highway class; a class that isn't listed is closed to cars. A lower `maxspeed` caps it.
    private_foot, private_ebike, private_car
        Whether an officer may use ways tagged ``access=private``: the yards and estate roads that visits lead to.
    """

    foot: float = 4.5
    steps: float = 2.0
    ferry: float = 8.0
    ebike: float = 15.0
    ebike_shared: float = 8.0
    car: Mapping[str, float] = field(default_factory=lambda: dict(_CAR_KMH))
    private_foot: bool = True
    private_ebike: bool = True
    private_car: bool = False

    def __post_init__(self) -> None:
        named = {name: getattr(self, name) for name in ("foot", "steps", "ferry", "ebike", "ebike_shared")}
        for name, value in {**named, **{f"car[{key}]": kmh for key, kmh in self.car.items()}}.items():
            if not 0 < value <= 200:
                raise BadInput(f"speed {name} is {value} km/h; give a number above 0 and at most 200")


def street_classes(speeds: Speeds) -> frozenset[str]:
    """Values of `highway` that some mode can use, and "ferry"."""
    return frozenset(_CAR_KMH) | frozenset(speeds.car) | frozenset(_FOOT_ONLY)


def travel_seconds(ways: pd.DataFrame, length_m: NDArray[np.float64], speeds: Speeds) -> dict[str, NDArray[np.float64]]:
    """Seconds along each way for each mode and direction; NaN where it isn't allowed.

    Parameters
    ----------
    ways
        Columns `highway` and the access tags of `gridgeo.sources.osm.LINE_TAGS`, one row for each of `length_m`.
    length_m
        Metres.
    speeds
        Options.

    Returns
    -------
    ``{"foot", "foot_back", "ebike", "ebike_back", "car", "car_back"}``; "_back" is against the way's own direction.
    """
    forward, backward = directions(ways)
    bike_back = backward | ways["oneway:bicycle"].eq("no").to_numpy()
    kmh = {"foot": _foot(ways, speeds), "ebike": _ebike(ways, speeds), "car": _car(ways, speeds)}
    ways_open = {
        "foot": np.ones(len(ways), bool),
        "foot_back": np.ones(len(ways), bool),
        "ebike": forward,
        "ebike_back": bike_back,
        "car": forward,
        "car_back": backward,
    }
    seconds = {}
    for name, open_ in ways_open.items():
        speed = kmh[name.removesuffix("_back")]
        with np.errstate(divide="ignore", invalid="ignore"):
            seconds[name] = np.where(open_ & (speed > 0), length_m / (speed / 3.6), np.nan)
    return seconds


def directions(ways: pd.DataFrame) -> tuple[Mask, Mask]:
    """Whether vehicles may go along each way, and against it."""
    tag = ways["oneway"].fillna("").astype(str)
    round_ = ways["junction"].isin(["roundabout", "circular"]) | ways["highway"].isin(["motorway", "motorway_link"])
    along = tag.isin(["yes", "true", "1"]) | (round_ & ~tag.isin(["no", "false", "0", "-1", "reverse"]))
    against = tag.isin(["-1", "reverse"])
    return np.asarray(~against), np.asarray(~along)


def _foot(ways: pd.DataFrame, speeds: Speeds) -> NDArray[np.float64]:
    kmh = np.full(len(ways), speeds.foot)
    kmh[ways["highway"].eq("steps")] = speeds.steps
    kmh[ways["highway"].eq("ferry")] = speeds.ferry
    walk = ways["foot"].isin(_YES)
    beside = ways["sidewalk"].isin(["both", "left", "right", "yes"])
    closed = ways["highway"].isin(_FAST) & ~walk & ~beside
    closed |= ways["highway"].eq("busway") & ~walk
    closed |= ways["foot"].isin(["no", "use_sidepath"])
    closed |= ways["access"].eq("no") & ~walk
    if not speeds.private_foot:
        closed |= (ways["access"].eq("private") & ~walk) | ways["foot"].eq("private")
    return np.where(closed, 0.0, kmh)


def _ebike(ways: pd.DataFrame, speeds: Speeds) -> NDArray[np.float64]:
    ride = ways["bicycle"].isin(_YES)
    shared = ways["highway"].isin(["footway", "pedestrian", "bridleway", "corridor", "platform"])
    kmh = np.where(shared | ways["highway"].isin(["path", "track"]), speeds.ebike_shared, speeds.ebike)
    kmh = np.where(ways["highway"].eq("ferry"), speeds.ferry, kmh)
    closed = ways["highway"].eq("steps") | ways["bicycle"].isin(["no", "use_sidepath"])
    closed |= (shared | ways["highway"].isin(_FAST) | ways["highway"].eq("busway")) & ~ride
    closed |= ways["access"].eq("no") & ~ride
    if not speeds.private_ebike:
        closed |= ways["access"].eq("private") & ~ride
    return np.where(closed, 0.0, kmh)


def _car(ways: pd.DataFrame, speeds: Speeds) -> NDArray[np.float64]:
    kmh = ways["highway"].map(dict(speeds.car)).fillna(0.0).astype(float).to_numpy()
    limit = pd.to_numeric(
        ways["maxspeed"].astype("str").str.extract(r"^(\d+)$", expand=False), errors="coerce"
    ).to_numpy(dtype=float)
    miles = pd.to_numeric(
        ways["maxspeed"].astype("str").str.extract(r"^(\d+)\s*mph$", expand=False), errors="coerce"
    ).to_numpy(dtype=float)
    limit = np.where(np.isnan(miles), limit, miles * 1.609344)
    kmh = np.where((limit > 0) & (limit < kmh), limit, kmh)
    drive = ways["motor_vehicle"].isin(_YES)
    barred = ["no", "agricultural", "forestry", "emergency"]
    closed = (
        ways["motor_vehicle"].isin(barred)
        | (ways["access"].isin(barred) & ~drive)
        | (ways["highway"].eq("busway") & ~drive)
    )
    if not speeds.private_car:
        closed |= ways["motor_vehicle"].eq("private") | (ways["access"].eq("private") & ~drive)
    return np.where(closed, 0.0, kmh)
