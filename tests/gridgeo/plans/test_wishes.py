import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from gridgeo.errors import BadInput, NoFeasiblePlan, UnknownCRS
from gridgeo.plans.rules import Band, Rules
from gridgeo.plans.wishes import make_rules, settled, units_of_points


def points(town, *units, crs=None):
    """A point in each of these units."""
    shape = town.units.set_index("unit").geometry
    frame = gpd.GeoDataFrame(geometry=[shape[unit].representative_point() for unit in units], crs=town.crs)
    return frame if crs is None else frame.to_crs(crs)


def test_wishes_become_the_rules_that_they_say(lattice):
    rules = make_rules(
        lattice,
        (3, 5),
        balance={"households": 0.2},
        aim=["area"],
        objective="boundary",
        within=["quarter"],
        keep_together=[["U000", "U001"]],
        keep_apart=[("U000", "U009")],
        seeds=["U000", "U009"],
        fix={"U002": "U000"},
        splits=1,
        split_level="quarter",
        reach=15,
        links=[("U000", "U023")],
    )
    assert rules == Rules(
        k=(3, 5),
        balance={"households": Band(tolerance=0.2)},
        aim=("area",),
        objective="boundary",
        within="quarter",
        keep_together=(("U000", "U001"),),
        keep_apart=(("U000", "U009"),),
        seeds=("U000", "U009"),
        fix={"U002": "U000"},
        splits=1,
        split_level="quarter",
        reach=15,
        links=(("U000", "U023"),),
    )


def test_the_count_of_grids_follows_from_seeds_and_from_targets(lattice):
    assert make_rules(lattice, seeds=["U000", "U009"]).k == 2
    rules = make_rules(lattice, targets={"U000": {"households": 300}, "U009": {"households": 500.0}})
    assert rules.k == 2
    assert rules.seeds == ("U000", "U009")
    assert rules.targets == {"households": (300.0, 500.0)}
    assert rules.balance == {"households": Band(tolerance=0.1)}


def test_targets_are_read_from_a_table_of_text(lattice):
    table = pd.DataFrame({"seed": ["U009", "U000"], "area": ["100000", "140000"]})
    rules = make_rules(lattice, targets=table, balance={"area": 0.2})
    assert rules.seeds == ("U009", "U000")
    assert rules.targets == {"area": (100000.0, 140000.0)}


def test_officers_are_as_many_as_their_hours_need_at_least(lattice):
    work = float(lattice.units["workload_min"].sum())
    rules = make_rules(lattice, officer_hours=work / 60 / 3.5)
    assert rules.fewest == 4
    assert rules.most > 4
    assert set(rules.balance) == {"workload"}
    assert rules.balance["workload"].high == pytest.approx(work / 3.5)


def test_a_unit_with_more_work_than_an_officer_can_do_is_named(lattice):
    heavy = lattice.units.loc[lattice.units["workload_min"].idxmax()]
    with pytest.raises(NoFeasiblePlan, match=rf"unit {heavy['unit']} alone has"):
        make_rules(lattice, officer_hours=heavy["workload_min"] / 60 * 0.999)


def test_stations_become_the_units_in_which_they_lie_whatever_their_crs(lattice):
    assert units_of_points(lattice, points(lattice, "U007", "U002", crs=4326)) == ("U007", "U002")
    assert make_rules(lattice, seeds=points(lattice, "U007", "U002")).seeds == ("U007", "U002")


