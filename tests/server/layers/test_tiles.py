from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.errors import NotFound
from gridgeo_server.layers.tiles import BUFFER, EXTENT, HALF, Tiles, tile_bounds
from gridgeo_server.town import Town

ALL = ("land", "water", "grids", "units", "buildings", "roads", "borders", "places")


@pytest.fixture(scope="module")
def tiles(town: Town) -> Tiles:
    """Tiles of the lattice town."""
    return Tiles(town, {})


def _tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    n = 2**zoom
    return zoom, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def _decoded(content: bytes) -> dict[str, Any]:
    return dict(mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}))


@given(st.integers(0, 18), st.data())
def test_tiles_of_a_zoom_cover_the_square_without_gap(zoom: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, 2**zoom - 1))
    y = data.draw(st.integers(0, 2**zoom - 1))
    west, south, east, north = tile_bounds(zoom, x, y)
    assert east - west == pytest.approx(2 * HALF / 2**zoom)
    assert north - south == pytest.approx(2 * HALF / 2**zoom)
    if x + 1 < 2**zoom:
        assert tile_bounds(zoom, x + 1, y)[0] == east
    if y + 1 < 2**zoom:
        assert tile_bounds(zoom, x, y + 1)[3] == south


@pytest.mark.parametrize("place", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_a_tile_outside_the_square_is_not_there(place: tuple[int, int, int]) -> None:
    with pytest.raises(NotFound):
        tile_bounds(*place)


def test_one_tile_over_the_town_holds_every_grid_once_with_its_households(tiles: Tiles, town: Town, at: Any) -> None:
    decoded = _decoded(tiles.tile(("grids",), *_tile_at(*at(600, 400), 13)).content)
    features = decoded["grids"]["features"]
    assert sorted(feature["properties"]["grid"] for feature in features) == sorted(town.grids["grid"])
    assert sum(f["properties"]["households"] for f in features) == town.jurisdiction.buildings["households"].sum()
    assert decoded["grids"]["extent"] == EXTENT


@pytest.mark.parametrize("zoom", [10, 14, 16, 18])
def test_shapes_are_valid_lie_in_the_tile_and_where_they_belong(tiles: Tiles, town: Town, at: Any, zoom: int) -> None:
    place = _tile_at(*at(610, 410), zoom)
    decoded = _decoded(tiles.tile(ALL, *place).content)
    frame = shapely.box(-BUFFER - 1, -BUFFER - 1, EXTENT + BUFFER + 1, EXTENT + BUFFER + 1)
    for layer in decoded.values():
        for feature in layer["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            assert frame.covers(shape)
            assert shape.is_valid
    # The four grids that meet near the middle cover the tile without overlap, to a few units.
    grids = [shapely.geometry.shape(f["geometry"]) for f in decoded["grids"]["features"]]
    inside = shapely.box(0, 0, EXTENT, EXTENT)
    land = shapely.geometry.shape(decoded["land"]["features"][0]["geometry"])
    area = sum(shape.intersection(inside).area for shape in grids)
    assert area == pytest.approx(land.intersection(inside).area, rel=0.02, abs=64)


def test_outer_rings_run_clockwise_on_the_screen(tiles: Tiles, at: Any) -> None:
    decoded = _decoded(tiles.tile(("grids",), *_tile_at(*at(600, 400), 14)).content)
    for feature in decoded["grids"]["features"]:
        ring = np.array(shapely.geometry.shape(feature["geometry"]).exterior.coords)
        x, y = ring[:, 0], ring[:, 1]
        # The surveyor's formula with y down: positive is clockwise on the screen (MVT 2.1, section 4.3.4.4).
        assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0


def test_detail_comes_with_the_zoom(tiles: Tiles, at: Any) -> None:
    far = _decoded(tiles.tile(ALL, *_tile_at(*at(600, 400), 9)).content)
    near = _decoded(tiles.tile(ALL, *_tile_at(*at(600, 400), 15)).content)
    assert "buildings" not in far
    assert "roads" not in far
    assert {"buildings", "roads", "units"} <= set(near)
    assert {f["properties"]["class"] for f in near["roads"]["features"]} == {4}


def test_each_border_between_two_grids_is_drawn_once(tiles: Tiles, at: Any) -> None:
    features = _decoded(tiles.tile(("borders",), *_tile_at(*at(600, 400), 13)).content)["borders"]["features"]
    pairs = [(f["properties"]["grid_a"], f["properties"]["grid_b"]) for f in features]
    assert sorted(pairs) == [
        ("01", "02"),
        ("01", "04"),
        ("02", "03"),
        ("02", "05"),
        ("03", "06"),
        ("04", "05"),
        ("05", "06"),
    ]
    assert all(f["properties"]["same_area"] is True for f in features)


def test_a_tile_is_named_by_row_then_column_and_kept_by_the_browser(client: TestClient, at: Any) -> None:
    z, x, y = _tile_at(*at(600, 400), 14)
    answer = client.get(f"/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    again = client.get(f"/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    one = client.get(f"/ogc/collections/roads/tiles/WebMercatorQuad/{z}/{y}/{x}")
    assert set(_decoded(one.content)) == {"roads"}
    some = client.get(f"/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}", params={"collections": "roads,land"})
    assert set(_decoded(some.content)) == {"roads", "land"}


def test_an_empty_tile_is_a_204_and_a_wrong_one_a_404(client: TestClient) -> None:
    assert client.get("/ogc/tiles/WebMercatorQuad/14/0/0").status_code == 204
    assert client.get("/ogc/tiles/WebMercatorQuad/3/8/0").status_code == 404
    assert client.get("/ogc/tiles/WebMercatorQuad/99/0/0").status_code == 404
    assert client.get("/ogc/collections/moons/tiles/WebMercatorQuad/3/0/0").status_code == 404
    assert client.get("/ogc/tiles/WebMercatorQuad/3/0/0", params={"collections": "moons"}).status_code == 400
    assert client.get("/ogc/tiles/WebMercatorQuad/x/0/0").status_code == 400


def test_tilejson_tells_a_map_where_the_tiles_are_and_what_they_hold(client: TestClient, town: Town) -> None:
    found = client.get("/ogc/tiles/WebMercatorQuad", params={"f": "tilejson"}).json()
    assert found["tilejson"] == "3.0.0"
    assert found["bounds"] == town.bounds
    assert {layer["id"] for layer in found["vector_layers"]} == set(ALL)
    lon, lat, zoom = found["center"]
    z, x, y = _tile_at(lon, lat, zoom)
    address = found["tiles"][0].replace("{z}", str(z)).replace("{y}", str(y)).replace("{x}", str(x))
    assert client.get(address).status_code == 200
