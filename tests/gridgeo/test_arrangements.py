import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gridgeo.arrangements import arrange

FRAME = box(0, 0, 100, 100)


def test_faces_tile_what_the_lines_enclose_and_loose_ends_divide_nothing():
    made = arrange([FRAME.exterior, LineString([(50, -10), (50, 110)]), LineString([(0, 20), (30, 20)])])
    assert sorted(made.area.tolist()) == [5000, 5000]


def test_every_piece_knows_the_faces_on_its_two_sides():
    made = arrange([FRAME.exterior, LineString([(50, 0), (50, 100)])])
    wall = np.flatnonzero(made.carrying([1]))
    assert len(wall) == 1
    start, end = shapely.get_coordinates(made.pieces[wall[0]])[[0, -1]]
    north = end[1] > start[1]
    left, right = (made.faces[side[wall[0]]].centroid.x for side in (made.left, made.right))
    assert (left < right) == north


def test_a_piece_carries_the_labels_of_all_lines_it_is_part_of():
    made = arrange([FRAME.exterior, LineString([(0, 0), (0, 50)])])
    shared = [label for label in made.labels if label == {0, 1}]
    assert shared


def test_points_find_their_faces_and_far_ones_none():
    made = arrange([FRAME.exterior, LineString([(50, 0), (50, 100)])])
    face = made.face_of(shapely.points([(10, 10), (90, 10), (500, 500)]))
    assert face[2] == -1
    assert face[0] != face[1]
    assert made.faces[face[0]].contains(Point(10, 10))


def test_groups_join_what_no_cut_parts():
    made = arrange([FRAME.exterior, LineString([(30, 0), (30, 100)]), LineString([(60, 0), (60, 100)])])
    group = made.groups(made.carrying([1]))
    assert len(set(group.tolist())) == 2


@settings(deadline=None, max_examples=50)
@given(
    corners=st.lists(st.tuples(st.integers(5, 95), st.integers(5, 95)), min_size=3, max_size=7, unique=True),
    shift=st.tuples(st.integers(-60, 60), st.integers(-60, 60)),
)
def test_two_colours_find_the_inside_of_an_outline_that_the_frame_cuts_off(corners, shift):
    outline = shapely.affinity.translate(Polygon(corners).convex_hull, *shift)
    if outline.geom_type != "Polygon" or outline.area < 50 or outline.buffer(-1).intersection(FRAME).area < 20:
        return
    known = shapely.intersection(outline.exterior, FRAME)
    if known.length < 1 or FRAME.difference(outline).area < 1:
        return
    made = arrange([FRAME.exterior, known])
    colour, wrong_m = made.two_colours(made.carrying([1]))
    inside = made.within(outline)
    big = made.area > 1.0
    assert wrong_m < 0.5
    assert (colour == inside)[big].all() or (colour != inside)[big].all()


def test_an_outline_with_a_hole_in_it_is_reported():
    # Three sides of a square whose ends hang loose divide nothing: there is one face and no cut.
    made = arrange([FRAME.exterior, LineString([(20, 20), (80, 20), (80, 80), (20, 80)])])
    colour, wrong_m = made.two_colours(made.carrying([1]))
    assert len(made.faces) == 1
    assert not colour.any()
    assert wrong_m == 0.0


def test_contradicting_pieces_are_measured():
    # The wall ends on another line that isn't part of the outline: one can walk round it.
    made = arrange([FRAME.exterior, LineString([(0, 50), (100, 50)]), LineString([(50, 0), (50, 50)])])
    _, wrong_m = made.two_colours(made.carrying([2]))
    assert wrong_m == pytest.approx(50, abs=0.1)
