import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridgeo.arrangements import arrange
from gridgeo.boundaries.levels import level_tree
from gridgeo.boundaries.regions import Region, Survey
from gridgeo.crs import local_metric

CRS = local_metric(7.0, 43.7)
SIZE = 6


def checkered() -> Survey:
    """A map of 6 × 6 square faces of 100 m, all land."""
    lines = [LineString([(100 * i, 0), (100 * i, 600)]) for i in range(SIZE + 1)]
    lines += [LineString([(0, 100 * i), (600, 100 * i)]) for i in range(SIZE + 1)]
    made = arrange(lines)
    none = np.zeros(len(made.faces), bool)
    return Survey(CRS, made, box(0, 0, 600, 600), made.carrying([]), (), none, none, (None,) * len(none), None, {})


SEEN = checkered()
CENTRE = np.array([(face.centroid.x, face.centroid.y) for face in SEEN.arrangement.faces])
ROOT = Region(0, 0, "Place", None, None, None, "extent", np.ones(len(CENTRE), bool))


def region(number: int, level: int, west: float, south: float, east: float, north: float) -> Region:
    x, y = CENTRE.T
    return Region(
        number, level, f"A{number}", None, None, None, "relation", (west < x) & (x < east) & (south < y) & (y < north)
    )


def test_children_nest_in_parents_and_tile_them():
    regions = [region(1, 8, 0, 0, 300, 600), region(2, 8, 300, 0, 600, 600)]
    regions += [region(3, 10, 0, 0, 300, 300), region(4, 10, 0, 300, 300, 600), region(5, 10, 300, 0, 600, 600)]
    areas, notes = level_tree(SEEN, ROOT, regions, {"8": "town", "10": "quarter"})
    assert notes["levels"] == ["town", "quarter"]
    assert areas.set_index("area")["parent"].to_dict()["r3"] == "r1"
    assert areas.set_index("area")["parent"].to_dict()["r5"] == "r2"


def test_a_level_that_divides_nothing_is_left_out():
    areas, notes = level_tree(SEEN, ROOT, [region(1, 8, 0, 0, 600, 600)], {})
    assert len(areas) == 1
    assert notes == {"levels": [], "levels_left_out": {"level 8": 1.0}}


def test_a_level_that_covers_less_than_half_is_left_out():
    areas, notes = level_tree(SEEN, ROOT, [region(1, 8, 0, 0, 200, 200)], {"8": "town"})
    assert len(areas) == 1
    assert notes["levels_left_out"]["town"] == pytest.approx(4 / 36, abs=0.001)


squares = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 6), st.integers(1, 6))


@settings(deadline=None, max_examples=50)
@given(drawn=st.lists(st.tuples(st.sampled_from([6, 8, 10]), squares), max_size=12))
def test_every_kept_level_tiles_the_place_whatever_overlaps(drawn):
    regions = [
        region(number, level, 100 * w, 100 * s, 100 * (w + wide), 100 * (s + tall))
        for number, (level, (w, s, wide, tall)) in enumerate(drawn, start=1)
    ]
    areas, _ = level_tree(SEEN, ROOT, regions, {"6": "county", "8": "town", "10": "quarter"})
    assert areas["area"].is_unique
    shape = areas.set_index("area").geometry
    for _, level in areas.groupby("level", sort=False):
        assert level.geometry.area.sum() == pytest.approx(360_000)
        assert level.union_all().area == pytest.approx(360_000)
    for area, parent in areas.loc[areas["parent"].notna(), ["area", "parent"]].itertuples(index=False):
        assert shape[area].difference(shape[parent]).area < 1e-6
