from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from gridgeo import crs
from gridgeo.between import Between
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.placed import placed
from gridgeo.sites import service_points
from gridgeo.sources import read_layers
from towns import BLOCK, CRS, EAST, NORTH


def table(key: str, cells: list[tuple[float, float]], **columns) -> pd.DataFrame:
    """Named places at corners of the lattice."""
    lon, lat = crs.transform([EAST + c * BLOCK for c, _ in cells], [NORTH + r * BLOCK for _, r in cells], CRS, 4326)
    return pd.DataFrame({key: [f"{key[0]}{i}" for i in range(len(cells))], "lon": lon, "lat": lat} | columns)


CANDIDATES = [(0, 0), (6, 0), (0, 4), (6, 4), (3, 2), (1, 3), (5, 1)]


@pytest.mark.parametrize("new", [1, 2, 3])
def test_the_best_of_all_choices_is_found_over_the_streets(lattice, new):
    candidates = table("site", CANDIDATES)
    chosen = service_points(lattice, new=new, candidates=candidates, mode="foot")
    units = lattice.units
    demand = placed(units[["unit", "geometry"]], "unit", "units", lattice)
    minutes = Between.of(lattice, "foot").round_trips(demand.xy, placed(candidates, "site", "sites", lattice).xy)
    weight = units["households"].to_numpy()
    best = min(
        (float((minutes[:, list(some)].min(axis=1) * weight).sum()), some) for some in combinations(range(7), new)
    )
    assert chosen.meta["objective"] == pytest.approx(best[0], rel=1e-5)
    assert chosen.sites["site"].tolist() == [f"s{j}" for j in best[1]]
    assert chosen.figures()["status"] == "optimal"
    assert chosen.figures()["mean_after_min"] == pytest.approx(best[0] / weight.sum(), abs=0.01)
    assert chosen.figures()["mean_before_min"] is None
    assert chosen.sites["weight"].sum() == weight.sum()


def test_what_was_there_stays_and_ways_get_shorter(lattice):
    chosen = service_points(
        lattice, new=1, candidates=table("site", CANDIDATES[1:]), existing=table("site", [(0, 0)]).assign(site="old"), mode="foot"
    )  # fmt: skip
    assert chosen.sites["kept"].tolist() == [True, False]
    assert chosen.sites["site"].iloc[0] == "old"
    figures = chosen.figures()
    assert figures["mean_after_min"] < figures["mean_before_min"]
    assert figures["worst_after_min"] <= figures["worst_before_min"]
    assert (chosen.demand["minutes"] <= chosen.demand["before_min"] + 1e-9).all()


def test_everybody_is_reached_by_the_fewest(lattice):
    chosen = service_points(
        lattice, objective="all", within_min=12.0, candidates=table("site", CANDIDATES), mode="foot"
    )
    assert (chosen.demand["minutes"] <= 12.0).all()
    assert chosen.meta["new"] == chosen.meta["objective"] == chosen.meta["bound"]
    fewer = service_points(lattice, new=chosen.meta["new"] - 1, objective="most", within_min=12.0, candidates=table("site", CANDIDATES), mode="foot")  # fmt: skip
    assert fewer.figures()["without_site"] > 0
    assert fewer.demand["reason"].dropna().str.contains("no site within 12 minutes").all()


def test_room_is_kept(lattice):
    free = service_points(lattice, new=2, candidates=table("site", CANDIDATES), mode="foot")
    room = table("site", CANDIDATES, capacity=[lattice.units["households"].sum() / 2 + 20] * 7)
    tight = service_points(lattice, new=2, candidates=room, mode="foot")
    assert (tight.sites["weight"] <= room["capacity"].iloc[0]).all()
    assert tight.meta["objective"] >= free.meta["objective"] - 1e-6
    with pytest.raises(NoFeasiblePlan, match="no choice of sites takes every demand"):
        service_points(lattice, new=1, candidates=room, mode="foot")


def test_those_too_far_are_named(lattice):
    with pytest.raises(
        NoFeasiblePlan,
        match=r"demand 'U005': the nearest candidate, 's0', takes \d+\.\d min there and back; the limit is 5",
    ):
        service_points(lattice, objective="all", within_min=5, candidates=table("site", [(0, 0)]), mode="foot")


def test_units_are_demand_and_candidates_unless_told(lattice):
    chosen = service_points(lattice, new=3, mode="car")
    assert set(chosen.sites["site"]) <= set(lattice.units["unit"])
    assert len(chosen.demand) == len(lattice.units)


def test_the_file_holds_both_layers_and_the_record(lattice, tmp_path):
    chosen = service_points(lattice, new=2)
    chosen.to_file(tmp_path / "s.gpkg")
    layers = read_layers(tmp_path / "s.gpkg")
    assert set(layers) == {"sites", "demand", "meta"}
    assert len(layers["demand"]) == len(lattice.units)
    chosen.to_file(tmp_path / "s.geojson")


def test_index_changes_nothing(lattice):
    candidates = table("site", CANDIDATES)
    one = service_points(lattice, new=2, candidates=candidates)
    two = service_points(lattice, new=2, candidates=candidates.set_axis(np.arange(7) * 3 + 5, axis=0))
    assert one.sites["site"].tolist() == two.sites["site"].tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"objective": "best"}, "unknown objective 'best'"),
        ({"objective": "most"}, "needs a limit"),
        ({"objective": "all", "within_min": 0}, "needs a limit"),
        ({"new": 30}, "30 new sites of 24 candidates; choose from 1 to 24"),
        ({"mode": "boat"}, "unknown mode"),
        ({"demand": table("demand", [(0, 0)], weight=[-1])}, "column 'weight': '-1'; give a number of at least 0"),
        ({"existing": table("site", [(0, 0)]), "candidates": table("site", [(1, 1)])}, "'s0' is both a candidate and"),
    ],
)
def test_an_option_that_cant_be_used_is_named(lattice, options, words):
    with pytest.raises(BadInput, match=words):
        service_points(lattice, **options)
