"""The rows of a file of reports, CSV or GeoJSON, with what is wrong about their shape; what stands in them is judged elsewhere."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gridgeo_server.texts import Listed, Text, say

FIELDS = ("id", "category", "lon", "lat", "description", "reporter")
"""What a row may say; the first four it must."""
_NEEDED = FIELDS[:4]

_USUAL = ("utf-8-sig", "gb18030")
CHARSETS = {
    **dict.fromkeys(("utf-8", "us-ascii", "gb2312", "gbk", "gb18030"), _USUAL),
    "utf-16": ("utf-16",),
    "big5": ("big5hkscs",),
    **dict.fromkeys(("iso-8859-1", "windows-1252"), ("cp1252",)),
}
"""Charset that a sender may declare → the encodings that are tried; of ISO 8859-1 what the web takes it for."""


class Unreadable(ValueError):
    """The file can't be used, for what stands in a field of a row; row 0 is the whole file."""

    def __init__(self, field: str | None, reason: Text, row: int = 0) -> None:
        self.field, self.reason, self.row = field, reason, row
        super().__init__(reason)


@dataclass(frozen=True)
class Row:
    """A row by its number, what stands in its fields, and faults of its shape: field and reason."""

    number: int
    values: Mapping[str, Any]
    faults: tuple[tuple[str | None, Text], ...] = ()


class Written(str):
    """A number as it is written in a CSV; in JSON a number in quotes is no number."""

    __slots__ = ()


def csv_rows(data: bytes, charset: str | None = None) -> Iterator[Row]:
    """The rows of a CSV below its heading, numbered by the line in which they begin; empty ones are left out.

    Spreadsheets write columns without a heading where a cell was once touched, and leave the last cells of a row out where those
    below are empty too: neither says anything.

    Parameters
    ----------
    charset
        One of `CHARSETS`, where the sender declares it; UTF-8 or GBK where left out.

    Raises
    ------
    Unreadable
        The encoding, the quotes or the heading.
    """
    text = _decoded(data, charset)
    heading = text.split("\n", 1)[0]
    separator = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        names = [name.strip().casefold() for name in next(rows, [])]
        width = len(names)
        while names and not names[-1]:
            names.pop()
        _refuse_fields(names, 1)
        number = rows.line_num
        for cells in rows:
            line, number = number + 1, rows.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) <= width and not any(cell.strip() for cell in cells[len(names) :]):
                cells = cells[: len(names)]
            fits = len(cells) <= len(names) and set(names[len(cells) :]).isdisjoint(_NEEDED)
            wrong = () if fits else ((None, say("bulk.cells", cells=len(cells), columns=len(names))),)
            values = dict(zip(names, cells, strict=False))
            numbers: dict[str, Any] = {field: Written(values[field]) for field in ("lon", "lat") if field in values}
            yield Row(line, {**values, "id": values.get("id", "").strip(), **numbers}, wrong)
    except csv.Error as error:
        raise Unreadable(None, say("bulk.broken", what=error), number + 1) from error


def _refuse_fields(names: list[str], row: int) -> None:
    for name in names:
        if name not in FIELDS:
            raise Unreadable(name[:64], say("bulk.unknown_field", known=Listed(FIELDS, len(FIELDS))), row)
        if names.count(name) > 1:
            raise Unreadable(name, say("bulk.field_twice"), row)
    for name in _NEEDED:
        if name not in names:
            raise Unreadable(name, say("bulk.no_field"), row)


def geojson_rows(data: bytes) -> Iterator[Row]:
    """The features of a collection, numbered from 1.

    Raises
    ------
    Unreadable
        It is no JSON, or no collection of features.
    """
    try:
        whole = json.loads(_decoded(data), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise Unreadable(None, say("bulk.broken", what=what)) from error
    features = whole.get("features") if isinstance(whole, dict) and whole.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise Unreadable("features", say("bulk.no_collection"))
    for number, feature in enumerate(features, 1):
        yield _feature(number, feature)


_TWICE = "\x00twice"
"""Where an object of JSON keeps the names that it has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    return {**dict(pairs), **({_TWICE: twice} if twice else {})}


def _feature(number: int, feature: Any) -> Row:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return Row(number, {}, ((None, say("bulk.no_feature")),))
    properties, geometry = feature.get("properties") or {}, feature.get("geometry")
    if not isinstance(properties, dict):
        return Row(number, {}, (("properties", say("bulk.no_feature")),))
    wrong: list[tuple[str | None, Text]] = []
    for part in (feature, properties, geometry if isinstance(geometry, dict) else {}):
        wrong += [(name[:64], say("bulk.field_twice")) for name in part.get(_TWICE, ())]
    known = {*FIELDS, _TWICE} - {"lon", "lat"}
    told = Listed(tuple(name for name in FIELDS if name in known), len(FIELDS))
    wrong += [(name[:64], say("bulk.unknown_field", known=told)) for name in properties if name not in known]
    name = feature.get("id", properties.get("id"))
    values = {**properties, "id": str(name) if isinstance(name, int) and not isinstance(name, bool) else name}
    position = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(position, list) or not 2 <= len(position) <= 3:
        return Row(number, values, (*wrong, ("geometry", say("bulk.no_point"))))
    return Row(number, {**values, "lon": position[0], "lat": position[1]}, tuple(wrong))


def _decoded(data: bytes, charset: str | None = None) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = CHARSETS[charset] if charset is not None else _USUAL
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(None, say("bulk.encoding") if charset is None else say("bulk.not_encoded", charset=charset))
