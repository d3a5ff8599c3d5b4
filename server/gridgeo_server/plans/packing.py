"""Assignments and shapes as the store keeps them: small, and the same on every machine."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely


def pack_units(units: Sequence[str]) -> bytes:
    """Names of units, in order."""
    return zlib.compress(json.dumps(list(units), ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack_units(data: bytes) -> list[str]:
    """What `pack_units` packed."""
    units: list[str] = json.loads(zlib.decompress(data))
    return units


def pack_rows(rows: np.ndarray) -> bytes:
    """Row number of each unit's grid.

    Examples
    --------
    >>> unpack_rows(pack_rows(np.array([0, 2, 1]))).tolist()
    [0, 2, 1]
    """
    return zlib.compress(np.ascontiguousarray(rows, dtype="<u4").tobytes(), 6)


def unpack_rows(data: bytes) -> np.ndarray:
    """What `pack_rows` packed."""
    return np.frombuffer(zlib.decompress(data), dtype="<u4").astype(np.int64)


def pack_part(part: Mapping[str, str]) -> bytes:
    """A part of an assignment: unit → grid."""
    return zlib.compress(json.dumps(dict(part), ensure_ascii=False, sort_keys=True).encode(), 6)


def unpack_part(data: bytes) -> dict[str, str]:
    """What `pack_part` packed."""
    part: dict[str, str] = json.loads(zlib.decompress(data))
    return part


def pack_shape(shape: shapely.Geometry) -> bytes:
    """A polygon in degrees, to about a centimetre."""
    rounded = shapely.transform(shape, lambda points: np.round(points, 7))
    return zlib.compress(shapely.to_wkb(rounded), 6)


def unpack_shape(data: bytes) -> Any:
    """What `pack_shape` packed."""
    return shapely.from_wkb(zlib.decompress(data))
