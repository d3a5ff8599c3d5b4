import dataclasses

import geopandas as gpd
import pandas as pd
import pytest

from gridgeo.errors import BadInput, UnknownCRS, UnreadableSource
from gridgeo.sources import read_jurisdiction, read_layers, write_jurisdiction, write_layers


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_every_layer_comes_back_as_it_was(tmp_path, divided, name):
    write_jurisdiction(divided, tmp_path / name)
    back = read_jurisdiction(tmp_path / name)
    assert back.notes == divided.notes
    for layer, was in divided.layers().items():
        now = getattr(back, layer)
        assert now.crs == was.crs
        assert now.geometry.geom_equals_exact(was.geometry, 0).all(), layer
        plain, fresh = (pd.DataFrame(frame.drop(columns="geometry")) for frame in (was, now))
        pd.testing.assert_frame_equal(fresh, plain.astype(fresh.dtypes), check_dtype=True, obj=layer)
        for column in plain.columns:
            if plain[column].dtype.kind in "ifb":
                assert fresh[column].dtype == plain[column].dtype, (layer, column)


def test_the_same_jurisdiction_is_the_same_file(tmp_path, lattice):
    for name in ("a.gpkg", "b.gpkg"):
        write_jurisdiction(lattice, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_a_jurisdiction_that_breaks_its_schema_is_not_written(tmp_path, lattice):
    broken = dataclasses.replace(lattice, units=lattice.units.drop(columns="households"))
    with pytest.raises(BadInput, match="'units' has no column 'households'"):
        write_jurisdiction(broken, tmp_path / "town.gpkg")
    assert not list(tmp_path.iterdir())


def _rewritten(tmp_path, lattice, change):
    """The lattice town as a file after `change` was made to its layers."""
    write_jurisdiction(lattice, tmp_path / "town.gpkg")
    layers = read_layers(tmp_path / "town.gpkg")
    change(layers)
    write_layers(layers, tmp_path / "changed.gpkg")
    return tmp_path / "changed.gpkg"


def test_layers_that_may_be_absent_stand_empty(tmp_path, lattice):
    path = _rewritten(
        tmp_path,
        lattice,
        lambda layers: [layers.pop(name) for name in ("places", "barriers", "crossings", "water", "notes")],
    )
    town = read_jurisdiction(path)
    assert len(town.places) == len(town.water) == 0
    assert town.places.crs == town.crs
    assert town.notes == {}


def test_a_missing_layer_is_named(tmp_path, lattice):
    path = _rewritten(tmp_path, lattice, lambda layers: [layers.pop(name) for name in ("units", "borders")])
    with pytest.raises(BadInput, match="no layer units, borders"):
        read_jurisdiction(path)


def test_a_missing_column_is_named_with_the_file(tmp_path, lattice):
    path = _rewritten(tmp_path, lattice, lambda layers: layers.update(units=layers["units"].drop(columns="difficulty")))
    with pytest.raises(BadInput, match=r"changed\.gpkg: table 'units' has no column 'difficulty'"):
        read_jurisdiction(path)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("households", 2.5, "row 0 holds 2.5, a fraction"),
        ("households", -4, "-4 is below 0"),
        ("area", None, "row 0: empty"),
        ("area", "nowhere", "'nowhere' isn't in layer 'areas'"),
    ],
)
def test_a_bad_cell_is_named_with_table_column_and_row(tmp_path, lattice, column, value, says):
    def change(layers):
        cells = layers["units"][column].astype(object)
        cells.iloc[0] = value
        layers["units"] = layers["units"].assign(**{column: cells.infer_objects()})

    with pytest.raises(BadInput, match="units.*" + says):
        read_jurisdiction(_rewritten(tmp_path, lattice, change))


def test_a_layer_in_degrees_or_another_system_is_refused(tmp_path, lattice):
    def one(layers):
        layers["units"] = layers["units"].to_crs(32631)

    def every(layers):
        for name, frame in layers.items():
            if isinstance(frame, gpd.GeoDataFrame):
                layers[name] = frame.to_crs(4326)

    with pytest.raises(UnknownCRS, match="layer 'units' is in WGS 84 / UTM zone 31N"):
        read_jurisdiction(_rewritten(tmp_path, lattice, one))
    with pytest.raises(UnknownCRS, match="degrees"):
        read_jurisdiction(_rewritten(tmp_path, lattice, every))


def test_a_plan_or_a_picture_is_no_jurisdiction(tmp_path, lattice):
    write_layers({"grids": lattice.units}, tmp_path / "plan.gpkg")
    with pytest.raises(BadInput, match="is no jurisdiction"):
        read_jurisdiction(tmp_path / "plan.gpkg")
    (tmp_path / "town.gpkg").write_bytes(b"PNG")
    with pytest.raises(UnreadableSource, match=r"town\.gpkg"):
        read_jurisdiction(tmp_path / "town.gpkg")


def test_a_cut_off_file_is_refused(tmp_path, lattice):
    write_jurisdiction(lattice, tmp_path / "town.gpkg")
    data = (tmp_path / "town.gpkg").read_bytes()
    (tmp_path / "half.gpkg").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInput, match=r"half\.gpkg"):
        read_jurisdiction(tmp_path / "half.gpkg")
