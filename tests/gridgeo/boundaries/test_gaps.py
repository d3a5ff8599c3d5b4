import pytest
from shapely import LineString, box

from gridgeo.boundaries.gaps import Joints, loose_ends

FRAME = box(0, 0, 1000, 1000)


def test_loose_ends_are_where_an_odd_number_of_lines_end_inside_the_frame():
    lines = [LineString([(100, 100), (200, 100)]), LineString([(200, 100), (200, 0)])]
    assert loose_ends(lines, FRAME) == [(100.0, 100.0)]


def test_two_loose_ends_of_one_outline_are_joined():
    joints = Joints(FRAME, reach_m=300, edge_m=10)
    metres, open_ = joints.close(1, [LineString([(400, 400), (600, 400), (600, 600), (400, 600)])])
    assert (metres, open_) == (200, 0)
    ((line, users),) = joints.lines()
    assert line.length == 200
    assert users == {1}


def test_an_end_near_the_edge_is_led_there():
    joints = Joints(FRAME, reach_m=300, edge_m=20)
    metres, open_ = joints.close(1, [LineString([(10, 500), (500, 500), (500, 1000)])])
    assert metres == pytest.approx(10)
    assert open_ == 0


def test_ends_too_far_apart_stay_loose():
    joints = Joints(FRAME, reach_m=100, edge_m=10)
    assert joints.close(1, [LineString([(300, 300), (700, 300)])]) == (0.0, 2)
    assert not joints.lines()


def test_an_outer_outline_reuses_the_joints_of_the_inner_ones():
    joints = Joints(FRAME, reach_m=300, edge_m=10)
    # Two quarters side by side whose northern borders are missing, and the town around both.
    joints.close(1, [LineString([(500, 500), (500, 300), (300, 300), (300, 450)])])
    joints.close(2, [LineString([(700, 450), (700, 300), (500, 300), (500, 500)])])
    metres, open_ = joints.close(3, [LineString([(300, 450), (300, 300), (700, 300), (700, 450)])])
    assert open_ == 0
    assert metres > 400  # by way of the corner where the quarters meet, not straight
    assert sorted(sorted(users) for _, users in joints.lines()) == [[1, 3], [2, 3]]
