"""Names of places in two languages."""

from __future__ import annotations

import re

import pyproj

_HAN = re.compile("[\u3400-\u9fff]")

_SEAM = re.compile("(?<=[\u3400-\u9fff])(?=[^\\W\u3400-\u9fff])|(?<=[^\\W\u3400-\u9fff])(?=[\u3400-\u9fff])")


def spaced(text: str) -> str:
    """`text` with a space wherever Han characters meet Latin letters or figures, as Chinese typesetting asks.

    Examples
    --------
    >>> spaced("东至Rue Grimaldi，共15个网格")
    '东至 Rue Grimaldi，共 15 个网格'
    """
    return _SEAM.sub(" ", text)


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
