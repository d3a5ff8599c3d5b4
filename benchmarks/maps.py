"""Larger maps from smaller ones: the same town several times, side by side."""

from __future__ import annotations

from pathlib import Path

import osmium

_STEP = 1_000_000_000_000
"""Added to the identifiers of each further copy; OpenStreetMap's own are far below."""


def repeat_map(source: Path, target: Path, times: int) -> None:
    """Write `times` copies of the map `source` to `target`, each east of the one before, for cost against size."""
    west, east = _span(source)
    shift = (east - west) * 1.02
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for kind in ("n", "w", "r"):
            for copy in range(times):
                for item in osmium.FileProcessor(str(source)):
                    if item.type_str() == kind:
                        _write(writer, item, copy * _STEP, copy * shift)


def _span(source: Path) -> tuple[float, float]:
    lon = [item.lon for item in osmium.FileProcessor(str(source), osmium.osm.NODE)]
    return min(lon), max(lon)


def _write(writer: osmium.SimpleWriter, item: object, offset: int, shift: float) -> None:
    number = item.id + offset
    if item.is_node():
        writer.add_node(item.replace(id=number, location=(item.lon + shift, item.lat)))
    elif item.is_way():
        writer.add_way(item.replace(id=number, nodes=[node.ref + offset for node in item.nodes]))
    else:
        members = [(member.type, member.ref + offset, member.role) for member in item.members]
        writer.add_relation(item.replace(id=number, members=members))