def test_a_station_that_gives_no_unit_of_its_own_is_refused_by_row(lattice):
    with pytest.raises(BadInput, match="rows 0 and 2: both lie in unit U007"):
        units_of_points(lattice, points(lattice, "U007", "U002", "U007"))
    away = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=lattice.crs)
    with pytest.raises(BadInput, match="row 0: lies in no unit of Lattice"):
        units_of_points(lattice, away)
    with pytest.raises(BadInput, match="row 0: no point"):
        units_of_points(lattice, gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])], crs=lattice.crs))
    with pytest.raises(UnknownCRS):
        units_of_points(lattice, gpd.GeoDataFrame(geometry=[Point(0, 0)]))


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"keep_apart": [("U000", "nobody")]}, "keep-apart names unit 'nobody'"),
        ({"keep_apart": [("U000", "U000")]}, "keep-apart, row 0: names unit U000 twice"),
        ({"keep_apart": [("U000",)]}, "keep-apart, row 0"),
        ({"links": [("U000", "moon")]}, "links names unit 'moon'"),
        ({"seeds": ["U000", "sun"]}, "seeds names unit 'sun'"),
        ({"seeds": ["U000", "U000"]}, "seeds name unit U000 twice"),
        ({"seeds": "U000"}, "give a list of units"),
        ({"seeds": [f"U{i:03d}" for i in range(5)]}, "5 seeds are given for 4 grids"),
        ({"fix": {"U001": "U000"}, "seeds": ["U002"]}, "binds unit U001 to 'U000', which is no seed"),
        ({"fix": {"ghost": "U000"}}, "fix names unit 'ghost'"),
        ({"customs": {"ghost": "hui"}}, "customs names unit 'ghost'"),
        ({"splits": 1}, "splits and split_level belong together"),
        ({"splits": -1, "split_level": "quarter"}, "splits is -1"),
        ({"splits": 1, "split_level": "planet"}, "no level 'planet'"),
        ({"within": ["quarter", "planet"]}, "no level 'planet'"),
        ({"reach": 0}, "reach is 0 minutes"),
        ({"prefer_borders": ["walls"]}, "'walls'; choose roads, rivers"),
        ({"aim": ["wealth"]}, "'wealth'"),
        ({"officer_hours": 0}, "officer hours are 0"),
        ({"targets": {"U000": {"wealth": 1}}}, "column 'wealth'"),
        ({"targets": {"U000": {"area": "big"}}}, "seed U000: area is 'big'"),
        ({"targets": {"U000": {"area": 5.0}, "U001": {}}}, "seed U001: area is 'nan'"),
        ({"targets": {"U000": {"area": 5.0}}}, "1 seeds for k = 4"),
        ({"targets": {"U000": {"area": 5.0}}, "seeds": ["U001"]}, "seeds and targets name different units, e.g. U000"),
        ({"targets": pd.DataFrame({"unit": ["U000"], "area": [5.0]})}, "column seed"),
    ],
)
def test_a_wish_that_can_not_be_meant_is_refused_with_what_is_wrong(lattice, wishes, message):
    with pytest.raises(BadInput, match=message):
        make_rules(lattice, 4, **wishes)


@pytest.mark.parametrize(
    ("targets", "balance", "message"),
    [
        ({"U000": {"area": -5.0}}, {"area": 0.1}, "seed U000: area is -5.0"),
        ({"U000": {"area": 5.0}}, {"area": "1:9"}, "need a tolerance around them"),
        ({"U000": {"area": 5.0}}, {"households": 0.1}, "targets of area bind nothing"),
    ],
)
def test_a_target_without_a_sensible_band_is_refused(lattice, targets, balance, message):
    with pytest.raises(BadInput, match=message):
        make_rules(lattice, targets=targets, balance=balance)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        (
            {"keep_together": [("U000", "U001"), ("U001", "U002")], "keep_apart": [("U002", "U000")]},
            "units U002 and U000 must be kept apart",
        ),
        ({"keep_together": [("U000", "U001")], "seeds": ["U000", "U001"]}, "seeds U000 and U001 are kept together"),
        (
            {"fix": {"U004": "U000", "U005": "U023"}, "keep_together": [("U004", "U005")]},
            "seeds U000 and U023 are kept together",
        ),
        ({"keep_together": [("U000", "U005")], "within": "quarter"}, "units U000 and U005 .*different areas"),
        ({"fix": {"U005": "U000"}, "within": "quarter"}, "units U005 and U000 .*different areas"),
    ],
)
def test_wishes_that_contradict_are_named_before_anything_is_solved(lattice, wishes, message):
    with pytest.raises(BadInput, match=message):
        make_rules(lattice, 4, **wishes)


def test_levels_are_held_from_the_coarsest_to_the_finest(villages):
    rules = make_rules(villages, 4, within="village,quarter")
    assert rules.within == "quarter,village"
    assert rules.finest == "village"


def test_levels_that_do_not_nest_are_refused_by_area(crossed):
    with pytest.raises(BadInput, match=r"quarter and village don't nest: village North \(north\).*quarter West"):
        make_rules(crossed, 2, within="quarter,village")
    assert make_rules(crossed, 2, within="village").within == "village"


def test_a_rule_that_does_not_exist_is_no_silent_wish(lattice):
    with pytest.raises(TypeError, match="no rule is called 'wihtin'"):
        make_rules(lattice, 4, wihtin="quarter")


def test_settled_rules_stay_as_they_are(villages):
    rules = make_rules(villages, 4, within="village,quarter", customs={"U000": "hui"})
    assert settled(villages, rules) == rules
