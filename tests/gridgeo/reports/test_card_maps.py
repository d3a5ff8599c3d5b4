"""Maps of contact cards, one for each grid."""

import re

import pytest

from gridgeo.reports.card_maps import CardMaps
from gridgeo.reports.maps import look_of
from gridgeo.reports.wording import Words


@pytest.fixture(scope="module")
def look(now):
    """How the maps of the plan look, in English."""
    return look_of(now, Words("en"))


def labels(drawing):
    return re.findall(r"<text[^>]*>([^<]*)</text>", str(drawing))


def test_a_card_shows_its_grid_its_streets_and_its_neighbours(now, look):
    told = labels(CardMaps(now, look, 164.0, 128.0).draw("02"))
    assert {"01", "02", "03", "05"} <= set(told)
    assert any(text.startswith("Row") for text in told)


def test_a_card_draws_what_lies_around_its_grid_and_no_more(now, look, monkeypatch):
    maps = CardMaps(now, look, 84.0, 74.0)
    seen = []
    monkeypatch.setattr(maps, "_borders", Watched(maps._borders, seen))
    maps.draw("01")
    (given,) = seen
    assert 0 < given < len(maps._borders)


class Watched:
    """A layer that tells how many of its shapes were asked for."""

    def __init__(self, layer, seen):
        self.layer, self.seen = layer, seen

    def __len__(self):
        return len(self.layer)

    def near(self, frame):
        found = self.layer.near(frame)
        self.seen.append(len(found))
        return found
