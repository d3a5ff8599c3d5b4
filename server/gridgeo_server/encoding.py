"""JSON as it is stored and sent many times a second."""

from __future__ import annotations

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
