"""From words to places: known places, buildings, units and streets of the town, by their names and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from gridgeo import crs
from gridgeo.jurisdictions import Jurisdiction
from gridgeo_server.gazetteer.likeness import Likeness
from gridgeo_server.gazetteer.spelling import Spelling, spell, spellings
from gridgeo_server.texts import Text, say

_STEP_M = 20.0
"""Metres between two points of a street that are looked at."""
_MOST = 500
"""Most points of one street that are looked at."""
_OFFERED = 10
"""Most names that are offered where none fits."""
KINDS = ("place", "building", "unit", "street")
"""Kinds of things that have a name, the one that counts most first."""
HOUSES = ("place", "building", "unit")
"""Those of which a flat is a part; of a street no number is."""


@dataclass(frozen=True)
class Spot:
    """A place in degrees, and what was found there: place, building, unit or street."""

    what: str
    name: str | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Found:
    """What an address leads to: spots of one kind, or the names that are nearest to it and the reason why none fits.

    `left_out` are the numbers of the text that no building is known by: a flat, a floor.
    """

    spots: list[Spot]
    offered: list[tuple[str, str]] = field(default_factory=list)
    reason: Text | None = None
    left_out: tuple[str, ...] = ()


class Addresses:
    """The names and addresses of a town, by their spelling."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self._town = jurisdiction
        self._known: dict[str, dict[tuple[str, tuple[str, ...]], dict[int, str]]] = {kind: {} for kind in KINDS}
        for kind, row, name, spelled in _names(jurisdiction):
            self._known[kind].setdefault(spelled.key, {}).setdefault(row, name)
        rows = jurisdiction.areas[["name", "name_zh", "name_en"]].to_numpy().ravel()
        self._areas = sorted({spell(name).words for name in rows if isinstance(name, str)}, key=len, reverse=True)
        numbered = {words for words, numbers in self._known["building"] if numbers}
        self._numbered_streets = {words for words, numbers in self._known["street"] if words in numbered}

    def find(self, text: str) -> Found:
        """What `text` leads to.

        As it stands first, then without the names of areas before or after it, then without its last numbers. The first kind of `KINDS` that is
        called so gives the answer; a street gives points all along it.
        """
        asked = spell(text)
        if not asked.words and not asked.numbers:
            return Found([], reason=say("address.empty"))
        for spelled in (asked, self._inside(asked)):
            short = spelled
            while True:
                if spots := self._spots(short, KINDS if short is spelled else HOUSES):
                    return Found(spots, left_out=spelled.numbers[len(short.numbers) :])
                if len(short.numbers) < 2:
                    break
                short = short.without_last()
        return self._nearest(self._inside(asked))

    def _inside(self, asked: Spelling) -> Spelling:
        for area in self._areas:
            asked = asked.without(area)
        return asked

    def _spots(self, spelled: Spelling, kinds: Iterable[str]) -> list[Spot]:
        for kind in kinds:
            rows = self._known[kind].get(spelled.key)
            if rows and kind == "street":
                return _along(self._town.road_edges.iloc[list(rows)])
            if rows:
                return _inside(kind, _table(self._town, kind), rows)
        return []

    def _nearest(self, asked: Spelling) -> Found:
        """Names that are offered instead: houses of the street, the nearest numbers first; else whatever holds the words."""
        street, number = self._street_of(asked)
        if street and number:
            if asked.words not in self._numbered_streets:
                return Found([], [("street", street)], say("address.no_numbers", street=street))
            houses = self._offer(lambda words: words == asked.words, ("building", "place"), number)
            return Found([], houses, say("address.no_number", street=street, number=number))
        alike = self._offer(lambda words: len(asked.words) > 1 and asked.words in words, KINDS)
        return Found([], alike or self._alike(asked), say("address.no_street"))

    def _alike(self, asked: Spelling) -> list[tuple[str, str]]:
        """Names that are written nearly so, first those most alike, then those of the nearest number."""
        shares = self._likeness.of(asked.words)
        names: dict[tuple[str, str], tuple[float, int]] = {}
        for kind in KINDS:
            for (words, numbers), rows in self._known[kind].items():
                if words in shares:
                    apart = min((_apart(numbers, near) for near in asked.numbers), default=len(numbers))
                    rank = -shares[words], apart
                    names.update(dict.fromkeys(((kind, name) for name in rows.values()), rank))
        order = sorted(names, key=lambda one: (names[one], KINDS.index(one[0]), one[1]))
        return order[:_OFFERED]

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness({words for kind in KINDS for words, _ in self._known[kind] if len(words) > 1})

    def _street_of(self, asked: Spelling) -> tuple[str | None, str | None]:
        """The street that has the words, and the first number that isn't part of its name."""
        for words, numbers in self._known["street"]:
            rest = [one for one in asked.numbers if one not in numbers]
            if words == asked.words and set(numbers) <= set(asked.numbers):
                name = next(iter(self._known["street"][words, numbers].values()))
                return name, rest[0] if rest else next(iter(asked.numbers), None)
        return None, None

    def _offer(self, fits: Callable[[str], bool], kinds: Iterable[str], near: str = "") -> list[tuple[str, str]]:
        names: dict[tuple[str, str], int] = {}
        for kind in kinds:
            for (words, numbers), rows in self._known[kind].items():
                if fits(words):
                    names.update(dict.fromkeys(((kind, name) for name in rows.values()), _apart(numbers, near)))
        order = sorted(names, key=lambda one: (KINDS.index(one[0]), names[one], len(one[1]), one[1]))
        return order[:_OFFERED]


