"""How somebody travels: whose permissions hold, how fast each kind of street is, and at which hours it is slower."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.graphs import MODES, positions

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
FLAT = ("steps", "ferry")
"""Classes whose own speed holds whatever the heights of their ends."""


@dataclass(frozen=True)
class Hours:
    """Hours of the day at which streets take longer, or less long.

    Parameters
    ----------
    begin, end
        Times of day, HH:MM; hours that end before they begin run past midnight.
    factor
        What travel times are multiplied by, above 0.
    classes
        OpenStreetMap classes that it holds for; none for all.

    Raises
    ------
    BadInput
        A time of day or the factor can't be read.
    """

    begin: str
    end: str
    factor: float
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        minutes_of_day(self.begin), minutes_of_day(self.end)
        if not (np.isfinite(self.factor) and self.factor > 0):
            raise BadInput(f"the factor from {self.begin} to {self.end} is {self.factor}; give a number above 0")

    def hold_at(self, clock: str) -> bool:
        """Whether they hold at a time of day.

        Examples
        --------
        >>> Hours("22:00", "05:30", 0.8).hold_at("00:10"), Hours("07:00", "09:00", 1.4).hold_at("09:00")
        (True, False)
        """
        now, begin, end = minutes_of_day(clock), minutes_of_day(self.begin), minutes_of_day(self.end)
        return begin <= now < end if begin <= end else now >= begin or now < end


@dataclass(frozen=True)
class Profile:
    """A way to travel.

    Parameters
    ----------
    name
        What it is called in messages and tables.
    mode
        foot, ebike or car: whose permissions and one-ways hold, and whose times on the map are the base.
    kmh
        Speed by OpenStreetMap class, instead of the map's; 0 closes the class, e.g. ``{"steps": 0}`` for a pram.
    oneway
        Whether one-ways are kept; False for somebody who may go against them.
    climb_s_m
        Seconds more for each metre of ascent, where the junctions have a column `height_m` (metres above the sea).
        Naismith 1892 gives 6 for a walker.
    hours
        Hours at which streets take longer; where several hold, all count.

    Raises
    ------
    BadInput
        The mode is unknown, or a number is out of range.

    Examples
    --------
    >>> Profile("cargo bike", "ebike", kmh={"residential": 12.0, "cycleway": 14.0, "path": 0.0}).mode
    'ebike'
    """

    name: str
    mode: str
    kmh: Mapping[str, float] = field(default_factory=dict)
    oneway: bool = True
    climb_s_m: float = 0.0
    hours: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise BadInput(f"unknown mode '{self.mode}'; travel by {', '.join(MODES)}")
        for name, kmh in self.kmh.items():
            if not 0 <= kmh <= 200:
                raise BadInput(f"profile '{self.name}': kmh['{name}'] is {kmh}; give 0 to close the class, at most 200")
        if not (np.isfinite(self.climb_s_m) and self.climb_s_m >= 0):
            raise BadInput(f"profile '{self.name}': climb_s_m is {self.climb_s_m}; give seconds a metre, at least 0")


WALK = Profile("walk", "foot", climb_s_m=6.0)
EBIKE = Profile("e-bike", "ebike", climb_s_m=2.0)
CAR = Profile("car", "car")
PROFILES = {profile.mode: profile for profile in (WALK, EBIKE, CAR)}
"""The profile of each mode."""


def profile_of(profile: Profile | str) -> Profile:
    """A profile, or the one of a mode.

    Raises
    ------
    BadInput
        The mode is unknown.
    """
    if isinstance(profile, Profile):
        return profile
    if profile not in PROFILES:
        raise BadInput(f"unknown mode '{profile}'; travel by {', '.join(PROFILES)}, or give a Profile")
    return PROFILES[profile]


def profile_seconds(
    road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame, profile: Profile
) -> NDArray[np.float64]:
    """Seconds along each edge at a quiet hour; NaN where the profile may not go.

    Parameters
    ----------
    road_nodes, road_edges
        Layers of a jurisdiction; `road_nodes` may have `height_m`.
    profile
        How somebody travels.

    Returns
    -------
    One number for each row of `road_edges`.
    """
    seconds = road_edges[MODES[profile.mode]].to_numpy(dtype=float, copy=True)
    if not profile.oneway:
        quickest = pd.Series(seconds).groupby(road_edges["street"].to_numpy()).transform("min").to_numpy()
        seconds = np.where(np.isnan(seconds), quickest, seconds)
    told = road_edges["highway"].astype(str).map(dict(profile.kmh)).to_numpy(dtype=float)
    given = ~np.isnan(told) & ~np.isnan(seconds)
    with np.errstate(divide="ignore"):
        own = road_edges["length_m"].to_numpy(dtype=float)[given] / (told[given] / 3.6)
    seconds[given] = np.where(np.isfinite(own), own, np.nan)
    if profile.climb_s_m and "height_m" in road_nodes:
        seconds += profile.climb_s_m * _ascent(road_nodes, road_edges)
    return seconds


def hour_factors(highway: NDArray[np.object_], profile: Profile, clock: str) -> NDArray[np.float64]:
    """What the time of each edge is multiplied by at a time of day, HH:MM."""
    factor = np.ones(len(highway))
    minutes_of_day(clock)
    for hours in profile.hours:
        if hours.hold_at(clock):
            factor *= np.where(np.isin(highway, hours.classes) | (not hours.classes), hours.factor, 1.0)
    return factor


def minutes_of_day(clock: str) -> int:
    """Minutes after midnight of HH:MM.

    Raises
    ------
    BadInput
        It is no time of day.
    """
    told = _CLOCK.fullmatch(str(clock).strip())
    if told is None or int(told[1]) > 24 or int(told[2]) > 59:
        raise BadInput(f"'{clock}' is no time of day; write HH:MM, e.g. 08:30")
    return int(told[1]) * 60 + int(told[2])


def _ascent(road_nodes: gpd.GeoDataFrame, road_edges: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Metres from the lower end up to the higher one, where both heights are known; 0 downhill."""
    height = road_nodes["height_m"].to_numpy(dtype=float)
    u = positions(road_nodes["node"], road_edges["u"], "road_edges")
    v = positions(road_nodes["node"], road_edges["v"], "road_edges")
    rise = np.nan_to_num(height[v] - height[u])
    return np.where(road_edges["highway"].isin(FLAT), 0.0, np.maximum(rise, 0.0))
