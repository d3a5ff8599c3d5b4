import numpy as np
import pytest

from gridgeo.errors import BadInput
from gridgeo.roads import CAR, EBIKE, WALK, Hours, Profile
from gridgeo.roads.profiles import hour_factors, profile_of, profile_seconds
from towns import lattice_town

TOWN = lattice_town()


def seconds(profile: Profile, nodes=TOWN.road_nodes, edges=TOWN.road_edges) -> np.ndarray:
    return profile_seconds(nodes, edges, profile)


@pytest.mark.parametrize(("profile", "column"), [(WALK, "seconds"), (EBIKE, "seconds_ebike"), (CAR, "seconds_car")])
def test_known_profiles_take_the_times_of_the_map(profile, column):
    assert seconds(profile) == pytest.approx(TOWN.road_edges[column].to_numpy(), nan_ok=True)


def test_ones_own_speed_of_a_class_goes_before_the_maps_and_none_closes_it():
    edges = TOWN.road_edges.copy()
    edges.loc[edges.index[:5], "highway"] = "steps"
    edges.loc[edges.index[5:9], "highway"] = "track"
    found = seconds(Profile("pram", "foot", kmh={"steps": 0, "track": 3.6}), edges=edges)
    assert np.isnan(found[:5]).all()
    assert found[5:9] == pytest.approx(edges["length_m"].iloc[5:9])
    assert found[9:] == pytest.approx(edges["seconds"].iloc[9:])


def test_what_the_map_closes_stays_closed_whatever_the_speed():
    found = seconds(Profile("fast car", "car", kmh=dict.fromkeys(TOWN.road_edges["highway"].unique(), 90.0)))
    assert (np.isnan(found) == TOWN.road_edges["seconds_car"].isna()).all()


def test_who_need_not_keep_to_one_ways_goes_against_them_as_fast_as_along():
    edges = TOWN.road_edges
    shut = edges["seconds_car"].isna().to_numpy()
    assert shut.any()
    found = seconds(Profile("ambulance", "car", oneway=False))
    assert not np.isnan(found).any()
    other = edges.loc[edges["seconds_car"].notna()].set_index("street")["seconds_car"]
    assert found[shut] == pytest.approx(other.loc[edges["street"][shut]].to_numpy())


def test_climbing_takes_its_time_and_going_down_none_less():
    nodes = TOWN.road_nodes.assign(height_m=np.arange(len(TOWN.road_nodes), dtype=float))
    heights = nodes.set_index("node")["height_m"]
    rise = heights.loc[TOWN.road_edges["v"]].to_numpy() - heights.loc[TOWN.road_edges["u"]].to_numpy()
    more = seconds(WALK, nodes) - seconds(WALK)
    assert more == pytest.approx(6.0 * np.maximum(rise, 0))
    assert seconds(CAR, nodes) == pytest.approx(seconds(CAR), nan_ok=True)


def test_hours_hold_from_their_beginning_to_before_their_end_for_their_classes():
    rush = Profile("car", "car", hours=(Hours("07:00", "09:00", 2.0, ("primary",)), Hours("06:00", "22:00", 1.5)))
    highway = np.array(["primary", "residential"], dtype=object)
    assert hour_factors(highway, rush, "08:59").tolist() == [3.0, 1.5]
    assert hour_factors(highway, rush, "09:00").tolist() == [1.5, 1.5]
    assert hour_factors(highway, rush, "23:00").tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Profile("boat", "boat"), "unknown mode 'boat'"),
        (lambda: Profile("p", "foot", kmh={"steps": -1}), r"kmh\['steps'\] is -1"),
        (lambda: Profile("p", "foot", kmh={"steps": float("nan")}), "steps"),
        (lambda: Profile("p", "foot", climb_s_m=-1), "climb_s_m is -1"),
        (lambda: Hours("7 o'clock", "09:00", 1.0), "'7 o'clock' is no time of day"),
        (lambda: Hours("07:00", "25:00", 1.0), "'25:00' is no time of day"),
        (lambda: Hours("07:00", "09:00", 0.0), "factor from 07:00 to 09:00 is 0.0"),
        (lambda: profile_of("boat"), "foot, ebike, car"),
    ],
)
def test_a_profile_that_is_none_is_refused_by_its_field(wrong, message):
    with pytest.raises(BadInput, match=message):
        wrong()
