import numpy as np
import pytest
import shapely

from gridgeo.crosswalks.overlay import cut_units, make_faces, overlapping, read_polygons
from strips import strips


def faces_of(town, *ends):
    return make_faces(*read_polygons(strips(*ends), town))


def test_polygons_that_only_touch_are_their_own_faces(row):
    faces = faces_of(row, ("a", 0, 150), ("b", 150, 400))
    assert faces.claims.tolist() == [[0, 0], [1, 1]]
    assert shapely.equals(faces.face, faces.shapes).all()


def test_three_polygons_over_each_other_make_a_face_for_each_set_of_claims(row):
    # 0 a 100 ab 200 abc 250 bc 300 c 400
    faces = faces_of(row, ("a", 0, 250), ("b", 100, 300), ("c", 200, 400))
    claims = {}
    for face, polygon in faces.claims:
        claims.setdefault(int(face), set()).add(faces.names[polygon])
    found = {frozenset(names): round(faces.face[face].area) for face, names in claims.items()}
    assert found == {
        frozenset("a"): 10_000,
        frozenset("ab"): 10_000,
        frozenset("abc"): 5_000,
        frozenset("bc"): 5_000,
        frozenset("c"): 10_000,
    }


def test_rows_of_one_name_are_one_polygon(row):
    names, shapes = read_polygons(strips(("a", 0, 50), ("b", 50, 60), ("a", 350, 400)), row)
    assert names.tolist() == ["a", "b"]
    assert shapes.area.tolist() == pytest.approx([10_000, 1_000])


def test_slivers_of_rounded_corners_are_no_overlap(row):
    assert len(overlapping(strips(("a", 0, 150.00001), ("b", 150, 400)).geometry.to_numpy())[0]) == 0
    assert overlapping(strips(("a", 0, 151), ("b", 150, 400)).geometry.to_numpy())[2].tolist() == pytest.approx([100])


def test_every_unit_is_cut_without_rest(row):
    faces = faces_of(row, ("a", 30, 70), ("b", 70, 333))
    pieces = cut_units(row, faces.face)
    sums = pieces.groupby("unit")[["area_m2", "households"]].sum()
    assert np.allclose(sums["area_m2"], row.units["area_m2"])
    assert np.allclose(sums["households"], row.units["households"])
