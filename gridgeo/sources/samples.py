"""The map that comes with gridgeo."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import gridgeo
from gridgeo.errors import UnreadableSource

SAMPLE = "monaco-2023.osm.pbf"


def sample_map() -> Path:
    """Path of the sample extract: Monaco, December 2023, © OpenStreetMap contributors, ODbL 1.0.

    It lies inside an installed gridgeo, or in `sample_maps/` of a checkout.

    Raises
    ------
    UnreadableSource
        Neither holds it.
    """
    installed = Path(str(resources.files(gridgeo))) / "sample_maps" / SAMPLE
    checkout = Path(gridgeo.__file__).resolve().parents[1] / "sample_maps" / SAMPLE
    for candidate in (installed, checkout):
        if candidate.is_file():
            return candidate
    raise UnreadableSource(
        f"{installed}: the sample map isn't there; install gridgeo again or give an extract of your own"
    )
