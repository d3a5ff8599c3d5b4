"""Names of places in two languages."""

from __future__ import annotations

import re

import pyproj

_HAN = re.compile("[\u3400-\u9fff]")


def chinese_name(name: str | None, given: str | None, crs: pyproj.CRS) -> str | None:
    """The Chinese name of a place: `given` where it is mapped, else in China the name itself where it is written in Han characters.

    Examples
    --------
    >>> from gridgeo.crs import local_metric
    >>> chinese_name("东城区", None, local_metric(116.4, 39.9)), chinese_name("東京", None, local_metric(139.7, 35.7))
    ('东城区', None)
    """
    if isinstance(given, str):
        return given
    return name if isinstance(name, str) and "CGCS2000" in crs.name and _HAN.search(name) else None
