from __future__ import annotations

import re
import threading
from pathlib import Path

from gridgeo_server.layers import warming
from gridgeo_server.layers.tiles import Tiles
from gridgeo_server.layers.warming import FIRST_VIEW, first_view, warm
from gridgeo_server.town import Town

STYLE = Path(__file__).parents[3] / "server" / "web" / "src" / "map" / "style.ts"


def _kept(tiles: Tiles) -> int:
    return int(tiles.tile.cache_info().currsize)  # type: ignore[attr-defined]


def test_the_first_view_is_made_once_and_found_ready(town: Town) -> None:
    tiles = Tiles(town, {})
    warm(tiles, town.bounds, threading.Event())
    kept = _kept(tiles)
    assert 1 <= kept <= 18
    zoom, column, row = first_view(town.bounds)[-1]
    assert tiles.tile(tuple(name for name in tiles.names() if name in FIRST_VIEW), zoom, column, row).content
    assert _kept(tiles) == kept


def test_a_server_that_stops_makes_no_more_tiles(town: Town) -> None:
    tiles, stop = Tiles(town, {}), threading.Event()
    stop.set()
    warm(tiles, town.bounds, stop)
    assert _kept(tiles) == 0


def test_the_layers_are_those_that_the_page_asks_for_in_the_order_of_the_tiles(town: Town) -> None:
    asked = re.search(r'BASE = "([a-z,]+)"', STYLE.read_text(encoding="utf-8"))
    assert asked is not None
    assert set(asked[1].split(",")) == set(FIRST_VIEW) <= set(Tiles(town, {}).names())


def test_the_whole_of_a_town_lies_in_its_tiles_and_a_screen_is_not_much_larger(town: Town) -> None:
    places = first_view(town.bounds)
    most = max(zoom for zoom, _, _ in places)
    west, south, east, north = town.bounds
    left, top = warming._share(west, north)
    right, bottom = warming._share(east, south)
    span = max(right - left, bottom - top) * 2**most
    assert 1.0 < span <= warming.SPAN
    corners = {(most, int(x * 2**most), int(y * 2**most)) for x in (left, right) for y in (top, bottom)}
    assert corners <= set(places)
