import pytest

from gridgeo.plans.plan import Plan
from gridgeo.routes import patrolled_streets


def test_every_street_of_the_town_counts_in_exactly_one_grid(plan: Plan):
    streets = patrolled_streets(plan)
    edges = plan.jurisdiction.road_edges.drop_duplicates("street")
    assert streets["street"].is_unique
    assert set(streets["street"]) == set(edges["street"])
    assert streets["length_m"].sum() == pytest.approx(edges["length_m"].sum())
    assert set(streets["grid"]) == set(plan.grids["grid"])


def test_a_street_counts_in_a_grid_that_it_touches(plan: Plan):
    streets = patrolled_streets(plan)
    shapes = plan.grids.set_index("grid").geometry
    for row in streets.itertuples():
        assert shapes[row.grid].distance(row.geometry) < 1.0


def test_streets_along_one_border_go_to_one_grid(plan: Plan):
    streets = patrolled_streets(plan)
    shapes = plan.grids.set_index("grid").geometry
    north_south = shapes["01"].intersection(shapes["02"])
    border = streets[streets.geometry.map(lambda line: line.intersection(north_south.buffer(1)).length > 99)]
    assert len(border) == 3
    assert border["grid"].nunique() == 1


def test_classes_that_are_skipped_are_not_patrolled(plan: Plan):
    assert patrolled_streets(plan, skip=("residential",)).empty


def test_a_street_outside_the_boundary_is_not_patrolled(plan: Plan):
    import dataclasses

    town = plan.jurisdiction
    moved = town.road_edges.copy()
    away = moved["street"] == 0
    moved.loc[away, "geometry"] = moved.loc[away, "geometry"].translate(yoff=500)
    shifted = dataclasses.replace(plan, jurisdiction=dataclasses.replace(town, road_edges=moved))
    assert 0 not in set(patrolled_streets(shifted)["street"])
