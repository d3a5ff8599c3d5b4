"""Small OpenStreetMap files drawn by hand, in metres from a corner, for tests of the importer."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from xml.sax.saxutils import quoteattr

WEST, SOUTH = 7.0, 43.7
_DEGREE = 111_320.0


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point `x` metres east and `y` metres north of the corner (within some thousandths)."""
    return WEST + x / (_DEGREE * math.cos(math.radians(SOUTH))), SOUTH + y / _DEGREE


class Sketch:
    """A map to be: nodes at metres, ways over them, relations over those. A point used twice is one node."""

    def __init__(self, width: float | None = None, height: float | None = None) -> None:
        self.size = None if width is None else (width, height)
        self.nodes: dict[tuple[float, float], int] = {}
        self.node_tags: dict[int, dict[str, str]] = {}
        self.missing: set[int] = set()
        self.drawn = 0
        self.ways: list[tuple[int, list[int], dict[str, str]]] = []
        self.relations: list[tuple[int, list[tuple[str, int, str]], dict[str, str]]] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = self.nodes.setdefault((x, y), len(self.nodes) + 1)
        if tags:
            self.node_tags.setdefault(number, {}).update(_keys(tags))
        return number

    def lose(self, x: float, y: float) -> None:
        """Leave the node out of the file though ways name it, as a cut-out extract does."""
        self.missing.add(self.node(x, y))

    def way(self, *points: tuple[float, float], **tags: str) -> int:
        number = 1000 + self.drawn
        self.drawn += 1
        self.ways.append((number, [self.node(*point) for point in points], _keys(tags)))
        return number

    def house(self, x: float, y: float, size: float = 12.0, **tags: str) -> int:
        corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
        return self.way(*corners, **{"building": "yes", **tags})

    def relation(self, *members: tuple[str, int, str], **tags: str) -> int:
        number = 9000 + len(self.relations)
        self.relations.append((number, list(members), _keys(tags)))
        return number

    def text(self) -> str:
        lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="sketch">']
        if self.size:
            (west, south), (east, north) = degrees(0, 0), degrees(*self.size)
            lines.append(f'<bounds minlat="{south:.7f}" minlon="{west:.7f}" maxlat="{north:.7f}" maxlon="{east:.7f}"/>')
        for (x, y), number in self.nodes.items():
            if number not in self.missing:
                lon, lat = degrees(x, y)
                tags = _tags(self.node_tags.get(number, {}))
                lines.append(f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">{tags}</node>')
        for number, nodes, tags in self.ways:
            refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
            lines.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
        for number, members, tags in self.relations:
            refs = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
            lines.append(f'<relation id="{number}" version="1">{refs}{_tags(tags)}</relation>')
        return "\n".join([*lines, "</osm>"])

    def write(self, path: Path) -> Path:
        data = self.text().encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path


def village() -> Sketch:
    """Two crossing streets with four houses, all within 200 m × 200 m."""
    sketch = Sketch(200, 200)
    sketch.way((0, 100), (100, 100), (200, 100), highway="residential", name="Low Street")
    sketch.way((100, 0), (100, 100), (100, 200), highway="residential", name="High Street")
    for x, y in ((40, 40), (140, 40), (40, 140), (140, 140)):
        sketch.house(x, y)
    return sketch


def _keys(tags: dict[str, str]) -> dict[str, str]:
    """`addr__street` stands for `addr:street`, which Python can't name."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
