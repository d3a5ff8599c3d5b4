"""JSON as it is stored and sent many times a second."""

from __future__ import annotations

import json
from typing import Any

import orjson


def to_json(values: Any) -> str:
    """JSON without blanks, other than ASCII as it is.

    Examples
    --------
    >>> to_json({"name": "王芳", "road_s": 90.0})
    '{"name":"王芳","road_s":90.0}'
    """
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def sorted_json(values: Any) -> bytes:
    """JSON by which two values are told apart: names in their order, and what JSON doesn't have as text.

    Examples
    --------
    >>> sorted_json({"b": 2, "a": [1.5, None]}) == sorted_json({"a": [1.5, None], "b": 2})
    True
    >>> sorted_json(2**70)
    b'1180591620717411303424'
    """
    try:
        return orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a whole number of more than 64 bits, or a name that is none
        return json.dumps(values, default=str, sort_keys=True).encode()
