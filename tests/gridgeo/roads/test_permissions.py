import numpy as np
import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.roads.permissions import Speeds, travel_seconds
from gridgeo.sources.osm import LINE_TAGS


def seconds(speeds=None, **tags):
    """Seconds for 100 m of one way with these tags."""
    row = {name: [tags.get(name.replace(":", "__"))] for name in LINE_TAGS}
    found = travel_seconds(pd.DataFrame(row, dtype=object), np.array([100.0]), speeds or Speeds())
    return {name: float(value[0]) for name, value in found.items()}


def open_to(**tags):
    """Modes and directions that may use a way with these tags."""
    return {name for name, value in seconds(**tags).items() if not np.isnan(value)}


WALK = {"foot", "foot_back"}
RIDE = {"ebike", "ebike_back"}
DRIVE = {"car", "car_back"}


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"highway": "residential"}, WALK | RIDE | DRIVE),
        ({"highway": "residential", "oneway": "yes"}, WALK | {"ebike", "car"}),
        ({"highway": "residential", "oneway": "-1"}, WALK | {"ebike_back", "car_back"}),
        ({"highway": "residential", "oneway": "yes", "oneway__bicycle": "no"}, WALK | RIDE | {"car"}),
        ({"highway": "residential", "junction": "roundabout"}, WALK | {"ebike", "car"}),
        ({"highway": "residential", "access": "private"}, WALK | RIDE),
        ({"highway": "residential", "access": "no"}, set()),
        ({"highway": "residential", "access": "no", "foot": "yes"}, WALK),
        ({"highway": "residential", "motor_vehicle": "no"}, WALK | RIDE),
        ({"highway": "residential", "foot": "no"}, RIDE | DRIVE),
        ({"highway": "motorway"}, {"car"}),
        ({"highway": "trunk"}, DRIVE),
        ({"highway": "trunk", "sidewalk": "both"}, WALK | DRIVE),
        ({"highway": "footway"}, WALK),
        ({"highway": "footway", "bicycle": "yes"}, WALK | RIDE),
        ({"highway": "cycleway"}, WALK | RIDE),
        ({"highway": "steps"}, WALK),
        ({"highway": "pedestrian"}, WALK),
        ({"highway": "ferry"}, WALK | RIDE),
    ],
)
def test_each_mode_uses_what_its_tags_allow(tags, open_):
    assert open_to(**tags) == open_


def test_steps_are_slower_than_streets():
    assert seconds(highway="steps")["foot"] > seconds(highway="footway")["foot"]
    assert seconds(highway="footway")["foot"] == pytest.approx(100 / (4.5 / 3.6))


@pytest.mark.parametrize(("limit", "kmh"), [("20", 20), ("10 mph", 16.09344), ("120", 25), ("none", 25), (None, 25)])
def test_a_lower_limit_caps_the_car(limit, kmh):
    assert seconds(highway="residential", maxspeed=limit)["car"] == pytest.approx(100 / (kmh / 3.6))


def test_private_ways_open_and_close_by_option():
    closed = Speeds(private_foot=False, private_ebike=False)
    assert np.isnan(seconds(closed, highway="service", access="private")["foot"])
    assert not np.isnan(seconds(Speeds(private_car=True), highway="service", access="private")["car"])


@pytest.mark.parametrize("wrong", [{"foot": 0}, {"ebike": -3}, {"steps": float("nan")}, {"car": {"residential": 500}}])
def test_nonsense_speeds_are_refused_by_name(wrong):
    with pytest.raises(BadInput, match=next(iter(wrong))):
        Speeds(**wrong)