def _apart(numbers: Iterable[str], near: str) -> int:
    """How far the nearest of the numbers is from one that is asked for, 0 where none is."""
    return min((abs(_figure(one) - _figure(near)) for one in numbers), default=0) if near else 0


def _figure(number: str) -> int:
    digits = "".join(sign for sign in number if sign.isdecimal())
    return int(digits[:9] or 0)


def _table(town: Jurisdiction, kind: str) -> gpd.GeoDataFrame:
    tables = {"place": town.places, "building": town.buildings, "unit": town.units, "street": town.road_edges}
    return tables[kind]


def _names(town: Jurisdiction) -> Iterator[tuple[str, int, str, Spelling]]:
    """Kind, row, name and spelling of everything that has a name."""
    columns = {
        "place": ("name", "name_zh", "name_en", "place"),
        "building": ("addresses", "name", "building"),
        "unit": ("unit",),
        "street": ("name",),
    }
    for kind, wanted in columns.items():
        table = _table(town, kind)
        for column in wanted:
            if column not in table.columns:
                continue
            for row, cell in enumerate(table[column].to_numpy()):
                for name in cell.split(";") if isinstance(cell, str) else ():
                    for spelled in spellings(name.strip()) if name.strip() else ():
                        yield kind, row, name.strip(), spelled


def _inside(what: str, table: gpd.GeoDataFrame, rows: dict[int, str]) -> list[Spot]:
    part = table.iloc[list(rows)]
    points = part.set_geometry(shapely.point_on_surface(part.geometry.to_numpy()), crs=part.crs)
    degrees = crs.to_wgs84(points).geometry.to_numpy()
    return [Spot(what, name, round(p.x, 7), round(p.y, 7)) for name, p in zip(rows.values(), degrees, strict=True)]


def _along(edges: gpd.GeoDataFrame) -> list[Spot]:
    streets = edges.drop_duplicates("street")
    name = str(streets["name"].iloc[0])
    lines = streets.geometry.to_numpy()
    corners = shapely.get_coordinates(np.array([shapely.segmentize(line, _STEP_M) for line in lines]))
    corners = corners[:: max(1, len(corners) // _MOST)]
    points = gpd.points_from_xy(corners[:, 0], corners[:, 1], crs=streets.crs)
    degrees = crs.to_wgs84(gpd.GeoDataFrame(geometry=points)).geometry.to_numpy()
    return [Spot("street", name, round(p.x, 7), round(p.y, 7)) for p in degrees]
