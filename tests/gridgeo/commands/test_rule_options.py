"""Options of `gridgeo partition` become the keywords of `gridgeo.partition`, or a message that names the option."""

import geopandas as gpd
import pytest
from shapely import Point

from gridgeo.commands.rule_options import read_wishes
from gridgeo.errors import BadInput

NONE = dict.fromkeys(
    [
        "k",
        "each",
        "counts",
        "households",
        "officers",
        "officer_hours",
        "balance",
        "aim",
        "targets",
        "within",
        "keep_together",
        "keep_apart",
        "seeds",
        "fix",
        "splits",
        "split_level",
        "customs",
        "prefer_borders",
        "reach",
        "links",
    ]
) | {"objective": "compactness"}


def wishes(**options):
    return read_wishes(NONE | options)


@pytest.fixture
def csv(tmp_path):
    """Writes a table and gives its path."""

    def write(text, name="table.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("options", "k", "more"),
    [
        ({"k": "12"}, 12, {}),
        ({"k": "10:15"}, (10, 15), {}),
        ({"officers": 7}, 7, {}),
        ({"households": "300:500"}, None, {"households": (300.0, 500.0)}),
        ({"officer_hours": 160.0}, None, {"officer_hours": 160.0}),
    ],
)
def test_the_number_of_grids_is_said_in_one_of_several_ways(options, k, more):
    assert wishes(**options) == (k, {"objective": "compactness"} | more)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "given: none"),
        ({"k": "3", "officers": 3}, "given: -k N, --officers N"),
        ({"k": "3.5"}, "-k 3.5: write a whole number"),
        ({"k": "1:2:3"}, "-k 1:2:3"),
        ({"households": "0.1"}, "--households 0.1: write LOW:HIGH"),
        ({"k": "3", "balance": ["households"]}, "--balance households: write MEASURE=BAND"),
    ],
)
def test_a_number_of_grids_or_band_that_can_not_be_read_is_named_with_its_option(options, message):
    with pytest.raises(BadInput, match=message):
        wishes(**options)


def test_lists_are_read_between_commas():
    _, read = wishes(k="3", within="town, village", prefer_borders="roads,rivers", aim=["area"], balance=["area=0.2"])
    assert read["within"] == ["town", "village"]
    assert read["prefer_borders"] == ["roads", "rivers"]
    assert read["aim"] == ["area"]
    assert read["balance"] == {"area": "0.2"}


def test_tables_become_pairs_groups_and_lookups(csv):
    pairs = csv("unit_a,unit_b\nU1,U2\n", "pairs.csv")
    _, read = wishes(
        k="3",
        keep_apart=pairs,
        links=pairs,
        keep_together=csv("unit,group\nU1,b\nU2,a\nU3,b\n", "groups.csv"),
        fix=csv("unit,seed\nU1,U2\n", "fix.csv"),
        customs=csv("单元,custom\nU1,回族\n", "customs.csv"),
    )
    assert read["keep_apart"] == read["links"] == [("U1", "U2")]
    assert read["keep_together"] == [("U2",), ("U1", "U3")]
    assert read["fix"] == {"U1": "U2"}
    assert read["customs"] == {"U1": "回族"}


def test_seeds_and_targets_say_the_number_of_grids_themselves(csv):
    k, read = wishes(seeds=csv("unit\nU1\nU2\n"))
    assert (k, read["seeds"]) == (None, ["U1", "U2"])
    k, read = wishes(targets=csv("seed,households\nU1,300\n"))
    assert k is None
    assert read["targets"].to_dict("records") == [{"seed": "U1", "households": "300"}]


def test_stations_are_points_of_any_vector_file(csv, tmp_path):
    gpd.GeoDataFrame(geometry=[Point(7.42, 43.73)], crs=4326).to_file(tmp_path / "stations.geojson")
    for path in (tmp_path / "stations.geojson", csv("name,lon,lat\nPost,7.42,43.73\n")):
        _, read = wishes(seeds=path)
        assert [(point.x, point.y) for point in read["seeds"].geometry] == [(7.42, 43.73)]


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("keep_apart", "unit_a,other\nU1,U2\n", "unit_a and unit_b; 'unit_b' is missing"),
        ("links", "unit_a,unit_b\nU1,U2\nU3,\n", "line 3: unit_b is empty"),
        ("keep_apart", "unit_a,unit_b\nU1,U2\nU3,U3\n", "line 3: names unit U3 twice"),
        ("keep_together", "unit\nU1\n", "'group' is missing"),
        ("fix", "unit,seed\nU1,U2\nU1,U3\n", "line 3: unit U1 stands twice"),
        ("customs", "unit,custom\n,hui\n", "line 2: unit is empty"),
        ("targets", "unit,area\nU1,5\n", "'seed' is missing"),
        ("seeds", "name\nPost\n", "needs a column unit, or lon and lat"),
    ],
)
def test_a_table_that_lacks_something_is_refused_by_file_and_line(csv, option, text, message):
    with pytest.raises(BadInput, match=rf"table\.csv.*{message}"):
        wishes(**({"k": "3"} | {option: csv(text)}))
