import pandas as pd
import pytest

from gridgeo import crs
from gridgeo.collection import collection_rounds
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.sources import read_layers
from towns import BLOCK, CRS, EAST, NORTH

CELLS = [(0, 0), (2, 0), (6, 0), (0, 4), (6, 4), (3, 2), (1, 3), (5, 1), (4, 4)]
DEPOT = tuple(float(value) for value in crs.transform(EAST + 300, NORTH + 400, CRS, 4326))


def villages(**columns) -> pd.DataFrame:
    """Nine places at corners of the lattice, four items a day each."""
    lon, lat = crs.transform([EAST + c * BLOCK for c, _ in CELLS], [NORTH + r * BLOCK for _, r in CELLS], CRS, 4326)
    told = {"village": [f"v{i}" for i in range(len(CELLS))], "lon": lon, "lat": lat, "items": 4}
    return pd.DataFrame(told | columns)


def plan(lattice, table=None, **more):
    told = {"depot": DEPOT, "capacity": 60.0, "most_days": 3}
    return collection_rounds(lattice, villages() if table is None else table, **(told | more))


def test_no_item_waits_longer_than_it_may(lattice):
    found = plan(lattice)
    figures = found.figures()
    assert figures["longest_wait_days"] <= 3
    assert figures["items_fetched"] + figures["items_waiting"] == 30 * 36
    assert (found.villages["longest_wait"] <= 3).all()
    assert found.villages["visits"].tolist() == [1] * 9


def test_rounds_run_along_the_streets_as_long_as_they_say(lattice):
    found = plan(lattice)
    for row in found.rounds.itertuples():
        assert row.geometry.length / 1000 == pytest.approx(row.km, rel=1e-6)
        assert row.geometry.coords[0] == row.geometry.coords[-1]
    assert found.diary["km"].sum() == pytest.approx(10 * found.rounds["km"].sum())
    assert found.diary["minutes"].sum() == pytest.approx(10 * found.rounds["minutes"].sum())


def test_closed_days_have_no_round(lattice):
    found = plan(lattice, closed=["sat", "sun"])
    assert found.meta["cycle_days"] == 7
    assert found.diary.loc[found.diary["day"] % 7 == 6, "rounds"].sum() == 0
    assert found.diary.loc[found.diary["day"] % 7 == 0, "rounds"].sum() == 0
    assert not found.villages["days"].str.contains("sat|sun").any()
    assert found.figures()["longest_wait_days"] <= 3


def test_what_is_written_can_be_read(lattice, tmp_path):
    plan(lattice).to_file(tmp_path / "r.gpkg")
    assert set(read_layers(tmp_path / "r.gpkg")) == {"villages", "rounds", "diary", "meta"}
    plan(lattice).to_file(tmp_path / "r.geojson")


def test_the_same_seed_gives_the_same_rounds_on_any_index(lattice):
    one, two = plan(lattice, seed=2), plan(lattice, villages().set_axis(range(5, 14), axis=0), seed=2)
    assert one.rounds["villages"].tolist() == two.rounds["villages"].tolist()


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        (villages(items=[4] * 8 + [90]), {}, "village 'v8' makes 90 items a day, a vehicle holds 60"),
        (villages(minutes=500), {}, "village 'v0' takes"),
        (villages(), {"closed": ["fri", "sat", "sun"]}, "leave no days at most 3 apart"),
        (villages(items=30), {"vehicles": 1, "most_days": 1}, "there are 1 vehicles"),
    ],
)
def test_what_no_rounds_can_keep_is_told_by_name(lattice, table, more, words):
    with pytest.raises(NoFeasiblePlan, match=words):
        plan(lattice, table, **more)


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        (villages(items=-1), {}, r"villages, row 1 \('v0'\), column 'items': '-1'"),
        (villages().drop(columns="items"), {}, "no column 'items'"),
        (villages(), {"closed": ["noday"]}, "closed day 'noday' is unknown"),
        (villages(), {"depot": (100.0, 10.0)}, "depot, row 1"),
        (villages(), {"capacity": 0.0}, "must be above 0"),
        (villages(), {"days": 0}, "days is 0"),
        (villages(), {"balance": -1.0}, "balance is -1"),
        (villages(), {"mode": "boat"}, "unknown mode"),
    ],
)
def test_an_option_or_row_that_cant_be_used_is_named(lattice, table, more, words):
    with pytest.raises(BadInput, match=words):
        plan(lattice, table, **more)
